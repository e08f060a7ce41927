"""Faults in signing payloads (SIG-01 to SIG-06)."""

from collections.abc import Callable
from dataclasses import replace

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import without
from contracts.mock.faults.loss import as_float, ascii_only
from contracts.mock.messages import SIGNING_PAYLOAD, Answer, Asked, Refused
from contracts.mock.rules.fields import Reader, any_text
from contracts.mock.state import Object, Order, State
from contracts.mock.switches import fault
from contracts.wire import Json

# What turns red with a payload that says something else than was asked: signed as it is, it is refused.
UNTRUE = ("SIG-03", "SIG-05", "SIG-07", "ALC-01", "ALC-02", "ALC-18")


def _say(mock: Behaviour, change: Callable[[Object], Object]) -> None:
    """The payload says something else."""
    honest = mock.payloads.content
    mock.payloads.content = lambda asked, sent: change(honest(asked, sent))


def with_amount(said: Object, name: str, change: Callable[[Json], Json]) -> Object:
    """The same with one member of the amount changed."""
    amount = said["amount"]
    assert isinstance(amount, dict)
    return said | {"amount": amount | {name: change(amount[name])}}


# SIG-01


@fault("payload-is-an-object", breaks="SIG-01", falls_with=["SIG-02", "SIG-03", "SIG-05", "SIG-07"])
def payload_is_an_object(mock: Behaviour) -> None:
    """`payload` is a JSON object instead of its text."""
    mock.payloads.text = lambda said: said


@fault(
    "payload-answers-201",
    breaks="SIG-01",
    falls_with=["HTP-02", "SIG-03", "SIG-04", "SIG-05", "SIG-07", "AUT-05"],
)
def payload_answers_201(mock: Behaviour) -> None:
    """Asking for a payload is answered 201."""
    mock.payloads.issued = lambda payload: Answer(201, {"payload": payload})


@fault("payload-empty-with-notes", breaks="SIG-01", falls_with=["SIG-02", "SIG-03", "SIG-05", "SIG-07"])
def payload_empty_with_notes(mock: Behaviour) -> None:
    """`payload` is empty where notes were given."""
    honest = mock.payloads.text
    mock.payloads.text = lambda said: "" if "notes" in said else honest(said)


# SIG-02


@fault("payload-quantity-as-number", breaks="SIG-02", falls_with=UNTRUE)
def quantity_as_number(mock: Behaviour) -> None:
    """The payload's quantity is a JSON number."""
    _say(mock, lambda said: with_amount(said, "quantity", lambda value: int(str(value))))


@fault("payload-quantity-through-floats", breaks="SIG-02", falls_with=UNTRUE)
def quantity_through_floats(mock: Behaviour) -> None:
    """The payload's quantity passed through a 64-bit float."""
    _say(mock, lambda said: with_amount(said, "quantity", lambda value: f"{as_float(int(str(value))):.0f}"))


@fault("payload-drops-notes", breaks="SIG-02", falls_with=UNTRUE)
def drops_notes(mock: Behaviour) -> None:
    """The payload leaves notes out."""
    _say(mock, lambda said: without(said, "notes"))


@fault("payload-drops-nonce", breaks="SIG-02", falls_with=UNTRUE)
def drops_nonce(mock: Behaviour) -> None:
    """The payload leaves the nonce out."""
    _say(mock, lambda said: without(said, "nonce"))


@fault("payload-drops-connection", breaks="SIG-02", falls_with=UNTRUE)
def drops_connection(mock: Behaviour) -> None:
    """The payload leaves connectionId out."""
    _say(mock, lambda said: without(said, "connectionId"))


@fault("payload-lower-cases-ids", breaks="SIG-02", falls_with=UNTRUE)
def lower_cases_ids(mock: Behaviour) -> None:
    """The payload's clientExternalId is in lower case."""
    _say(mock, lambda said: said | {"clientExternalId": str(said["clientExternalId"]).lower()})


@fault("payload-loses-non-ascii", breaks="SIG-02", falls_with=UNTRUE)
def loses_non_ascii(mock: Behaviour) -> None:
    """Characters of notes outside ASCII become question marks."""
    _say(mock, lambda said: said | {"notes": ascii_only(str(said["notes"]))} if "notes" in said else said)


@fault("payload-upper-cases-currency", breaks="SIG-02", falls_with=UNTRUE)
def upper_cases_currency(mock: Behaviour) -> None:
    """The payload's currency is in upper case."""
    _say(mock, lambda said: with_amount(said, "currency", lambda value: str(value).upper()))


