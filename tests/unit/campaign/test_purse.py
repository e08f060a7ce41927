import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.campaign.purse import LEAST, Purse, variables
from contracts.settings.caps import Caps, caps_of

CAPS = Caps(rate=10.0, concurrent=8, requests=20_000, records=5_000, sum=10_000)


def told(file: Path) -> dict[str, int]:
    return json.loads(file.read_text())  # type: ignore[no-any-return]


def test_what_is_out_never_adds_up_to_more_than_the_caps(tmp_path: Path) -> None:
    """Leases that are each within the budget, and together beyond it."""
    purse = Purse.opened(CAPS, tmp_path / "budget.json")
    leases = [lease for number in range(4) if (lease := purse.lend(number, 4)) is not None]
    assert len(leases) == 4
    for name, cap in (
        ("rate", 10.0),
        ("concurrent", 8),
        ("requests", 20_000),
        ("records", 5_000),
        ("sum", 10_000),
    ):
        assert sum(getattr(lease, name) for lease in leases) <= cap + 1e-9


def test_no_lease_beyond_the_rate(tmp_path: Path) -> None:
    """A fifth worker that joins four, each of which has a quarter of the rate."""
    purse = Purse.opened(CAPS, tmp_path / "budget.json")
    for number in range(4):
        assert purse.lend(number, 4) is not None
    assert purse.lend(4, 5) is None
    purse.take_back(0, {"requests": 1, "records": 0, "sums": {}, "left_out": {}})
    assert purse.lend(4, 5) is not None


def test_one_of_several_workers_may_burst(tmp_path: Path) -> None:
    """Races that are never asked: a cap of 10 requests at once, divided by four workers, leaves no burst to anybody."""
    purse = Purse.opened(Caps(concurrent=10), tmp_path / "budget.json")
    assert purse.slots(4) == 3
    leases = [purse.lend(number, 3, bursts=number == 0) for number in range(3)]
    assert [lease and lease.concurrent for lease in leases] == [8, 1, 1]
    assert purse.lend(3, 3, bursts=True) is None


@pytest.mark.parametrize(("width", "slots"), [(1, 1), (3, 3), (64, 10)])
def test_each_worker_may_send_one_request_a_second(width: int, slots: int, tmp_path: Path) -> None:
    """Shares of less than one request a second, of which two can fall into the same second."""
    assert Purse(Caps(rate=10.0), tmp_path / "b").slots(width) == slots
    assert Purse(Caps(rate=0.5), tmp_path / "b").slots(width) == 1


def test_what_came_back_can_be_lent_again(tmp_path: Path) -> None:
    """A budget that is eaten by leases instead of by requests."""
    purse = Purse.opened(Caps(requests=1000), tmp_path / "budget.json")
    for number in range(50):
        assert purse.lend(number, 2) is not None
        purse.take_back(number, {"requests": 20, "records": 0, "sums": {}, "left_out": {}})
    assert purse.is_empty
    assert told(tmp_path / "budget.json")["requests"] == 1000


def test_what_a_dead_worker_had_is_used_up(tmp_path: Path) -> None:
    """A worker dies after it has sent its last request: what it may have done is asked of the target twice."""
    file = tmp_path / "budget.json"
    purse = Purse.opened(Caps(requests=400), file)
    lease = purse.lend(0, 1)
    assert lease is not None
    purse.take_back(0, None)
    assert told(file)["requests"] == lease.requests == LEAST["requests"]


def test_what_is_out_when_the_client_dies_is_used_up(tmp_path: Path) -> None:
    """A client that is killed and goes on: what its workers still did then is beyond the budget."""
    file = tmp_path / "budget.json"
    lease = Purse.opened(CAPS, file).lend(0, 2)
    assert lease is not None
    assert lease.requests
    assert lease.sum
    again = Purse.opened(CAPS, file)
    assert again.used.requests == lease.requests
    # Of which currency nobody knows, so it is missing for each.
    later = again.lend(1, 1)
    assert later is not None
    assert later.sum is not None
    assert later.sum <= 10_000 - lease.sum


def test_a_lease_reads_as_it_was_lent() -> None:
    """A share of a rate that is rounded up: three workers with 3.3333334 send more than 10."""
    lease = Caps(rate=10 / 3, concurrent=2, requests=7, records=None, sum=0)
    texts = variables(lease)
    read = caps_of(
        (None,), {name: float("inf") if text == "none" else float(text) for name, text in texts.items()}
    )
    assert read.rate is not None
    assert 3.33 < read.rate <= 10 / 3
    assert (read.concurrent, read.requests, read.records, read.sum) == (2, 7, None, 0)


@given(
    cap=st.integers(0, 5000),
    steps=st.lists(st.tuples(st.integers(1, 6), st.floats(0, 1), st.booleans()), max_size=60),
)
def test_no_history_of_leases_passes_a_cap(
    cap: int, steps: list[tuple[int, float, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An order of lending, using up, dying and restarting in which one unit too much can be spent."""
    file = tmp_path_factory.mktemp("purse") / "budget.json"
    caps = Caps(requests=cap, records=cap, sum=cap)
    purse, really, known = Purse.opened(caps, file), {"requests": 0, "sum": 0}, 0
    for slots, share, dies in steps:
        lease = purse.lend(known, slots)
        if lease is None:
            continue
        asked, locked = int((lease.requests or 0) * share), int((lease.sum or 0) * share)
        really["requests"] += asked
        really["sum"] += locked
        if dies:
            purse = Purse.opened(caps, file)
        else:
            purse.take_back(
                known, {"requests": asked, "records": 0, "sums": {"tbtc": locked}, "left_out": {}}
            )
        known += 1
    assert really["requests"] <= cap
    assert really["sum"] <= cap
    assert really["requests"] <= told(file)["requests"] if file.exists() else True


def test_a_scratch_currency_has_no_cap(tmp_path: Path) -> None:
    """A night without a base unit left, since one flow drained the currency that is there to be drained."""
    purse = Purse.opened(CAPS, tmp_path / "budget.json", expendable="tscratch")
    purse.lend(1, 1)
    purse.take_back(1, {"requests": 1, "records": 0, "sums": {"tscratch": 50_000, "tbtc": 1}, "left_out": {}})
    lease = purse.lend(2, 1)
    assert lease is not None
    assert lease.sum == 9_999 // 2
