"""Create allocation: what is missing, empty, mistyped or malformed is refused and uses up nothing (ALC-16, 17, 20)."""

import json
from collections.abc import Callable

import pytest

from contracts import wire
from contracts.asking.assets import encoded
from contracts.asking.network import Content, Network, vendor_layout
from contracts.strategies import boundaries, untruths
from contracts.wire import Json

REQUIRED = ("amount", "clientExternalId", "nonce", "payload", "signature")
TEXT_FIELDS = ("clientExternalId", "nonce", "notes")
# Of a text of digits: values whose text it is.
WRONG_TYPES_OF: dict[str, Callable[[str], Json]] = {
    "a number": int,
    "a list with it": lambda text: [text],
    "a list with a number": lambda text: [int(text)],
    "an object with it": lambda text: {"value": text},
}


def resigned(network: Network, content: Content) -> Content:
    """A body whose payload says what the body says, however odd that is: nothing but the oddity is wrong."""
    return network.signed(content, payload=wire.dumps({**content, "connectionId": network.me.connection}))


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", REQUIRED)
def test_missing_field_is_refused(network: Network, field: str) -> None:
    content = network.content(notes="a note")
    body = network.signed(content)
    if field in {"payload", "signature"}:
        del body[field]
    else:
        body = resigned(network, {name: value for name, value in content.items() if name != field})
    answer = network.allocate(body)
    network.ask.answered(answer, "ALC-16", 400, about=f"{field} is missing")
    network.stays_free(content, answer, about=f"{field} missing")


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", ["amount", "clientExternalId", "nonce"])
def test_field_that_only_the_payload_has_is_refused(network: Network, field: str) -> None:
    """Missing in the request and said by the payload: two rules are broken, so any refusal will do."""
    content = network.content()
    body = {name: value for name, value in network.signed(content).items() if name != field}
    answer = network.allocate(body)
    network.refused(answer, "ALC-16", about=f"{field} is missing, though the payload has it")
    network.stays_free(content, answer, about=f"{field} missing")


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", [*TEXT_FIELDS, "payload", "signature"])
def test_empty_text_is_refused(network: Network, field: str) -> None:
    content = network.content()
    if field == "payload":
        body = network.signed(content, payload="")
    elif field == "signature":
        body = {**network.signed(content), "signature": ""}
    else:
        body = resigned(network, {**content, field: ""})
    answer = network.allocate(body)
    network.ask.answered(answer, "ALC-16", 400, about=f"{field} is empty")
    network.stays_free(content, answer, about=f"{field} empty")


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", ["currency", "quantity"])
def test_half_an_amount_is_refused(network: Network, field: str) -> None:
    amount = network.content()["amount"]
    assert isinstance(amount, dict)
    for label, changed in {
        f"amount.{field} is missing": {name: value for name, value in amount.items() if name != field},
        f"amount.{field} is empty": {**amount, field: ""},
        f"amount.{field} is null": {**amount, field: None},
    }.items():
        content = network.content()
        answer = network.allocate(resigned(network, {**content, "amount": changed}))
        network.ask.answered(answer, "ALC-16", 400, about=label)
        network.stays_free(content, answer, about=label)


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", [*TEXT_FIELDS, "payload", "signature"])
def test_wrong_type_is_refused(network: Network, field: str) -> None:
    """Finds a value that is turned into a text, or unpacked, instead of being refused."""
    wrong: dict[str, Json] = {**boundaries.NO_STRINGS, **untruths.wrapped("x")}
    if field != "notes":
        wrong["null"] = None
    for label, value in wrong.items():
        content = network.content()
        body = (
            resigned(network, {**content, field: value}) if field in TEXT_FIELDS else network.signed(content)
        )
        answer = network.allocate({**body, field: value})
        network.ask.answered(answer, "ALC-16", 400, about=f"{field} is no string ({label})")
        network.stays_free(content, answer, about=f"{field} no string")


@pytest.mark.asks("ALC-16", "ALC-20", "ALC-17")
@pytest.mark.parametrize("field", ["clientExternalId", "nonce", "notes", "currency", "quantity"])
def test_wrong_type_whose_text_was_signed_is_refused(network: Network, field: str) -> None:
    """Finds a value that is read as the text that the payload has: nothing but its type is wrong."""
    clause = "ALC-17" if field == "quantity" else "ALC-16"
    for label, wrong in WRONG_TYPES_OF.items():
        content = network.content()
        text = "7" if field == "quantity" else network.ask.fresh.digits()
        wrongly = with_field(content, field, wrong(text))
        answer = network.allocate({**wrongly, **proof_of(network, with_field(content, field, text))})
        network.refused(answer, clause, about=f"{field} is no string, though its text was signed ({label})")
        network.stays_free(content, answer, about=f"{field} no string")


def with_field(content: Content, field: str, value: Json) -> Content:
    """The content with another value in a field, one of the amount's perhaps."""
    amount = content["amount"]
    assert isinstance(amount, dict)
    return {**content, "amount": {**amount, field: value}} if field in amount else {**content, field: value}


