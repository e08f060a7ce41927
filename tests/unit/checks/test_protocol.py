"""HTTP's own promises: what breaks them, and what only looks as if it did."""

import gzip
import zlib

import pytest

from contracts.checks import protocol
from contracts.checks.registry import Context
from contracts.exchange import Exchange, Flaw, Headers, Loss, Request, Trait
from tests.fixtures.exchanges import (
    ALLOCATIONS,
    ASSETS,
    JSON,
    USUAL,
    allocate,
    allocation,
    answered,
    ask_payload,
    asset,
    asset_body,
    asset_made,
    below,
    create_asset,
    kinds,
    lost,
    repeating,
    signed,
)

PAGE: Headers = (("Content-Type", "text/html"),)

# --- HTP-01: no 5xx, no drop


@pytest.mark.parametrize("status", [500, 502, 503, 504, 505, 501, 599])
def test_server_errors_are_found(status: int) -> None:
    """A crash on some input that passes for an answer, also where the document lists a 500."""
    assert kinds(protocol.not_a_server_error, answered(allocate(), status)) == [f"status {status}"]


@pytest.mark.parametrize("kind", [Loss.CLOSED, Loss.MALFORMED])
def test_dropped_connections_are_found(kind: Loss) -> None:
    """A worker that dies on some input and takes the connection with it."""
    assert kinds(protocol.not_a_server_error, lost(create_asset(), kind)) == ["no answer"]


@pytest.mark.parametrize("status", [200, 302, 400, 404, 418, 429])
def test_other_statuses_are_no_server_error(status: int) -> None:
    """A refusal, however odd, charged as a crash."""
    assert kinds(protocol.not_a_server_error, answered(create_asset(), status)) in ([], None)


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(answered(create_asset(), 429), id="429"),
        pytest.param(
            answered(create_asset(), 503, headers=(("retry-after", "1"),)), id="503 with Retry-After"
        ),
        pytest.param(lost(create_asset(), Loss.TIMEOUT), id="a timeout is HTP-08's matter"),
        pytest.param(lost(create_asset(), Loss.UNREACHABLE), id="unreachable says nothing about the input"),
        pytest.param(lost(create_asset(), Loss.TLS), id="TLS says nothing about the input"),
        pytest.param(lost(below(create_asset()), Loss.CLOSED), id="bad framing may be met by closing"),
        pytest.param(
            lost(create_asset(), Loss.CLOSED, partly_sent=True), id="an early refusal of a large body"
        ),
        pytest.param(
            lost(create_asset(), Loss.CLOSED, sent_again=409),
            id="an idle connection's end, or a drop: unknown",
        ),
    ],
)
def test_no_word_on_the_input_is_no_crash(judged: Exchange) -> None:
    """A request to come back later, or a network's failure, charged to the service as a crash."""
    assert kinds(protocol.not_a_server_error, judged) is None


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(create_asset(method="PUT"), id="an undefined method"),
        pytest.param(ask_payload(method="GET"), id="the GET variant, which need not exist"),
        pytest.param(below(create_asset(method="BREW")), id="an unknown method token"),
    ],
)
def test_not_implemented_answers_an_undefined_method(request_: Request) -> None:
    """The 501 that HTTP itself gives to a method, taken for a crash."""
    assert kinds(protocol.not_a_server_error, answered(request_, 501)) == []
    assert kinds(protocol.not_a_server_error, answered(request_, 500)) == ["status 500"]


# --- HTP-02: documented statuses


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (create_asset(), 201),
        (create_asset(), 202),
        (create_asset(), 204),
        (create_asset(), 301),
        (create_asset(), 404),
        (create_asset(), 418),
        (create_asset(), 422),
        (ask_payload(), 409),
        (ask_payload(), 422),
        (allocate(), 201),
        (allocate(), 402),
        (allocate(), 405),
        (allocate(), 412),
        (create_asset(), 406),
        (create_asset(), 411),
        (create_asset(), 413),
        (create_asset(), 414),
        (create_asset(), 415),
        (create_asset(), 417),
        (create_asset(), 431),
        (create_asset(), 408),
        (create_asset(method="PUT"), 303),
    ],
)
def test_undocumented_statuses_are_found(request_: Request, status: int) -> None:
    """A status that the operation does not document and that nothing in this request explains."""
    assert kinds(protocol.status_is_documented, answered(request_, status)) == [f"status {status}"]


