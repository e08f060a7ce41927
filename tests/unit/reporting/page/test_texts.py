"""Texts of targets: each character is seen, none is markup, and what is copied is what was there."""

import html
import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reporting.page.texts import passage, shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read_back(markup: str) -> str:
    """The text content, as a browser would give it."""
    return html.unescape(re.sub(r"</?span>", "", markup))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, ünïcode, 漢字 😀\n\t", "plain, ünïcode, 漢字 😀\n\t"),
        ("a\x00b", "a\\x00b"),
        ("a\rb", "a\\x0db"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\ud800b", "a\\ud800b"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    """A symbol that looks like another one, a turned line, or a page that cannot be written."""
    assert shown(text) == expected
    shown(text).encode()


@given(JSON, st.sampled_from([(",", ":"), (", ", ": ")]), st.sampled_from([ascii, str]))
def test_laid_out_json_reads_back_as_it_was(
    value: object, separators: tuple[str, str], spelled: Callable[[object], str]
) -> None:
    """A layout that adds or loses a space: the copied body would not be the one that was sent."""
    text = json.dumps(value, separators=separators, ensure_ascii=spelled is ascii)
    made = passage(text, len(text))
    exact = text if made.exact is None else json.loads(made.exact)
    assert exact == text
    assert made.exact is not None or read_back(made.html) == text
    assert made.html.count("<span>") == made.html.count("</span>")


@given(st.text(alphabet='[]{}",:\\ab\n<&\x00', max_size=60), st.integers(0, 60))
def test_no_text_is_markup_and_nothing_is_lost(text: str, longest: int) -> None:
    """Half a JSON text, or what only begins like one, that breaks the elements around it."""
    made = passage(text, longest)
    assert made.html.count("<span>") == made.html.count("</span>")
    assert re.sub(r"</?span>", "", made.html).count("<") == 0
    part = text[:longest] if made.exact is None else shown(text[:longest])
    assert read_back(made.html) == part
    assert made.left_out == max(len(text) - longest, 0)


def test_members_stand_in_elements_of_their_own() -> None:
    """A body on one line of a thousand characters."""
    made = passage('{"a":1,"b":{"c":[1,2],"d":{"e":{}}}}', 100)
    assert made.html == (
        "{<span>&#34;a&#34;:1,</span><span>&#34;b&#34;:{<span>&#34;c&#34;:[1,2],</span>"
        "<span>&#34;d&#34;:{<span>&#34;e&#34;:{}</span>}</span>}</span>}"
    )


def test_ten_thousand_brackets_are_not_ten_thousand_elements() -> None:
    """A nested body that takes a browser down."""
    assert passage("[" * 10_000, 10_000).html.count("<span>") <= 20


def test_a_long_body_is_folded() -> None:
    """A finding of forty screens."""
    assert passage("x" * 5_000, 8_000).is_long
    assert not passage('{"error":"no"}', 8_000).is_long
