"""Faults in what counts as used or as a repetition, one after the other and at once (ALC-09 to ALC-13)."""

import asyncio
import time
from collections.abc import Callable, Hashable

from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import Answer
from contracts.mock.rules.records import new_id
from contracts.mock.state import Order, Settled, State
from contracts.mock.switches import fault


def _nonce_if(mock: Behaviour, applies: Callable[[State, Order], bool]) -> None:
    """A used nonce is only seen where `applies` says so."""
    honest = mock.allocations.nonce_used
    mock.allocations.nonce_used = lambda state, key, order: (
        applies(state, order) and honest(state, key, order)
    )


def _nonces_beyond(mock: Behaviour, most: int) -> None:
    """Only the newest `most` nonces are remembered."""
    honest = mock.allocations.use_nonce

    def use_nonce(state: State, key: Hashable, order: Order) -> None:
        honest(state, key, order)
        if len(state.nonces) > most:
            del state.nonces[next(iter(state.nonces))]

    mock.allocations.use_nonce = use_nonce


# ALC-09


@fault("nonce-never-checked", breaks="ALC-09", falls_with=["ALC-13"])
def nonce_never_checked(mock: Behaviour) -> None:
    """A nonce may be used as often as one likes."""
    _nonce_if(mock, lambda state, order: False)


@fault("nonce-forgets-after-16", breaks="ALC-09")
def nonce_forgets_after_16(mock: Behaviour) -> None:
    """Only the 16 newest nonces are remembered."""
    _nonces_beyond(mock, 16)


@fault("nonce-only-the-last", breaks="ALC-09", falls_with=["ALC-13"])
def nonce_only_the_last(mock: Behaviour) -> None:
    """Only the newest nonce is remembered."""
    _nonces_beyond(mock, 1)


@fault("nonce-once-per-currency", breaks="ALC-09")
def nonce_once_per_currency(mock: Behaviour) -> None:
    """A nonce works once for each currency."""
    mock.allocations.nonce_key = lambda order: (order.enterprise_id, order.currency, order.nonce)


@fault("nonce-once-per-quantity", breaks="ALC-09", falls_with=["ALC-13"])
def nonce_once_per_quantity(mock: Behaviour) -> None:
    """A nonce works once for each amount."""
    mock.allocations.nonce_key = lambda order: (order.enterprise_id, order.quantity, order.nonce)


@fault("nonce-once-per-notes", breaks="ALC-09", falls_with=["ALC-13"])
def nonce_once_per_notes(mock: Behaviour) -> None:
    """A nonce works once for each text of notes."""
    mock.allocations.nonce_key = lambda order: (order.enterprise_id, order.notes, order.nonce)


@fault("nonce-once-per-client-external-id", breaks="ALC-09", falls_with=["ALC-13"])
def nonce_once_per_client_external_id(mock: Behaviour) -> None:
    """A nonce works once for each clientExternalId."""
    mock.allocations.nonce_key = lambda order: (order.enterprise_id, order.client_external_id, order.nonce)


@fault("nonce-freed-by-refusal", breaks="ALC-09", falls_with=["ALC-11", "ALC-13", "ALC-15"])
def nonce_freed_by_refusal(mock: Behaviour) -> None:
    """A refused repetition frees the nonce: the next one works."""
    honest = mock.allocations.nonce_used

    def nonce_used(state: State, key: Hashable, order: Order) -> bool:
        used = honest(state, key, order)
        state.nonces.pop(key, None)
        return used

    mock.allocations.nonce_used = nonce_used


# ALC-10


@fault("repeat-answers-409", breaks="ALC-10", falls_with=["ALC-12", "SIG-04"])
def repeat_answers_409(mock: Behaviour) -> None:
    """The same request sent again is refused: its clientExternalId was used."""
    mock.allocations.is_same = lambda earlier, order: False


@fault("repeat-answers-another-id", breaks="ALC-10", falls_with=["ALC-03", "ALC-12"])
def repeat_answers_another_id(mock: Behaviour) -> None:
    """The same request sent again is answered with the allocation under a new id."""

    def repeated(state: State, settled: Settled) -> Answer:
        allocation = settled.body["allocation"]
        assert isinstance(allocation, dict)
        return Answer(settled.status, settled.body | {"allocation": allocation | {"id": new_id()}})

    mock.allocations.repeated = repeated


