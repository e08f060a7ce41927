"""Bursts in a few characters: whether some order explains them, and what is known afterwards."""

import pytest

from contracts.oracle import linearise as room
from contracts.oracle.linearise import Operation, Search, TooManyOrders, linearise
from tests.unit.oracle.histories import steps


def burst(history: str, *, in_flight: bool = True) -> Search:
    """The search for an order of requests that were all on their way at the same moment."""
    return linearise([Operation(*step, 0.0, 1.0) for step in steps(history, in_flight=in_flight)])


EXPLAINED = {
    "one create wins": "A- A- A+ A-",
    "one create wins for each symbol": "A- B- A+ B+",
    "identical requests, one id": "1a=x 1a=x 1a=x",
    "a repeat is refused while the first is on its way": "1a- 1a=x 1a-",
    "one nonce, one allocation": "1a- 1b- 1c=x 1d-",
    "one nonce, none for want of funds": "1a0 1b0",
    "a lost create won": "A- A- A?",
    "a lost create lost": "A- A+ A?",
    "a lost allocation used the nonce": "1a- 1b- 1c?",
    "nothing was answered": "A? A?",
}
UNEXPLAINED = {
    "two creates win": ("A- A+ A- A+", "AST-05"),
    "no create wins": ("A- A- A-", "AST-19"),
    "identical requests, two ids": ("1a=x 1a=x 1a=y", "ALC-10"),
    "one nonce, two allocations": ("1a=x 1b- 1c=y", "ALC-09"),
    "one reference, two allocations": ("1a=x 2a=y", "ALC-11"),
    "a lost create cannot make two winners right": ("A+ A+ A?", "AST-05"),
}


@pytest.mark.parametrize("what", EXPLAINED)
def test_order_is_found(what: str) -> None:
    """An honest server is blamed for a race."""
    assert burst(EXPLAINED[what]).explained


@pytest.mark.parametrize("what", UNEXPLAINED)
def test_no_order_is_found(what: str) -> None:
    """A race is explained away, or told of another promise."""
    history, clause = UNEXPLAINED[what]
    search = burst(history)
    assert not search.explained
    assert search.culprit is not None
    assert search.culprit[0].clause == clause


def test_real_time_is_respected() -> None:
    """A conflict before the only create is explained by turning time around."""
    conflict, create = steps("A- A+")
    assert linearise([Operation(*conflict, 0.0, 2.0), Operation(*create, 1.0, 3.0)]).explained
    assert not linearise([Operation(*conflict, 0.0, 1.0), Operation(*create, 2.0, 3.0)]).explained


def test_lost_request_may_take_effect_later() -> None:
    """A lost request is taken to be over when its client gave up."""
    lost, created, conflict = steps("A? B+ A-")
    late = [Operation(*lost, 0.0, 1.0), Operation(*created, 2.0, 3.0), Operation(*conflict, 4.0, 5.0)]
    assert linearise(late).explained


def test_worlds_after_a_burst_are_kept() -> None:
    """What follows a burst is judged as if nothing had been asked."""
    assert {state.symbols for state in burst("A- A+ B?").ends} == {frozenset("A"), frozenset("AB")}


@pytest.mark.parametrize("width", [8, 16, 64])
def test_wide_bursts_stay_cheap(width: int) -> None:
    """The search tries all orders of a burst that breaks the rule: 16 requests have 2 x 10^13."""
    refused = " ".join(f"1{chr(0x100 + number)}-" for number in range(width - 2))
    search = burst(f"{refused} 1a=x 1b=y")
    assert (search.explained, len(search.seen) < 10 * width) == (False, True)


def test_search_is_given_up_without_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that takes too long is called a violation, or runs for ever."""
    monkeypatch.setattr(room, "MOST_STEPS", 4)
    with pytest.raises(TooManyOrders, match="4 steps"):
        burst("A? B? C? D? E? E+ E+")
