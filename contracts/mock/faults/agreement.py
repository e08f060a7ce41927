"""Faults in what a payload must say, and in how it may be laid out (ALC-06a to ALC-06g, ALC-07)."""

from collections.abc import Callable
from decimal import Decimal

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.identities import BALANCES
from contracts.mock.rules.allocations import Claim, said_amount
from contracts.mock.state import Object, Order
from contracts.mock.switches import fault
from contracts.wire import Json

# What turns red where payloads of a common layout are refused.
REFUSED = (
    "ALC-01",
    "ALC-02",
    "ALC-03",
    "ALC-04",
    "ALC-09",
    "ALC-10",
    "ALC-12",
    "ALC-14",
    "ALC-18",
    "ALC-20",
    "SIG-04",
    "SIG-05",
)


def loosen(mock: Behaviour, name: str, holds: Claim) -> None:
    """A claim also holds where `holds` says so."""
    honest = mock.allocations.claims[name]
    mock.allocations.claims[name] = lambda order, said: honest(order, said) or holds(order, said)


def _alike(text: str, other: Json, change: Callable[[str], object]) -> bool:
    return isinstance(other, str) and change(text) == change(other)


# ALC-06a: quantity


@fault("agreement-skips-quantity", breaks="ALC-06a")
def skips_quantity(mock: Behaviour) -> None:
    """The payload's quantity is not compared."""
    loosen(mock, "amount.quantity", lambda order, said: True)


@fault("agreement-quantity-through-floats", breaks="ALC-06a")
def quantity_through_floats(mock: Behaviour) -> None:
    """Quantities are compared as 64-bit floats: beyond 2^53 neighbours are equal."""
    loosen(
        mock,
        "amount.quantity",
        lambda order, said: _alike(order.quantity, said_amount(said, "quantity"), _as_float),
    )


@fault("agreement-quantity-at-most", breaks="ALC-06a")
def quantity_at_most(mock: Behaviour) -> None:
    """The body may ask for less than was signed."""
    loosen(
        mock,
        "amount.quantity",
        lambda order, said: int(order.quantity) <= _number(said_amount(said, "quantity")),
    )


@fault("agreement-quantity-by-length", breaks="ALC-06a")
def quantity_by_length(mock: Behaviour) -> None:
    """Quantities agree that have the same number of digits."""
    loosen(
        mock,
        "amount.quantity",
        lambda order, said: _alike(order.quantity, said_amount(said, "quantity"), len),
    )


def _as_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _number(value: Json) -> Decimal | int:
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 100
        else 0
    )


# ALC-06b: currency


@fault("agreement-skips-currency", breaks="ALC-06b")
def skips_currency(mock: Behaviour) -> None:
    """The payload's currency is not compared."""
    loosen(mock, "amount.currency", lambda order, said: True)


@fault("agreement-currency-of-a-family", breaks="ALC-06b")
def currency_of_a_family(mock: Behaviour) -> None:
    """Currencies agree that are both on a test network: that begin with t, or with h."""
    loosen(
        mock,
        "amount.currency",
        lambda order, said: (
            order.currency[:1] in "th" and str(said_amount(said, "currency"))[:1] in tuple("th")
        ),
    )


@fault("agreement-currency-unknown-ignored", breaks="ALC-06b")
def currency_unknown_ignored(mock: Behaviour) -> None:
    """A currency in the payload that nobody has a balance of is not compared."""
    loosen(mock, "amount.currency", lambda order, said: said_amount(said, "currency") not in BALANCES)


# ALC-06c: clientExternalId


@fault("agreement-skips-client-external-id", breaks="ALC-06c")
def skips_client_external_id(mock: Behaviour) -> None:
    """The payload's clientExternalId is not compared."""
    loosen(mock, "clientExternalId", lambda order, said: True)


@fault("agreement-client-external-id-by-start", breaks="ALC-06c")
def client_external_id_by_start(mock: Behaviour) -> None:
    """Only the first four characters of clientExternalId are compared."""
    loosen(
        mock,
        "clientExternalId",
        lambda order, said: _alike(
            order.client_external_id, said.get("clientExternalId"), lambda text: text[:4]
        ),
    )


# ALC-06d: nonce


@fault("agreement-skips-nonce", breaks="ALC-06d")
def skips_nonce(mock: Behaviour) -> None:
    """The payload's nonce is not compared: a signature can be used under any other."""
    loosen(mock, "nonce", lambda order, said: True)


@fault("agreement-nonce-by-start", breaks="ALC-06d")
def nonce_by_start(mock: Behaviour) -> None:
    """Only the first four characters of the nonce are compared."""
    loosen(mock, "nonce", lambda order, said: _alike(order.nonce, said.get("nonce"), lambda text: text[:4]))


