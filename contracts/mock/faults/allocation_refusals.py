"""Faults in what create allocation refuses as malformed, and in what a refusal uses up (ALC-16, ALC-17, ALC-20)."""

import re
from collections.abc import Callable, Hashable
from decimal import Decimal

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.faults.payloads import order_like
from contracts.mock.messages import CREATE_ALLOCATION, Answer, Asked, Refused
from contracts.mock.rules.allocations import said_amount
from contracts.mock.rules.fields import any_text
from contracts.mock.state import Object, Order, Settled, State
from contracts.mock.switches import fault
from contracts.wire import Json

# ALC-16


@fault("allocation-empty-nonce", breaks="ALC-16")
def empty_nonce(mock: Behaviour) -> None:
    """An empty nonce is taken."""
    mock.allocations.fields["nonce"].read = any_text


@fault("allocation-empty-id", breaks="ALC-16")
def empty_id(mock: Behaviour) -> None:
    """An empty clientExternalId is taken."""
    mock.allocations.fields["clientExternalId"].read = any_text


@fault("allocation-empty-notes", breaks="ALC-16")
def empty_notes(mock: Behaviour) -> None:
    """Empty notes are taken."""
    mock.allocations.fields["notes"].read = any_text


@fault("allocation-without-nonce", breaks="ALC-16")
def without_nonce(mock: Behaviour) -> None:
    """The body's nonce may be left out; the payload's counts."""
    _from_payload(mock, "nonce")


@fault("allocation-without-id", breaks="ALC-16")
def without_id(mock: Behaviour) -> None:
    """The body's clientExternalId may be left out; the payload's counts."""
    _from_payload(mock, "clientExternalId")


@fault("allocation-without-amount", breaks="ALC-16")
def without_amount(mock: Behaviour) -> None:
    """The body's amount may be left out; the payload's counts."""
    _from_payload(mock, "amount")


