"""Create allocation: what is accepted, nonces, repeated requests, overdrafts, refusals of form (ALC)."""

import json

import pytest

from contracts import signing, wire
from contracts.asking.assets import encoded
from contracts.asking.network import Content, Network, full_truth, vendor_layout
from contracts.exchange import Exchange
from contracts.settings import Profile
from contracts.strategies import boundaries
from contracts.strategies.layouts import LAYOUTS
from contracts.violation import Unaskable, Violation
from contracts.wire import Json

REQUIRED = ("amount", "clientExternalId", "nonce", "payload", "signature")
TEXT_FIELDS = ("clientExternalId", "nonce", "notes")
# At most 40 digits, so promised to be understood, and more than any balance.
BEYOND_ANY_BALANCE = ("1" + "0" * 38, "9" * 38, "340282366920938463463374607431768211457")


@pytest.mark.asks("ALC-01", "ALC-02", "ALC-03", "ALC-04")
@pytest.mark.parametrize("notes", [None, "a note"])
@pytest.mark.parametrize("quantity", ["1", "2", "10"])
def test_signed_request_is_accepted(network: Network, quantity: str, notes: str | None) -> None:
    content = network.content(quantity, **({} if notes is None else {"notes": notes}))
    network.allocated(content)


@pytest.mark.asks("ALC-02")
def test_large_quantities_come_back_as_sent(network: Network) -> None:
    """Whether the balance reaches so far is open; that the text survives is not."""
    network.stand()
    for quantity in ("9007199254740993", "18446744073709551617", "1000000000000000000001", "1" + "0" * 30):
        answer = network.allocate(network.signed(network.content(quantity)))
        network.ask.answered(answer, "ALC-14", {200, 422}, about="the funds reach so far or they do not")
        allocation = answer.fields.get("allocation")
        amount = allocation.get("amount") if isinstance(allocation, dict) else None
        if isinstance(amount, dict) and "quantity" in amount:
            found = (
                ()
                if amount["quantity"] == quantity
                else (
                    Violation(
                        "ALC-02",
                        "large quantity changed",
                        quantity,
                        repr(amount["quantity"]),
                        (answer,),
                        "createAllocation",
                    ),
                )
            )
            network.ask.judged("ALC-02", *found)


@pytest.mark.asks("ALC-18", "ALC-02", "HTP-03")
@pytest.mark.parametrize("label", boundaries.TEXTS)
def test_any_text_survives_the_flow(network: Network, label: str) -> None:
    for field in TEXT_FIELDS:
        text = boundaries.TEXTS[label].replace("{}", network.ask.fresh.name())
        content = network.content(**{field: text})
        answer = network.allocate(network.signed(content))
        made = network.accepted(answer, "ALC-18", about=f"{field} is valid ({label})")
        if field in made:
            survived(network, answer, text, made[field], label)


def survived(network: Network, answer: Exchange, sent: str, received: Json, label: str) -> None:
    """Expect a text to come back as it was sent."""
    story = (repr(sent), repr(received), (answer,), "createAllocation")
    found = Violation("ALC-18", f"text changed ({label})", *story)
    network.ask.judged("ALC-18", *(() if received == sent else (found,)))


@pytest.mark.asks("ALC-18", "SIG-05")
def test_any_text_survives_the_flow_with_their_payload(network: Network) -> None:
    for label in (
        "accents",
        "decomposed accents",
        "emoji",
        "quotes and backslashes",
        "64 characters",
        "outer spaces",
    ):
        name = network.ask.fresh.name
        texts: Content = {field: boundaries.TEXTS[label].replace("{}", name()) for field in TEXT_FIELDS}
        content = network.content(**texts)
        payload = network.payload_of(network.ask_payload(content))
        body = {**content, "payload": payload, "signature": signing.sign(payload, network.key)}
        network.accepted(network.allocate(body), "ALC-18", about=f"texts are valid ({label})")


@pytest.mark.asks("ALC-18")
@pytest.mark.parametrize(
    "label", [*boundaries.LONG_TEXTS, *(name for name in boundaries.ODD_TEXTS if name != "lone surrogate")]
)
def test_unpromised_texts_are_refused_or_kept(network: Network, label: str) -> None:
    template = {**boundaries.LONG_TEXTS, **boundaries.ODD_TEXTS}[label]
    for field in TEXT_FIELDS:
        text = template.replace("{}", network.ask.fresh.name())
        answer = network.allocate(network.signed(network.content(**{field: text})))
        network.ask.observe("ALC-19", f"{field}: {label}", answer)
        made = answer.fields.get("allocation")
        if answer.status == 200 and isinstance(made, dict) and field in made:
            survived(network, answer, text, made[field], label)


# --- nonces and repeated requests --------------------------------------------------------------------------------


