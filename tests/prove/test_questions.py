"""Each question can fail: asked alone, it is turned red by the fault that tests/catalogue/proofs.json names for it."""

import json
from pathlib import Path

from contracts.mock.switches import all_faults
from contracts.proof.children import prove_each
from contracts.proof.evidence import proves, trial_for

PROOFS = Path(__file__).parents[1] / "catalogue" / "proofs.json"


def test_every_question_is_turned_red_by_its_fault() -> None:
    """A question that can only pass hides behind the others that ask for its clause."""
    proven = json.loads(PROOFS.read_text(encoding="utf-8"))
    trials = [trial_for(question, all_faults()[fault]) for question, fault in proven.items()]
    assert trials
    blind = {
        str(trial.question): f"{trial.switch}: {proof.trouble or proof.red}"
        for trial, proof in prove_each(trials)
        if not proves(proof)
    }
    assert blind == {}
