"""One connection: every way in which an answer can be framed, broken, cut short or late."""

import gc
import gzip
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from contracts.exchange import Flaw, Loss, Request, Response
from contracts.transport.http1 import (
    BODY_LIMIT,
    HEADERS_LIMIT,
    SHOWN_OF_ENDLESS,
    Connection,
    _Reader,
    serialise,
)
from contracts.transport.route import ExchangeLost, Origin
from tests.fixtures.raw_server import RawServer, Step, Then, ok

GET = Request("GET", "/")
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def connected(*script: Step) -> Iterator[Connection]:
    with RawServer(script) as server:
        connection = Connection(server.origin, connect_timeout=1)
        try:
            yield connection
        finally:
            connection.close()


def received(*script: Step, request: Request = GET, within: float = 5.0) -> tuple[Response, bool]:
    """The answer to one request, and whether the connection may be used again."""
    with connected(*script) as connection:
        connection.send(serialise(request, connection.origin))
        response = connection.receive(deadline=time.monotonic() + within, head_only=request.method == "HEAD")
        return response, connection.keeps_alive(request, response)


def lost(*script: Step, within: float = 5.0) -> tuple[Loss, str]:
    with pytest.raises(ExchangeLost) as caught:
        received(*script, within=within)
    return caught.value.lost.kind, caught.value.lost.detail


# --- framing


def test_a_plain_answer() -> None:
    """A status, header or body that is not handed over as it came."""
    response, again = received(ok(b'{"a":1}', "X-Odd: \xe9", "X-Odd: two", status="418 I'm a teapot"))
    assert (response.status, response.reason, response.body) == (418, "I'm a teapot", b'{"a":1}')
    assert response.headers[-2:] == (("X-Odd", "\xe9"), ("X-Odd", "two"))
    assert response.header("x-odd") == "\xe9"
    assert response.version == "1.1"
    assert response.flaw is None
    assert again


def test_headers_in_lower_case_and_without_spaces() -> None:
    """A Content-Length that is known in one spelling only."""
    response, again = received(HEAD + b"content-type:application/json\r\ncontent-length:2\r\n\r\n{}")
    assert (response.body, response.is_json, response.flaw, again) == (b"{}", True, None, True)


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def test_chunks() -> None:
    """A body that keeps its chunks' sizes, extensions or end in it."""
    response, again = received(CHUNKED + b"3;x=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n")
    assert (response.body, response.flaw, again) == (b"abc0123456789", None, True)


@pytest.mark.parametrize("rest", [b"zz\r\nabc\r\n0\r\n\r\n", b"3\r\nabcdef\r\n0\r\n\r\n", b"-1\r\n\r\n"])
def test_broken_chunks(rest: bytes) -> None:
    """A body that is cut where its framing breaks, and passes."""
    response, again = received(CHUNKED + rest)
    assert (response.flaw, again) == (Flaw.BROKEN, False)


def test_chunks_without_an_end() -> None:
    """A body whose last chunk never came."""
    assert received(CHUNKED + b"3\r\nabc\r\n", Then.CLOSE)[0].flaw is Flaw.SHORT
    response, again = received(CHUNKED + b"3\r\nabc\r\n", within=0.1)
    assert (response.body, response.flaw, again) == (b"abc", Flaw.STALLED, False)


def test_a_body_longer_than_announced() -> None:
    """A Content-Length of characters for a body of bytes: the rest would begin the next answer."""
    response, again = received(HEAD + b"Content-Length: 3\r\n\r\nabcdef")
    assert (response.body, response.flaw, again) == (b"abc", Flaw.SURPLUS, False)


def test_an_answer_that_nobody_asked_for() -> None:
    """A second answer behind the first one."""
    assert received(ok() + ok())[0].flaw is Flaw.SURPLUS


def test_a_body_shorter_than_announced() -> None:
    """A Content-Length that is too large: half a body that passes, or a wait without end."""
    response, again = received(HEAD + b"Content-Length: 9\r\n\r\nabc", Then.CLOSE)
    assert (response.body, response.flaw, again) == (b"abc", Flaw.SHORT, False)
    assert received(HEAD + b"Content-Length: 9\r\n\r\nabc", within=0.1)[0].flaw is Flaw.STALLED


def test_a_body_until_the_end_of_the_connection() -> None:
    """HTTP's oldest framing taken for a cut; and the connection used again."""
    response, again = received(HEAD + b"\r\n{}", Then.CLOSE)
    assert (response.body, response.flaw, again) == (b"{}", None, False)


def test_http_1_0() -> None:
    """A connection that the server is about to close used again."""
    response, again = received(ok(version="HTTP/1.0"))
    assert (response.version, response.body, response.flaw, again) == ("1.0", b"{}", None, False)


