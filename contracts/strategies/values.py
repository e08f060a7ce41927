"""Values of single fields: bounded, cheap to draw, shrinking to what a person would write.

By default a strategy draws only what every target has promised to take (docs/freedom.md, Limits). `unpromised=True` adds
sizes and oddities that a target may refuse with 400, 413, 414 or 431, but may neither change nor stumble over.
"""

import itertools
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts.strategies import lookalikes
from contracts.strategies.several import members, several
from contracts.wire import Json

LONGEST_PROMISED: Final = 64  # characters of a string
FRESH_NAME: Final = 20  # characters of those that a fresh name takes; it is added outside the draw
LONGEST_UNPROMISED: Final = 300

# Characters that services are known to change: by case, normal form, width, escaping, trimming, encoding.
_TELLING: Final = (
    "aA0 1.-_/\\\"'<>&%+,;:{}[]()$#@!?*=~^|`"
    "éÉñüßẞıİſKÅΩςσӢЖ\u00a0\u2009\u3000\u0301\u0308\u0327\u0345ﬁⅣ²½１Ａ｡"  # noqa: RUF001  # alike and not the same is the point
    "中文한국어日本あア・العربيةעבריתहिन्दीไทย“”’–—…€₿💰🚀👩🏽🇨🇭𝔹𐍈𠀀"  # noqa: RUF001  # as above
)
_ODD: Final = (
    "\x00\x01\x08\t\n\r\x1b\x7f\x85\u200b\u200d\u200f\u202e\u2028\u2029\ufeff\ufffd\uffff\ud800\udfff"
)

# Drawn from ranges rather than by pattern: from_regex costs 1.35 ms a draw. Unassigned and format characters are left
# out with the control characters: what they are to a service depends on its Unicode version.
_ALPHABETS: Final = (st.sampled_from(_TELLING), st.characters(exclude_categories=["C", "Zl", "Zp"]))

# Texts that readers take for something else.
_LOOKALIKES: Final = ("", " a ", *itertools.chain.from_iterable(lookalikes.LOOKALIKES.values()))
_ODD_NUMBERS: Final = (
    10**60,
    10**400,
    Decimal("1E+400"),
    Decimal("1E-400"),
    Decimal("-0.0"),
    Decimal("0." + "1" * 40),
)
_KEYS: Final = ("a", "A", "key", "Key", "1", "10", "01", "", " ", "a.b", "$ref", "id", "symbol", "ключ", "💰")


def characters() -> SearchStrategy[str]:
    """Single characters; neither lone surrogates nor control or format characters."""
    return st.one_of(*_ALPHABETS)


