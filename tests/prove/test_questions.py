"""Each question can fail: asked alone, it is turned red by the fault that tests/catalogue/proofs.json names for it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from contracts.findings.asked import is_timed
from contracts.mock.switches import all_faults
from contracts.proof.children import prove_each
from contracts.proof.evidence import proves, trial_for
from contracts.proof.verdict import Proof, Trial

PROOFS = Path(__file__).parents[1] / "catalogue" / "proofs.json"
# A race is met by chance, and on a busy machine now and then not once in a run.
SEEDS_OF_A_RACE = 3


def blind(trials: Iterable[Trial]) -> dict[Trial, Proof]:
    """The trials whose questions do not turn red."""
    return {trial: proof for trial, proof in prove_each(trials) if not proves(proof)}


def test_every_question_is_turned_red_by_its_fault() -> None:
    """A question that can only pass hides behind the others that ask for its clause."""
    proven = json.loads(PROOFS.read_text(encoding="utf-8"))
    trials = [trial_for(question, all_faults()[fault]) for question, fault in proven.items()]
    assert trials
    left = blind(trials)
    for seed in range(1, SEEDS_OF_A_RACE):
        timed = [trial for trial in left if is_timed(trial.question or "", trial.breaks)]
        asked_again = blind(replace(trial, seed=seed) for trial in timed)
        left = {trial: proof for trial, proof in left.items() if trial not in timed} | asked_again
    assert {
        trial.question: f"{trial.switch}: {proof.trouble or proof.red}" for trial, proof in left.items()
    } == {}
