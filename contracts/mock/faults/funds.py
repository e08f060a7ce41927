"""Faults in where funds go (ALC-14, ALC-15)."""

import asyncio

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_released, without
from contracts.mock.messages import Answer
from contracts.mock.state import Object, Order, State
from contracts.mock.switches import fault

# ALC-14


@fault("overdraft-allowed", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_allowed(mock: Behaviour) -> None:
    """Balances may go below zero."""
    mock.allocations.balance = lambda state, order: 10**100
    mock.allocations.take = lambda state, order, amount: None


@fault("overdraft-answers-400", breaks="ALC-14", falls_with=["ALC-20", "ALC-15"])
def overdraft_answers_400(mock: Behaviour) -> None:
    """More than the balance is answered 400."""
    mock.allocations.released = lambda allocation: Answer(400, {"error": "insufficient balance"})


@fault("overdraft-answers-200", breaks="ALC-14", falls_with=["ALC-04", "ALC-15", "ALC-01"])
def overdraft_answers_200(mock: Behaviour) -> None:
    """More than the balance is answered 200, with the released allocation."""
    honest = mock.allocations.released
    mock.allocations.released = lambda allocation: Answer(200, honest(allocation).body)


@fault("overdraft-without-allocation", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_without_allocation(mock: Behaviour) -> None:
    """The 422 carries the error, but no allocation."""
    mock.allocations.released = lambda allocation: Answer(422, {"error": "insufficient balance"})


@fault("overdraft-without-error", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_without_error(mock: Behaviour) -> None:
    """The 422 carries the allocation, but no error."""
    honest = mock.allocations.released

    def released(allocation: Object) -> Answer:
        body = honest(allocation).body
        return Answer(422, without(body, "error") if isinstance(body, dict) else body)

    mock.allocations.released = released


@fault("overdraft-without-reason", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_without_reason(mock: Behaviour) -> None:
    """The released allocation gives no reason."""
    edit_released(mock, lambda allocation: without(allocation, "reason"))


@fault("overdraft-with-empty-reason", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_with_empty_reason(mock: Behaviour) -> None:
    """The released allocation gives an empty reason."""
    edit_released(mock, lambda allocation: allocation | {"reason": ""})


@fault("overdraft-says-cleared", breaks="ALC-14", falls_with=["ALC-04", "ALC-15"])
def overdraft_says_cleared(mock: Behaviour) -> None:
    """The allocation in a 422 says that it is cleared."""
    edit_released(mock, lambda allocation: allocation | {"status": "cleared"})


@fault("overdraft-says-reserved", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_says_reserved(mock: Behaviour) -> None:
    """The allocation in a 422 says that it is reserved."""
    edit_released(mock, lambda allocation: allocation | {"status": "reserved"})


@fault("overdraft-retriable", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_retriable(mock: Behaviour) -> None:
    """The released allocation says that it can be retried."""
    edit_released(mock, lambda allocation: allocation | {"retriable": True})


@fault("overdraft-locks-the-rest", breaks="ALC-14", falls_with=["ALC-15"])
def overdraft_locks_the_rest(mock: Behaviour) -> None:
    """An amount that is not covered locks what there is of it."""
    mock.allocations.release = lambda state, order, amount: (
        mock.allocations.take(state, order, mock.allocations.balance(state, order))
        if mock.allocations.balance(state, order)
        else None
    )


@fault("overdraft-of-large-amounts", breaks="ALC-14", falls_with=["ALC-15", "ALC-02"])
def overdraft_of_large_amounts(mock: Behaviour) -> None:
    """Amounts pass through 64 bits: what is above is cut off, so that 2^64 + 1 costs 1."""
    mock.allocations.units = lambda order: int(order.quantity) % 2**64


# ALC-15


@fault("funds-race-1ms", breaks="ALC-15", falls_with=["ALC-14"])
def race_1ms(mock: Behaviour) -> None:
    """A millisecond passes between looking at the balance and taking from it."""
    mock.allocations.funds_window = lambda: asyncio.sleep(0.001)


@fault("funds-race-bare-await", breaks="ALC-15", falls_with=["ALC-14"])
def race_bare_await(mock: Behaviour) -> None:
    """0.3 ms pass between looking at the balance and taking from it."""
    mock.allocations.funds_window = lambda: asyncio.sleep(0.0003)


@fault("funds-never-taken", breaks="ALC-15", falls_with=["ALC-14"])
def never_taken(mock: Behaviour) -> None:
    """An allocation is cleared, but the balance stays."""
    mock.allocations.take = lambda state, order, amount: None


@fault("funds-small-amounts-free", breaks="ALC-15", falls_with=["ALC-14"])
def small_amounts_free(mock: Behaviour) -> None:
    """Amounts below ten units are not taken off the balance."""
    honest = mock.allocations.take

    def take(state: State, order: Order, amount: int) -> None:
        if amount >= 10:
            honest(state, order, amount)

    mock.allocations.take = take


@fault("funds-half-taken", breaks="ALC-15", falls_with=["ALC-14"])
def half_taken(mock: Behaviour) -> None:
    """Half of an amount is taken off the balance: the ledger's two sides were added up."""
    honest = mock.allocations.take
    mock.allocations.take = lambda state, order, amount: honest(state, order, amount // 2)
