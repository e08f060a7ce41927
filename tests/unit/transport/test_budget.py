"""A budget holds to the unit, whoever else counts against it, and gives back what was refused."""

from multiprocessing import get_context
from pathlib import Path

import pytest

from contracts.settings.caps import Caps
from contracts.transport.budget import Budget
from contracts.transport.cost import Cost

UNIT = Cost(1, {"tbtc": 1})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "budget.json"


def spend(file: Path, times: int) -> None:
    budget = Budget(Caps(requests=150), file)
    for _ in range(times):
        budget.take(UNIT)


def test_processes_share_a_budget_to_the_unit(file: Path) -> None:
    """Two workers that both read the count before either writes it."""
    context = get_context("spawn")
    workers = [context.Process(target=spend, args=(file, 60)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    told = Budget(Caps(), file).told()
    assert (told["requests"], told["records"], told["sums"]) == (150, 150, {"tbtc": 150})
    assert told["left_out"] == {"the budget of 150 requests is used up (--max-requests)": 30}


def test_what_is_too_much_is_not_counted(file: Path) -> None:
    """A large request that uses up the budget of the small ones behind it."""
    budget = Budget(Caps(sum=10), file)
    assert budget.take(UNIT) is None
    assert budget.take(Cost(1, {"tbtc": 10})) == (
        "it may lock more than the budget's 10 base units of tbtc (--max-sum)"
    )
    assert [budget.take(UNIT) for _ in range(9)] == [None] * 9
    assert budget.take(UNIT) is not None
    assert budget.take(Cost(1, {"hteth": 10})) is None, "each currency has a sum of its own"


def test_a_currency_to_be_used_up_has_no_cap(file: Path) -> None:
    """SCRATCH_CURRENCY, whose balance the run may use up, left unasked."""
    budget = Budget(Caps(sum=10), file, "tscratch")
    assert budget.take(Cost(1, {"tscratch": 10**6})) is None


def test_what_is_given_back_can_be_taken_again(file: Path) -> None:
    """Refusals that use up the budget of what is accepted."""
    budget = Budget(Caps(records=1, sum=1), file)
    for _ in range(3):
        assert budget.take(UNIT) is None
        budget.give_back(UNIT)
    assert budget.told()["sums"] == {}


def test_a_kill_in_mid_write_spoils_nothing(file: Path) -> None:
    """The rest of a longer text behind the counts, and a run whose other workers cannot read them."""
    Budget(Caps(), file).take(UNIT)
    with file.open("a", encoding="utf-8") as stream:
        stream.write('e": 1}}')
    assert Budget(Caps(), file).take(UNIT) is None
    assert Budget(Caps(), file).told()["records"] == 2


def test_requests_are_counted_whatever_they_cost(file: Path) -> None:
    """Reads without end at a target that counts requests."""
    budget = Budget(Caps(requests=2), file)
    assert [budget.take(Cost()) for _ in range(3)] == [
        None,
        None,
        "the budget of 2 requests is used up (--max-requests)",
    ]
