"""Requests, responses and exchanges: bytes as they are, read without loss."""

import gc
import gzip
import weakref
import zlib
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace

import pytest

from contracts import wire
from contracts.exchange import BadCoding, Exchange, Loss, Lost, Request, Response, Trait
from tests.fixtures.exchanges import JSON, answer, answered, create_asset, lost

# --- requests


def test_headers_are_found_in_any_case() -> None:
    """A header that is there in another spelling; the second of two taken for the first."""
    request = Request(
        "POST", "/a?b=/c", (("content-TYPE", "Application/JSON ; charset=x"), ("Content-Type", "b"))
    )
    assert request.header("Content-Type") == "Application/JSON ; charset=x"
    assert request.media_type == "application/json"
    assert request.path == "/a"
    assert request.header("x") is None
    assert Request("GET", "/").media_type is None


def test_a_header_is_replaced_and_not_added() -> None:
    """A second Content-Type that a question did not mean to send."""
    request = Request("POST", "/", (("content-type", "a"), ("X", "1"), ("CONTENT-TYPE", "b")))
    assert request.with_header("Content-Type", "c").headers == (("X", "1"), ("Content-Type", "c"))
    assert request.with_header("Content-Type", None).headers == (("X", "1"),)
    assert len(request.headers) == 3


@pytest.mark.parametrize("body", [None, b"", b"[]", b"null", b"oops", b"\xff", b'{"a"'])
def test_a_body_that_is_no_object_has_no_fields(body: bytes | None) -> None:
    """A judge that fails on what a question sent on purpose."""
    assert Request("POST", "/", body=body).fields == {}


def test_of_repeated_keys_sent_the_last_counts() -> None:
    """A body that its reader takes and this suite does not."""
    assert Request("POST", "/", body=b'{"a":1,"a":2}').fields == {"a": 2}


def test_but_changes_a_copy() -> None:
    """A probe that changes the request of the next one, or keeps what was read of the old body."""
    request = create_asset()
    assert request.fields["symbol"] == "BTC"
    changed = request.but(body=b"{}", traits=frozenset({Trait.BELOW}))
    assert changed.fields == {}
    assert request.fields["symbol"] == "BTC"
    assert request.traits == frozenset()


# --- responses


@pytest.mark.parametrize(
    ("declared", "is_json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/problem+json", True),
        ("text/json", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_json_is_what_is_declared_so(declared: str, *, is_json: bool) -> None:
    """A declared form that is not recognised, so that the body is never held against it."""
    assert answer(200, b"{}", (("Content-Type", declared),)).is_json is is_json
    assert not Response(200).is_json


def test_numbers_are_exact() -> None:
    """An amount that passes through a double while it is read."""
    response = answer(200, b'{"a":340282366920938463463374607431768211457,"b":0.10}')
    assert response.fields == {"a": 340282366920938463463374607431768211457, "b": Decimal("0.10")}


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":NaN}', b'{"a":1,"a":1}', b"\xff"])
def test_what_is_not_strict_json_raises_each_time(body: bytes) -> None:
    """A broken body that passes when it is looked at for the second time."""
    response = answer(200, body)
    for _ in range(2):
        assert not response.is_strict
        assert response.fields == {}
        with pytest.raises(wire.NotJson):
            _ = response.json


def coded(body: bytes, coding: str) -> Response:
    return answer(200, body, (*JSON, ("Content-Encoding", coding)))


PLAIN = b'{"a":"' + b"x" * 500 + b'"}'


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PLAIN, "identity"),
        (PLAIN, "Identity"),
        (gzip.compress(PLAIN, mtime=0), "gzip"),
        (gzip.compress(PLAIN, mtime=0), " GZIP "),
        (gzip.compress(PLAIN[:100], mtime=0) + gzip.compress(PLAIN[100:], mtime=0), "gzip"),
        (zlib.compress(PLAIN), "deflate"),
        (zlib.compress(PLAIN, wbits=-15), "deflate"),
    ],
)
def test_codings_are_undone(body: bytes, coding: str) -> None:
    """A legal coding, or its second member, left in the body."""
    assert coded(body, coding).content == PLAIN


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PLAIN, "gzip"),
        (gzip.compress(PLAIN, mtime=0)[:-1], "gzip"),
        (gzip.compress(PLAIN, mtime=0) + b"rest", "gzip"),
        (gzip.compress(PLAIN, mtime=0), "deflate"),
        (PLAIN, "br"),
        (gzip.compress(b" " * 9_000_000, mtime=0), "gzip"),
        (gzip.compress(b" " * 5_000_000, mtime=0) * 2, "gzip"),
    ],
    ids=["plain", "cut", "a rest", "another coding", "unknown", "a bomb", "a bomb in members"],
)
def test_false_codings_are_told(body: bytes, coding: str) -> None:
    """A body in a false coding that passes, or that fills the memory."""
    with pytest.raises(BadCoding):
        _ = coded(body, coding).content
    assert not coded(body, coding).is_strict


