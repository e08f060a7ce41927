"""The documented form of answers, each deviation charged to the clause that promises it."""

from typing import Any

import pytest

from contracts import wire
from contracts.checks import shapes
from contracts.exchange import Exchange, Headers, Loss, Request
from tests.fixtures.exchanges import (
    allocate,
    allocation,
    allocation_made,
    answered,
    ask_payload,
    asset,
    asset_body,
    asset_made,
    below,
    content,
    create_asset,
    kinds,
    lost,
    payload_given,
    signed,
    without,
)

# --- AST-01


@pytest.mark.parametrize("name", sorted(shapes.ASSET_REQUIRED))
def test_missing_asset_fields_are_found(name: str) -> None:
    """An asset without a field that clients read at once."""
    judged = answered(create_asset(), 200, without(asset(), name))
    assert kinds(shapes.asset_has_its_form, judged) == [f"{name} has the wrong form"]


@pytest.mark.parametrize("name", sorted(shapes.ASSET_REQUIRED))
@pytest.mark.parametrize("value", [None, 1, True, [], {}])
def test_mistyped_asset_fields_are_found(name: str, value: Any) -> None:
    """A number or null where a text is promised."""
    assert f"{name} has the wrong form" in (
        kinds(shapes.asset_has_its_form, asset_made(**{name: value})) or []
    )


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"[]", None),
        (b'"made"', None),
        (b"{}", None),
        (b"", ()),
        (b"<html>", (("Content-Type", "text/html"),)),
    ],
)
def test_answers_that_are_no_object_are_found(body: bytes, headers: Headers | None) -> None:
    """A 200 from which nothing can be read."""
    judged = (
        answered(create_asset(), 200, body)
        if headers is None
        else answered(create_asset(), 200, body, headers)
    )
    assert kinds(shapes.asset_has_its_form, judged) == ["no object"]


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(asset_made(), id="plain"),
        pytest.param(
            asset_made(more={"x": None}, metadata={}, id="anything"), id="more, and an id of its own form"
        ),
        pytest.param(asset_made(metadata=7, contract_address=1), id="optional fields are AST-02's matter"),
        pytest.param(asset_made(asset_body(type="coin")), id="an invalid request is promised nothing"),
    ],
)
def test_other_matters_are_left_alone(judged: Exchange) -> None:
    """Legal freedom charged, or one bug charged to two clauses."""
    assert kinds(shapes.asset_has_its_form, judged) == []


@pytest.mark.parametrize(
    "body", [b'{"id":', b"[" * 100_000 + b"]" * 100_000, b'{"id":1,"id":2}'], ids=["cut", "deep", "repeated"]
)
def test_what_cannot_be_read_shows_no_form(body: bytes) -> None:
    """A clause called held, with thousands of chances, by a service whose answers nobody could read (HTP-03's matter)."""
    assert kinds(shapes.asset_has_its_form, answered(create_asset(), 200, body)) is None
    assert kinds(shapes.payload_has_its_form, answered(ask_payload(), 200, body)) is None
    assert kinds(shapes.allocation_has_its_form, answered(allocate(), 200, body)) is None


NO_ANSWERS = [
    pytest.param(lambda request: answered(request, 400, "no"), id="refused"),
    pytest.param(lambda request: answered(below(request), 200, b"{}"), id="below"),
    pytest.param(lambda request: answered(request.but(method="PUT"), 200, b"{}"), id="another method"),
    pytest.param(lambda request: answered(request.but(operation=None), 200, b"{}"), id="no operation"),
    pytest.param(lambda request: lost(request, Loss.CLOSED), id="no answer"),
]


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_form_is_judged_of_accepted_requests(answer: Any) -> None:
    """A refusal held against the form of what it refused."""
    assert kinds(shapes.asset_has_its_form, answer(create_asset())) is None
    assert kinds(shapes.payload_has_its_form, answer(ask_payload())) is None
    assert kinds(shapes.allocation_has_its_form, answer(allocate())) is None
    assert kinds(shapes.allocation_is_cleared_or_reserved, answer(allocate())) is None
    assert kinds(shapes.released_allocation_says_why, answer(allocate())) is None


# --- SIG-01


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"payload": "{}"}, []),
        ({"payload": "{}", "more": 1}, []),
        ({"payload": ""}, ["payload has the wrong form"]),
        ({"payload": None}, ["payload has the wrong form"]),
        ({"payload": {"amount": {}}}, ["payload has the wrong form"]),
        ({"Payload": "{}"}, ["payload has the wrong form"]),
        ("{}", ["no object"]),
    ],
)
def test_payload_is_a_text(method: str, body: object, found: list[str]) -> None:
    """An object, or nothing, where there is a text to sign; in either variant."""
    assert kinds(shapes.payload_has_its_form, answered(ask_payload(method=method), 200, body)) == found


