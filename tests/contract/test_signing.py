"""Signing payload: what it says, that asking changes nothing, that it can be signed and used (SIG)."""

import pytest

from contracts import wire
from contracts.asking.assets import encoded
from contracts.asking.network import Caller, Content, Network
from contracts.asking.races import ids
from contracts.asking.repeating import nonce_is_used
from contracts.checks.payloads import content_of, said_by
from contracts.exchange import Exchange
from contracts.strategies import boundaries, untruths
from contracts.violation import Unaskable, Violation
from contracts.wire import Json

MUST_BE_THERE = ("amount", "clientExternalId", "nonce")
TEXT_FIELDS = ("clientExternalId", "nonce", "notes")
TIMES = 6  # more often than a person asks, and than a careless limit allows
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


@pytest.mark.asks("SIG-01", "SIG-02")
@pytest.mark.parametrize("label", ["one character", "digits", "digits behind zeros", "of 64 digits"])
def test_payload_carries_any_numeral_and_the_shortest_text(network: Network, label: str) -> None:
    """Finds texts of digits that pass through a number, and lengths that somebody thought too short."""
    for field in TEXT_FIELDS:
        digits = network.ask.fresh.digits()
        text = {"one character": "1", "digits": digits, "digits behind zeros": f"000{digits}"}.get(
            label, digits.zfill(64)
        )
        network.payload_of(
            network.ask_payload(network.content(**{field: text})), about=f"{field} is valid ({label})"
        )


@pytest.mark.asks("SIG-02", "SIG-01", needs=("SECOND_CONNECTION_ID",))
def test_payload_names_the_connection_that_it_is_for(network: Network) -> None:
    """Finds payloads that name the enterprise's first connection, whichever was asked for."""
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    for caller in (second, network.me, second):
        network.payload_of(network.ask_payload(network.content(notes="a note"), caller=caller))


@pytest.mark.asks("SIG-02", "SIG-01", needs=("OTHER_ACCESS_TOKEN",))
def test_payload_names_the_enterprise_that_it_is_for(network: Network, other: Caller) -> None:
    """Finds payloads that name the first enterprise, or come from what another tenant has asked for."""
    content = network.content(notes="a note")
    for caller in (other, network.me, other):
        network.payload_of(network.ask_payload(content, caller=caller))


@pytest.mark.asks("SIG-02", "SIG-04", "SIG-05")
def test_payloads_of_one_key_are_each_their_own(network: Network) -> None:
    """Finds payloads that are kept by one of their keys: whoever asks again for other content is given the first one."""
    content = network.content(notes="first")
    changes: dict[str, Content] = {
        "as it is": {},
        "another quantity": {"amount": network.content("2")["amount"]},
        "other notes": {"notes": "second"},
        "another nonce": {"nonce": network.ask.fresh.name()},
        "another clientExternalId": {"clientExternalId": network.ask.fresh.name()},
    }
    for change in (*changes.values(), *reversed(changes.values())):
        network.payload_of(network.ask_payload({**content, **change}))
    del content["notes"]
    network.payload_of(network.ask_payload(content), about="notes may be left out")


@pytest.mark.asks("SIG-02", "ALC-19")
@pytest.mark.parametrize("label", [*boundaries.LONG_TEXTS, *boundaries.ODD_TEXTS])
def test_unpromised_texts_are_refused_or_carried(network: Network, label: str) -> None:
    template = {**boundaries.LONG_TEXTS, **boundaries.ODD_TEXTS}[label]
    for field in TEXT_FIELDS:
        text = template.replace("{}", network.ask.fresh.name())
        answer = network.ask_payload(network.content(**{field: text}))
        network.ask.observe("ALC-19", f"payload, {field}: {label}", answer)


@pytest.mark.asks("SIG-02", "SIG-01", "ALC-19")
def test_enterprise_in_the_payload(network: Network) -> None:
    payload = network.payload_of(network.ask_payload(network.content(notes="a note")))
    said = said_by(payload) or {}
    network.ask.note("ALC-19", "payload carries enterpriseId", "enterpriseId" in said)


@pytest.mark.asks("SIG-03", "SIG-02")
@pytest.mark.parametrize("content", ["plain", "with notes", "large"])
def test_asked_again_says_the_same(network: Network, content: str) -> None:
    """Finds answers that change with the second, third or later time, or with what else is asked in between."""
    asked = {
        "plain": network.content(),
        "with notes": network.content(notes="a note"),
        "large": network.content("18446744073709551617", notes="Zürich 💰"),
    }[content]
    first = network.ask_payload(asked)
    for _ in range(TIMES):
        network.payload_of(network.ask_payload(network.content()))
        _say_the_same(network, first, network.ask_payload(asked), "SIG-03")


@pytest.mark.asks("SIG-03", "SIG-01", "SIG-02", "SIG-04", "ALC-19")
@pytest.mark.parametrize("notes", [None, "a note"])
def test_asked_after_the_allocation(network: Network, notes: str | None) -> None:
    """Finds payloads that are empty or other ones once they were used, and an ask that undoes the allocation.

    A target may refuse to issue one for used keys; one that issues it says what was asked.
    """
    content = network.content(**({} if notes is None else {"notes": notes}))
    first = network.ask_payload(content)
    payload = network.payload_of(first)
    body = network.signed(content, payload=payload)
    made = network.accepted(network.allocate(body), "SIG-05", about="the payload is signed as it came")
    again = network.ask_payload(content)
    network.ask.note("ALC-19", "payload for used keys", again.status)
    if again.status == 200:
        _say_the_same(network, first, again, "SIG-03")
    retry = network.allocate(body)
    about = "the allocation was made, and asking for its payload changes nothing"
    if network.ask.answered(retry, "SIG-04", 200, about=about):
        expected, received = f"{made.get('id')!r}", f"{ids([retry])!r}"
        found = Violation(
            "SIG-04",
            "asking made way for another allocation",
            expected,
            received,
            (retry,),
            "createAllocation",
        )
        network.ask.judged("SIG-04", *(() if ids([retry]) == [made.get("id")] else (found,)))
    nonce_is_used(network, body, about="its payload was asked for since")


