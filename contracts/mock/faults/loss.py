"""Ways in which values get lost on their way: what lossy faults do to a JSON value."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal

from contracts.wire import Json


def each_scalar(value: Json, change: Callable[[Json], Json]) -> Json:
    """The value with every scalar in it changed; keys stay."""
    if isinstance(value, dict):
        return {key: each_scalar(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [each_scalar(item, change) for item in value]
    return change(value)


def each_map(value: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """The value with every map in it changed, the inner ones first."""
    if isinstance(value, dict):
        return dict(change({key: each_map(member, change) for key, member in value.items()}))
    if isinstance(value, list):
        return [each_map(item, change) for item in value]
    return value


def each_list(value: Json, change: Callable[[list[Json]], list[Json]]) -> Json:
    """The value with every list in it changed, the inner ones first."""
    if isinstance(value, dict):
        return {key: each_list(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return change([each_list(item, change) for item in value])
    return value


def each_text(change: Callable[[str], str]) -> Callable[[Json], Json]:
    """An echo that changes every string in a value."""
    return lambda value: each_scalar(
        value, lambda scalar: change(scalar) if isinstance(scalar, str) else scalar
    )


def is_number(value: Json) -> bool:
    """Whether a scalar is a number; a bool is none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def as_float(value: Json) -> Json:
    """A number after a stay in a 64-bit float; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    nearest = float(Decimal(value))  # infinite where an int would overflow
    return Decimal(repr(nearest)) if abs(nearest) < float("inf") else value


def composed(text: str) -> str:
    """The text in Unicode's normal form C."""
    return unicodedata.normalize("NFC", text)


def three_bytes(text: str) -> str:
    """The text as an old MySQL `utf8` column keeps it: characters of four bytes become question marks."""
    return "".join(character if ord(character) < 0x10000 else "?" for character in text)


def ascii_only(text: str) -> str:
    """The text with a question mark for every character outside ASCII."""
    return text.encode("ascii", "replace").decode()


def unrepeated(items: list[Json]) -> list[Json]:
    """The items without repetitions, in their order."""
    return [item for place, item in enumerate(items) if item not in items[:place]]
