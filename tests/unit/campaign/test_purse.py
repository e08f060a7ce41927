import itertools
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.campaign.purse import LEAST, Purse, variables
from contracts.findings.store import write_json
from contracts.settings.caps import Caps, caps_of
from contracts.transport.budget import Budget
from contracts.transport.cost import FREE
from contracts.transport.pace import Pace

CAPS = Caps(rate=10.0, concurrent=8, requests=20_000, records=5_000, sum=10_000)


NOTHING = {"requests": 0, "records": 0, "sums": {}, "left_out": {}}


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
    leases = [purse.lend(number, 3, widest=1 if number else 8) for number in range(3)]
    assert [lease and lease.concurrent for lease in leases] == [8, 1, 1]
    assert purse.lend(3, 3, widest=8) is None


@pytest.mark.parametrize(("width", "slots"), [(1, 1), (3, 3), (64, 10)])
def test_each_worker_may_send_one_request_a_second(width: int, slots: int, tmp_path: Path) -> None:
    """Shares of less than one request a second, of which two can fall into the same second."""
    assert Purse(Caps(rate=10.0), tmp_path / "b").slots(width) == slots
    assert Purse(Caps(rate=0.5), tmp_path / "b").slots(width) == 1


@dataclass
class Clock:
    """Time that passes by sleeping alone."""

    now: float = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def moments(lease: Caps, widths: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When a worker sends within its lease that sends again and again so many at once, for ten seconds."""
    clock, sent = Clock(), list[float]()
    monkeypatch.setattr("contracts.transport.pace.time", clock)
    pace, following = Pace(float(variables(lease)["MAX_RATE"])), itertools.cycle(widths)
    while clock.now < 110:
        width = next(following)
        with pace.turn(width):
            sent += [clock.now] * width
    return sent


@pytest.mark.parametrize("widest", [8, 16])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("rate", [0.5, 1, 5, 8, 10, 17, 20, 100])
def test_no_second_holds_more_than_the_rate(
    rate: float, width: int, widest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A burst of 8 within 10/s that leaves after a second of silence of its own worker, beside 6 requests of two others."""
    for race in {0, width - 1}:
        purse = Purse(Caps(rate=rate), tmp_path / "budget.json")
        slots, sent = purse.slots(width), list[float]()
        for number in range(width):
            lease = purse.lend(number, slots, widest=widest if number == race else 1)
            if lease is not None:
                widths = (1, 1, widest, 1, widest, widest) if number == race else (1,)
                sent += moments(lease, widths, monkeypatch)
        most = max(sum(at <= each < at + 1 for each in sent) for at in sent)
        alone = len(purse.out) == 1
        assert most <= rate or (alone and most == (widest if race in purse.out else 1))


def test_a_race_waits_until_its_burst_fits_the_rate(tmp_path: Path) -> None:
    """A race that is asked beside others, or never."""
    purse = Purse(Caps(rate=10.0), tmp_path / "budget.json")
    assert [(lease := purse.lend(number, 3)) and lease.rate for number in range(2)] == [10 / 3, 10 / 3]
    assert purse.lend(2, 3, widest=8) is None
    for number in range(2):
        purse.take_back(number, NOTHING)
    race, other = purse.lend(2, 3, widest=8), purse.lend(0, 3)
    assert race is not None
    assert other is not None
    assert (race.rate, other.rate) == (8.0, 2.0)
    assert purse.lend(1, 3) is None
    for number in (0, 2):
        purse.take_back(number, NOTHING)
    wider = purse.lend(3, 3, widest=16)
    assert wider is not None
    assert wider.rate == 10.0, "which is then asked alone"


def test_a_burst_that_cannot_be_asked_takes_no_rate(tmp_path: Path) -> None:
    """All of 20 requests a second for bursts of 16, of which 10 at once allow none."""
    purse = Purse(Caps(rate=20.0, concurrent=10), tmp_path / "budget.json")
    lease = purse.lend(0, 3, widest=16)
    assert lease is not None
    assert (lease.rate, lease.concurrent) == (8, 8)


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


def asked(folder: Path, lease: Caps, requests: int) -> Budget:
    """What a worker of this machine counts in, that has sent so many requests."""
    folder.mkdir(parents=True)
    budget = Budget(lease, folder / "budget.json")
    for _ in range(requests):
        assert budget.take(FREE) is None
    return budget


def test_what_a_killed_client_had_lent_is_taken_back(tmp_path: Path) -> None:
    """A budget of 300 that is used up by a kill after 41; or what a machine elsewhere may have done, forgotten."""
    file, scratch = tmp_path / "budget.json", tmp_path / ".shards"
    purse = Purse.opened(Caps(requests=1000), file)
    here, elsewhere = purse.lend(7, 1), purse.lend(70, 1)
    assert here is not None
    assert elsewhere is not None
    assert elsewhere.requests is not None
    # By a sitting that was killed, or met a full disk, before it could write that down.
    asked(scratch / "7-0", here, 41).close()
    assert told(file)["requests"] > 300 + 41
    for _ in range(2):
        purse = Purse.opened(Caps(requests=1000), file, scratch=scratch)
        assert purse.used.requests == told(file)["requests"] == 41 + elsewhere.requests
        assert not purse.out


def test_a_worker_that_outlives_its_client_sends_nothing_more(tmp_path: Path) -> None:
    """A request between the look at what a worker has spent and its end: one beyond the cap."""
    file, scratch = tmp_path / "budget.json", tmp_path / ".shards"
    lease = Purse.opened(Caps(requests=1000), file).lend(7, 1)
    assert lease is not None
    worker = asked(scratch / "7-0", lease, 3)
    slow = Budget(lease, scratch / "7-0" / "budget.json")
    assert Purse.opened(Caps(requests=1000), file, scratch=scratch).used.requests == 3
    assert worker.take(FREE) == slow.take(FREE) == "it cannot be counted in budget.json: it is closed"
    shutil.rmtree(scratch)
    assert worker.take(FREE) is not None


@pytest.mark.parametrize("what", ["another start", "two folders", "damage"])
def test_what_is_not_known_for_sure_is_used_up(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts that a power cut has taken back, or that are another shard's: a cap is passed by what they leave out."""
    file, scratch = tmp_path / "budget.json", tmp_path / ".shards"
    lease = Purse.opened(Caps(requests=1000), file).lend(7, 1)
    assert lease is not None
    asked(scratch / "7-0", lease, 3)
    if what == "another start":
        monkeypatch.setattr("contracts.campaign.purse._boot", lambda: "later")
    elif what == "two folders":
        asked(scratch / "7-1", lease, 0)
    else:
        (scratch / "7-0" / "budget.json").write_text('{"requ')
    assert Purse.opened(Caps(requests=1000), file, scratch=scratch).used.requests == lease.requests


def test_what_an_older_client_has_written_is_used_up(tmp_path: Path) -> None:
    """A campaign that cannot go on, or begins to count anew, since its file does not say who had been lent what."""
    file = tmp_path / "budget.json"
    file.write_text(json.dumps({"requests": 300, "records": 150, "sums": {"": 9}, "left_out": {}}))
    purse = Purse.opened(CAPS, file, scratch=tmp_path / ".shards")
    assert (purse.used.requests, purse.used.sums, purse.out) == (300, {"": 9}, {})


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
    steps=st.lists(st.tuples(st.integers(1, 6), st.floats(0, 1), st.booleans(), st.booleans()), max_size=60),
)
def test_no_history_of_leases_passes_a_cap(
    cap: int, steps: list[tuple[int, float, bool, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An order of lending, using up, dying and restarting in which one unit too much can be spent."""
    folder = tmp_path_factory.mktemp("purse")
    file, scratch = folder / "budget.json", folder / ".shards"
    caps = Caps(requests=cap, records=cap, sum=cap)
    purse, really, known = Purse.opened(caps, file), {"requests": 0, "sum": 0}, 0
    for slots, share, dies, is_here in steps:
        lease = purse.lend(known, slots)
        if lease is None:
            continue
        sent, locked = int((lease.requests or 0) * share), int((lease.sum or 0) * share)
        really["requests"] += sent
        really["sum"] += locked
        spent = {"requests": sent, "records": 0, "sums": {"tbtc": locked}, "left_out": {}}
        if dies:
            if is_here:
                write_json(scratch / f"{known}-0" / "budget.json", spent)
            purse = Purse.opened(caps, file, scratch=scratch)
        else:
            purse.take_back(known, spent)
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