@fault("payload-names-another-enterprise", breaks="SIG-02", falls_with=UNTRUE)
def names_another_enterprise(mock: Behaviour) -> None:
    """The payload's enterpriseId is always that of the first enterprise ever made."""
    _say(mock, lambda said: said | {"enterpriseId": "00000000000000000000000000000000"})


@fault("payload-null-notes", breaks="SIG-02", falls_with=UNTRUE)
def null_notes(mock: Behaviour) -> None:
    """The payload says null for the notes that were not given, and an empty text for those that were."""
    _say(mock, lambda said: said | {"notes": "" if "notes" in said else None})


# SIG-03


@fault("payload-second-ask-drops-notes", breaks="SIG-03", falls_with=["SIG-02", "SIG-04", "SIG-05", "SIG-07"])
def second_ask_drops_notes(mock: Behaviour) -> None:
    """Asked for a second time, the payload lacks its notes."""
    _on_second(mock, lambda said: without(said, "notes"))


@fault("payload-second-ask-new-nonce", breaks="SIG-03", falls_with=["SIG-02", "SIG-04", "SIG-05", "SIG-07"])
def second_ask_new_nonce(mock: Behaviour) -> None:
    """Asked for a second time, the payload has another nonce, to be on the safe side."""
    _on_second(mock, lambda said: said | {"nonce": f"{said['nonce']}-2"})


def _on_second(mock: Behaviour, change: Callable[[Object], Object]) -> None:
    asked_for = set[str]()

    def changed(said: Object) -> Object:
        key = wire.dumps(said)
        again = key in asked_for
        asked_for.add(key)
        return change(said) if again else said

    _say(mock, changed)


# SIG-04


def order_like(asked: Asked, sent: Object) -> Order:
    """An order with the content of a request for a payload, signed by nobody."""
    amount = sent.get("amount")
    parts = amount if isinstance(amount, dict) else {}
    return Order(
        enterprise_id=asked.enterprise_id,
        connection_id=asked.connection_id,
        currency=str(parts.get("currency")),
        quantity=str(parts.get("quantity")),
        client_external_id=str(sent.get("clientExternalId")),
        nonce=str(sent.get("nonce")),
        notes=None,
        payload="",
        signature="",
    )


@fault("payload-uses-nonce", breaks="SIG-04", falls_with=["SIG-05", "ALC-01", "ALC-20", "ALC-18"])
def uses_nonce(mock: Behaviour) -> None:
    """Asking for a payload uses up its nonce."""

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        order = order_like(asked, sent)
        state.nonces.setdefault(mock.allocations.nonce_key(order), order)

    mock.payloads.on_ask = on_ask


@fault(
    "payload-uses-nonce-when-asked-again",
    breaks="SIG-04",
    falls_with=["SIG-03", "SIG-05", "SIG-07", "ALC-01"],
)
def uses_nonce_when_asked_again(mock: Behaviour) -> None:
    """The second payload for a nonce uses it up."""
    asked_for = set[object]()

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        order = order_like(asked, sent)
        key = mock.allocations.nonce_key(order)
        if key in asked_for:
            state.nonces.setdefault(key, order)
        asked_for.add(key)

    mock.payloads.on_ask = on_ask


@fault("payload-fifth-ask-uses-nonce", breaks="SIG-04", falls_with=["SIG-03", "SIG-06", "SIG-07"])
def fifth_ask_uses_nonce(mock: Behaviour) -> None:
    """Asking more than five times for one clientExternalId uses up the nonce."""
    asked_for: dict[object, int] = {}

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        key = mock.allocations.request_key(order_like(asked, sent))
        asked_for[key] = asked_for.get(key, 0) + 1
        if asked_for[key] > 5:
            state.nonces.setdefault(
                mock.allocations.nonce_key(order_like(asked, sent)), order_like(asked, sent)
            )

    mock.payloads.on_ask = on_ask


@fault("payload-reserves-funds", breaks="SIG-04", falls_with=["SIG-05", "ALC-01", "ALC-14", "ALC-15"])
def reserves_funds(mock: Behaviour) -> None:
    """Asking for a payload sets its amount aside."""

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        order = order_like(asked, sent)
        held = min(int(order.quantity), mock.allocations.balance(state, order))
        if held:
            mock.allocations.take(state, order, held)

    mock.payloads.on_ask = on_ask