def test_an_invalid_ask_is_promised_no_payload() -> None:
    """A leniency charged twice."""
    judged = answered(ask_payload(content(nonce="")), 200, {"payload": ""})
    assert kinds(shapes.payload_has_its_form, judged) == []


# --- ALC-01

ALLOCATION = sorted(shapes.ALLOCATION_REQUIRED)


@pytest.mark.parametrize("name", ALLOCATION)
def test_missing_allocation_fields_are_found(name: str) -> None:
    """An allocation that cannot be booked."""
    judged = answered(allocate(), 200, {"allocation": without(allocation(), name)})
    assert kinds(shapes.allocation_has_its_form, judged) == [f"allocation.{name} has the wrong form"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"id": 7}, "allocation.id"),
        ({"amount": "1 tbtc"}, "allocation.amount"),
        ({"amount": {"currency": "tbtc", "quantity": 1}}, "allocation.amount.quantity"),
        ({"amount": {"quantity": "1"}}, "allocation.amount.currency"),
        ({"initiatedBy": None}, "allocation.initiatedBy"),
        ({"createdAt": 1705314600}, "allocation.createdAt"),
    ],
)
def test_mistyped_allocation_fields_are_found(changes: dict[str, Any], found: str) -> None:
    """An amount as a number, or a null, that a typed client cannot read."""
    assert kinds(shapes.allocation_has_its_form, allocation_made(**changes)) == [
        f"{found} has the wrong form"
    ]


@pytest.mark.parametrize("body", [{}, {"allocation": None}, {"allocation": []}, {"id": "x"}])
def test_answers_without_an_allocation_are_found(body: Any) -> None:
    """The allocation unwrapped, or forgotten."""
    assert len(kinds(shapes.allocation_has_its_form, answered(allocate(), 200, body)) or []) == 1


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(allocation_made(), id="without retriable"),
        pytest.param(allocation_made(createdAt="2019-08-24", updatedAt="2019-08-24"), id="the guide's dates"),
        pytest.param(allocation_made(status="reserved", retriable=False), id="reserved"),
        pytest.param(allocation_made(status="reserved", retriable=True), id="ALC-04's matter"),
        pytest.param(allocation_made(policyResult="approved", more=1), id="more members"),
        pytest.param(allocation_made(id="A7"), id="no UUID"),
    ],
)
def test_honest_allocations_pass(judged: Exchange) -> None:
    """A legal form charged."""
    assert kinds(shapes.allocation_has_its_form, judged) == []


# --- ALC-04 and ALC-14


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"retriable": False}, []),
        ({"reason": None}, []),
        ({"status": "reserved"}, []),
        ({"status": "reserved", "retriable": False, "reason": "later"}, []),
        ({"reason": "because"}, ["cleared with a reason"]),
        ({"status": "reserved", "retriable": True}, ["reserved and retriable"]),
        ({"status": "reserved", "retriable": "true"}, ["reserved and retriable"]),
        ({"status": "released"}, ["other status"]),
        ({"status": "CLEARED"}, ["other status"]),
        ({"status": ""}, ["other status"]),
        ({"status": None}, ["other status"]),
        ({"status": ["cleared"]}, ["other status"]),
    ],
)
def test_an_accepted_allocation_is_cleared_or_reserved(changes: dict[str, Any], found: list[str]) -> None:
    """Funds taken for available, or for lost, that are not."""
    assert kinds(shapes.allocation_is_cleared_or_reserved, allocation_made(**changes)) == found


def test_a_missing_status_is_the_forms_matter() -> None:
    """One bug charged to two clauses."""
    judged = answered(allocate(), 200, {"allocation": without(allocation(), "status")})
    assert kinds(shapes.allocation_is_cleared_or_reserved, judged) is None


def released(**changes: Any) -> dict[str, Any]:
    plain = {"status": "released", "retriable": False, "reason": "insufficient balance"}
    return {"error": "released", "allocation": allocation(**(plain | changes))}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (released(), []),
        (released(more=1) | {"code": 7}, []),
        (released(retriable=None), []),
        (released() | {"error": ""}, []),
        (without(released(), "error"), ["422 without error"]),
        (released() | {"error": {"message": "no"}}, ["422 without error"]),
        (without(released(), "allocation"), ["422 without allocation"]),
        (released(status="cleared"), ["422 not released"]),
        (released(retriable=True), ["released and retriable"]),
        (released(reason=""), ["422 without reason"]),
        (released(reason=None), ["422 without reason"]),
        (released(reason=7), ["422 without reason"]),
        ({}, ["422 without error", "422 without allocation"]),
        (b"oops", ["422 without error", "422 without allocation"]),
    ],
)
def test_a_released_allocation_says_why(body: Any, found: list[str]) -> None:
    """A refusal after which a client does not know whether its funds are locked, or why not."""
    assert kinds(shapes.released_allocation_says_why, answered(allocate(), 422, body)) == found


