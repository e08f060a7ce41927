"""The proof on the mock: faults are caught by the clause that they break, legal variants and the honest mock are not."""

import json
from collections.abc import Iterable
from pathlib import Path

from contracts.mock.switches import Switch, all_faults
from contracts.proof import agenda, matrix
from contracts.proof.command import line
from contracts.proof.mocks import HONEST
from contracts.proof.verdict import Proof

PROOFS = Path(__file__).parents[1] / "catalogue" / "proofs.json"
# A variant is asked the whole contract: 4 s of a processor each. `contracts prove` asks them all, and at verify too.
EVERY_VARIANT = 8
# Two requests of a burst meet in a window of 0.3 ms by chance, on a busy machine now and then not once in a run.
SEEDS_OF_A_RACE = 3


def wrong(switches: Iterable[Switch], profile: str, seed: int = 0) -> list[Proof]:
    """What the suite judges wrongly; at smoke, and deeper what smoke does not ask for."""
    found = matrix.lines(agenda.prove(switches, profile, seed=seed))
    return [judged.deciding for judged in found if not judged.deciding.right]


def told(proofs: Iterable[Proof]) -> str:
    return "\n".join(map(line, proofs))


def test_every_fault_turns_its_clause_red() -> None:
    """A question that no longer sees what it was written for is green for ever."""
    # What a single question is to catch all alone, test_questions.py asks it.
    alone = {*json.loads(PROOFS.read_text(encoding="utf-8")).values()}
    faults = [fault for id, fault in all_faults().items() if id not in alone]
    assert len(faults) > len(all_faults()) / 2
    missed = wrong(faults, "verify")
    assert told(proof for proof in missed if "-race-" not in proof.switch) == ""
    for seed in range(1, SEEDS_OF_A_RACE):
        missed = wrong((all_faults()[proof.switch] for proof in missed), "verify", seed)
    assert told(missed) == ""


def test_legal_variants_stay_green() -> None:
    """A false alarm costs more trust than a miss."""
    variants = [switch for switch in agenda.chosen(()) if not switch.breaks]
    assert variants[0].id == HONEST
    assert told(wrong(variants[::EVERY_VARIANT], "smoke")) == ""
