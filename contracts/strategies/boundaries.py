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
    "escape character": "\x1b[31m{}",
    "delete": "\x7f{}",
    "lone surrogate": "\ud800{}",
    "noncharacter": "\uffff{}",
    "byte-order mark": "\ufeff{}",
    "right-to-left override": "\u202e{}",
}


def _nested(levels: int) -> Json:
    value: Json = "bottom"
    for level in range(levels):
        value = {"k": value} if level % 2 else [value]
    return value


METADATA: Final[Mapping[str, Json]] = {
    "empty": {},
    "the guide's example": {"decimals": 8, "network": "mainnet"},
    "every JSON type": {
        "n": None,
        "t": True,
        "f": False,
        "i": 1,
        "d": Decimal("1.5"),
        "s": "",
        "a": [],
        "o": {},
    },
    "falsy values": {"zero": 0, "no": False, "nothing": None, "blank": "", "none": [], "void": {}},
    "beyond 2^53": {"supply": 9007199254740993, "debt": -9007199254740993},
    "beyond 2^63": {"supply": 9223372036854775809},
    "beyond 2^64": {"supply": 18446744073709551617, "wei": 123456789012345678901234567890},
    "fractions": {
        "a": Decimal("0.1"),
        "b": Decimal("-12345.678"),
        "c": Decimal("0.000001"),
        "d": Decimal("99.95"),
    },
    "exponents": {"small": Decimal("1E-7"), "large": Decimal("1.5E+10")},
    "numbers as texts": {"a": "1.10", "b": "007", "c": "1e5", "d": "9007199254740993", "e": "-0"},
    "8 levels": {"deep": _nested(8)},
    "16 levels": {"deep": _nested(14)},
    "list of lists": {"a": [[1, 2], [], [[3]], [None, False]]},
    "repeats in a list": {"a": [1, 1, "x", "x", 1]},
    "unsorted keys": {"z": 1, "a": 2, "m": {"y": 1, "b": 2}, "10": 1, "9": 2, "1": 3},
    "other keys": {"a/b": 4, "a b": 5, 'q"': 6, "ключ": 7, "💰": 8, "a-b_c": 9, "0": 10},
    "keys that differ in case": {"key": 1, "Key": 2, "KEY": 3},
    "Unicode": {"name": "Zürich 比特币 💰 cafe\u0301", "rtl": "עברית"},
    "texts that look like others": {
        "a": "true",
        "b": "null",
        "c": "2024-01-15T10:30:00.000Z",
        "d": "{}",
        "e": "[]",
    },
    "spaces and cases": {"a": "  padded  ", "b": "MiXeD", "c": "trailing ", "d": "inner  double"},
    "names of other fields": {"symbol": "X", "id": "1", "created_at": "never", "type": "?"},
    "50 members": {f"key{number}": number for number in range(50)},
}

# A refusal is legal (no promise), a silent change is not.
ODD_METADATA: Final[Mapping[str, Json]] = {
    "names that stores reserve": {"": 1, " ": 2, "a.b": 3, "$ref": "x", "_id": "y"},
    "40 levels": {"deep": _nested(40)},
    "names of a runtime": {
        "__proto__": {"a": 1},
        "constructor": 1,
        "prototype": 2,
        "toString": "x",
        "hasOwnProperty": 0,
    },
    "text of 1,000 characters": {"text": "t" * 1000},
    "NUL in a text": {"text": "a\x00b"},
    "line breaks": {"text": "a\r\nb\tc"},
    "lone surrogate": {"text": "a\udc00b"},
    "60 digits": {"supply": int("9" * 60)},
    "500 members": {f"key{number}": str(number) for number in range(500)},
}

MAPPINGS: Final[Mapping[str, Json]] = {
    "empty": {},
    "the guide's example": {"lukka": ["BTC", "BITCOIN"], "kaiko": ["btc"]},
    "repeats": {"lukka": ["BTC", "BTC", "btc", "BTC"]},
    "unsorted": {"zeta": ["z", "a", "m", "B", "10", "9"], "alpha": ["2", "1"]},
    "empty list": {"lukka": []},
    "empty text": {"lukka": ["", "x", ""]},
    "cases and spaces": {"Lukka": [" BTC "], "lukka": ["btc"], "LUKKA": ["Btc"]},
    "Unicode": {"börse": ["比特币", "cafe\u0301", "💰"], "💱": ["x"]},
    "numbers as texts": {"ids": ["1", "01", "1.0", "1e3"]},
    "20 vendors": {f"vendor{number}": [f"V{number}", f"v{number}"] for number in range(20)},
    "30 entries": {"lukka": [f"id{number}" for number in range(30)]},
    "other keys": {"a b": ["x"], "a-b": ["y"], "ключ": ["z"]},
}