def test_close_is_announced() -> None:
    """`Connection: close` overlooked, in either direction."""
    assert not received(ok(b"{}", "Connection: Close"))[1]
    assert not received(ok(), request=GET.with_header("Connection", "close"))[1]
    assert received(ok(b"{}", "Connection: keep-alive"))[1]


@pytest.mark.parametrize("length", [b"", b"Content-Length: 0\r\n"])
def test_204(length: bytes) -> None:
    """A wait for a body that never comes."""
    response, again = received(b"HTTP/1.1 204 No Content\r\n" + length + b"\r\n")
    assert (response.status, response.body, response.flaw, again) == (204, b"", None, True)


def test_head() -> None:
    """A wait for the body that a HEAD's headers describe; one that comes all the same."""
    asked = Request("HEAD", "/")
    response, again = received(HEAD + b"Content-Length: 9\r\n\r\n", request=asked)
    assert (response.body, response.flaw, again) == (b"", None, False)
    assert received(HEAD + b"Content-Length: 3\r\n\r\nabc", request=asked)[0].flaw is Flaw.SURPLUS


def test_interim_answers() -> None:
    """A 100 or 103 taken for the answer, or its headers for the answer's."""
    storm = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50 + b"HTTP/1.1 100 Continue\r\n\r\n"
    response, again = received(storm + ok())
    assert (response.status, response.body, response.flaw, again) == (200, b"{}", None, True)
    assert response.header("link") is None
    assert lost(storm, within=0.1)[0] is Loss.TIMEOUT


def test_gzip_stays_packed() -> None:
    """A coding undone where nobody can see any more whether it was true."""
    packed = gzip.compress(b'{"a":1}')
    response, _ = received(ok(packed, "Content-Encoding: gzip"))
    assert response.body == packed
    assert response.json == {"a": 1}


def test_pieces() -> None:
    """A body that arrives in many pieces put together wrongly."""
    body = bytes(range(256)) * 4000
    assert received(ok(body))[0].body == body


# --- no answer


@pytest.mark.parametrize(
    "answer",
    [
        b"oops\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        HEAD + b"no colon\r\n\r\n",
        b"\x16\x03\x01\x00\x05",
    ],
)
def test_what_is_not_http(answer: bytes) -> None:
    """Bytes of another protocol that end the judge, or pass for an answer."""
    assert lost(answer, Then.CLOSE)[0] is Loss.MALFORMED


@pytest.mark.parametrize(
    "begun",
    [HEAD + b"Content-Type: application/json\r\n", b"HTTP/1.", b"HTTP/1.1 100 Continue\r\n\r\n"],
    ids=["a header", "half a version", "an interim answer"],
)
def test_a_head_without_an_end(begun: bytes) -> None:
    """An answer that is cut in its head taken for an idle connection's end, so that its request is sent again."""
    assert lost(begun, Then.CLOSE) == (Loss.MALFORMED, "it ends in its head")


def test_an_answer_that_begins_and_does_not_come_on() -> None:
    """A first byte that the verdict calls silence."""
    assert lost(b"HTTP/1.1 2", within=0.1) == (Loss.TIMEOUT, "the answer began but did not end")


@pytest.mark.parametrize("step", [Then.DROP, Then.RESET, Then.CLOSE])
def test_dropped(step: Then) -> None:
    """A close or reset that looks like a timeout."""
    assert lost(step)[0] is Loss.CLOSED


def test_silence() -> None:
    """A server that never answers, waited for beyond the deadline."""
    began = time.monotonic()
    assert lost(Then.WAIT, within=0.1) == (Loss.TIMEOUT, "")
    assert time.monotonic() - began < 3
    assert lost(Then.WAIT, within=0.0)[0] is Loss.TIMEOUT


