"""A fixed catalogue of boundary values: what services are known to trip over, each with a name for reports.

Templates hold `{}` where a fresh name goes, so that a text is unique and keeps its oddity.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from contracts.wire import Json

# Promised to be taken: up to 64 characters with the fresh name in them (about 20), no control characters.
TEXTS: Final[Mapping[str, str]] = {
    "lower case": "abc {} xyz",
    "mixed case": "AbC {} xYz",
    "outer spaces": "  {}  ",
    "inner spaces": "a  b   {}",
    "64 characters": "{}" + "a1" * 21,
    "accents": "Zürich café Ñandú {}",
    "decomposed accents": "Zu\u0308rich cafe\u0301 {}",
    "ligature and fullwidth": "\ufb01 \uff21\uff22 {}",
    "sharp s and dotless i": "Straße ıİ {}",
    "Cyrillic and Greek": "Биткойн Ωμέγα {}",
    "Chinese": "比特币资产 {}",
    "Arabic": "عملة {} رقمية",
    "emoji": "💰🚀👩‍👩‍👧 {}",
    "outside the BMP": "𝔹𝕋ℂ𐍈 {}",
    "quotes and backslashes": "a\"b'c\\d\\\\{}",
    "slashes and dots": "../a//b/./{}",
    "markup": "<b>&amp;{}</b>",
    "percent and plus": "100%25+%7B{}%7D+a+b",
    "query": "x' OR '1'='1' -- {}",
    "format strings": "%s %d {0} $HOME ${{{}}}",
    "template": "{{7*7}} {}",
    "leading zeros": "00{}",
    "minus sign": "-{}",
    "comma and semicolon": "a,b;c|{}",
    "the word null": "null {}",
    "wildcards": "%_*?{}",
}

# Longer than anybody promised to take: a refusal is legal, a silent change is not.
LONG_TEXTS: Final[Mapping[str, str]] = {
    "65 characters": "{}" + "b" * 46,
    "130 characters": "{}" + "b" * 111,
    "256 characters": "{}" + "c" * 237,
    "300 characters": "{}" + "ü" * 281,
    "1,100 characters": "{}" + "d" * 1081,
    "5,000 characters": "{}" + "e" * 4981,
}

# Odd enough that a refusal is legal, and a silent change is not.
ODD_TEXTS: Final[Mapping[str, str]] = {
    "NUL": "a\x00b{}",
    "line break": "a\nb{}",
    "carriage return and tab": "a\r\t{}",
    "line ends": "a\r\nb\rc\n{}",
    "escape character": "\x1b[31m{}",
    "delete": "\x7f{}",
    "lone surrogate": "\ud800{}",
    "noncharacter": "\uffff{}",
    "byte-order mark": "\ufeff{}",
    "right-to-left override": "\u202e{}",
}


# Every JSON type but a string.
NO_STRINGS: Final[Mapping[str, Json]] = {
    "a whole number": 1,
    "a fraction": Decimal("1.5"),
    "true": True,
    "false": False,
    "zero": 0,
    "an empty list": [],
    "a list with a text": ["x"],
    "a list of two texts": ["x", "y"],
    "a list in a list": [["x"]],
    "a number below zero": -1,
    "a number beyond 2^64": 18446744073709551617,
    "an empty object": {},
    "an object": {"value": "x"},
}

NO_MAPS: Final[Mapping[str, Json]] = {
    "a text": "x",
    "an empty text": "",
    "a number": 1,
    "zero": 0,
    "true": True,
    "false": False,
    "an empty list": [],
    "a list of pairs": [["lukka", ["BTC"]]],
    "a list of objects": [{"lukka": ["BTC"]}],
    "JSON in a text": '{"lukka":["BTC"]}',
}


def malformed(body: bytes) -> Mapping[str, bytes]:
    """Bodies that are no JSON object in UTF-8, made from a good one (a JSON object in compact form)."""
    return {**_misspelt(body), **_misencoded(body), **_no_objects(body)}


def _misspelt(body: bytes) -> Mapping[str, bytes]:
    """Beside JSON's grammar (RFC 8259, 2): the end is missing, something is too much, or it is another language."""
    text = body.decode()
    return {
        "empty": b"",
        "a space": b" ",
        "truncated at the end": body[:-1],
        "truncated by two": body[:-2],
        "truncated in the middle": body[: len(body) // 2],
        "only an opening brace": b"{",
        "text behind the end": body + b"x",
        "a brace behind the end": body + b"}",
        "a NUL behind the end": body + b"\x00",
        "a second object": body + body,
        "a second object on a line of its own": body + b"\n" + body,
        "no JSON at all": b"hello",
        "a form": b"symbol=BTC&type=COIN",
        "XML": b"<asset><symbol>BTC</symbol></asset>",
        "single quotes": text.replace('"', "'").encode(),
        "a name without quotes": text.replace('"', "", 2).encode(),
        "a bracket for the last brace": body[:-1] + b"]",
        "trailing comma": body[:-1] + b",}",
        "trailing comma in a list": body[:-1] + b',"x":[1,]}',
        "trailing comma in a map": body[:-1] + b',"x":{"y":1,}}',
        "leading comma": b"{," + body[1:],
        "two commas": text.replace(',"', ',,"', 1).encode(),
        "missing comma": text.replace(',"', '"', 1).encode(),
        "missing colon": text.replace('":', '"', 1).encode(),
        "a comment": b"/* x */" + body,
        "a comment at the end": body + b"// x",
        "a comment inside": body[:-1] + b"/* x */}",
        **{f"{value} as a value": body[:-1] + b',"x":' + value.encode() + b"}" for value in _NO_VALUES},
        **{f"{value} in a list": body[:-1] + b',"x":[' + value.encode() + b"]}" for value in ("NaN", "01")},
        "a line feed in a text": body[:-1] + b',"x":"a\nb"}',
        "a tab in a text": body[:-1] + b',"x":"a\tb"}',
        "a line feed in a name": body[:-1] + b',"a\nb":1}',
        "an escape that JSON has not": body[:-1] + b',"x":"\\x41"}',
        "an escaped single quote": body[:-1] + b',"x":"\\\'"}',
        "an escape cut short": body[:-1] + b',"x":"\\u12"}',
    }


_NO_VALUES: Final = (
    "NaN",
    "Infinity",
    "-Infinity",
    "012",
    "+1",
    ".5",
    "1.",
    "1e",
    "0x1F",
    "True",
    "None",
    "undefined",
)


def _misencoded(body: bytes) -> Mapping[str, bytes]:
    """Not UTF-8: in the first text, in one of its own, in a name, behind the end."""
    broken = {
        "a byte that UTF-8 never has": b"\xff",
        "Latin-1": b"\xe9",
        "a broken UTF-8 sequence": b"\xc3\x28",
        "an overlong UTF-8 sequence": b"\xc0\xaf",
        "a UTF-8 sequence cut short": b"\xe2\x82",
        "a surrogate in UTF-8": b"\xed\xa0\x80",
        "a UTF-8 sequence beyond Unicode": b"\xf4\x90\x80\x80",
    }
    return {
        **{label: body.replace(b'":"', b'":"' + odd, 1) for label, odd in broken.items()},
        **{f"{label}, alone": body[:-1] + b',"x":"' + odd + b'"}' for label, odd in broken.items()},
        "a name in Latin-1": body[:-1] + b',"\xe9":1}',
        "a byte that UTF-8 never has behind the end": body + b"\xff",
    }


def _no_objects(body: bytes) -> Mapping[str, bytes]:
    """JSON, and no object."""
    text = body.decode()
    return {
        "a list": b"[" + body + b"]",
        "a list of two": b"[" + body + b"," + body + b"]",
        "an empty list": b"[]",
        "a text": b'"' + b"BTC" + b'"',
        "JSON in a text": ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"').encode(),
        "a number": b"1",
        "null": b"null",
        "true": b"true",
    }


# Well-signed quantities that are no positive whole number of base units.
BAD_QUANTITIES: Final[Mapping[str, Json]] = {
    "zero": "0",
    "several zeros": "000",
    "minus zero": "-0",
    "negative": "-1",
    "large negative": "-1000000",
    "fraction": "1.5",
    "small fraction": "0.1",
    "fraction with a comma": "1,5",
    "exponent": "1e3",
    "capital exponent": "1E3",
    "hexadecimal": "0x10",
    "octal": "0o17",
    "binary": "0b1",
    "hexadecimal digits": "ff",
    "a word": "one",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "leading space": " 1",
    "trailing space": "1 ",
    "trailing line break": "1\n",
    "inner space": "1 0",
    "thousands": "1,000",
    "underscore": "1_000",
    "two signs": "--1",
    "Arabic digits": "\u0661\u0662",
    "fullwidth digits": "\uff11\uff12",
    "superscript": "\u00b2",
    "a unit": "1tbtc",
    "the word null": "null",
    "a JSON number": 1,
    "a large JSON number": 1000,
    "a JSON fraction": Decimal("1.5"),
}