# Pairs of symbols that differ by more than case, outer space and normal form.
DISTINCT_PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "one is the beginning of the other": ("{}", "{}X"),
    "one is the end of the other": ("{}", "X{}"),
    "inner space": ("A{}B", "A {}B"),
    "two inner spaces": ("A {}B", "A  {}B"),
    "hyphen and underscore": ("{}-A", "{}_A"),
    "accent": ("cafe{}", "café{}"),
    "Latin and Cyrillic": ("A{}", "\u0410{}"),
    "leading zero": ("1{}", "01{}"),
    "digits in another order": ("12{}", "21{}"),
    "as numbers alike": ("{}1.0", "{}1.00"),
    "wildcard underscore": ("x{}x", "_{}x"),
    "wildcard percent": ("{}abc", "{}%"),
    "backslash": ("{}\\a", "{}a"),
    "emoji": ("{}💰", "{}🚀"),
    "punctuation": ("{}.", "{}"),
    "differ at character 33": ("{}" + "Q" * 13 + "1", "{}" + "Q" * 13 + "2"),
    "differ at character 64": ("{}" + "Q" * 43 + "1", "{}" + "Q" * 43 + "2"),
    "slash": ("{}/A", "{}A"),
    "plus": ("{}+A", "{} A"),
    "quotes": ('{}"A"', "{}A"),
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

NO_LISTS_OF_TEXTS: Final[Mapping[str, Json]] = {
    "a text": "BTC",
    "a number": 1,
    "null": None,
    "true": True,
    "an object": {"0": "BTC"},
    "a list with a number": ["BTC", 1],
    "a list with null": [None],
    "a list with true": [True],
    "a list with a list": [["BTC"]],
    "a list with an object": [{"id": "BTC"}],
}


def not_in_list(allowed: str) -> Mapping[str, Json]:
    """Values near `allowed` that are not on its list."""
    return {
        "lower case": allowed.lower(),
        "capitalised": allowed.capitalize(),
        "leading space": f" {allowed}",
        "trailing space": f"{allowed} ",
        "trailing line break": f"{allowed}\n",
        "plural": f"{allowed}S",
        "beginning": allowed[:-1],
        "two of them": f"{allowed},{allowed}",
        "empty": "",
        "unknown word": "OTHER",
        "the word null": "null",
        "null": None,
        "a number": 1,
        "zero": 0,
        "true": True,
        "a list": [allowed],
        "an object": {"value": allowed},
    }


def malformed(body: bytes) -> Mapping[str, bytes]:
    """Bodies that are no JSON object in UTF-8, made from a good one (a JSON object in compact form)."""
    text = body.decode()
    return {
        "empty": b"",
        "a space": b" ",
        "truncated at the end": body[:-1],
        "truncated in the middle": body[: len(body) // 2],
        "only an opening brace": b"{",
        "text behind the end": body + b"x",
        "a second object": body + body,
        "no JSON at all": b"hello",
        "a form": b"symbol=BTC&type=COIN",
        "XML": b"<asset><symbol>BTC</symbol></asset>",
        "single quotes": text.replace('"', "'").encode(),
        "trailing comma": body[:-1] + b",}",
        "missing comma": text.replace(',"', '"', 1).encode(),
        "missing colon": text.replace('":', '"', 1).encode(),
        "a comment": b"/* x */" + body,
        "NaN": body[:-1] + b',"x":NaN}',
        "Infinity": body[:-1] + b',"x":-Infinity}',
        "leading zero": body[:-1] + b',"x":012}',
        "a byte that UTF-8 never has": text.replace('":"', '":"\xff', 1).encode("latin-1", "replace"),
        "a broken UTF-8 sequence": body.replace(b'":"', b'":"\xc3\x28', 1),
        "an overlong UTF-8 sequence": body.replace(b'":"', b'":"\xc0\xaf', 1),
        "a list": b"[" + body + b"]",
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