def test_endless_headers_and_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that fills the memory of this suite."""
    monkeypatch.setattr("contracts.transport.http1.BODY_LIMIT", 100_000)
    monkeypatch.setattr("contracts.transport.http1.HEADERS_LIMIT", 10_000)
    assert received(ok(b"x" * 300_000))[0].flaw is Flaw.ENDLESS
    assert lost(HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(3000)))[0] is Loss.MALFORMED
    assert BODY_LIMIT > HEADERS_LIMIT


def test_little_is_kept_of_an_endless_body() -> None:
    """A hundred megabytes kept for each question: 908 MB in all."""
    body = b"x" * (BODY_LIMIT + 1)
    response, again = received(CHUNKED + b"%x\r\n%b" % (len(body), body))
    assert (response.flaw, again) == (Flaw.ENDLESS, False)
    assert response.body == body[:SHOWN_OF_ENDLESS]
    assert received(ok(b"x" * BODY_LIMIT))[0].flaw is None


def test_a_body_that_says_that_it_is_endless_is_not_read() -> None:
    """A megabyte read of each of 8,000 bodies that said 100 at once: half a minute of processor time."""
    response, _ = received(HEAD + b"Content-Length: %d\r\n\r\nxy" % (BODY_LIMIT + 1), within=60.0)
    assert (response.flaw, response.body) == (Flaw.ENDLESS, b"xy")


def test_nothing_of_an_answer_outlives_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader and its parser that hold each other, and with them a body of a megabyte: 489 MB until garbage is collected."""
    made: list[weakref.ref[_Reader]] = []

    def watched(*, head_only: bool) -> _Reader:
        reader = _Reader(head_only=head_only)
        made.append(weakref.ref(reader))
        return reader

    monkeypatch.setattr("contracts.transport.http1._Reader", watched)
    gc.disable()
    try:
        for script in (ok(b"x" * 100_000), CHUNKED + b"no size", HEAD):
            with suppress(ExchangeLost):
                received(script, Then.CLOSE)
        assert [reader() for reader in made] == [None] * 3
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 ", HEAD + b"X-Long: ", b"HTTP/1.1 103 Early Hints\r\n\r\n", CHUNKED + b"0\r\nX-Long: "],
    ids=["reason", "header", "interim answers", "trailer"],
)
def test_heads_without_an_end(head: bytes) -> None:
    """A header, which is told when it has ended, read for the whole time limit: 133 MB in 6 s."""
    flood = head * 12_000 if head.endswith(b"\r\n\r\n") else head + b"x" * 300_000
    assert lost(flood) == (Loss.MALFORMED, f"over {HEADERS_LIMIT} bytes of headers")


def test_chunks_of_a_byte() -> None:
    """The sizes of honest chunks taken for a flood of headers."""
    body, again = b"x" * 20_000, CHUNKED + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"
    assert received(again)[0].body == body


def test_unreachable() -> None:
    """A refused connection, or an unknown certificate, that ends the suite instead of the exchange."""
    with RawServer([ok()]) as server:
        gone = server.origin
    with pytest.raises(ExchangeLost) as caught:
        Connection(gone, connect_timeout=1)
    assert caught.value.lost.kind is Loss.UNREACHABLE
    with RawServer([ok()], tls=True) as server, pytest.raises(ExchangeLost) as caught:
        Connection(server.origin, connect_timeout=1)
    assert caught.value.lost.kind is Loss.TLS
    assert "certificate" in caught.value.lost.detail.lower()


# --- what is sent

ORIGIN = Origin.parse("http://localhost:8080")


def test_serialise_sends_what_was_asked_and_no_more() -> None:
    """A header added, renamed, sorted or sent twice: what is signed and probed is bytes."""
    request = Request("PoSt", "/a?b=%20c", (("X-b", "1"), ("x-A", "\xe9"), ("X-b", "2")), b"{}")
    assert serialise(request, ORIGIN) == (
        b"PoSt /a?b=%20c HTTP/1.1\r\nHost: localhost:8080\r\nX-b: 1\r\nx-A: \xe9\r\nX-b: 2\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert serialise(GET, ORIGIN) == b"GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n"


def test_serialise_leaves_framing_to_who_asks_for_it() -> None:
    """A wrong length, host or coding that is repaired before it can be probed."""
    odd = (("HOST", ""), ("content-length", "abc"))
    assert serialise(Request("POST", "/", odd, b"{}"), ORIGIN) == (
        b"POST / HTTP/1.1\r\nHOST: \r\ncontent-length: abc\r\n\r\n{}"
    )
    chunked = Request("POST", "/", (("Transfer-Encoding", "chunked"),), b"0\r\n\r\n")
    assert b"Content-Length" not in serialise(chunked, ORIGIN)
    assert b"Content-Length: 0" in serialise(Request("POST", "/", body=b""), ORIGIN)


@pytest.mark.parametrize(
    ("url", "origin", "authority"),
    [
        ("http://localhost", Origin("http", "localhost", 80), "localhost"),
        ("https://api.test", Origin("https", "api.test", 443), "api.test"),
        ("https://api.test:8443", Origin("https", "api.test", 8443), "api.test:8443"),
        ("http://api.test:443", Origin("http", "api.test", 443), "api.test:443"),
        ("http://[::1]:80", Origin("http", "::1", 80), "[::1]"),
    ],
)
def test_origins(url: str, origin: Origin, authority: str) -> None:
    """A Host header with a default port, or an IPv6 address without its brackets."""
    assert Origin.parse(url) == origin
    assert origin.authority == authority
    assert str(origin) == f"{origin.scheme}://{authority}"
