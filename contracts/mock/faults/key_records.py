"""Faults in how used keys and made allocations are written down and found again (ALC-01 to ALC-04, ALC-09 to ALC-11)."""

import uuid
from collections.abc import Callable, Hashable
from dataclasses import replace

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_cleared
from contracts.mock.identities import FIRST
from contracts.mock.messages import Answer, Refused
from contracts.mock.state import Object, Order, Settled, State
from contracts.mock.switches import fault
from contracts.wire import Json

# ALC-01: fresh keys that are taken for used ones, or for wrong ones


@fault("nonce-compared-by-20-characters", breaks="ALC-01", falls_with=["ALC-09", "ALC-18", "SIG-05"])
def nonce_compared_by_20_characters(mock: Behaviour) -> None:
    """Nonces are compared by their first 20 characters: fresh ones that begin alike are refused."""
    mock.allocations.nonce_key = lambda order: (order.enterprise_id, order.connection_id, order.nonce[:20])


@fault("nonce-numbers-must-grow", breaks="ALC-01", falls_with=["ALC-09", "SIG-05", "ALC-18"])
def nonce_numbers_must_grow(mock: Behaviour) -> None:
    """A nonce of digits must be larger than the one before it."""
    honest, largest = mock.allocations.nonce_used, [0]

    def nonce_used(state: State, key: Hashable, order: Order) -> bool:
        if not order.nonce.isdecimal():
            return honest(state, key, order)
        grown = int(order.nonce) > largest[0]
        largest[0] = max(largest[0], int(order.nonce))
        return not grown

    mock.allocations.nonce_used = nonce_used


@fault("reference-of-plain-characters", breaks="ALC-01", falls_with=["ALC-18", "SIG-05"])
def reference_of_plain_characters(mock: Behaviour) -> None:
    """A clientExternalId may hold letters, digits, hyphens and underscores only."""
    honest = mock.allocations.fields["clientExternalId"].read

    def read(value: Json) -> Json:
        if isinstance(value, str) and value.isascii() and value.replace("-", "").replace("_", "").isalnum():
            return honest(value)
        raise Refused(400, "must be of letters, digits, - and _")

    mock.allocations.fields["clientExternalId"].read = read


@fault("repeat-quantity-as-number", breaks="ALC-01", falls_with=["ALC-02", "ALC-10"])
def repeat_quantity_as_number(mock: Behaviour) -> None:
    """The same request sent again is answered with a quantity that is a JSON number."""

    def as_number(allocation: Object) -> Object:
        amount = allocation["amount"]
        assert isinstance(amount, dict)
        return allocation | {"amount": amount | {"quantity": int(str(amount["quantity"]))}}

    _on_repeat(mock, as_number)


def _on_repeat(mock: Behaviour, change: Callable[[Object], Object]) -> None:
    honest = mock.allocations.repeated

    def repeated(state: State, settled: Settled) -> Answer:
        answer = honest(state, settled)
        assert isinstance(answer.body, dict)
        inner = answer.body["allocation"]
        assert isinstance(inner, dict)
        return (
            Answer(answer.status, answer.body | {"allocation": change(inner)})
            if answer.status == 200
            else answer
        )

    mock.allocations.repeated = repeated


# ALC-02


@fault("allocation-names-first-connection", breaks="ALC-02")
def names_first_connection(mock: Behaviour) -> None:
    """connectionId is that of the enterprise's first connection."""
    edit_cleared(
        mock,
        lambda allocation: (
            allocation | {"connectionId": FIRST.connection_ids[0]}
            if allocation["connectionId"] in FIRST.connection_ids
            else allocation
        ),
    )


@fault("reference-loses-zeros", breaks="ALC-02", falls_with=["ALC-18"])
def reference_loses_zeros(mock: Behaviour) -> None:
    """A clientExternalId of digits comes back without its leading zeros."""
    mock.allocations.echo["clientExternalId"] = lambda value: (
        str(value).lstrip("0") if str(value).isdecimal() else value
    )


@fault("requests-known-for-all-tenants", breaks="ALC-02", falls_with=["ALC-03"])
def known_for_all_tenants(mock: Behaviour) -> None:
    """The same request of another tenant is answered with the first tenant's allocation."""
    mock.allocations.request_key = lambda order: order.client_external_id
    mock.allocations.is_same = lambda earlier, order: (
        (earlier.nonce, earlier.quantity, earlier.currency, earlier.notes)
        == (order.nonce, order.quantity, order.currency, order.notes)
        and (earlier.payload == order.payload or earlier.enterprise_id != order.enterprise_id)
    )


# ALC-03


@fault("allocation-ids-come-again", breaks="ALC-03")
def ids_come_again(mock: Behaviour) -> None:
    """Ids come again after 100 allocations."""
    made = list[None]()

    def id_of(state: State, order: Order) -> Json:
        made.append(None)
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(len(made) % 100)))

    mock.allocations.id = id_of


@fault("allocation-id-of-lower-case", breaks="ALC-03")
def id_of_lower_case(mock: Behaviour) -> None:
    """The id is made of clientExternalId in lower case: two that differ in case share it."""
    mock.allocations.id = lambda state, order: str(
        uuid.uuid5(uuid.NAMESPACE_OID, order.client_external_id.lower())
    )


# ALC-04


