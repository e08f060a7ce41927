"""SIG-02: a payload says what was asked, in any layout."""

import json
from typing import Any

import pytest

from contracts.checks.payloads import payload_says_what_was_asked, said_by
from contracts.exchange import Exchange, Loss
from tests.fixtures.exchanges import (
    ALLOCATIONS,
    CONNECTION,
    ENTERPRISE,
    answered,
    ask_payload,
    below,
    content,
    kinds,
    lost,
    payload_given,
    without,
)

BIG = "340282366920938463463374607431768211457"
ASKED = content(BIG, notes="für den Tisch 💰")
TRUTH = ASKED | {"connectionId": CONNECTION, "enterpriseId": ENTERPRISE}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"amount": {"currency": "tbtc", "quantity": "1"}}, "amount.quantity differs"),
        ({"amount": {"currency": "tbtc", "quantity": int(BIG)}}, "amount.quantity differs"),
        ({"amount": {"currency": "TBTC", "quantity": BIG}}, "amount.currency differs"),
        ({"amount": {"currency": "tbtc"}}, "amount.quantity differs"),
        ({"clientExternalId": "other"}, "clientExternalId differs"),
        ({"nonce": "NONCE-1"}, "nonce differs"),
        ({"nonce": None}, "nonce differs"),
        ({"notes": "f?r den Tisch ?"}, "notes differs"),
        ({"notes": None}, "notes differs"),
        ({"connectionId": "other"}, "connectionId differs"),
        ({"connectionId": None}, "connectionId differs"),
        ({"enterpriseId": "other"}, "enterpriseId differs"),
        ({"enterpriseId": ENTERPRISE.upper()}, "enterpriseId differs"),
    ],
)
def test_untrue_payloads_are_found(changes: dict[str, Any], found: str) -> None:
    """An amount or a destination that the client would sign without having asked for it."""
    assert kinds(payload_says_what_was_asked, payload_given(ASKED, **changes)) == [found]


@pytest.mark.parametrize("name", ["clientExternalId", "nonce", "notes", "connectionId"])
def test_payloads_that_leave_something_out_are_found(name: str) -> None:
    """A signature that does not cover a field."""
    judged = payload_given(ASKED, payload=json.dumps(without(TRUTH, name)))
    assert kinds(payload_says_what_was_asked, judged) == [f"{name} differs"]


def test_notes_that_nobody_asked_for_are_found() -> None:
    """Words put into the client's mouth."""
    assert kinds(payload_says_what_was_asked, payload_given(content(), notes="all yours")) == [
        "notes differs"
    ]


@pytest.mark.parametrize("payload", ["oops", "[]", "7", '"x"', '{"nonce":1,"nonce":2}', "amount=1&nonce=2"])
def test_payloads_that_are_no_object_are_found(payload: str) -> None:
    """A payload that cannot be read before it is signed."""
    assert kinds(payload_says_what_was_asked, payload_given(payload=payload)) == ["no JSON object"]


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(json.dumps(TRUTH, indent=4), id="indented"),
        pytest.param(json.dumps(TRUTH, ensure_ascii=False), id="not escaped"),
        pytest.param(json.dumps(dict(reversed(TRUTH.items()))), id="another order"),
        pytest.param(json.dumps(TRUTH).replace("/", "\\/"), id="escaped slashes"),
        pytest.param(json.dumps(without(TRUTH, "enterpriseId")), id="no enterpriseId"),
        pytest.param(json.dumps(TRUTH | {"enterpriseId": None}), id="null enterpriseId"),
        pytest.param(json.dumps(TRUTH | {"expiresAt": "2030-01-01", "version": 2}), id="more members"),
        pytest.param(json.dumps(TRUTH | {"connectionId": CONNECTION.upper()}), id="a UUID in capitals"),
    ],
)
def test_any_layout_of_the_truth_passes(payload: str) -> None:
    """Legal freedom of layout charged as untruth."""
    assert kinds(payload_says_what_was_asked, payload_given(ASKED, payload=payload)) == []


@pytest.mark.parametrize("notes", [None, ""])
def test_no_notes_may_be_said_in_words(notes: str | None) -> None:
    """A null or empty text for notes that were not given charged as notes."""
    assert kinds(payload_says_what_was_asked, payload_given(content(), notes=notes)) == []


def test_the_get_variant_is_judged_alike() -> None:
    """A variant that nobody looks at; and a connection asked for in capitals."""
    target = f"{ALLOCATIONS}/signing".replace(CONNECTION, CONNECTION.upper())
    request = ask_payload(ASKED, method="GET", target=target)
    for nonce, found in (("nonce-1", []), ("other", ["nonce differs"])):
        payload = json.dumps(TRUTH | {"nonce": nonce})
        assert kinds(payload_says_what_was_asked, answered(request, 200, {"payload": payload})) == found


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(answered(ask_payload(), 400, {"payload": "x"}), id="refused"),
        pytest.param(answered(ask_payload(), 200, {"payload": ""}), id="empty is SIG-01's matter"),
        pytest.param(answered(ask_payload(), 200, {"payload": {}}), id="no text is SIG-01's matter"),
        pytest.param(payload_given(content("0"), payload="x"), id="an invalid ask that was taken"),
        pytest.param(answered(below(ask_payload()), 200, {"payload": "x"}), id="below"),
        pytest.param(lost(ask_payload(), Loss.CLOSED), id="no answer"),
    ],
)
def test_payloads_are_judged_of_valid_asks(judged: Exchange) -> None:
    """A promise held against what nobody was promised."""
    assert kinds(payload_says_what_was_asked, judged) is None


def test_said_by_keeps_the_documented_members() -> None:
    """Two payloads that differ in an undocumented timestamp counted as different contents (SIG-03)."""
    assert said_by('{"nonce":"n","issuedAt":1}') == {"nonce": "n"}
    assert said_by("oops") is None
    assert said_by(None) is None
