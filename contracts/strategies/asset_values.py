"""Boundary values of an asset's fields, each with a name for reports: what comes back changed, and what is let through."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from contracts.strategies.lookalikes import ADDRESSES, LOOKALIKES
from contracts.wire import Json


def _nested(levels: int) -> Json:
    value: Json = "bottom"
    for level in range(levels):
        value = {"k": value} if level % 2 else [value]
    return value


_EVERY_TYPE: Final[Mapping[str, Json]] = {
    "n": None,
    "t": True,
    "f": False,
    "i": 1,
    "z": 0,
    "d": Decimal("1.5"),
    "s": "",
    "a": [],
    "o": {},
}
_WHOLE: Final = tuple(
    sign * (edge + step)
    for edge in (2**31, 2**32, 2**53, 2**63, 2**64, 10**21, 10**29)
    for step in (-1, 0, 1)
    for sign in (1, -1)
)
# Of 15 significant digits at most, which a double carries without loss.
_FRACTIONS: Final = tuple(
    map(
        Decimal,
        (
            *(
                "0.1",
                "0.7",
                "1.10",
                "-12345.678",
                "0.000001",
                "99.95",
                "1.005",
                "0.12345678",
                "1E-7",
                "2.5E-30",
            ),
            *("0.123456789012345", "123456789.012345"),
        ),
    )
)
_LISTS: Final[Mapping[str, Json]] = {
    "of one": ["x"],
    "of one list": [["x"]],
    "of one map": [{"k": "v"}],
    "of nothing": [None],
    "of blanks": ["", [], {}, None, False, 0],
    "of repeats": [1, 1, "x", "x", "X", 1, None, None],
    "out of order": [3, 1, 2, "b", "a", "B", "10", "9"],
    "of lists": [[1, 2], [], [[3]], [None, False]],
}


def _keyed(texts: Iterable[str]) -> dict[str, Json]:
    """Each text as a key and a value; not those that stores reserve."""
    return {text: text for text in texts if "." not in text and not text.startswith("$")}


METADATA: Final[Mapping[str, Json]] = {
    "empty": {},
    "the guide's example": {"decimals": 8, "network": "mainnet"},
    "every JSON type": dict(_EVERY_TYPE),
    "every JSON type in a map": {"m": dict(_EVERY_TYPE), "deep": {"m": {"m": dict(_EVERY_TYPE)}}},
    "every JSON type in a list": {"l": list(_EVERY_TYPE.values()), "deep": [[list(_EVERY_TYPE.values())]]},
    "every JSON type in a map in a list": {"l": [dict(_EVERY_TYPE), {"l": [dict(_EVERY_TYPE)]}]},
    "each JSON type alone": {name: {"k": [value]} for name, value in _EVERY_TYPE.items()},
    "beyond 2^53": {"supply": 9007199254740993, "debt": -9007199254740993},
    "whole numbers": {str(number): number for number in _WHOLE},
    "whole numbers in a list": {"l": list(_WHOLE), "deep": {"l": [list(_WHOLE)]}},
    "fractions": {f"f{place}": number for place, number in enumerate(_FRACTIONS)},
    "fractions in a list": {"l": list(_FRACTIONS), "deep": {"l": [list(_FRACTIONS)]}},
    "exponents": {"small": Decimal("1E-7"), "large": Decimal("1.5E+10"), "larger": Decimal("1E+21")},
    "numbers as texts": {"a": "1.10", "b": "007", "c": "1e5", "d": "9007199254740993", "e": "-0"},
    "8 levels": {"deep": _nested(8)},
    # 16 are promised, but who counts them may count the body, or what stands at the bottom.
    "14 levels": {"deep": _nested(12)},
    "lists": dict(_LISTS),
    "lists below the first level": {"m": dict(_LISTS), "l": list(_LISTS.values())},
    "unsorted keys": {"z": 1, "a": 2, "m": {"y": 1, "b": 2}, "10": 1, "9": 2, "1": 3},
    "other keys": {"a/b": 4, "a b": 5, 'q"': 6, "ключ": 7, "💰": 8, "a-b_c": 9, "0": 10, "a\\b": 11, "a[0]": 12},
    "keys in every style": {
        style: {style: style}
        for style in ("camelCase", "snake_case", "PascalCase", "kebab-case", "UPPER_CASE", "HTTPStatus2xx", "_x", "x_")
    },
    "keys that differ in case": {"key": 1, "Key": 2, "KEY": 3, "m": {"key": 1, "Key": 2}},
    "keys that differ in form": {"cafe\u0301": 1, "caf\u00e9": 2, " a": 3, "a ": 4, "a": 5, "1": 6, "01": 7},
    "Unicode": {"name": "Zürich 比特币 💰 cafe\u0301", "rtl": "עברית", "l": ["💰", {"💰": "\U0001d539"}]},
    "spaces and cases": {"a": "  padded  ", "b": "MiXeD", "c": "trailing ", "d": "inner  double"},
    "names of other fields": {"symbol": "X", "id": "1", "created_at": "never", "type": "?", "metadata": {"metadata": {}}},
    **{
        f"texts that look like {label}": {"l": list(texts), "m": _keyed(texts), **_keyed(texts)}
        for label, texts in LOOKALIKES.items()
        if label != "words"
    },
    "texts that look like words": {"l": list(LOOKALIKES["words"]), "m": {"a": "true", "b": "null", "c": "undefined"}},
    "300 entries": {"l": list(range(300)), "t": [str(number) for number in range(300)]},
    "200 members": {f"key{number}": number for number in range(200)},
}  # fmt: skip

# A refusal is legal (no promise), a silent change is not.
ODD_METADATA: Final[Mapping[str, Json]] = {
    "names that stores reserve": {"": 1, " ": 2, "a.b": 3, "$ref": "x", "_id": "y"},
    "reserved names below the first level": {"m": {"": 1, "a.b": {"c.d": 2}, "$set": 3}, "l": [{"": 1, ".": 2}]},
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
}  # fmt: skip

MAPPINGS: Final[Mapping[str, Json]] = {
    "empty": {},
    "the guide's example": {"lukka": ["BTC", "BITCOIN"], "kaiko": ["btc"]},
    "repeats": {"lukka": ["BTC", "BTC", "btc", "BTC"]},
    "repeats across vendors": {"lukka": ["BTC", "XBT"], "kaiko": ["BTC", "XBT"], "coingecko": ["XBT", "BTC"]},
    "unsorted": {"zeta": ["z", "a", "m", "B", "10", "9"], "alpha": ["2", "1"]},
    "empty list": {"lukka": []},
    "an empty list beside others": {"lukka": ["BTC"], "kaiko": [], "coingecko": ["bitcoin"]},
    "empty text": {"lukka": ["", "x", ""]},
    "cases and spaces": {"Lukka": [" BTC "], "lukka": ["btc"], "LUKKA": ["Btc", "BTC", "btc", "bTC"]},
    "Unicode": {"börse": ["比特币", "cafe\u0301", "caf\u00e9", "💰"], "💱": ["x", "\U0001d539", "\ufb01"]},
    "lookalikes": {label: list(texts) for label, texts in LOOKALIKES.items()},
    "addresses": {"chain": list(ADDRESSES.values())},
    "lists in lists' clothes": {"lukka": ["BTC,XBT", "BTC;XBT", "BTC|XBT", "BTC XBT", '["BTC"]', "{BTC,XBT}", "BTC\\,X"]},
    "vendors in every style": {
        style: [style]
        for style in ("camelCase", "snake_case", "PascalCase", "kebab-case", "UPPER_CASE", "a b", "a/b", "0", "ключ")
    },
    "20 vendors": {f"vendor{number}": [f"V{number}", f"v{number}"] for number in range(20)},
    "120 vendors": {f"vendor{number:03}": [f"{number}"] for number in range(120)},
    "300 entries out of order": {"lukka": [f"id{number * 7 % 300}" for number in range(300)], "kaiko": ["1", "0"]},
}  # fmt: skip

# As ODD_METADATA.
ODD_MAPPINGS: Final[Mapping[str, Json]] = {
    "names that stores reserve": {"": ["x"], " ": ["x"], "a.b": ["x"], "$ref": ["x"], "_id": ["x"]},
    "names of a runtime": {"__proto__": ["x"], "constructor": ["y"], "toString": ["z"]},
    "entry of 300 characters": {"lukka": ["x" * 300]},
    "control characters": {"lukka": ["a\x00b", "a\tb", "a\r\nb"]},
}

# Every JSON type but a string, whatever it holds.
_ODD_ENTRIES: Final[Mapping[str, Json]] = {
    "a number": 1,
    "zero": 0,
    "a fraction": Decimal("1.5"),
    "null": None,
    "true": True,
    "false": False,
    "a list": ["BTC"],
    "an empty list": [],
    "an object": {"id": "BTC"},
    "an empty object": {},
}
NO_LISTS_OF_TEXTS: Final[Mapping[str, Json]] = {
    "a text": "BTC",
    "an empty text": "",
    "a number": 1,
    "zero": 0,
    "null": None,
    "true": True,
    "false": False,
    "an object": {"0": "BTC"},
    "an empty object": {},
    **{f"a list with {label}": [odd] for label, odd in _ODD_ENTRIES.items()},
    **{f"a list that ends with {label}": ["BTC", "XBT", odd] for label, odd in _ODD_ENTRIES.items()},
    **{f"a list with {label} in it": ["BTC", odd, "XBT"] for label, odd in _ODD_ENTRIES.items()},
}


def not_in_list(allowed: str) -> Mapping[str, Json]:
    """Values near `allowed` that are not on its list."""
    return {
        "lower case": allowed.lower(),
        "capitalised": allowed.capitalize(),
        "leading space": f" {allowed}",
        "trailing space": f"{allowed} ",
        "trailing line break": f"{allowed}\n",
        "leading line break": f"\n{allowed}",
        "trailing tab": f"{allowed}\t",
        "trailing NUL": f"{allowed}\x00",
        "trailing no-break space": f"{allowed}\u00a0",
        "trailing zero-width space": f"{allowed}\u200b",
        "fullwidth": "".join(chr(ord(letter) + 0xFEE0) for letter in allowed),
        "Cyrillic letters": allowed.translate({ord("A"): "\u0410", ord("C"): "\u0421", ord("T"): "\u0422"}),
        "dotless i": allowed.lower().replace("i", "\u0131"),
        "plural": f"{allowed}S",
        "more in front": f"X{allowed}",
        "a word around it": f"STABLE{allowed}X",
        "beginning": allowed[:-1],
        "end": allowed[1:],
        "two of them": f"{allowed},{allowed}",
        "quoted": f'"{allowed}"',
        "with its enum": f"TYPE_{allowed}",
        "empty": "",
        "a space": " ",
        "unknown word": "OTHER",
        "a wildcard": ".*",
        "the word null": "null",
        **{f"a name of every object, {name}": name for name in ("constructor", "toString", "__proto__", "valueOf")},
        "null": None,
        "zero": 0,
        "a number": 1,
        "a number as text": "0",
        "true": True,
        "false": False,
        "a list": [allowed],
        "an empty list": [],
        "an object": {"value": allowed},
        "a named object": {"name": allowed},
    }  # fmt: skip
