"""How a body's fields are read: small readers that give a field's value back or refuse it with 400."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from contracts.mock.messages import Refused
from contracts.mock.state import Object
from contracts.wire import Json

Reader = Callable[[Json], Json]

DEEPEST = 64  # levels of nesting: beyond any real metadata, far from the interpreter's limit on recursion
_CONTROL_OR_SURROGATE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_QUANTITY = re.compile("[1-9][0-9]{0,99}")


class Missing(Enum):
    """The type of `MISSING`, which stands for a field that was not sent and has no default."""

    MISSING = "missing"


MISSING = Missing.MISSING


@dataclass(slots=True)
class Field:
    """A field of a body: its reader, whether it may be left out, and what then stands in for it."""

    read: Reader
    required: bool = True
    default: "Json | Missing" = MISSING


Fields = dict[str, Field]


def read_object(body: Json, fields: Fields) -> Object:
    """The known fields of a body, each read; others are ignored. Raises `Refused` with 400."""
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    values: Object = {}
    for name, field in fields.items():
        if name in body:
            try:
                values[name] = field.read(body[name])
            except Refused as refused:
                raise Refused(refused.status, f"{name} {refused.why}") from None
        elif field.required:
            raise Refused(400, f"{name} is required")
        elif field.default is not MISSING:
            values[name] = field.default
    return values


def any_text(value: Json) -> str:
    """A string without control characters or lone surrogates, perhaps empty."""
    if not isinstance(value, str):
        raise Refused(400, "must be a string")
    # What is printable has neither, and is known to be so in a tenth of the time.
    if not value.isprintable() and _CONTROL_OR_SURROGATE.search(value):
        raise Refused(400, "must not contain control characters or lone surrogates")
    return value


def text(value: Json) -> str:
    """As `any_text`, with one character or more."""
    if value == "":
        raise Refused(400, "must not be empty")
    return any_text(value)


def raw_text(value: Json) -> str:
    """A string of one character or more, line breaks included: a payload may be laid out over several lines."""
    if not isinstance(value, str) or not value:
        raise Refused(400, "must be a string of one character or more")
    if _SURROGATE.search(value):
        raise Refused(400, "must not contain lone surrogates")
    return value


def one_of(*allowed: str) -> Reader:
    """A reader for a field that has a list of allowed values."""

    def read(value: Json) -> Json:
        if not isinstance(value, str) or value not in allowed:
            raise Refused(400, f"must be one of {', '.join(allowed)}")
        return value

    return read


def quantity(value: Json) -> str:
    """A positive whole number of base units as a decimal string: ASCII digits, 100 at most, no leading zero."""
    if not isinstance(value, str):
        raise Refused(400, "must be a string")
    if not _QUANTITY.fullmatch(value):
        raise Refused(400, "must be a positive whole number of base units, without leading zeros")
    return value


def any_map(value: Json) -> Object:
    """A JSON object with anything in it, up to `DEEPEST` levels."""
    if not isinstance(value, dict):
        raise Refused(400, "must be an object")
    for key_or_text in _texts(value):
        any_text(key_or_text)
    return value


def map_of_lists(value: Json) -> Object:
    """An object whose members are lists of strings."""
    mappings = any_map(value)
    for items in mappings.values():
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise Refused(400, "must map each vendor to a list of strings")
    return mappings


def _texts(value: Json) -> Iterator[str]:
    """Every key and string in a value, level by level."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Json] = []
        for item in level:
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict):
                yield from item
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise Refused(400, f"must not be nested more than {DEEPEST} levels deep")