# ALC-06e: notes


@fault("agreement-skips-notes", breaks="ALC-06e")
def skips_notes(mock: Behaviour) -> None:
    """The payload's notes are not compared."""
    loosen(mock, "notes", lambda order, said: True)


@fault("agreement-notes-only-if-both", breaks="ALC-06e")
def notes_only_if_both(mock: Behaviour) -> None:
    """notes are compared only where both payload and body have them."""
    loosen(mock, "notes", lambda order, said: order.notes is None or "notes" not in said)


@fault("agreement-notes-unsigned", breaks="ALC-06e")
def notes_unsigned(mock: Behaviour) -> None:
    """notes in the body may be missing from the payload."""
    loosen(mock, "notes", lambda order, said: "notes" not in said)


# ALC-06f: connectionId


@fault("agreement-skips-connection", breaks="ALC-06f")
def skips_connection(mock: Behaviour) -> None:
    """The payload's connectionId is not compared."""
    loosen(mock, "connectionId", lambda order, said: True)


@fault("agreement-connection-any-uuid", breaks="ALC-06f")
def connection_any_uuid(mock: Behaviour) -> None:
    """The payload's connectionId only has to look like one."""
    loosen(mock, "connectionId", lambda order, said: str(said.get("connectionId")).count("-") == 4)


# ALC-06g: enterpriseId


@fault("agreement-skips-enterprise", breaks="ALC-06g")
def skips_enterprise(mock: Behaviour) -> None:
    """The payload's enterpriseId is not compared."""
    loosen(mock, "enterpriseId", lambda order, said: True)


@fault("agreement-enterprise-by-length", breaks="ALC-06g")
def enterprise_by_length(mock: Behaviour) -> None:
    """The payload's enterpriseId only has to be a text that is not empty."""
    loosen(mock, "enterpriseId", lambda order, said: bool(said.get("enterpriseId")))


# ALC-07


def _refuse(mock: Behaviour, refuses: Callable[[Order, Object], bool]) -> None:
    """A payload is not taken for one where `refuses` says so."""
    honest = mock.allocations.said

    def said(order: Order) -> Object | None:
        found = honest(order)
        return None if found is None or refuses(order, found) else found

    mock.allocations.said = said


@fault("layout-must-be-compact", breaks="ALC-07", falls_with=REFUSED)
def must_be_compact(mock: Behaviour) -> None:
    """A payload with a space after a comma or colon, or over several lines, is refused."""
    _refuse(
        mock, lambda order, said: len(order.payload) > len(wire.dumps(said, ascii="\\u" in order.payload))
    )


@fault("layout-must-be-one-line", breaks="ALC-07")
def must_be_one_line(mock: Behaviour) -> None:
    """A payload over several lines is refused."""
    _refuse(mock, lambda order, said: "\n" in order.payload)


@fault("layout-escapes-refused", breaks="ALC-07", falls_with=["ALC-18"])
def escapes_refused(mock: Behaviour) -> None:
    """A payload with an escaped character in it is refused."""
    _refuse(mock, lambda order, said: "\\u" in order.payload)


@fault("layout-order-fixed", breaks="ALC-07", falls_with=REFUSED)
def order_fixed(mock: Behaviour) -> None:
    """The payload's keys must come in the order of the document: amount, clientExternalId, nonce, notes, and then the ids."""
    listed = ("amount", "clientExternalId", "nonce", "notes", "connectionId", "enterpriseId")
    _refuse(
        mock,
        lambda order, said: [key for key in said if key in listed] != [key for key in listed if key in said],
    )


@fault("layout-amount-order-fixed", breaks="ALC-07", falls_with=REFUSED)
def amount_order_fixed(mock: Behaviour) -> None:
    """The payload's quantity must not come before its currency."""

    def refuses(order: Order, said: Object) -> bool:
        amount = said.get("amount")
        return isinstance(amount, dict) and next(iter(amount), "") == "quantity"

    _refuse(mock, refuses)


@fault("layout-enterprise-required", breaks="ALC-07", falls_with=REFUSED)
def enterprise_required(mock: Behaviour) -> None:
    """A payload without enterpriseId is refused."""
    _refuse(mock, lambda order, said: "enterpriseId" not in said)


@fault("layout-must-be-issued", breaks="ALC-07", falls_with=REFUSED)
def must_be_issued(mock: Behaviour) -> None:
    """Only a payload that the service itself has issued is taken."""
    issued, honest = set[str](), mock.payloads.text

    def text(said: Object) -> Json:
        made = honest(said)
        issued.add(str(made))
        return made

    mock.payloads.text = text
    _refuse(mock, lambda order, said: order.payload not in issued)