@fault(
    "payload-reserves-until-funds-run-short",
    breaks="SIG-04",
    falls_with=["SIG-05", "ALC-01", "ALC-02", "ALC-07", "ALC-14", "ALC-15", "ALC-18"],
)
def reserves_until_funds_run_short(mock: Behaviour) -> None:
    """Asking for a payload sets its amount aside; what is set aside is swept only when an allocation was refused."""
    aside: dict[tuple[str, str], int] = {}
    honest = mock.allocations.balance

    def balance(state: State, order: Order) -> int:
        return honest(state, order) - aside.get((order.enterprise_id, order.currency), 0)

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        order = order_like(asked, sent)
        place = order.enterprise_id, order.currency
        aside[place] = aside.get(place, 0) + min(int(order.quantity), balance(state, order))

    mock.payloads.on_ask = on_ask
    mock.allocations.balance = balance
    mock.allocations.release = lambda state, order, amount: aside.clear()


# SIG-05


@fault("payload-with-line-feed", breaks="SIG-05", falls_with=["ALC-01", "ALC-07", "ALC-18", "ALC-08"])
def with_line_feed(mock: Behaviour) -> None:
    """The payload ends in a line feed, which create allocation removes before it looks at the signature."""
    honest, signer = mock.payloads.text, mock.allocations.signer
    mock.payloads.text = lambda said: f"{honest(said)}\n"
    mock.allocations.signer = lambda order: signer(replace(order, payload=order.payload.rstrip("\n")))


@fault(
    "payload-with-enterprise-refused",
    breaks="SIG-05",
    falls_with=["ALC-01", "ALC-07", "ALC-18", "SIG-04", "ALC-14", "ALC-20"],
)
def refuses_own_enterprise(mock: Behaviour) -> None:
    """Create allocation refuses a payload that names the enterprise, as the service's own payloads do."""
    honest = mock.allocations.said

    def said(order: Order) -> Object | None:
        found = honest(order)
        return None if found is not None and "enterpriseId" in found else found

    mock.allocations.said = said


@fault("payload-only-short-ones-verify", breaks="SIG-05", falls_with=["ALC-01", "ALC-07", "ALC-18", "ALC-14"])
def only_short_ones_verify(mock: Behaviour) -> None:
    """A payload of more than 252 bytes is verified with a length of one byte (as issued, with both ids, most are longer)."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: None if len(order.payload.encode()) > 252 else honest(order)


# SIG-06


@fault("payload-empty-nonce", breaks="SIG-06")
def empty_nonce(mock: Behaviour) -> None:
    """A payload is given for an empty nonce."""
    mock.payloads.fields["nonce"].read = any_text


@fault("payload-empty-id", breaks="SIG-06")
def empty_id(mock: Behaviour) -> None:
    """A payload is given for an empty clientExternalId."""
    mock.payloads.fields["clientExternalId"].read = any_text


@fault("payload-without-nonce", breaks="SIG-06")
def without_nonce(mock: Behaviour) -> None:
    """A payload is given without a nonce, with one of the server's making."""
    field = mock.payloads.fields["nonce"]
    field.required, field.default = False, "generated"


@fault("payload-coerces", breaks="SIG-06")
def coerces(mock: Behaviour) -> None:
    """Fields of another type become text instead of being refused."""

    def coerced(honest: Reader) -> Reader:
        return lambda value: honest(value if isinstance(value, str) else wire.dumps(value))

    for fields in (mock.payloads.fields, mock.payloads.amount):
        for name in ("nonce", "clientExternalId", "notes", "currency"):
            if name in fields:
                fields[name].read = coerced(fields[name].read)


@fault("payload-empty-currency", breaks="SIG-06")
def empty_currency(mock: Behaviour) -> None:
    """A payload is given for an empty currency."""
    mock.payloads.amount["currency"].read = any_text


@fault("payload-without-amount", breaks="SIG-06")
def without_amount(mock: Behaviour) -> None:
    """A payload is given without an amount: of nothing."""
    field = mock.payloads.fields["amount"]
    field.required, field.default = False, {"currency": "tbtc", "quantity": "0"}


@fault("payload-tail-is-ignored", breaks="SIG-06")
def tail_is_ignored(mock: Behaviour) -> None:
    """Whatever follows the object in a request for a payload is ignored."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        to_sign = b'"nonce"' in body and b'"signature"' not in body
        return honest(body[: body.rfind(b"}") + 1] if to_sign else body)

    mock.protocol.parse = parse


@fault("payload-invalid-answers-422", breaks="SIG-06", falls_with=["HTP-02"])
def invalid_answers_422(mock: Behaviour) -> None:
    """A request for a payload with a wrong field is answered 422."""
    honest = mock.access.denied

    def denied(refused: Refused, asked: Asked) -> Answer:
        answer = honest(refused, asked)
        if refused.status == 400 and asked.operation == SIGNING_PAYLOAD and "JSON" not in refused.why:
            answer.status = 422
        return answer

    mock.access.denied = denied