def texts(
    *, min_size: int = 0, max_size: int = LONGEST_PROMISED, unpromised: bool = False
) -> SearchStrategy[str]:
    """Strings of `min_size` to `max_size` characters; if `unpromised`, up to 300 of them or with an odd one."""
    if not unpromised:
        return _text(min_size, max_size)
    part = _text(0, max_size // 2)
    odd = st.builds(
        lambda before, character, after: before + character + after, part, st.sampled_from(_ODD), part
    )
    # Drawn character by character, a long text would be rare and dear.
    long = st.builds(_repeated, _text(1, 8), st.integers(65, LONGEST_UNPROMISED))
    return st.one_of(odd, long)


def _text(min_size: int, max_size: int) -> SearchStrategy[str]:
    """Texts of one alphabet or the other: of both as one, four of five characters would come from the first 256 of Unicode."""
    return st.one_of(*(st.text(alphabet, min_size=min_size, max_size=max_size) for alphabet in _ALPHABETS))


def _repeated(unit: str, size: int) -> str:
    return (unit * size)[:size]


def display_names(*, unpromised: bool = False) -> SearchStrategy[str]:
    """Strings that show something: whether a blank one is a name, the documents do not say."""
    return texts(min_size=1, unpromised=unpromised).map(_shown)


def _shown(text: str) -> str:
    return text if text.strip() else f"{text[:-1]}a"


notes = display_names


def templates(*, unpromised: bool = False) -> SearchStrategy[str]:
    """Symbols, nonces and clientExternalIds, with `{}` where a fresh name goes: 64 characters with it at most."""
    longest = LONGEST_PROMISED - FRESH_NAME
    around = texts(max_size=longest, unpromised=unpromised)
    return around.map(_with_a_place)


def _with_a_place(around: str) -> str:
    if "{}" in around:  # one place is enough
        around = around.replace("{", "(")
    place = sum(map(ord, around)) % (len(around) + 1)  # anywhere, and no draw of its own
    return f"{around[:place]}{{}}{around[place:]}"


def addresses(*, unpromised: bool = False) -> SearchStrategy[str]:
    """Contract addresses: hexadecimal numbers, which readers take for numbers, and any other text."""
    hexadecimal = st.integers(0, 16**40 - 1).map("0x{:040x}".format)
    known = st.sampled_from([*lookalikes.ADDRESSES.values(), *filter(None, _LOOKALIKES)])
    return st.one_of(hexadecimal, known, display_names(unpromised=unpromised))


def quantities(*, min_value: int = 1, max_value: int = 10**40 - 1) -> SearchStrategy[str]:
    """Positive whole numbers of base units as decimal text, of 40 digits at most."""
    if not 1 <= min_value <= max_value < 10**40:
        raise ValueError(f"a quantity has 1 to 40 digits: min_value={min_value!r}, max_value={max_value!r}")
    return st.integers(min_value, max_value).map(str)


def fractions() -> SearchStrategy[Decimal]:
    """Numbers of at most 15 significant digits, which a double carries without loss."""
    digits = st.integers(-(10**15) + 1, 10**15 - 1)
    return st.builds(lambda number, places: Decimal(number).scaleb(-places), digits, st.integers(1, 12))


def numbers() -> SearchStrategy[int | Decimal]:
    """Whole numbers of at most 40 digits, and fractions."""
    return st.one_of(st.integers(-(10**40) + 1, 10**40 - 1), fractions())


def scalars(*, unpromised: bool = False) -> SearchStrategy[Json]:
    """JSON values that hold no others."""
    strings = texts(max_size=24, unpromised=unpromised)
    odd = [st.sampled_from(_ODD_NUMBERS)] if unpromised else []
    return st.one_of(st.none(), st.booleans(), numbers(), st.sampled_from(_LOOKALIKES), strings, *odd)


def keys(*, unpromised: bool = False) -> SearchStrategy[str]:
    """Names of members, those among them that readers stumble over."""
    return st.one_of(st.sampled_from(_KEYS), texts(max_size=12, unpromised=unpromised))


def json_values(*, levels: int = 3, unpromised: bool = False) -> SearchStrategy[Json]:
    """Any JSON value, nested `levels` deep at most."""
    values: SearchStrategy[Json] = scalars(unpromised=unpromised)
    names = keys(unpromised=unpromised)
    for _ in range(levels):
        below = values
        values = st.one_of(below, several(below, 0, 2), members(names, below, 2))
    return values


def metadata(*, unpromised: bool = False) -> SearchStrategy[dict[str, Json]]:
    """Objects of anything, 8 levels deep at most; up to 30 if `unpromised`."""
    deepest = 26 if unpromised else 4
    values = st.builds(_wrapped, json_values(unpromised=unpromised), st.integers(0, deepest))
    return members(keys(unpromised=unpromised), values, 3)


def _wrapped(value: Json, levels: int) -> Json:
    for level in range(levels):
        value = {"k": value} if level % 2 else [value]
    return value


def mappings(*, unpromised: bool = False) -> SearchStrategy[dict[str, list[str]]]:
    """Vendors and their ids of an asset, in an order and with repeats that have to survive."""
    ids = st.one_of(
        st.sampled_from(("BTC", "btc", "A", *_LOOKALIKES)), texts(max_size=24, unpromised=unpromised)
    )
    return members(keys(unpromised=unpromised), several(ids, 0, 3), 2)
