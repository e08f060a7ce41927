"""An answer as bytes: what faults and variants may make of it, down to what no client can read."""

import pytest

from contracts.mock.framing import framed
from contracts.mock.messages import Rendered

COUNTED = {"content-length": "4"}
CHUNKED = {"transfer-encoding": "chunked"}


@pytest.mark.parametrize(
    ("answer", "method", "body", "goes_on"),
    [
        (Rendered(200, COUNTED, [b"ab", b"cd"]), "GET", b"abcd", True),
        (Rendered(200, COUNTED, [b"abcd"]), "HEAD", b"", True),
        (
            Rendered(200, CHUNKED, [b"ab", b"", b"c" * 17]),
            "GET",
            b"2\r\nab\r\n11\r\n%b\r\n0\r\n\r\n" % (b"c" * 17),
            True,
        ),
        (Rendered(200, {}, [b"ab"]), "GET", b"2\r\nab\r\n0\r\n\r\n", True),
        (Rendered(200, {}, [b""]), "GET", b"0\r\n\r\n", True),
        (Rendered(204, {}, [b""]), "OPTIONS", b"", True),
        (Rendered(200, COUNTED, [b"abc"]), "GET", b"abc", False),
        (Rendered(200, COUNTED, [b"ab", b"cde"]), "GET", b"ab", False),
        (Rendered(200, COUNTED, []), "GET", b"", False),
        (Rendered(200, CHUNKED, []), "GET", b"", False),
        (Rendered(200, {"connection": "close", **COUNTED}, [b"abcd"]), "GET", b"abcd", False),
    ],
)
def test_a_body_is_framed_and_an_end_that_is_wrong_ends_the_connection(
    answer: Rendered, method: str, body: bytes, *, goes_on: bool
) -> None:
    """A fault that is repaired on its way out, or a variant that is broken there."""
    data, keeps = framed(answer, date="date: now\r\n", method=method, keeps=True)
    assert (data.partition(b"\r\n\r\n")[2], keeps) == (body, goes_on)


@pytest.mark.parametrize(("status", "line"), [(200, b"200 OK"), (404, b"404 Not Found"), (499, b"499 ")])
def test_a_head_has_its_status_the_date_and_the_headers_in_order(status: int, line: bytes) -> None:
    """A status without its phrase, or a header that is lost."""
    data, _ = framed(
        Rendered(status, {"b": "1", "a": "\xe9"}, []), date="date: now\r\n", method="HEAD", keeps=False
    )
    assert data == b"HTTP/1.1 %b\r\ndate: now\r\nb: 1\r\na: \xe9\r\nconnection: close\r\n\r\n" % line


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\r", "\u20ac"])
def test_a_header_that_is_none_is_no_head(value: str) -> None:
    """A line break in a value, which begins another header."""
    with pytest.raises(ValueError, match=r"line break|latin-1"):
        framed(Rendered(200, {"a": value}, [b""]), date="", method="GET", keeps=True)