@pytest.mark.parametrize(
    "request_",
    [allocate(signed(nonce="")), allocate(b"oops"), allocate().with_header("Content-Type", "text/plain")],
    ids=["an invalid body", "no JSON", "another media type"],
)
def test_other_refusals_release_nothing(request_: Request) -> None:
    """A wrong status for bad input charged as an allocation without its reason."""
    assert kinds(shapes.released_allocation_says_why, answered(request_, 422, {"error": "no"})) is None


# --- refusals: AST-18, AST-09, SIG-06, ALC-16


@pytest.mark.parametrize("body", [b"", b"taken", b"{}", {"error": "taken"}, ["taken"], 7, None])
def test_asset_refusals_that_are_no_string_are_found(body: Any) -> None:
    """The other service's error object, or bare words, where a JSON string is promised."""
    sent = b"null" if body is None else body
    conflict, bad = answered(create_asset(), 409, sent), answered(create_asset(), 400, sent)
    assert kinds(shapes.conflict_is_answered_in_words, conflict) == ["409 is no JSON string"]
    assert kinds(shapes.bad_asset_is_answered_in_words, bad) == ["400 is no JSON string"]


@pytest.mark.parametrize("words", ["{}", "exists already: {}", "conflict ({}), give up"])
def test_an_asset_in_the_words_of_a_conflict_is_found(words: str) -> None:
    """The asset that exists, shown to whoever guesses its symbol."""
    exchange = answered(create_asset(), 409, words.replace("{}", wire.dumps(asset())))
    assert kinds(shapes.conflict_is_answered_in_words, exchange) == ["409 carries an asset"]


@pytest.mark.parametrize(
    "body", ["taken", "", "ключ", "{", "} {", 'symbol {"symbol": "A"} exists', "a {b} c"]
)
def test_asset_refusals_in_a_string_pass(body: str) -> None:
    """Any wording is legal, none included; and so is a string under another media type's name."""
    for headers in ((("Content-Type", "application/json"),), (("Content-Type", "text/plain"),), ()):
        assert kinds(shapes.conflict_is_answered_in_words, answered(create_asset(), 409, body, headers)) == []
        assert (
            kinds(shapes.bad_asset_is_answered_in_words, answered(create_asset(), 400, body, headers)) == []
        )


NETWORK = [
    pytest.param(shapes.bad_ask_is_answered_by_an_object, ask_payload(), id="payload"),
    pytest.param(shapes.bad_allocation_is_answered_by_an_object, allocate(), id="allocation"),
]


@pytest.mark.parametrize(("check", "request_"), NETWORK)
@pytest.mark.parametrize("body", [b"", b"oops", '"no"', ["no"], b"null", b"7", b"{'error':1}"])
def test_network_refusals_that_are_no_object_are_found(check: Any, request_: Request, body: Any) -> None:
    """A string, a list or a page where a JSON object is promised."""
    assert kinds(check, answered(request_, 400, body)) == ["400 is no JSON object"]


@pytest.mark.parametrize(("check", "request_"), NETWORK)
@pytest.mark.parametrize("body", [{}, {"error": "no"}, {"errors": [{"path": "amount"}]}])
def test_network_refusals_by_any_object_pass(check: Any, request_: Request, body: Any) -> None:
    """Fields demanded that the reference does not document."""
    assert kinds(check, answered(request_, 400, body)) == []


@pytest.mark.parametrize(
    ("check", "request_"),
    [pytest.param(shapes.bad_asset_is_answered_in_words, create_asset(), id="asset"), *NETWORK],
)
def test_a_400_that_is_not_about_the_body_is_left_alone(check: Any, request_: Request) -> None:
    """An HTTP server's own 400 (framing, size, coding, charset) held against the service's form."""
    for sent in (
        below(request_),
        request_.but(operation=None),
        request_.but(method="PUT"),
        request_.with_header("Content-Type", "text/plain"),
        request_.with_header("Content-Type", "application/json; charset=utf-16"),
        request_.with_header("Content-Type", None),
        request_.with_header("Content-Encoding", "gzip"),
        request_.but(body=b"x" * 17_000),
    ):
        assert kinds(check, answered(sent, 400, b"<html>Bad Request")) is None
    assert kinds(check, answered(request_, 404, b"")) is None
    assert kinds(check, lost(request_, Loss.CLOSED)) is None


def test_kinds_hold_no_values() -> None:
    """A finding that is new in each run because its kind quotes a value of the run."""
    for judged in (
        asset_made(type="unique-4711"),
        allocation_made(status="unique-4711", amount={"currency": "unique-4711", "quantity": "x"}),
        payload_given(signed(), payload="unique-4711"),
    ):
        for check in (
            shapes.asset_has_its_form,
            shapes.allocation_has_its_form,
            shapes.allocation_is_cleared_or_reserved,
        ):
            assert not any("4711" in kind for kind in kinds(check, judged) or [])
