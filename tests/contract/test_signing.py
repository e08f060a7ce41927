"""Signing payload: what it says, that asking changes nothing, that it can be signed and used (SIG)."""

import pytest

from contracts import signing
from contracts.asking.assets import encoded
from contracts.asking.network import Network
from contracts.checks.payloads import said_by
from contracts.exchange import Exchange
from contracts.strategies import boundaries
from contracts.violation import Unaskable, Violation

MUST_BE_THERE = ("amount", "clientExternalId", "nonce")
TEXT_FIELDS = ("clientExternalId", "nonce", "notes")
# Promised to be carried, though a balance may not reach so far (ref: wei exceed 2^64).
QUANTITIES = ("1", "10", "9007199254740993", "18446744073709551617", "1" + "0" * 39)


@pytest.mark.asks("SIG-01", "SIG-02")
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_payload_carries_the_quantity(network: Network, quantity: str) -> None:
    network.payload_of(network.ask_payload(network.content(quantity)))


@pytest.mark.asks("SIG-01", "SIG-02")
@pytest.mark.parametrize("label", boundaries.TEXTS)
def test_payload_carries_any_text(network: Network, label: str) -> None:
    for field in TEXT_FIELDS:
        text = boundaries.TEXTS[label].replace("{}", network.ask.fresh.name())
        network.payload_of(
            network.ask_payload(network.content(**{field: text})), about=f"{field} is valid ({label})"
        )


@pytest.mark.asks("SIG-02")
@pytest.mark.parametrize("label", [*boundaries.LONG_TEXTS, *boundaries.ODD_TEXTS])
def test_unpromised_texts_are_refused_or_carried(network: Network, label: str) -> None:
    template = {**boundaries.LONG_TEXTS, **boundaries.ODD_TEXTS}[label]
    for field in TEXT_FIELDS:
        text = template.replace("{}", network.ask.fresh.name())
        answer = network.ask_payload(network.content(**{field: text}))
        network.ask.observe("ALC-19", f"payload, {field}: {label}", answer)


@pytest.mark.asks("SIG-02", "SIG-01")
def test_enterprise_in_the_payload(network: Network) -> None:
    payload = network.payload_of(network.ask_payload(network.content(notes="a note")))
    said = said_by(payload) or {}
    network.ask.note("ALC-19", "payload carries enterpriseId", "enterpriseId" in said)


@pytest.mark.asks("SIG-03")
def test_asked_twice_says_the_same(network: Network) -> None:
    for content in (network.content(), network.content("18446744073709551617", notes="Zürich 💰")):
        first = network.ask_payload(content)
        network.payload_of(network.ask_payload(network.content()))
        second = network.ask_payload(content)
        _say_the_same(network, first, second, "SIG-03")


def _say_the_same(
    network: Network, first: Exchange, second: Exchange, clause: str, *, advisory: bool = False
) -> None:
    one, two = (said_by(answer.fields.get("payload")) for answer in (first, second))
    if first.status != 200 or one is None or second.inconclusive:
        raise Unaskable("there is no payload to compare with")
    if second.status != 200 or two is None:
        network.ask.answered(second, clause, 200, about="the same was answered with a payload before")
    elif one == two:
        network.ask.judged(clause)
    else:
        found = Violation(
            clause,
            "payloads differ",
            str(dict(one)),
            str(dict(two)),
            (first, second),
            "signingPayload",
            advisory=advisory,
        )
        network.ask.judged(clause, found)


@pytest.mark.asks("SIG-04")
def test_asking_uses_up_nothing(network: Network) -> None:
    content = network.content()
    for _ in range(12):
        network.payload_of(network.ask_payload(content))
    network.still_works(content, "SIG-04", about="asking for a payload uses up no nonce or clientExternalId")


@pytest.mark.asks("SIG-04")
def test_asking_uses_up_no_nonce_of_another_request(network: Network) -> None:
    content = network.content()
    network.payload_of(network.ask_payload({**content, "clientExternalId": network.ask.fresh.name()}))
    network.payload_of(network.ask_payload({**content, "nonce": network.ask.fresh.name()}))
    network.payload_of(network.ask_payload({**content, "amount": network.content("2")["amount"]}))
    network.still_works(content, "SIG-04", about="asking for a payload uses up no nonce or clientExternalId")