LONG = "x" * 17_000


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (create_asset(), 200),
        (create_asset(), 409),
        (allocate(), 422),
        pytest.param(allocate(), 409, id="409: which 4xx answers a bad signature is open"),
        pytest.param(repeating(ask_payload()), 409, id="409 where an earlier request is at issue"),
        pytest.param(create_asset(), 401, id="a deployment may ask for a token"),
        pytest.param(create_asset(), 403, id="... with a scope"),
        pytest.param(create_asset(), 429, id="429"),
        pytest.param(create_asset(), 500, id="500 is HTP-01's matter"),
        pytest.param(create_asset(asset_body(display_name=LONG)), 413, id="413 to a large body"),
        pytest.param(create_asset(asset_body(display_name="x" * 65)), 413, id="413 to a long text"),
        pytest.param(create_asset(target=f"{ASSETS}?{'q' * 1100}"), 414, id="414 to a long target"),
        pytest.param(create_asset().with_header("Content-Type", "text/plain"), 415, id="415"),
        pytest.param(create_asset().with_header("Content-Type", None), 415, id="415 to no media type"),
        pytest.param(create_asset().with_header("Content-Encoding", "gzip"), 415, id="415 to a coding"),
        pytest.param(create_asset().with_header("Accept", "text/html"), 406, id="406"),
        pytest.param(create_asset().but(body=None), 411, id="411 without a length"),
        pytest.param(create_asset().with_header("Expect", "nonsense"), 417, id="417"),
        pytest.param(create_asset().with_header("Cookie", "c" * 1100), 431, id="431"),
        pytest.param(create_asset(method="DELETE"), 405, id="405 to an undefined method"),
        pytest.param(create_asset(method="PUT"), 404, id="404 to an undefined method"),
        pytest.param(create_asset(method="OPTIONS"), 204, id="204 to OPTIONS"),
        pytest.param(create_asset(method="HEAD"), 200, id="200 to HEAD"),
        pytest.param(ask_payload(method="GET"), 405, id="no GET variant: 405"),
        pytest.param(ask_payload(method="GET"), 404, id="no GET variant: 404"),
    ],
)
def test_the_protocols_own_statuses_pass_where_they_fit(request_: Request, status: int) -> None:
    """A legal refusal of sizes, media types or methods charged as undocumented."""
    assert kinds(protocol.status_is_documented, answered(request_, status)) == []


def test_a_late_408_passes() -> None:
    """A server's own time-out for a slow client charged as undocumented."""
    assert kinds(protocol.status_is_documented, answered(create_asset(), 408, ms=1500)) == []


def test_long_payloads_and_signatures_explain_no_413() -> None:
    """A refusal of every allocation for the size that its signature always has."""
    sent = allocate(signed(payload="p" * 300, signature="0" * 130))
    assert kinds(protocol.status_is_documented, answered(sent, 413)) == ["status 413"]


@pytest.mark.parametrize(
    "judged",
    [
        answered(create_asset(operation=None), 404),
        answered(below(create_asset()), 400),
        lost(create_asset(), Loss.CLOSED),
    ],
    ids=["no operation is meant", "below the application", "no answer"],
)
def test_status_is_judged_only_of_operations(judged: Exchange) -> None:
    """Documents applied to paths and framing that they do not speak of."""
    assert kinds(protocol.status_is_documented, judged) is None


# --- HTP-03: bodies are what their headers say

