"""What all clients of a process share: no second holds more than the rate, no moment more than may be under way."""

import threading

import pytest

from contracts.exchange import Loss, Request
from contracts.settings import restore_settings
from contracts.settings.caps import USUAL
from contracts.transport.pace import Pace, RunEnded
from tests.fixtures.exchanges import allocate, answered, create_asset, lost, signed

GET = Request("GET", "/")


@pytest.fixture
def clock(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that pass by waiting alone; `waits` are the waits."""
    monkeypatch.setattr("contracts.transport.pace.time.monotonic", lambda: 100.0 + sum(waits))
    return waits


def sent(pace: Pace, requests: int = 1) -> None:
    with pace.turn(requests):
        pass


def test_requests_are_spread(clock: list[float]) -> None:
    """A rate limit that is not kept, or that lets the time before it be made up for."""
    pace = Pace(10)
    for _ in range(4):
        sent(pace)
    assert clock == pytest.approx([0, 0.1, 0.1, 0.1])


@pytest.mark.parametrize("rate", [1, 3, 10, 16.5])
def test_no_second_holds_more_than_the_rate(clock: list[float], rate: float) -> None:
    """A burst behind single requests, or they behind it, that a limit of so many a second refuses."""
    pace, moments = Pace(rate), list[float]()
    for requests in (1, 1, 1, min(8, int(rate)), 1, 1, min(8, int(rate)), min(8, int(rate)), 1):
        sent(pace, requests)
        moments += [sum(clock)] * requests
    assert max(sum(at <= each < at + 1 for each in moments) for at in moments) <= rate


def test_wider_than_a_second_s_requests_is_made_up_for(clock: list[float]) -> None:
    """A burst of 8 at 2 requests a second that is never sent, or costs as much as one."""
    pace = Pace(2)
    for requests in (1, 8, 1):
        sent(pace, requests)
    assert clock == pytest.approx([0, 1.05, 4.0])


def test_nothing_is_asked_when_the_run_is_over(waits: list[float]) -> None:
    """A thread that asks on when its run has ended, or that Hypothesis has go on by catching what it is told."""
    for pace in (Pace(over=True), Pace(10, over=True), Pace(concurrent=1, over=True)):
        with pytest.raises(RunEnded) as told:
            sent(pace)
        assert not isinstance(told.value, Exception)


def test_no_rate_is_no_wait(waits: list[float]) -> None:
    """A lock and a sleep for each request of the usual run."""
    sent(Pace(), 1000)
    assert waits == []


def test_so_many_at_a_time() -> None:
    """Threads that each keep to a cap which together they exceed."""
    pace, most, seen = Pace(concurrent=3), threading.Semaphore(3), list[bool]()

    def ask() -> None:
        with pace.turn():
            seen.append(most.acquire(blocking=False))
            most.release()

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 40


def test_a_burst_wider_than_the_cap_is_not_sent() -> None:
    """A burst that waits for room that there will never be, or takes it."""
    pace = Pace(concurrent=3)
    assert pace.take([GET] * 3) is None
    assert pace.take([GET] * 4) == "it takes 4 requests at the same time (--max-concurrent)"


def test_a_burst_wider_than_a_workers_part_of_the_rate_is_not_sent() -> None:
    """13 requests in a second at 10/s: a worker's burst of 8 after a second of its own silence, beside what another one sends."""
    pace = Pace.of(
        restore_settings({"BASE_URL": "https://api.example", "MAX_CONCURRENT": "none"}), processes=2
    )
    assert pace.take([GET] * 5) is None
    assert (
        pace.take([GET] * 8)
        == "it takes 8 requests in one second, where 2 workers share the rate (--rate, -n)"
    )


def test_processes_share_rate_and_concurrency() -> None:
    """Two workers that each ask as much as the run may."""
    settings = restore_settings({"BASE_URL": "https://api.example"})
    pace = Pace.of(settings, processes=2)
    assert (pace.rate, pace.concurrent) == (5.0, 5)
    assert settings.caps == USUAL


def test_a_refusal_gives_back_and_an_open_end_does_not(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Refusals that use up the budget; a lost answer behind which an allocation was made."""
    settings = restore_settings({"BASE_URL": "http://[::1]:1", "MAX_RECORDS": "2", "MAX_SUM": "9"})
    pace = Pace.of(settings, str(tmp_path_factory.mktemp("run") / "budget.json"))
    request = allocate(signed("7"))
    assert pace.take([request]) is None
    pace.settle(answered(request, 422))
    assert pace.take([request]) is None
    pace.settle(lost(request, Loss.TIMEOUT))
    assert pace.take([request]) == "it may lock more than the budget's 9 base units of tbtc (--max-sum)"
    assert pace.take([create_asset()]) is None
    assert (
        pace.take([create_asset()]) == "it may leave a record, and the budget of 2 is used up (--max-records)"
    )