def test_a_bomb_is_told_from_a_broken_body() -> None:
    """A body called broken that is only too large."""
    with pytest.raises(BadCoding, match="unfolds to more than"):
        _ = coded(gzip.compress(b" " * 9_000_000, mtime=0), "gzip").content


def test_a_bomb_is_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb that each check unpacks anew: a run against it was killed after 100 s."""
    inflated: list[int] = []

    def inflating(wbits: int) -> "zlib._Decompress":
        inflated.append(wbits)
        return zlib.decompressobj(wbits)

    monkeypatch.setattr("contracts.exchange.zlib", SimpleNamespace(decompressobj=inflating, error=zlib.error))
    bomb = coded(gzip.compress(b" " * 9_000_000, mtime=0), "gzip")
    for _ in range(3):
        with pytest.raises(BadCoding):
            _ = bomb.content
        assert not bomb.is_strict
        assert bomb.text(2) == "\x1f\ufffd"
    assert inflated == [31]


@pytest.mark.parametrize(
    ("body", "coding"), [(b"{", "identity"), (b"[" * 100_000, "identity"), (PLAIN, "gzip")]
)
def test_a_response_that_cannot_be_read_goes_with_its_last_user(body: bytes, coding: str) -> None:
    """Large answers kept until the garbage is collected: the error that is kept held the frame that raised it."""
    response = coded(body, coding)
    for _ in range(2):
        with suppress(wire.NotJson):
            _ = response.json
        with suppress(BadCoding):
            _ = response.content
    alive = weakref.ref(response)
    gc.disable()
    try:
        del response
        assert alive() is None
    finally:
        gc.enable()


def test_an_empty_body_is_in_any_coding() -> None:
    """A 204 with a Content-Encoding charged for its missing body."""
    assert coded(b"", "gzip").content == b""


# --- exchanges


@pytest.mark.parametrize(
    ("exchange", "inconclusive"),
    [
        (answered(create_asset(), 200), False),
        (answered(create_asset(), 500), False),
        (answered(create_asset(), 503), False),
        (answered(create_asset(), 429), True),
        (answered(create_asset(), 503, headers=(("RETRY-AFTER", "1"),)), True),
        (lost(create_asset(), Loss.TIMEOUT), True),
    ],
)
def test_what_settles_a_question(exchange: Exchange, *, inconclusive: bool) -> None:
    """A request to come back later taken for an answer, or a crash for one to come back later."""
    assert exchange.inconclusive is inconclusive


def test_an_exchange_without_an_answer() -> None:
    """A lost answer that ends whoever asks for its status."""
    exchange = lost(create_asset(), Loss.CLOSED)
    assert exchange.status is None
    assert exchange.fields == {}
    assert exchange.elapsed_ms == 1000
    assert str(Lost(Loss.CLOSED)) == "connection closed without an answer"
    assert str(Lost(Loss.CLOSED, "reset")) == "connection closed without an answer: reset"
