"""Makes what a server said fit to be shown: characters that hide, reorder or break a text become their escapes."""

import re

# Controls but tab and line feed; what turns the direction of writing; halves of pairs, and the two that XML forbids.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""The text with an escape such as `\x00` or `\u202e` for each character that XML forbids or that deceives."""
    return _HIDDEN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def whole(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which UTF-8 and strict readers of JSON refuse."""
    return _HALF_A_PAIR.sub("\ufffd", text)


def cut(text: str, longest: int) -> str:
    """The beginning of a text, made visible; it says so where that is not all of it."""
    return visible(text) if len(text) <= longest else f"{visible(text[:longest])} ..."


def one_line(text: str, longest: int) -> str:
    """The beginning of a text, made visible, on one line."""
    return " ".join(cut(text, longest).split())