def _say_the_same(
    network: Network, first: Exchange, second: Exchange, clause: str, *, advisory: bool = False
) -> None:
    one, two = (content_of(answer.fields.get("payload")) for answer in (first, second))
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
    for _ in network.ask.patiently(80):  # more than anybody keeps open for a client that never comes back
        network.payload_of(network.ask_payload(content))
    network.still_works(content, "SIG-04", about="asking for a payload uses up no nonce or clientExternalId")


@pytest.mark.asks("SIG-04")
def test_asking_by_get_uses_up_nothing(network: Network) -> None:
    """Finds a GET that changes what it should only show."""
    content = network.content()
    asked = [network.ask_payload(content, method="GET") for _ in range(TIMES)]
    if asked[0].status != 200:
        raise Unaskable(f"the GET variant is answered {asked[0].status}")
    network.still_works(
        content, "SIG-04", about="asking for a payload uses up no nonce or clientExternalId (by GET)"
    )


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
@pytest.mark.parametrize("label", ["no notes", *boundaries.TEXTS])
def test_payload_signed_as_it_came_is_accepted(network: Network, label: str) -> None:
    """Finds payloads that the service writes in one way and reads, or verifies, in another."""
    content = network.content()
    if label in boundaries.TEXTS:
        content["notes"] = boundaries.TEXTS[label].replace("{}", network.ask.fresh.name())
    body = network.signed(content, payload=network.payload_of(network.ask_payload(content)))
    network.accepted(network.allocate(body), "SIG-05", about=f"the payload is signed as it came ({label})")


@pytest.mark.asks("SIG-05", "SIG-04")
def test_payloads_are_accepted_in_any_order(network: Network) -> None:
    """Finds payloads that are good only until the next one is asked for, for any keys or for the same ones."""
    contents = [network.content(notes=f"note {number}") for number in range(4)]
    contents.append(
        {**contents[0], "nonce": network.ask.fresh.name(), "clientExternalId": network.ask.fresh.name()}
    )
    payloads = [network.payload_of(network.ask_payload(content)) for content in contents]
    for content, payload in reversed(list(zip(contents, payloads, strict=True))):
        body = network.signed(content, payload=payload)
        network.accepted(
            network.allocate(body), "SIG-05", about="the payload is signed as it came (issued before others)"
        )
    content = network.content()
    payload = network.payload_of(network.ask_payload(content))
    network.payload_of(network.ask_payload({**content, "notes": "on second thoughts"}))
    body = network.signed(content, payload=payload)
    network.accepted(
        network.allocate(body),
        "SIG-05",
        about="the payload is signed as it came (issued before one of the same keys)",
    )


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
    for label, value in {**boundaries.NO_STRINGS, **untruths.wrapped("x")}.items():
        content = network.content(**{field: value})
        network.ask.answered(
            network.ask_payload(content), "SIG-06", 400, about=f"{field} is no string ({label})"
        )
    if field != "notes":
        content = network.content(**{field: None})
        network.ask.answered(network.ask_payload(content), "SIG-06", 400, about=f"{field} is null")


@pytest.mark.asks("SIG-06")
def test_wrong_type_of_amount_is_refused(network: Network) -> None:
    right = network.content()["amount"]
    odd: dict[str, Json] = {**untruths.wrapped(right), "its JSON in a text": wire.dumps(right)}
    for label, value in {**boundaries.NO_MAPS, **odd, "null": None, "an empty object": {}}.items():
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


@pytest.mark.asks("SIG-07", "SIG-02", "SIG-03", "ALC-19")
def test_get_agrees_with_post(network: Network) -> None:
    content = network.content(notes="Zürich")
    by_get = network.ask_payload(content, method="GET")
    network.ask.observe("ALC-19", "GET variant", by_get)
    if by_get.status != 200:
        # A server may not offer it, and one that reads no body of a GET finds it empty (RFC 9110, 9.3.1).
        raise Unaskable(f"the GET variant is answered {by_get.status}")
    _say_the_same(network, network.ask_payload(content), by_get, "SIG-07", advisory=True)


@pytest.mark.asks("SIG-06")
def test_get_looks_at_its_fields_too(network: Network) -> None:
    """Finds a GET variant that gives a payload for anything: whoever signs it signs nonsense."""
    if network.ask_payload(network.content(), method="GET").status != 200:
        raise Unaskable("there is no GET variant, or it reads no body")
    for field in (*MUST_BE_THERE, "notes"):
        wrong: dict[str, Content] = {
            "is empty": network.content(**{field: ""}),
            "is a number": network.content(**{field: 7}),
        }
        if field != "notes":
            wrong["is missing"] = {name: value for name, value in network.content().items() if name != field}
        for about, content in wrong.items():
            answer = network.ask_payload(content, method="GET")
            network.ask.answered(answer, "SIG-06", 400, about=f"{field} {about} (by GET)")