def _from_payload(mock: Behaviour, name: str) -> None:
    """A field of the body may be left out where the payload has it."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        value = honest(body)
        if not isinstance(value, dict) or name in value or not isinstance(value.get("payload"), str):
            return value
        try:
            said = wire.parse(str(value["payload"]))
        except wire.NotJson:
            return value
        return value | {name: said[name]} if isinstance(said, dict) and name in said else value

    mock.protocol.parse = parse


@fault("allocation-missing-field-answers-422", breaks="ALC-16", falls_with=["HTP-02", "ALC-20", "ALC-14"])
def missing_field_answers_422(mock: Behaviour) -> None:
    """A missing field is answered 422, without an allocation."""
    _answer_otherwise(mock, lambda why: why.endswith("is required"), 422)


@fault("allocation-malformed-answers-404", breaks="ALC-16", falls_with=["HTP-02"])
def malformed_answers_404(mock: Behaviour) -> None:
    """A body that is no JSON is answered 404."""
    _answer_otherwise(mock, lambda why: "JSON" in why and "payload" not in why, 404)


def _answer_otherwise(mock: Behaviour, applies: Callable[[str], bool], status: int) -> None:
    honest = mock.access.denied

    def denied(refused: Refused, asked: Asked) -> Answer:
        answer = honest(refused, asked)
        if asked.operation == CREATE_ALLOCATION and refused.status == 400 and applies(refused.why):
            answer.status = status
        return answer

    mock.access.denied = denied


@fault("allocation-coerces-nonce", breaks="ALC-16")
def coerces_nonce(mock: Behaviour) -> None:
    """A nonce that is a number becomes its text, in body and payload."""
    _coerce(mock, "nonce", lambda order: order.nonce)


@fault("allocation-coerces-id", breaks="ALC-16", falls_with=["ALC-02"])
def coerces_id(mock: Behaviour) -> None:
    """A clientExternalId that is a number becomes its text, in body and payload."""
    _coerce(mock, "clientExternalId", lambda order: order.client_external_id)


def _coerce(mock: Behaviour, name: str, of: Callable[[Order], str]) -> None:
    field = mock.allocations.fields[name]
    honest = field.read
    field.read = lambda value: honest(_as_text(value))
    mock.allocations.claims[name] = lambda order, said: _as_text(said.get(name)) == of(order)


def _as_text(value: Json) -> Json:
    return value if isinstance(value, str) or value is None else wire.dumps(value)


@fault(
    "allocation-payload-that-says-nothing",
    breaks="ALC-16",
    falls_with=["ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e", "ALC-06f", "ALC-06g"],
)
def payload_that_says_nothing(mock: Behaviour) -> None:
    """A signed payload that is no JSON object is taken: there is nothing in it to disagree with."""
    honest, claims = mock.allocations.said, mock.allocations.claims
    mock.allocations.said = lambda order: honest(order) or {}
    for name, holds in claims.items():
        claims[name] = lambda order, said, holds=holds: said == {} or holds(order, said)  # type: ignore[misc]


# ALC-17


def _quantities(mock: Behaviour, form: str, units: Callable[[str], int]) -> None:
    """Quantities of another form are taken as well, by both operations; `units` says how many base units they are."""
    honest_units = mock.allocations.units
    pattern = re.compile(form)

    def read(honest: Callable[[Json], Json]) -> Callable[[Json], Json]:
        return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else honest(value)

    for fields in (mock.payloads.amount, mock.allocations.amount):
        fields["quantity"].read = read(fields["quantity"].read)
    mock.allocations.units = lambda order: (
        units(order.quantity) if pattern.fullmatch(order.quantity) else honest_units(order)
    )


@fault("quantity-zero", breaks="ALC-17")
def zero(mock: Behaviour) -> None:
    """A quantity of zero is taken."""
    _quantities(mock, "0", int)


@fault("quantity-negative", breaks="ALC-17")
def negative(mock: Behaviour) -> None:
    """A negative quantity is taken, and pays the amount back."""
    _quantities(mock, "-[1-9][0-9]{0,99}", int)


@fault("quantity-fraction", breaks="ALC-17")
def fraction(mock: Behaviour) -> None:
    """A quantity with a fraction is taken, and cut."""
    _quantities(mock, r"[0-9]{1,30}\.[0-9]{1,30}", lambda text: int(Decimal(text)))


@fault("quantity-exponent", breaks="ALC-17")
def exponent(mock: Behaviour) -> None:
    """A quantity with an exponent is taken."""
    _quantities(mock, "[0-9]{1,30}[eE][+]?[0-9]{1,2}", lambda text: int(Decimal(text)))


@fault("quantity-hexadecimal", breaks="ALC-17")
def hexadecimal(mock: Behaviour) -> None:
    """A hexadecimal quantity is taken."""
    _quantities(mock, "0[xX][0-9a-fA-F]{1,60}", lambda text: int(text, 16))


@fault("quantity-padded", breaks="ALC-17")
def padded(mock: Behaviour) -> None:
    """A quantity is taken with spaces around it."""
    _quantities(mock, " *[1-9][0-9]{0,60} *", int)


@fault("quantity-signed", breaks="ALC-17")
def signed(mock: Behaviour) -> None:
    """A quantity is taken with a plus before it, or with underscores and commas in it."""
    _quantities(mock, r"\+?[1-9][0-9_,]{0,60}", lambda text: int(re.sub("[_,]", "", text)))


@fault("quantity-other-digits", breaks="ALC-17")
def other_digits(mock: Behaviour) -> None:
    """A quantity in digits of any script is taken."""
    _quantities(mock, r"\d{1,60}(?<![0-9])", int)


@fault("quantity-text-is-nothing", breaks="ALC-17")
def text_is_nothing(mock: Behaviour) -> None:
    """A quantity that cannot be read counts as nothing, and is cleared."""
    _quantities(mock, "[^0-9]+", lambda text: 0)


@fault("quantity-json-number", breaks="ALC-17", falls_with=["ALC-16", "SIG-06"])
def json_number(mock: Behaviour) -> None:
    """A quantity may be a JSON number."""

    def read(honest: Callable[[Json], Json]) -> Callable[[Json], Json]:
        return lambda value: honest(value if isinstance(value, bool) or value is None else _as_text(value))

    for fields in (mock.payloads.amount, mock.allocations.amount):
        fields["quantity"].read = read(fields["quantity"].read)

    def agrees(order: Order, said: Object) -> bool:
        return _as_text(said_amount(said, "quantity")) == order.quantity

    mock.allocations.claims["amount.quantity"] = agrees


# ALC-20


def _after_refusal(mock: Behaviour, leave: Callable[[State, Order], None]) -> None:
    """A request refused with 400 leaves something behind, as far as it can be read."""

    def after_refusal(state: State, asked: Asked, body: Json) -> None:
        if isinstance(body, dict) and "clientExternalId" in body and "nonce" in body:
            leave(state, order_like(asked, body))

    mock.allocations.after_refusal = after_refusal


@fault("refusal-uses-nonce", breaks="ALC-20", falls_with=["ALC-05", "ALC-16"])
def refusal_uses_nonce(mock: Behaviour) -> None:
    """A request refused with 400 uses up its nonce."""

    def leave(state: State, order: Order) -> None:
        state.nonces.setdefault(mock.allocations.nonce_key(order), order)

    _after_refusal(mock, leave)


@fault("refusal-uses-id", breaks="ALC-20", falls_with=["ALC-05", "ALC-16"])
def refusal_uses_id(mock: Behaviour) -> None:
    """A request refused with 400 uses up its clientExternalId."""

    def leave(state: State, order: Order) -> None:
        state.settled.setdefault(mock.allocations.request_key(order), Settled(order, 400, {}))

    _after_refusal(mock, leave)


@fault("refused-quantity-uses-nonce", breaks="ALC-20", falls_with=["ALC-17"])
def refused_quantity_uses_nonce(mock: Behaviour) -> None:
    """A request that was refused for its amount uses up its nonce."""

    def leave(state: State, order: Order) -> None:
        if not re.fullmatch("[1-9][0-9]*", order.quantity):
            state.nonces.setdefault(mock.allocations.nonce_key(order), order)

    _after_refusal(mock, leave)


@fault("refused-signature-uses-nonce", breaks="ALC-20", falls_with=["ALC-05"])
def refused_signature_uses_nonce(mock: Behaviour) -> None:
    """A request that was refused for its signature uses up its nonce."""
    honest = mock.allocations.is_signed
    rules = mock.allocations

    def is_signed(_: object, order: Order) -> bool:
        signed = honest(rules, order)
        if not signed:
            burnt.setdefault(rules.nonce_key(order), order)
        return signed

    burnt: dict[Hashable, Order] = {}
    mock.allocations.is_signed = is_signed
    used = rules.nonce_used
    rules.nonce_used = lambda state, key, order: key in burnt or used(state, key, order)