TEXT = '{"a":"é"}'.encode()


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        (Flaw.SHORT, "body too short"),
        (Flaw.SURPLUS, "body too long"),
        (Flaw.BROKEN, "broken framing"),
        (Flaw.ENDLESS, "endless body"),
    ],
)
def test_flawed_framing_is_found(flaw: Flaw, kind: str) -> None:
    """A Content-Length of characters instead of bytes, a broken chunk, a body without end."""
    judged = answered(create_asset(), 200, asset(), flaw=flaw)
    assert kinds(protocol.body_is_what_its_headers_say, judged) == [kind]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "not JSON: empty"),
        (b"{", "not JSON: NotJson"),
        (b"oops", "not JSON: NotJson"),
        (b"{'a':1}", "not JSON: NotJson"),
        (b'{"a":NaN}', "not JSON: NotFinite"),
        (b'{"a":1,"a":2}', "not JSON: RepeatedKey"),
        (b'{"a":"\xe9"}', "not JSON: NotUtf8"),
        (b"\xef\xbb\xbf{}", "not JSON: NotJson"),
    ],
)
def test_bodies_that_are_no_strict_json_are_found(body: bytes, kind: str) -> None:
    """What lenient parsers read, each in its own way."""
    assert kinds(protocol.body_is_what_its_headers_say, answered(create_asset(), 400, body)) == [kind]


DEEP = b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("sent", "body"), [(b"{}", b'{"x":1e99999999999999999999}'), (DEEP, DEEP)], ids=["a number", "a depth"]
)
def test_json_that_we_cannot_hold_is_nobodys_fault(sent: bytes, body: bytes) -> None:
    """A server that keeps a number or a depth that this suite sent is told that it does not speak JSON."""
    exchange = answered(create_asset(sent), 200, body)
    assert protocol.body_is_what_its_headers_say(exchange, Context()) is None


def test_a_depth_that_nobody_sent_is_found() -> None:
    """Answers that no client can follow, and a suite that calls all that they might say held."""
    assert kinds(protocol.body_is_what_its_headers_say, answered(create_asset(), 200, DEEP)) == ["too deep"]


def asked_for(accepted: str) -> Exchange:
    """An answer in gzip to a client that asked for these codings."""
    request = create_asset().with_header("Accept-Encoding", accepted)
    return answered(request, 200, gzip.compress(TEXT), (*JSON, ("Content-Encoding", "gzip")))


def coded(body: bytes, coding: str) -> Exchange:
    return answered(create_asset(), 200, body, (*JSON, ("content-encoding", coding)))


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(coded(gzip.compress(TEXT), "gzip"), id="gzip"),
        pytest.param(coded(gzip.compress(TEXT[:4]) + gzip.compress(TEXT[4:]), "gzip"), id="gzip in members"),
        pytest.param(coded(gzip.compress(TEXT), "x-gzip"), id="x-gzip"),
        pytest.param(coded(zlib.compress(TEXT), "Deflate"), id="deflate"),
        pytest.param(coded(zlib.compress(TEXT, wbits=-15), "deflate"), id="deflate without zlib's frame"),
        pytest.param(coded(TEXT, "identity"), id="identity"),
        pytest.param(answered(create_asset(), 200, TEXT, headers=()), id="no declared type"),
        pytest.param(answered(create_asset(), 204), id="204 without a body"),
        pytest.param(
            answered(create_asset(), 400, b'"no"', (("content-type", "application/problem+json"),)),
            id="+json",
        ),
        pytest.param(
            answered(create_asset(method="OPTIONS"), 200, b"POST", (("content-type", "text/plain"),)),
            id="OPTIONS in words",
        ),
        pytest.param(answered(create_asset(), 413, b"<html>", PAGE), id="a proxy's page"),
        pytest.param(
            answered(
                create_asset().with_header("Accept-Encoding", None),
                200,
                gzip.compress(TEXT),
                (*JSON, ("content-encoding", "gzip")),
            ),
            id="gzip where any coding will do",
        ),
        pytest.param(
            answered(
                create_asset().with_header("Accept-Encoding", "*"),
                200,
                gzip.compress(TEXT),
                (*JSON, ("content-encoding", "gzip")),
            ),
            id="gzip where * was asked for",
        ),
        pytest.param(
            answered(create_asset(), 200, TEXT, (("content-type", 'application/json; Charset="UTF-8"'),)),
            id="UTF-8 in quotes",
        ),
        pytest.param(
            answered(create_asset(), 200, b'"no"', (("content-type", "application/json;charset=us-ascii"),)),
            id="ASCII is UTF-8",
        ),
        pytest.param(asked_for("gzip;q=0.001, *;q=0"), id="gzip, if need be"),
        pytest.param(asked_for("deflate; q=0, * ; q=1"), id="gzip by a star with a weight"),
    ],
)
def test_honest_bodies_pass(judged: Exchange) -> None:
    """A legal coding, or a body that nobody declared as JSON, charged as broken."""
    assert kinds(protocol.body_is_what_its_headers_say, judged) == []