def proof_of(network: Network, content: Content) -> Content:
    """The payload and the signature that `content` would have."""
    signed = network.signed(content)
    return {name: signed[name] for name in ("payload", "signature")}


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", ["currency", "quantity"])
def test_half_an_amount_that_only_the_payload_has_is_refused(network: Network, field: str) -> None:
    """Finds a missing half of the amount that is taken from the payload."""
    content = network.content()
    amount = content["amount"]
    assert isinstance(amount, dict)
    half = {name: value for name, value in amount.items() if name != field}
    for label, changed in {
        "missing": half,
        "empty": {**half, field: ""},
        "null": {**half, field: None},
    }.items():
        content = network.content()
        answer = network.allocate({**content, "amount": changed, **proof_of(network, content)})
        network.refused(answer, "ALC-16", about=f"amount.{field} is {label}, though the payload has it")
        network.stays_free(content, answer, about=f"amount.{field} {label}")


@pytest.mark.asks("ALC-16", "ALC-20")
@pytest.mark.parametrize("field", ["notes", "clientExternalId", "nonce"])
def test_broken_utf_8_is_refused_in_every_field(network: Network, field: str) -> None:
    """Finds bytes that are read as replacement characters, or as another coding, where the payload says those."""
    for label, broken, read in (
        ("a byte that UTF-8 never has", b"\xff", "\ufffd"),
        ("Latin-1", b"\xe9", "\u00e9"),
        ("a broken sequence", b"\xc3\x28", "\ufffd("),
        ("left out", b"\xff", ""),
    ):
        content = network.content(**{field: f"{network.ask.fresh.name()}#"})
        said = {**content, field: str(content[field]).replace("#", read)}
        body = encoded({**content, **proof_of(network, said)}).replace(b"#", broken, 1)
        answer = network.allocate(body)
        network.ask.answered(answer, "ALC-16", 400, about=f"{field} is no UTF-8 ({label})")
        network.stays_free(content, answer, about="no UTF-8")


@pytest.mark.asks("ALC-16", "ALC-20")
def test_payload_as_an_object_is_refused(network: Network) -> None:
    content = network.content()
    body = network.signed(content)
    answer = network.allocate({**body, "payload": json.loads(str(body["payload"]))})
    network.ask.answered(answer, "ALC-16", 400, about="payload is an object instead of its text")
    network.stays_free(content, answer, about="payload as an object")


@pytest.mark.asks("ALC-16", "ALC-20")
def test_wrong_type_of_amount_is_refused(network: Network) -> None:
    right = network.content()["amount"]
    odd: dict[str, Json] = {**untruths.wrapped(right), "its JSON in a text": wire.dumps(right)}
    for label, value in {**boundaries.NO_MAPS, **odd, "null": None, "an empty object": {}}.items():
        content = network.content()
        answer = network.allocate(resigned(network, {**content, "amount": value}))
        network.ask.answered(answer, "ALC-16", 400, about=f"amount is no amount ({label})")
        network.stays_free(content, answer, about="amount no amount")
    for label, value in boundaries.NO_STRINGS.items():
        content = network.content()
        answer = network.allocate(
            resigned(network, {**content, "amount": {"currency": value, "quantity": "1"}})
        )
        network.ask.answered(answer, "ALC-16", 400, about=f"amount.currency is no string ({label})")


@pytest.mark.asks("ALC-16", "ALC-20")
def test_malformed_body_is_refused(network: Network) -> None:
    for label in boundaries.malformed(encoded(network.signed(network.content()))):
        content = network.content()
        answer = network.allocate(boundaries.malformed(encoded(network.signed(content)))[label])
        network.ask.answered(answer, "ALC-16", 400, about=f"the body is malformed ({label})")
        network.stays_free(content, answer, about="malformed")


@pytest.mark.asks("ALC-16")
def test_payload_that_is_no_object_is_refused(network: Network) -> None:
    """No documented status fits one better than another, but a text that says nothing cannot agree."""
    for label, payload in {
        "no JSON": "hello",
        "a list": "[]",
        "a JSON string": '"payload"',
        "truncated": vendor_layout(network.content(), network.me.connection)[:-1],
        "a space": " ",
    }.items():
        answer = network.allocate(network.signed(network.content(), payload=payload))
        network.refused(answer, "ALC-16", about=f"the payload is no JSON object ({label})")


@pytest.mark.asks("ALC-17", "ALC-20")
@pytest.mark.parametrize("label", boundaries.BAD_QUANTITIES)
def test_quantity_that_is_no_whole_number_is_refused(network: Network, label: str) -> None:
    content = network.content(boundaries.BAD_QUANTITIES[label])
    answer = network.allocate(resigned(network, content))
    network.refused(answer, "ALC-17", about=f"the quantity is no positive whole number ({label})")
    network.stays_free(content, answer, about="bad quantity")


@pytest.mark.asks("ALC-19")
def test_leading_zeros(network: Network) -> None:
    for what, quantity in {"with leading zeros": "01", "+1": "+1", "1.0": "1.0"}.items():
        network.observe(f"quantity {what}", network.allocate(network.signed(network.content(quantity))))
