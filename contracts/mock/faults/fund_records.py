"""Faults in balances: for a while, at their end, beyond a register (ALC-14, ALC-15)."""

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_released
from contracts.mock.messages import Answer
from contracts.mock.state import Object, Order, State
from contracts.mock.switches import fault

# ALC-14


@fault("empty-balance-answers-402", breaks="ALC-14", falls_with=["HTP-02", "ALC-15"])
def empty_answers_402(mock: Behaviour) -> None:
    """Where nothing at all is left, the answer is 402."""
    honest, released, empty = mock.allocations.balance, mock.allocations.released, [False]

    def balance(state: State, order: Order) -> int:
        left = honest(state, order)
        empty[0] = left == 0
        return left

    def answered(allocation: Object) -> Answer:
        return Answer(402, {"error": "no funds"}) if empty[0] else released(allocation)

    mock.allocations.balance, mock.allocations.released = balance, answered


@fault("overdraft-of-signed-64-bits", breaks="ALC-14", falls_with=["ALC-15", "ALC-02"])
def of_signed_64_bits(mock: Behaviour) -> None:
    """Amounts are compared with the balance as signed 64-bit numbers: some huge ones are negative, and covered."""
    mock.allocations.is_covered = lambda available, amount: _signed(amount) <= available
    honest = mock.allocations.take
    mock.allocations.take = lambda state, order, amount: honest(state, order, max(0, _signed(amount)))


def _signed(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


@fault("overdraft-without-reason-or-notes", breaks="ALC-14", falls_with=["ALC-15"])
def without_reason_or_notes(mock: Behaviour) -> None:
    """The released allocation of a request without notes has an empty reason."""
    edit_released(mock, lambda allocation: allocation | ({} if "notes" in allocation else {"reason": ""}))


@fault("overdraft-without-error-elsewhere", breaks="ALC-14", falls_with=["ALC-15"])
def without_error_elsewhere(mock: Behaviour) -> None:
    """At another connection than the first, the 422 has no error."""
    honest = mock.allocations.released

    def released(allocation: Object) -> Answer:
        answer = honest(allocation)
        elsewhere = str(allocation["connectionId"]).startswith("9")
        return Answer(422, {"allocation": _inner(answer)}) if elsewhere else answer

    mock.allocations.released = released


def _inner(answer: Answer) -> Object:
    assert isinstance(answer.body, dict)
    inner = answer.body["allocation"]
    assert isinstance(inner, dict)
    return inner


# ALC-15


@fault("funds-come-back", breaks="ALC-15", falls_with=["ALC-14", "ALC-10"])
def come_back(mock: Behaviour) -> None:
    """What was allocated is free again after 25 further allocations."""
    held = list[tuple[tuple[str, str], int]]()
    honest = mock.allocations.take

    def take(state: State, order: Order, amount: int) -> None:
        honest(state, order, amount)
        held.append(((order.enterprise_id, order.currency), amount))
        if len(held) > 25:
            place, freed = held.pop(0)
            state.funds[place] += freed

    mock.allocations.take = take


@fault("funds-refunded-by-a-refusal", breaks="ALC-15", falls_with=["ALC-14", "ALC-09"])
def refunded_by_a_refusal(mock: Behaviour) -> None:
    """A refused reuse of a nonce gives the first allocation's funds back."""
    honest = mock.allocations.nonce_used

    def nonce_used(state: State, key: object, order: Order) -> bool:
        used = honest(state, mock.allocations.nonce_key(order), order)
        first = state.nonces.get(mock.allocations.nonce_key(order)) if used else None
        if first is not None:
            state.funds[first.enterprise_id, first.currency] += int(first.quantity)
        return used

    mock.allocations.nonce_used = nonce_used