@pytest.mark.parametrize(
    ("judged", "kind"),
    [
        (coded(TEXT, "gzip"), "wrong coding"),
        (coded(gzip.compress(TEXT)[:-9], "gzip"), "wrong coding"),
        (coded(gzip.compress(TEXT)[:-9], "deflate"), "wrong coding"),
        (coded(TEXT, "br"), "unwanted coding"),
        (
            answered(
                create_asset().with_header("Accept-Encoding", "identity"),
                200,
                gzip.compress(TEXT),
                (*JSON, ("Content-Encoding", "gzip")),
            ),
            "unwanted coding",
        ),
        (
            answered(create_asset(), 200, TEXT, (("content-type", "application/json; charset=ISO-8859-1"),)),
            "UTF-8 declared as another charset",
        ),
        (asked_for("gzip;q=0"), "unwanted coding"),
        (asked_for("GZIP; Q=0.00, identity"), "unwanted coding"),
        (asked_for("*;q=0, deflate"), "unwanted coding"),
        (answered(create_asset(), 200, TEXT, (("content-type", "text/plain"),)), "not declared JSON"),
    ],
    ids=[
        *("not gzip", "cut short", "gzip as deflate", "not asked for", "identity alone was"),
        *("as Latin-1", "refused by its weight", "refused in capitals", "refused by a star", "as plain text"),
    ],
)
def test_false_declarations_are_found(judged: Exchange, kind: str) -> None:
    """A coding that is not the declared one, or that the client cannot read."""
    assert kinds(protocol.body_is_what_its_headers_say, judged) == [kind]


def test_a_bomb_is_not_unfolded() -> None:
    """A small body that fills the memory once it is read."""
    bomb = coded(gzip.compress(b" " * 9_000_000), "gzip")
    assert kinds(protocol.body_is_what_its_headers_say, bomb) == ["wrong coding"]


@pytest.mark.parametrize(
    "judged",
    [
        answered(create_asset(method="HEAD"), 200, b""),
        answered(below(create_asset()), 400, b"Bad Request"),
        lost(create_asset(), Loss.CLOSED),
    ],
    ids=["HEAD", "below", "no answer"],
)
def test_bodies_that_nobody_promised_are_left_alone(judged: Exchange) -> None:
    """A HEAD's missing body, or an HTTP server's own words, held against JSON."""
    assert kinds(protocol.body_is_what_its_headers_say, judged) is None


# --- HTP-04: 405 and Allow


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ((), ["405 without Allow"]),
        ((("Allow", "POST, PUT"),), ["Allow names the refused method"]),
        ((("Allow", "GET, HEAD"),), ["Allow hides a method"]),
        ((("Allow", ""),), ["Allow hides a method"]),
        ((("allow", "put"),), ["Allow names the refused method", "Allow hides a method"]),
        ((("allow", "POST"),), []),
        ((("Allow", "OPTIONS,post , HEAD"),), []),
        ((("Allow", "OPTIONS"), ("allow", "POST")), []),
    ],
)
def test_allow_tells_the_truth(headers: Headers, found: list[str]) -> None:
    """A 405 whose Allow is missing, hides POST or offers what was just refused; one in two lines is one."""
    judged = answered(create_asset(method="PUT"), 405, headers=headers)
    assert kinds(protocol.refused_method_names_the_allowed, judged) == found


