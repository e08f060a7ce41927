"""AUT-06 and AUT-07: how a service says no, and that it repeats no secret."""

import json
from base64 import b64encode, urlsafe_b64encode
from binascii import hexlify
from collections.abc import Callable

import pytest

from contracts.checks.access import refusal_names_an_error, repeats_no_secret
from contracts.checks.registry import Context
from contracts.exchange import Exchange, Headers, Loss, Request
from tests.fixtures.exchanges import (
    JSON,
    TOKEN,
    allocate,
    answered,
    ask_payload,
    below,
    create_asset,
    kinds,
    lost,
)

# --- AUT-06


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("request_", [allocate(), ask_payload()], ids=["allocation", "payload"])
@pytest.mark.parametrize(
    "body", [b"", b'"no"', b"[]", b"{}", {"error": None}, {"error": {"message": "no"}}, {"message": "no"}]
)
def test_refusals_without_an_error_are_found(request_: Request, status: int, body: object) -> None:
    """A refusal whose reason a client cannot read where it is promised."""
    assert kinds(refusal_names_an_error, answered(request_, status, body)) == [f"{status} without error"]


@pytest.mark.parametrize(
    "body", [{"error": "no"}, {"error": ""}, {"error": "no", "code": 7, "requestId": "x"}]
)
def test_refusals_with_an_error_pass(body: object) -> None:
    """Wording, or further members, held against a refusal."""
    assert kinds(refusal_names_an_error, answered(allocate(), 403, body)) == []


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(answered(create_asset(), 401, b""), id="the asset guide promises none"),
        pytest.param(answered(allocate(), 400, b""), id="another status"),
        pytest.param(answered(below(allocate()), 404, b""), id="below the application"),
        pytest.param(answered(allocate(method="PUT"), 404, b""), id="an undefined method"),
        pytest.param(answered(ask_payload(method="GET"), 404, b"<html>"), id="no GET variant"),
        pytest.param(answered(allocate(operation=None), 404, b""), id="an unknown path"),
        pytest.param(lost(allocate(), Loss.CLOSED), id="no answer"),
    ],
)
def test_error_is_expected_of_the_network_operations_alone(judged: Exchange) -> None:
    """The promise held against answers that it does not speak of."""
    assert kinds(refusal_names_an_error, judged) is None


# --- AUT-07

KEY = 'ab/cd+ef=="ü'
RUN = Context(secrets=frozenset({KEY, "short"}))
SAYS = "token not accepted: "


@pytest.mark.parametrize(
    "body",
    [
        pytest.param((SAYS + KEY).encode(), id="as it is"),
        pytest.param(json.dumps(SAYS + KEY, ensure_ascii=False).encode(), id="in JSON"),
        pytest.param(json.dumps(SAYS + KEY).encode(), id="in ASCII JSON"),
        pytest.param(json.dumps(SAYS + KEY).replace("/", "\\/").encode(), id="with escaped slashes"),
        pytest.param(
            json.dumps(KEY).replace("+", "\\u002B").replace("=", "\\u003d").encode(), id="as .NET has it"
        ),
        pytest.param(b"https://login.test/?token=ab%2Fcd%2Bef%3D%3D%22%C3%BC", id="in a URL"),
    ],
)
def test_repeated_secrets_are_found(body: bytes) -> None:
    """A token in an answer that escapes hide from a plain search."""
    assert kinds(repeats_no_secret, answered(create_asset(), 400, body), RUN) == ["secret repeated"]


@pytest.mark.parametrize("name", ["Location", "WWW-Authenticate", "Set-Cookie", "X-Debug"])
def test_secrets_in_headers_are_found(name: str) -> None:
    """A token that comes back in a header, where proxies log it."""
    headers: Headers = (*JSON, (name, f"a=1;t={TOKEN}"))
    assert kinds(repeats_no_secret, answered(allocate(), 401, {"error": "no"}, headers)) == [
        "secret repeated"
    ]


@pytest.mark.parametrize("before", ["", "a", "us:"])
@pytest.mark.parametrize("coding", [b64encode, urlsafe_b64encode, hexlify])
def test_coded_secrets_are_found(coding: Callable[[bytes], bytes], before: str) -> None:
    """A token that one call undoes: in hex, or in base64 behind whatever stands before it."""
    shown = coding(f"{before}{TOKEN}???".encode()).decode()
    judged = answered(allocate(), 200, {"allocation": {"initiatedBy": shown}})
    assert kinds(repeats_no_secret, judged) == ["secret repeated"]


def test_the_requests_own_token_is_a_secret() -> None:
    """A token that is not among the settings, such as another tenant's old one, repeated unseen."""
    judged = answered(allocate(), 401, {"error": f"unknown token {TOKEN}"})
    assert kinds(repeats_no_secret, judged) == ["secret repeated"]


def test_secrets_in_a_broken_coding_are_found() -> None:
    """A leak that is overlooked because the body claims a coding that it is not in."""
    judged = answered(allocate(), 401, TOKEN.encode(), (("Content-Encoding", "gzip"),))
    assert kinds(repeats_no_secret, judged) == ["secret repeated"]


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(
            answered(allocate(), 401, {"error": "the token is short"}), id="a text too short to tell"
        ),
        pytest.param(
            answered(allocate(), 401, {"error": f"unknown token {TOKEN[:4]}..."}), id="a masked token"
        ),
        pytest.param(answered(allocate(), 401, {"error": "Bearer token expected"}), id="the scheme's name"),
        pytest.param(answered(allocate(), 200, b"100% \\ \\u12 %zz"), id="text that only looks escaped"),
        pytest.param(answered(create_asset(), 200, {}), id="no token sent"),
    ],
)
def test_innocent_answers_pass(judged: Exchange) -> None:
    """Ordinary words taken for a secret."""
    assert kinds(repeats_no_secret, judged, RUN) == []


def test_the_violation_names_no_secret() -> None:
    """The report repeating what the answer should not have."""
    judged = answered(allocate(), 401, {"error": TOKEN})
    found = repeats_no_secret(judged, RUN)
    assert found
    assert TOKEN not in str(found[0])


def test_no_answer_repeats_nothing() -> None:
    """A lost request counted as a chance."""
    assert kinds(repeats_no_secret, lost(allocate(), Loss.TIMEOUT), RUN) is None