@fault("repeat-locks-again", breaks="ALC-10", falls_with=["ALC-12", "ALC-14", "ALC-15"])
def repeat_locks_again(mock: Behaviour) -> None:
    """The same request sent again is answered with the same allocation, but locks its amount once more."""
    honest = mock.allocations.repeated

    def repeated(state: State, settled: Settled) -> Answer:
        if settled.status == 200:
            left = mock.allocations.balance(state, settled.order)
            mock.allocations.take(state, settled.order, min(left, int(settled.order.quantity)))
        return honest(state, settled)

    mock.allocations.repeated = repeated


@fault("repeat-locks-what-fits", breaks="ALC-10", falls_with=["ALC-12", "ALC-14", "ALC-15"])
def repeat_locks_what_fits(mock: Behaviour) -> None:
    """The same request sent again locks its amount once more where so much is left."""
    honest = mock.allocations.repeated

    def repeated(state: State, settled: Settled) -> Answer:
        quantity = int(settled.order.quantity)
        if settled.status == 200 and mock.allocations.balance(state, settled.order) >= quantity:
            mock.allocations.take(state, settled.order, quantity)
        return honest(state, settled)

    mock.allocations.repeated = repeated


@fault("repeat-allocates-anew", breaks="ALC-10", falls_with=["ALC-03", "ALC-11", "ALC-12", "ALC-15"])
def repeat_allocates_anew(mock: Behaviour) -> None:
    """The same request sent again is a new allocation."""
    _unsettled_if(mock, lambda state, settled: True, frees_nonce=True)


@fault("repeat-forgotten-after-16", breaks="ALC-10", falls_with=["ALC-11"])
def repeat_forgotten_after_16(mock: Behaviour) -> None:
    """Only the 16 newest requests are known again; an older one is refused for its nonce."""
    honest = mock.allocations.keep

    def keep(state: State, key: Hashable, settled: Settled) -> None:
        honest(state, key, settled)
        if len(state.settled) > 16:
            del state.settled[next(iter(state.settled))]

    mock.allocations.keep = keep


@fault("repeat-with-notes-unknown", breaks="ALC-10", falls_with=["ALC-12"])
def repeat_with_notes_unknown(mock: Behaviour) -> None:
    """A request with notes is not known again."""
    honest = mock.allocations.is_same
    mock.allocations.is_same = lambda earlier, order: order.notes is None and honest(earlier, order)


@fault("repeat-known-once", breaks="ALC-10", falls_with=["ALC-12"])
def repeat_known_once(mock: Behaviour) -> None:
    """The same request is known again once; the third time it is refused."""
    honest, repeats = mock.allocations.is_same, dict[Order, int]()

    def is_same(earlier: Order, order: Order) -> bool:
        repeats[earlier] = repeats.get(earlier, 0) + 1
        return repeats[earlier] == 1 and honest(earlier, order)

    mock.allocations.is_same = is_same


def _unsettled_if(
    mock: Behaviour, applies: Callable[[State, Settled], bool], *, frees_nonce: bool = False
) -> None:
    """What an order came to is not found where `applies` says so."""
    honest = mock.allocations.find_settled

    def find_settled(state: State, key: Hashable) -> Settled | None:
        settled = honest(state, key)
        if settled is None or not applies(state, settled):
            return settled
        if frees_nonce:
            state.nonces.pop(mock.allocations.nonce_key(settled.order), None)
        return None

    mock.allocations.find_settled = find_settled


# ALC-11


@fault("id-once-per-quantity", breaks="ALC-11")
def id_once_per_quantity(mock: Behaviour) -> None:
    """A clientExternalId works once for each amount."""
    mock.allocations.request_key = lambda order: (
        order.enterprise_id,
        order.client_external_id,
        order.quantity,
    )


@fault("id-once-per-currency", breaks="ALC-11")
def id_once_per_currency(mock: Behaviour) -> None:
    """A clientExternalId works once for each currency."""
    mock.allocations.request_key = lambda order: (
        order.enterprise_id,
        order.client_external_id,
        order.currency,
    )


