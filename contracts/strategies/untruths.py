"""Values near a true one, each with a name for reports: what a payload may say instead, and what must not pass for it.

A comparison goes wrong in a few ways: it looks at a part of the text, at the text after a change, at its value as a number, at
its truth, or not at all where a type or a case is another one. Each table below has a value for each of them.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from contracts.wire import Json

Untruth = Callable[[str], Json]
"""From the true text to what is said instead of it."""


def _with_another(text: str, place: int) -> str:
    """The text with another character at one place; a hex digit where there was one."""
    other = "1" if text[place] != "1" else "2"
    return text[:place] + other + text[place + 1 :]


_OTHER_DIGITS: Final = str.maketrans("0123456789abcdefABCDEF", "123456789abcdef0BCDEFA")


def _turned(text: str) -> str:
    """The text in another case, letter by letter."""
    return text.swapcase() if text.swapcase() != text else f"{text}A"


# Other texts: of the same length, longer, shorter, alike in one half or after a change.
OTHER_TEXTS: Final[Mapping[str, Untruth]] = {
    "its last character another": lambda text: _with_another(text, len(text) - 1),
    "its first character another": lambda text: _with_another(text, 0),
    "a character in its middle another": lambda text: _with_another(text, len(text) // 2),
    "one character more": lambda text: f"{text}1",
    "one character more in front": lambda text: f"1{text}",
    "one character less": lambda text: text[:-1],
    "without its first character": lambda text: text[1:],
    "its first half": lambda text: text[: len(text) // 2],
    "twice": lambda text: text + text,
    "backwards": lambda text: text[::-1] if text[::-1] != text else f"{text}1",
    "of the same length": lambda text: "zy"[text[:1] == "z"] * len(text),
    "empty": lambda text: "",
}


def _in_another_normal_form(text: str) -> str:
    forms = (unicodedata.normalize(form, text) for form in ("NFD", "NFC"))
    return next((other for other in forms if other != text), f"{text}\u0301")


# The same but for its form: what is signed is the text as it stands.
OTHER_FORMS_OF_TEXT: Final[Mapping[str, Untruth]] = {
    "in another case": _turned,
    "with a space behind": lambda text: f"{text} ",
    "with a space in front": lambda text: f" {text}",
    "with a space within": lambda text: f"{text[:4]} {text[4:]}",
    "with two spaces for one": lambda text: text.replace(" ", "  ") if " " in text else f"{text}  ",
    "in another normal form": _in_another_normal_form,
}

# No text at all: what a loose comparison takes for it, or does not compare.
NO_TEXTS: Final[Mapping[str, Untruth]] = {
    "a number": lambda text: 7,
    "zero": lambda text: 0,
    "true": lambda text: True,
    "a list with it": lambda text: [text],
    "an empty list": lambda text: [],
    "an object with it": lambda text: {"value": text},
}

# Of a text of digits: the same number, or the same to a double.
OTHER_NUMERALS: Final[Mapping[str, Untruth]] = {
    "with a leading zero": lambda text: f"0{text}",
    "with a fraction of zero": lambda text: f"{text}.0",
    "with a sign": lambda text: f"+{text}",
    "one more": lambda text: str(int(text) + 1),
    "one less": lambda text: str(int(text) - 1),
    "as a number": int,
}

# Of a quantity: other numbers, which a double, a register, a column or a careless comparison takes for it.
OTHER_QUANTITIES: Final[Mapping[str, Untruth]] = {
    "one more": lambda text: str(int(text) + 1),
    "one less": lambda text: str(int(text) - 1),
    "ten times as much": lambda text: f"{text}0",
    "a tenth more than nothing": lambda text: f"{text}.00000000000000000001",
    "negative": lambda text: f"-{text}",
    "zero": lambda text: "0",
    "a digit more in front": lambda text: f"1{text}",
    "more by 2^32": lambda text: str(int(text) + 2**32),
    "more by 2^53": lambda text: str(int(text) + 2**53),
    "more by 2^64": lambda text: str(int(text) + 2**64),
    "more by 10^18": lambda text: str(int(text) + 10**18),
    "more than anybody has": lambda text: "9" * 38,
    "empty": lambda text: "",
    "a list with it": lambda text: [text],
    "true": lambda text: True,
}

# Of a hexadecimal identifier such as a UUID: others of its form. Its case is open, and a blank is no other one.
OTHER_IDENTIFIERS: Final[Mapping[str, Untruth]] = {
    name: OTHER_TEXTS[name]
    for name in (
        "its last character another",
        "its first character another",
        "one character more",
        "one character less",
        "empty",
    )
} | {"the same in its first block": lambda text: text[:8] + text[8:].translate(_OTHER_DIGITS)}


def wrapped(value: Json) -> Mapping[str, Json]:
    """A right value in something that is not it, which a lenient reader takes off again."""
    return {
        "in a list": [value],
        "in two lists": [[value]],
        "in an object": {"value": value},
        "twice in a list": [value, value],
    }