@pytest.mark.parametrize(
    "judged",
    [
        answered(create_asset(method="PUT"), 404),
        answered(below(create_asset(method="BREW")), 405),
        lost(create_asset(method="PUT"), Loss.CLOSED),
    ],
    ids=["404", "unknown token", "no answer"],
)
def test_allow_is_expected_of_405_alone(judged: Exchange) -> None:
    """Allow asked of an answer that need not have it."""
    assert kinds(protocol.refused_method_names_the_allowed, judged) is None


def test_allow_without_get_passes_where_there_is_no_variant() -> None:
    """The GET variant demanded by way of Allow."""
    judged = answered(ask_payload(method="GET"), 405, headers=(("Allow", "POST"),))
    assert kinds(protocol.refused_method_names_the_allowed, judged) == []


# --- HTP-08: in time


def test_late_answers_are_found() -> None:
    """An answer after the limit, or none; the configured limit not obeyed."""
    late = answered(create_asset(), 200, asset(), ms=3100)
    assert kinds(protocol.answers_in_time, late) == ["late answer"]
    assert kinds(protocol.answers_in_time, late, Context(time_limit=4)) == []
    assert kinds(protocol.answers_in_time, lost(create_asset(), Loss.TIMEOUT)) == ["no answer in time"]
    assert kinds(protocol.answers_in_time, answered(create_asset(), 200, asset(), ms=2999)) == []


@pytest.mark.parametrize("kind", [Loss.CLOSED, Loss.UNREACHABLE, Loss.MALFORMED, Loss.TLS])
def test_other_losses_are_not_late(kind: Loss) -> None:
    """A drop charged twice."""
    assert kinds(protocol.answers_in_time, lost(create_asset(), kind)) is None


def test_waiting_for_a_body_that_was_announced_is_not_late() -> None:
    """A server blamed for waiting, as HTTP has it, when this suite announced more than it sent."""
    assert kinds(protocol.answers_in_time, lost(below(create_asset()), Loss.TIMEOUT)) is None


# --- what all of them leave alone


@pytest.mark.parametrize(
    "judged",
    [
        asset_made(),
        answered(allocate(), 200, {"allocation": allocation(more={"x": [1]})}),
        answered(create_asset(), 409, b'"taken"', (("content-type", "application/json; charset=utf-8"),)),
        answered(allocate(), 200, {"allocation": allocation()}, (("CONTENT-TYPE", "Application/JSON"),)),
    ],
    ids=["asset", "allocation with more", "conflict", "headers in capitals"],
)
def test_honest_answers_pass_every_check(judged: Exchange) -> None:
    """A false alarm on the plainest answers."""
    for check in (
        protocol.not_a_server_error,
        protocol.status_is_documented,
        protocol.body_is_what_its_headers_say,
        protocol.answers_in_time,
    ):
        assert kinds(check, judged) == []


def test_what_is_promised_is_told_apart() -> None:
    """The GET variant counted as a promise, or a path unknown to the documents as one of them."""
    assert protocol.method_is_undefined(ask_payload(method="GET"))
    assert protocol.method_is_undefined(allocate(method="GET"))
    assert not protocol.method_is_undefined(allocate())
    assert not protocol.method_is_undefined(allocate(target="/nowhere", method="PUT"))
    assert not protocol.method_is_undefined(Request("POST", f"{ALLOCATIONS}/signing?x=1"))
    assert protocol.is_plain_json(create_asset())
    charset = (*USUAL[:-1], ("Content-Type", 'application/json; charset="UTF-8"'))
    assert protocol.is_plain_json(create_asset(headers=charset))
    assert not protocol.is_plain_json(create_asset().with_header("Content-Type", "text/json"))
    assert Trait.BELOW in below(create_asset()).traits