@fault("id-once-per-nonce", breaks="ALC-11")
def id_once_per_nonce(mock: Behaviour) -> None:
    """A clientExternalId works once for each nonce."""
    mock.allocations.request_key = lambda order: (order.enterprise_id, order.client_external_id, order.nonce)


@fault("id-once-per-notes", breaks="ALC-11")
def id_once_per_notes(mock: Behaviour) -> None:
    """A clientExternalId works once for each text of notes."""
    mock.allocations.request_key = lambda order: (order.enterprise_id, order.client_external_id, order.notes)


@fault("id-once-per-payload", breaks="ALC-11")
def id_once_per_payload(mock: Behaviour) -> None:
    """A clientExternalId works once for each payload."""
    mock.allocations.request_key = lambda order: (
        order.enterprise_id,
        order.client_external_id,
        order.payload,
    )


@fault("id-refused-once", breaks="ALC-11", falls_with=["ALC-10"])
def id_refused_once(mock: Behaviour) -> None:
    """A clientExternalId that was refused for other content is free again."""
    honest, refused = mock.allocations.is_same, set[str]()

    def is_same(earlier: Order, order: Order) -> bool:
        same = honest(earlier, order)
        if not same:
            refused.add(earlier.client_external_id)
        return same

    mock.allocations.is_same = is_same
    _unsettled_if(mock, lambda state, settled: settled.order.client_external_id in refused)


# ALC-12 and ALC-13: at once

RACES = ("ALC-09", "ALC-10", "ALC-11", "ALC-12", "ALC-13", "ALC-15")


@fault("allocation-race-1ms", breaks="ALC-12", falls_with=RACES)
def race_1ms(mock: Behaviour) -> None:
    """A millisecond passes between looking for an earlier request and writing this one down."""
    mock.allocations.window = lambda: asyncio.sleep(0.001)


@fault("allocation-race-bare-await", breaks="ALC-12", falls_with=RACES)
def race_bare_await(mock: Behaviour) -> None:
    """0.3 ms pass between looking for an earlier request and writing this one down."""
    mock.allocations.window = lambda: asyncio.sleep(0.0003)


@fault("repeat-race-stale-replica", breaks="ALC-12", falls_with=["ALC-10", "ALC-15"])
def repeat_race_stale_replica(mock: Behaviour) -> None:
    """Earlier requests are looked up in a copy that is 3 ms behind; nonces of the same request are not in the way."""
    since = dict[str, float]()
    honest = mock.allocations.keep

    def keep(state: State, key: Hashable, settled: Settled) -> None:
        since[settled.order.client_external_id] = time.monotonic()
        honest(state, key, settled)

    mock.allocations.keep = keep
    _unsettled_if(
        mock,
        lambda state, settled: time.monotonic() - since.get(settled.order.client_external_id, 0) < 0.003,
        frees_nonce=True,
    )


@fault("nonce-race-stale-replica", breaks="ALC-13", falls_with=["ALC-09"])
def nonce_race_stale_replica(mock: Behaviour) -> None:
    """Used nonces are looked up in a copy that is 3 ms behind."""
    honest, since = mock.allocations.use_nonce, dict[Hashable, float]()

    def use_nonce(state: State, key: Hashable, order: Order) -> None:
        since[key] = time.monotonic()
        honest(state, key, order)

    mock.allocations.use_nonce = use_nonce
    _nonce_if(
        mock, lambda state, order: time.monotonic() - since.get(mock.allocations.nonce_key(order), 0) > 0.003
    )


@fault("nonce-race-1ms", breaks="ALC-13", falls_with=["ALC-09", "ALC-15"])
def nonce_race_1ms(mock: Behaviour) -> None:
    """A nonce is used up a millisecond after it was looked for; a repetition is still known."""
    honest = mock.allocations.use_nonce

    def use_nonce(state: State, key: Hashable, order: Order) -> None:
        asyncio.get_running_loop().call_later(0.001, honest, state, key, order)

    mock.allocations.use_nonce = use_nonce