@pytest.mark.asks("ALC-09")
@pytest.mark.parametrize("changed", ["clientExternalId", "quantity", "notes", "everything"])
def test_used_nonce_is_refused(network: Network, changed: str) -> None:
    first, _ = network.allocated(network.content(notes="first"))
    content = network.content(nonce=first["nonce"], notes="first")
    if changed in {"quantity", "everything"}:
        content["amount"] = network.content("2")["amount"]
    if changed in {"notes", "everything"}:
        content["notes"] = "second"
    answer = network.allocate(network.signed(content))
    network.refused(answer, "ALC-09", about=f"the nonce is used up (another {changed})")


@pytest.mark.asks("ALC-09", "ALC-10")
def test_nonce_and_retry_long_after(network: Network, profile: Profile) -> None:
    first, made = network.allocated()
    for _ in network.ask.patiently(max(20, profile.between // 3)):
        network.allocated()
    reuse = network.signed(network.content(nonce=first["nonce"]))
    network.refused(network.allocate(reuse), "ALC-09", about="the nonce was used up long ago")
    same_again(network, first, made, about="it is sent again long after")


@pytest.mark.asks("ALC-09")
def test_nonce_stays_used_after_a_refused_reuse(network: Network) -> None:
    first, _ = network.allocated()
    for _ in range(3):
        reuse = network.signed(network.content(nonce=first["nonce"]))
        network.refused(network.allocate(reuse), "ALC-09", about="the nonce is used up, as just refused")


@pytest.mark.asks("ALC-09", needs=("SECOND_CONNECTION_ID",))
def test_nonce_at_another_connection(network: Network) -> None:
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    first, _ = network.allocated()
    body = network.signed(network.content(nonce=first["nonce"]), caller=second)
    network.ask.observe("ALC-19", "used nonce at another connection", network.allocate(body, caller=second))
    used_there = network.signed(network.content(), caller=second)
    if network.allocate(used_there, caller=second).status == 200:
        reuse = network.signed(network.content(nonce=used_there["nonce"]), caller=second)
        answer = network.allocate(reuse, caller=second)
        network.refused(answer, "ALC-09", about="the nonce is used up (at the second connection)")


def same_again(network: Network, body: Content, made: Content, *, about: str) -> None:
    """Expect the very same request to be answered with the very same allocation."""
    answer = network.allocate(body)
    if not network.ask.answered(answer, "ALC-10", 200, about=f"the request is the same, {about}"):
        return
    allocation = answer.fields.get("allocation")
    again = allocation.get("id") if isinstance(allocation, dict) else None
    if again != made.get("id"):
        received = f"{again!r}"
        network.ask.judged(
            "ALC-10",
            Violation(
                "ALC-10",
                f"another allocation, {about}",
                f"{made.get('id')!r}",
                received,
                (answer,),
                "createAllocation",
            ),
        )


@pytest.mark.asks("ALC-10")
@pytest.mark.parametrize("notes", [None, "a note", "Zürich 💰"])
def test_same_request_again_is_the_same_allocation(network: Network, notes: str | None) -> None:
    clause = "ALC-18" if notes and not notes.isascii() else "ALC-01"
    first, made = network.allocated(network.content(**({} if notes is None else {"notes": notes})), clause)
    for times in ("once", "twice", "three times"):
        same_again(network, first, made, about=f"sent again {times}")
    network.allocated()
    same_again(network, first, made, about="sent again after another")


@pytest.mark.asks("ALC-10")
def test_same_request_again_after_refused_ones(network: Network) -> None:
    first, made = network.allocated()
    network.allocate({**first, "signature": "00" * 65})
    network.allocate(network.signed(network.content(nonce=first["nonce"])))
    network.allocate(network.signed(network.content(clientExternalId=first["clientExternalId"])))
    same_again(network, first, made, about="sent again after refused ones")


@pytest.mark.asks("ALC-10", "SIG-05")
def test_same_request_again_with_their_payload(network: Network) -> None:
    content = network.content()
    payload = network.payload_of(network.ask_payload(content))
    body = {**content, "payload": payload, "signature": signing.sign(payload, network.key)}
    made = network.accepted(network.allocate(body))
    network.payload_of(network.ask_payload(content))
    same_again(network, body, made, about="sent again with their payload")


def no_second(network: Network, answer: Exchange, made: Content, *, about: str) -> None:
    """Expect a refusal, or the allocation that exists: never a second one."""
    if answer.status != 200:
        network.refused(answer, "ALC-11", about=about)
        return
    allocation = answer.fields.get("allocation")
    again = allocation.get("id") if isinstance(allocation, dict) else None
    same = again == made.get("id")
    received = f"200 with a second allocation, {again!r}"
    found = Violation(
        "ALC-11",
        f"{about}: second allocation",
        f"a refusal, or {made.get('id')!r}",
        received,
        (answer,),
        "createAllocation",
    )
    network.ask.judged("ALC-11", *(() if same else (found,)))


@pytest.mark.asks("ALC-11")
@pytest.mark.parametrize("nonce", ["fresh", "same"])
@pytest.mark.parametrize("changed", ["quantity", "notes", "no notes", "nothing else"])
def test_used_reference_makes_no_second_allocation(network: Network, changed: str, nonce: str) -> None:
    first, made = network.allocated(network.content(notes="first"))
    content = network.content(clientExternalId=first["clientExternalId"], notes="first")
    if nonce == "same":
        content["nonce"] = first["nonce"]
    if changed == "quantity":
        content["amount"] = network.content("2")["amount"]
    elif changed == "notes":
        content["notes"] = "second"
    elif changed == "no notes":
        del content["notes"]
    for attempt in ("", ", asked once before"):
        answer = network.allocate(network.signed(content))
        about = f"clientExternalId is used ({nonce} nonce, {changed} changed{attempt})"
        no_second(network, answer, made, about=about)
        if nonce == "fresh":
            content["nonce"] = network.ask.fresh.name()


@pytest.mark.asks("ALC-11")
def test_used_reference_long_after(network: Network, profile: Profile) -> None:
    first, made = network.allocated()
    for _ in network.ask.patiently(max(10, profile.between // 10)):
        network.allocated()
    content = network.content("2", clientExternalId=first["clientExternalId"])
    no_second(
        network, network.allocate(network.signed(content)), made, about="clientExternalId was used long ago"
    )


@pytest.mark.asks("ALC-19")
def test_same_content_under_another_layout(network: Network) -> None:
    first, _ = network.allocated()
    content = {name: first[name] for name in ("amount", "clientExternalId", "nonce")}
    body = network.signed(content, payload=LAYOUTS["two-space indent"](full_truth(content, network.me)))
    network.ask.observe("ALC-19", "same content under another layout", network.allocate(body))


# --- funds -------------------------------------------------------------------------------------------------------


@pytest.mark.asks("ALC-14")
@pytest.mark.parametrize("quantity", BEYOND_ANY_BALANCE)
def test_more_than_the_balance_is_released(network: Network, quantity: str) -> None:
    network.stand()
    for _ in range(2):
        body = network.signed(network.content(quantity, notes="too much"))
        network.ask.answered(network.allocate(body), "ALC-14", 422, about="there are not so many funds")
    network.still_works(network.content(), "ALC-14", about="a released allocation locks nothing")


@pytest.mark.asks("ALC-14")
def test_currency_without_funds(network: Network) -> None:
    """A currency that nobody funded may also be called unknown."""
    content = network.content(amount={"currency": "nosuchcoin", "quantity": "1"})
    network.refused(
        network.allocate(network.signed(content)), "ALC-14", about="there are no funds in that currency"
    )


@pytest.mark.asks("ALC-19")
def test_what_a_released_allocation_uses_up(network: Network) -> None:
    content = network.content(BEYOND_ANY_BALANCE[0])
    if network.allocate(network.signed(content)).status != 422:
        raise Unaskable("the target released no allocation")
    small = network.content()["amount"]
    nonce = network.content(nonce=content["nonce"])
    reference = network.content(clientExternalId=content["clientExternalId"])
    network.ask.observe("ALC-19", "nonce of a released one", network.allocate(network.signed(nonce)))
    network.ask.observe(
        "ALC-19", "clientExternalId of a released one", network.allocate(network.signed(reference))
    )
    again = {**content, "amount": small}
    network.ask.observe("ALC-19", "both of a released one", network.allocate(network.signed(again)))


# --- refusals of form ----------------------------------------------------------------------------------------------


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
    wrong: dict[str, Json] = dict(boundaries.NO_STRINGS)
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


@pytest.mark.asks("ALC-16", "ALC-20")
def test_payload_as_an_object_is_refused(network: Network) -> None:
    content = network.content()
    body = network.signed(content)
    answer = network.allocate({**body, "payload": json.loads(str(body["payload"]))})
    network.ask.answered(answer, "ALC-16", 400, about="payload is an object instead of its text")
    network.stays_free(content, answer, about="payload as an object")


@pytest.mark.asks("ALC-16", "ALC-20")
def test_wrong_type_of_amount_is_refused(network: Network) -> None:
    for label, value in {**boundaries.NO_MAPS, "null": None, "an empty object": {}}.items():
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
    network.ask.observe(
        "ALC-19", "quantity with leading zeros", network.allocate(network.signed(network.content("01")))
    )
    network.ask.observe("ALC-19", "quantity +1", network.allocate(network.signed(network.content("+1"))))
    network.ask.observe("ALC-19", "quantity 1.0", network.allocate(network.signed(network.content("1.0"))))