@pytest.mark.asks("SIG-04")
def test_asking_reserves_no_funds(network: Network) -> None:
    for quantity in ("9" * 39, "9" * 18, "9" * 15, "9" * 12, "9" * 9, "9" * 6, "9" * 4):
        for _ in range(3):
            network.ask_payload(network.content(quantity))
    network.still_works(network.content(), "SIG-04", about="asking for a payload reserves no funds")


@pytest.mark.asks("SIG-05", "ALC-01", "ALC-02")
def test_payload_signed_as_it_came_is_accepted(network: Network) -> None:
    for changes in ({}, {"notes": "a note"}, {"notes": "Zürich “quoted” \\ / 💰"}):
        content = network.content(**changes)
        payload = network.payload_of(network.ask_payload(content))
        body = {**content, "payload": payload, "signature": signing.sign(payload, network.key)}
        network.accepted(network.allocate(body), "SIG-05", about="the payload is signed as it came")


@pytest.mark.asks("SIG-06")
@pytest.mark.parametrize("field", MUST_BE_THERE)
def test_missing_field_is_refused(network: Network, field: str) -> None:
    content = network.content(notes="a note")
    del content[field]
    network.ask.answered(network.ask_payload(content), "SIG-06", 400, about=f"{field} is missing")


@pytest.mark.asks("SIG-06")
@pytest.mark.parametrize("field", ["currency", "quantity"])
def test_half_an_amount_is_refused(network: Network, field: str) -> None:
    content = network.content()
    amount = content["amount"]
    assert isinstance(amount, dict)
    for label, changed in {
        f"amount.{field} is missing": {name: value for name, value in amount.items() if name != field},
        f"amount.{field} is empty": {**amount, field: ""},
        f"amount.{field} is null": {**amount, field: None},
    }.items():
        network.ask.answered(network.ask_payload({**content, "amount": changed}), "SIG-06", 400, about=label)


@pytest.mark.asks("SIG-06")
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_empty_text_is_refused(network: Network, field: str) -> None:
    content = network.content(**{field: ""})
    network.ask.answered(network.ask_payload(content), "SIG-06", 400, about=f"{field} is empty")


@pytest.mark.asks("SIG-06")
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_wrong_type_is_refused(network: Network, field: str) -> None:
    for label, value in boundaries.NO_STRINGS.items():
        content = network.content(**{field: value})
        network.ask.answered(
            network.ask_payload(content), "SIG-06", 400, about=f"{field} is no string ({label})"
        )
    if field != "notes":
        content = network.content(**{field: None})
        network.ask.answered(network.ask_payload(content), "SIG-06", 400, about=f"{field} is null")


@pytest.mark.asks("SIG-06")
def test_wrong_type_of_amount_is_refused(network: Network) -> None:
    for label, value in {**boundaries.NO_MAPS, "null": None, "an empty object": {}}.items():
        content = network.content(amount=value)
        network.ask.answered(
            network.ask_payload(content), "SIG-06", 400, about=f"amount is no amount ({label})"
        )
    for label, value in boundaries.NO_STRINGS.items():
        content = network.content(amount={"currency": value, "quantity": "1"})
        network.ask.answered(
            network.ask_payload(content), "SIG-06", 400, about=f"amount.currency is no string ({label})"
        )


@pytest.mark.asks("SIG-06")
def test_malformed_body_is_refused(network: Network) -> None:
    for label, body in boundaries.malformed(encoded(network.content())).items():
        network.ask.answered(
            network.ask_payload(body), "SIG-06", 400, about=f"the body is malformed ({label})"
        )


@pytest.mark.asks("ALC-19")
def test_form_of_the_quantity(network: Network) -> None:
    for label in ("zero", "negative", "fraction", "exponent", "a word", "a JSON number"):
        answer = network.ask_payload(network.content(boundaries.BAD_QUANTITIES[label]))
        network.ask.observe("ALC-19", f"payload for a quantity that is {label}", answer)


@pytest.mark.asks("SIG-07", "SIG-02", "SIG-03")
def test_get_agrees_with_post(network: Network) -> None:
    content = network.content(notes="Zürich")
    by_get = network.ask_payload(content, method="GET")
    network.ask.observe("ALC-19", "GET variant", by_get)
    if by_get.status != 200:
        # A server may not offer it, and one that reads no body of a GET finds it empty (RFC 9110, 9.3.1).
        raise Unaskable(f"the GET variant is answered {by_get.status}")
    _say_the_same(network, network.ask_payload(content), by_get, "SIG-07", advisory=True)
