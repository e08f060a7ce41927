"""Faults in how payload and request are compared: in part, after a change, by type, or in some circumstances only (ALC-06)."""

from collections.abc import Callable
from dataclasses import replace

from contracts.mock.behaviour import Behaviour
from contracts.mock.faults.agreement import loosen
from contracts.mock.identities import FIRST
from contracts.mock.rules.allocations import Claim, said_amount
from contracts.mock.state import Order
from contracts.mock.switches import fault
from contracts.wire import Json


def _like(
    of: Callable[[Order], str | None], said: Json, change: Callable[[str], object]
) -> Callable[[Order], bool]:
    """Whether an order's text and what is said are alike after a change."""

    def alike(order: Order) -> bool:
        text = of(order)
        return text is not None and isinstance(said, str) and change(text) == change(said)

    return alike


def _compare(
    mock: Behaviour, name: str, of: Callable[[Order], str | None], change: Callable[[str], object]
) -> None:
    """A member of the payload is compared after a change."""
    loosen(mock, name, lambda order, said: _like(of, said.get(name), change)(order))


@fault("agreement-quantity-last-18-digits", breaks="ALC-06a")
def quantity_last_18_digits(mock: Behaviour) -> None:
    """Quantities are compared by their last 18 digits, as many as the column has."""
    loosen(
        mock,
        "amount.quantity",
        lambda order, said: (
            str(said_amount(said, "quantity")).zfill(18)[-18:] == order.quantity.zfill(18)[-18:]
        ),
    )


@fault("agreement-currency-without-t", breaks="ALC-06b")
def currency_without_t(mock: Behaviour) -> None:
    """Currencies are compared without the t of a test network."""
    loosen(
        mock,
        "amount.currency",
        lambda order, said: str(said_amount(said, "currency")).lstrip("t") == order.currency.lstrip("t"),
    )


@fault("agreement-currency-unless-short", breaks="ALC-06b")
def currency_unless_short(mock: Behaviour) -> None:
    """The currency is not compared in a payload without enterpriseId, which has another reader."""
    loosen(mock, "amount.currency", lambda order, said: "enterpriseId" not in said)


@fault("agreement-client-external-id-by-36", breaks="ALC-06c")
def client_external_id_by_36(mock: Behaviour) -> None:
    """Only the first 36 characters of clientExternalId are compared: it used to be a UUID."""
    _compare(mock, "clientExternalId", lambda order: order.client_external_id, lambda text: text[:36])


@fault("agreement-client-external-id-in-any-case", breaks="ALC-06c")
def client_external_id_in_any_case(mock: Behaviour) -> None:
    """clientExternalId is compared without regard to case."""
    _compare(mock, "clientExternalId", lambda order: order.client_external_id, str.casefold)


@fault("agreement-nonce-as-a-number", breaks="ALC-06d")
def nonce_as_a_number(mock: Behaviour) -> None:
    """Nonces of digits are compared as numbers."""
    _compare(mock, "nonce", lambda order: order.nonce, lambda text: int(text) if text.isdecimal() else text)


@fault("agreement-nonce-as-a-double", breaks="ALC-06d")
def nonce_as_a_double(mock: Behaviour) -> None:
    """Nonces of digits are compared as 64-bit floats."""
    _compare(mock, "nonce", lambda order: order.nonce, lambda text: float(text) if text.isdecimal() else text)


@fault("agreement-nonce-unless-notes", breaks="ALC-06d")
def nonce_unless_notes(mock: Behaviour) -> None:
    """The nonce is not compared where there are notes: an else too many."""
    loosen(mock, "nonce", lambda order, said: order.notes is not None)


@fault("agreement-notes-without-spaces", breaks="ALC-06e")
def notes_without_spaces(mock: Behaviour) -> None:
    """Notes are compared with their spaces collapsed."""
    _compare(mock, "notes", lambda order: order.notes, str.split)


@fault("agreement-notes-by-length", breaks="ALC-06e")
def notes_by_length(mock: Behaviour) -> None:
    """Notes agree that have the same length."""
    _compare(mock, "notes", lambda order: order.notes, len)


@fault("agreement-connection-first-block", breaks="ALC-06f")
def connection_first_block(mock: Behaviour) -> None:
    """Only the first block of connectionId is compared."""
    _compare(mock, "connectionId", lambda order: order.connection_id, lambda text: text[:8])


@fault("agreement-connection-any-own", breaks="ALC-06f")
def connection_any_own(mock: Behaviour) -> None:
    """The payload may name any connection of the enterprise."""
    loosen(mock, "connectionId", lambda order, said: said.get("connectionId") in FIRST.connection_ids)


@fault("agreement-enterprise-may-be-cut", breaks="ALC-06g")
def enterprise_may_be_cut(mock: Behaviour) -> None:
    """It is enough that the path's enterpriseId begins with the payload's."""
    _in(mock, lambda order, said: order.enterprise_id.startswith(str(said["enterpriseId"])))


@fault("agreement-enterprise-if-a-text", breaks="ALC-06g")
def enterprise_if_a_text(mock: Behaviour) -> None:
    """An enterpriseId that is no text is not compared."""
    _in(mock, lambda order, said: not isinstance(said["enterpriseId"], str))


@fault("agreement-enterprise-if-not-empty", breaks="ALC-06g")
def enterprise_if_not_empty(mock: Behaviour) -> None:
    """An enterpriseId that counts as false is taken for one that was left out."""
    _in(mock, lambda order, said: not said["enterpriseId"])


def _in(mock: Behaviour, holds: Claim) -> None:
    loosen(mock, "enterpriseId", lambda order, said: "enterpriseId" in said and holds(order, said))


@fault("agreement-refused-once", breaks="ALC-06c")
def refused_once(mock: Behaviour) -> None:
    """A clientExternalId that disagrees is refused once; the same request sent again passes."""
    seen = set[Order]()

    def passes(order: Order) -> bool:
        known = order in seen
        seen.add(order)
        return known

    loosen(mock, "clientExternalId", lambda order, said: passes(replace(order, signature="")))
