"""Symbols that are distinct: they differ by more than case, outer space and normal form, in ways that comparisons lose.

Templates hold `{}` where a name goes that all of a family share, and `{#}` where one of digits alone goes.
"""

from collections.abc import Mapping
from typing import Final

_SEPARATORS: Final = "-_./\\:;,+*=~^|#@%&$!?'\"`()[]{}<>€"

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "beginnings and ends": ("{}", "{}X", "X{}", "{}XX", "{}XY", "{}YX"),
    "separators": ("{}A", "{} A", "{}  A", *("{}" + mark + "A" for mark in _SEPARATORS)),
    "punctuation at the end": ("{}A", *("{}A" + mark for mark in _SEPARATORS)),
    "accents": ("cafe{}", "café{}", "cafè{}", "caf\u0119{}", "cañe{}", "cane{}", "c\u00f8ne{}", "cone{}"),
    "scripts": ("A{}", "\u0410{}", "\u0391{}", "か{}", "カ{}", "が{}", "中{}", "国{}", "عا{}", "عب{}"),
    "emoji": ("{}", "{}💰", "{}🚀", "{}💰💰", "{}🇨🇭", "{}🇨🇳"),
    "spelt out": ("{}&", "{}&amp;", "{}and", "{}%26", "{}\\u0026", "{}€", "{}EUR"),
    "numbers": ("{#}", "0{#}", "{#}.0", "{#}.00", "{#}e0", "+{#}", "-{#}", "0x{#}", "{#},0", "{#}0", "{#}01", "{#}10"),
    "numbers behind a name": ("{}1", "{}01", "{}1.0", "{}1.00", "{}10", "{}1e1"),
    "digits in another order": ("12{}", "21{}", "122{}", "112{}"),
    "wildcards": ("x{}x", "_{}x", "x{}_", "%{}", "x{}%", "x{}*", "x{}?", ".{}x", "x{}.*", "[x]{}x"),
    "quotes": ("{}A", '"{}A"', "'{}A'", "{}''A", "{}'A", "{}\\'A", "{}\\\\A"),
    **{
        f"differ at character {place}": ("{}" + "Q" * (place - 21) + "1", "{}" + "Q" * (place - 21) + "2")
        for place in (21, 25, 31, 33, 41, 49, 51, 64)
    },
    "differ at the first of 64 characters": ("1" + "Q" * 43 + "{}", "2" + "Q" * 43 + "{}"),
}  # fmt: skip