@fault("repeat-says-pending", breaks="ALC-04", falls_with=["ALC-10"])
def repeat_says_pending(mock: Behaviour) -> None:
    """The same request sent again is answered with an allocation that is pending."""
    _on_repeat(mock, lambda allocation: allocation | {"status": "pending"})


@fault("large-allocation-retriable", breaks="ALC-04")
def large_retriable(mock: Behaviour) -> None:
    """From 10^9 units on, an allocation is reserved and to be tried again."""

    def large(allocation: Object) -> Object:
        amount = allocation["amount"]
        assert isinstance(amount, dict)
        is_large = len(str(amount["quantity"])) > 9
        return allocation | ({"status": "reserved", "retriable": True} if is_large else {})

    edit_cleared(mock, large)


# ALC-09


@fault("nonce-forgotten-after-150", breaks="ALC-09")
def nonce_forgotten_after_150(mock: Behaviour) -> None:
    """Only the 150 newest nonces are remembered."""
    honest = mock.allocations.use_nonce

    def use_nonce(state: State, key: Hashable, order: Order) -> None:
        honest(state, key, order)
        if len(state.nonces) > 150:
            del state.nonces[next(iter(state.nonces))]

    mock.allocations.use_nonce = use_nonce


@fault("nonce-freed-by-a-repeat", breaks="ALC-09", falls_with=["ALC-10", "ALC-11"])
def nonce_freed_by_a_repeat(mock: Behaviour) -> None:
    """The same request sent again frees its nonce."""
    honest = mock.allocations.repeated

    def repeated(state: State, settled: Settled) -> Answer:
        state.nonces.pop(mock.allocations.nonce_key(settled.order), None)
        return honest(state, settled)

    mock.allocations.repeated = repeated


@fault("nonce-cut-where-it-is-kept", breaks="ALC-09")
def nonce_cut_where_it_is_kept(mock: Behaviour) -> None:
    """A nonce is kept in 40 characters, and looked for in full."""
    honest = mock.allocations.use_nonce
    mock.allocations.use_nonce = lambda state, key, order: honest(
        state, mock.allocations.nonce_key(replace(order, nonce=order.nonce[:40])), order
    )


@fault("nonce-kept-with-notes-alone", breaks="ALC-09", falls_with=["ALC-13"])
def nonce_kept_with_notes_alone(mock: Behaviour) -> None:
    """Nonces of allocations without notes are not found: the query joins on them."""
    honest = mock.allocations.use_nonce

    def use_nonce(state: State, key: Hashable, order: Order) -> None:
        if order.notes is not None:
            honest(state, key, order)

    mock.allocations.use_nonce = use_nonce


# ALC-10


@fault("repeat-forgotten-after-150", breaks="ALC-10", falls_with=["ALC-11"])
def repeat_forgotten_after_150(mock: Behaviour) -> None:
    """Only the 150 newest requests are known again."""
    honest = mock.allocations.keep

    def keep(state: State, key: Hashable, settled: Settled) -> None:
        honest(state, key, settled)
        if len(state.settled) > 150:
            del state.settled[next(iter(state.settled))]

    mock.allocations.keep = keep


@fault("repeat-needs-funds", breaks="ALC-10", falls_with=["ALC-14"])
def repeat_needs_funds(mock: Behaviour) -> None:
    """Whether the funds suffice is asked before anybody looks whether the request is a repeat."""
    honest = mock.allocations.repeated

    def repeated(state: State, settled: Settled) -> Answer:
        enough = mock.allocations.balance(state, settled.order) >= int(settled.order.quantity)
        allocation = settled.body["allocation"]
        assert isinstance(allocation, dict)
        return honest(state, settled) if enough else mock.allocations.released(allocation)

    mock.allocations.repeated = repeated


# ALC-11


@fault("id-once-per-connection", breaks="ALC-11")
def id_once_per_connection(mock: Behaviour) -> None:
    """A clientExternalId works once for each connection."""
    mock.allocations.request_key = lambda order: (order.connection_id, order.client_external_id)


@fault("id-cut-where-it-is-kept", breaks="ALC-11", falls_with=["ALC-10", "ALC-12"])
def id_cut_where_it_is_kept(mock: Behaviour) -> None:
    """A clientExternalId is kept in 36 characters, and looked for in full."""
    honest = mock.allocations.keep
    mock.allocations.keep = lambda state, key, settled: honest(
        state,
        mock.allocations.request_key(
            replace(settled.order, client_external_id=settled.order.client_external_id[:36])
        ),
        settled,
    )


@fault("id-freed-by-a-release", breaks="ALC-11", falls_with=["ALC-10"])
def id_freed_by_a_release(mock: Behaviour) -> None:
    """More than the balance, asked for under a used clientExternalId, frees it."""
    honest = mock.allocations.is_same

    def is_same(earlier: Order, order: Order) -> bool:
        if len(order.quantity) > 30 and earlier.client_external_id == order.client_external_id:
            freed.add(earlier.client_external_id)
        return earlier.client_external_id not in freed and honest(earlier, order)

    freed = set[str]()
    mock.allocations.is_same = is_same
    found = mock.allocations.find_settled
    mock.allocations.find_settled = lambda state, key: (
        None
        if (settled := found(state, key)) and settled.order.client_external_id in freed
        else found(state, key)
    )
