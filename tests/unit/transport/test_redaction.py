"""Secrets leave once, whatever they are written as."""

import json
from urllib.parse import quote

import pytest

from contracts.transport.redaction import MASK, Redactor

TOKEN = 'v2x/ab+cd=="ü\\end-of-token'
KEY = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
REDACTOR = Redactor(frozenset({TOKEN, KEY, "abc"}))


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        json.dumps(TOKEN, ensure_ascii=False)[1:-1].replace("ü", "\\u00fc"),
        json.dumps(TOKEN)[1:-1],
        json.dumps(TOKEN)[1:-1].replace("/", "\\/"),
        quote(TOKEN, safe=""),
        KEY,
    ],
    ids=["plain", "JSON", "ASCII JSON", "escaped slashes", "URL", "key"],
)
def test_secrets_are_masked_in_every_form(written: str) -> None:
    """A token that an escape carries past the search."""
    assert REDACTOR.text(f"a {written} b {written}") == f"a {MASK} b {MASK}"


@pytest.mark.parametrize("length", [12, 40, len(KEY) - 1])
def test_a_secret_cut_short_is_masked(length: int) -> None:
    """All of a key but its last characters, where a text was cut for people."""
    assert REDACTOR.text(f"received: {KEY[:length]}") == f"received: {MASK}"
    assert REDACTOR.text(f"{KEY[:length]}... (300 characters)") == f"{MASK}... (300 characters)"


def test_innocent_texts_stay() -> None:
    """Ordinary words masked because they begin like a secret, or hold a short one."""
    text = "abc, v2x/ab+cd, xprv9s21Z: the signature is invalid"
    assert REDACTOR.text(text) == text
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    "text",
    ['{"signature":"1f00aa"}', '{"a":1, "signature" : "1f00aa"}', '{\\"signature\\":\\"1f00aa\\"}'],
    ids=["plain", "spaced", "JSON in JSON"],
)
def test_signatures_are_masked_by_name(text: str) -> None:
    """A signature that could be sent again, kept in a report."""
    assert REDACTOR.text(text) == text.replace("1f00aa", MASK)


def test_headers_are_masked_by_name() -> None:
    """Credentials that are not among the settings: a made-up token, a cookie of the target."""
    headers = [
        ("authorization", "Bearer unknown"),
        ("Authorization", "unknown"),
        ("Set-Cookie", "session=1; Path=/"),
        ("X-Echo", f"t={TOKEN}"),
        ("Accept", "a/b"),
    ]
    assert REDACTOR.headers(headers) == [
        ("authorization", f"Bearer {MASK}"),
        ("Authorization", MASK),
        ("Set-Cookie", MASK),
        ("X-Echo", f"t={MASK}"),
        ("Accept", "a/b"),
    ]


def test_the_redactor_shows_nothing() -> None:
    """A traceback or a debugger that prints what the redactor hides."""
    assert TOKEN not in repr(REDACTOR)
