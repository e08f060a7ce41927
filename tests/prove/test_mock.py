"""The proof on the mock: faults are caught by the clause that they break, legal variants and the honest mock are not."""

from contracts.mock.switches import Switch, all_faults
from contracts.proof import agenda, matrix
from contracts.proof.command import line
from contracts.proof.mocks import HONEST

# A variant is asked the whole contract: 4 s of a processor each. `contracts prove` asks them all, and at verify too.
EVERY_VARIANT = 8


def wrong(switches: list[Switch], profile: str) -> str:
    """The switches that the suite judges wrongly, a line each; at smoke, and deeper what smoke does not ask for."""
    found = matrix.lines(agenda.prove(switches, profile))
    return "\n".join(line(judged.deciding) for judged in found if not judged.deciding.right)


def test_every_fault_turns_its_clause_red() -> None:
    """A question that no longer sees what it was written for is green for ever."""
    assert wrong(list(all_faults().values()), "verify") == ""


def test_legal_variants_stay_green() -> None:
    """A false alarm costs more trust than a miss."""
    variants = [switch for switch in agenda.chosen(()) if not switch.breaks]
    assert variants[0].id == HONEST
    assert wrong(variants[::EVERY_VARIANT], "smoke") == ""
