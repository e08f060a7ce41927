"""JSON without loss: exact numbers, no silently dropped members, equality by value.

Amounts of money pass through here, so no number ever becomes a float. What has a fraction or an exponent is
a `Decimal`; anything else is an `int`, or a `Decimal` too where it has more digits than `int()` takes.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn, TypeAlias

Json: TypeAlias = bool | int | Decimal | str | list["Json"] | dict[str, "Json"] | None

_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SHOWN = 80  # characters of one value in a difference: both sides still fit on a terminal's two lines
_LEAD = 20  # characters shown before the place where two long values part


class NotJson(ValueError):
    """The bytes are no JSON text; `reason` says why in a few words and quotes no value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RepeatedKey(NotJson):
    """An object has two members of one name, so readers may disagree on which one counts."""


class NotFinite(NotJson):
    """NaN or an infinity, which JSON cannot express."""


class NotHeld(NotJson):
    """Perhaps JSON, but not to be held by this reader: nobody may be blamed for it."""


class TooDeep(NotHeld):
    """Nested more deeply than the interpreter follows."""


class NotUtf8(NotJson):
    """The text is not UTF-8, or holds a surrogate that UTF-8 cannot encode."""


def parse(data: bytes | str) -> Json:
    """The value of a JSON text (RFC 8259), exactly.

    Escaped lone surrogates are kept. Raises `NotJson` or a subclass for anything else: another encoding, a
    byte-order mark, NaN, a repeated key; and `NotHeld` for what may be JSON all the same: nesting near the
    recursion limit, an exponent beyond 18 digits.
    """
    return _decode(data, _STRICT)


def parse_lenient(data: bytes | str) -> Json:
    """As `parse`, but of members with one name the last counts: for texts whose reader may choose."""
    return _decode(data, _LENIENT)


def dumps(value: Json, *, ascii: bool = False) -> str:
    """`value` as compact JSON, keys in their order and numbers exact; always encodable as UTF-8.

    Lone surrogates are escaped; `ascii` escapes every other non-ASCII character as well. Two that happen to
    make a pair become one character to every reader. Raises `NotFinite`, `TooDeep`, or `TypeError` for what
    is no JSON value.
    """
    encode = _ASCII if ascii else _UNICODE
    try:
        text = _written(value, encode)
    except RecursionError:
        raise TooDeep("nested too deeply") from None
    return text if text.isascii() else _SURROGATE.sub(_escaped, text)


def equal(a: Json, b: Json) -> bool:
    """Whether two values are the same JSON value.

    Numbers count by mathematical value (1 is 1.0), a bool is no number, strings are compared by code points,
    arrays in order, objects regardless of order.
    """
    return _alike(a, b) or _parting(a, b) is None


def _alike(a: Json, b: Json) -> bool:
    """Whether two values are written alike, which makes them the same: what an honest echo is, told in C."""
    try:
        return repr(a) == repr(b)
    except (RecursionError, ValueError):  # ValueError: an int of more digits than str() gives
        return False


def difference(expected: Json, received: Json) -> str | None:
    """The first difference in words, with its path; None where the values are `equal`.

    For example `metadata.a[2]: expected 9007199254740993, received 9007199254740992`. ASCII only, because
    characters that look alike may differ; long values are shown around the place where they part.
    """
    parting = _parting(expected, received)
    if parting is None:
        return None
    path, ours, theirs = parting
    left, right = _shown(ours), _shown(theirs)
    start = max(0, _common_length(left, right) - _LEAD)
    words = f"expected {_window(left, start)}, received {_window(right, start)}"
    return f"{_spelled(path)}: {words}" if path else words


# Reading


def _decode(data: bytes | str, decoders: "_Decoders") -> Json:
    text = _text(data)
    try:
        return _read(text, decoders)
    except json.JSONDecodeError as error:
        raise _not_json(error) from None
    except RecursionError:
        raise TooDeep("nested too deeply") from None
    except InvalidOperation:
        raise NotHeld("a number has an exponent too large to hold") from None


def _read(text: str, decoders: "_Decoders") -> Json:
    quick, patient = decoders
    value: Json
    try:
        # raw_decode looks for no blanks around the text, which takes as long as a small object.
        value, end = quick.raw_decode(text) if text[:1] == "{" and text[-1] == "}" else (None, -1)
        if end != len(text):
            value = quick.decode(text)
    except (NotJson, json.JSONDecodeError):
        raise
    except ValueError:
        # An integer of more digits than int() takes: so rare that only now a Python hook sees every integer.
        value = patient.decode(text)
    return value


def _text(data: bytes | str) -> str:
    try:
        if isinstance(data, str):
            if not data.isascii():
                data.encode()
            text = data
        else:
            text = data.decode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise NotUtf8(f"not UTF-8 at offset {error.start}") from None
    if text.startswith("\ufeff"):
        raise NotJson("begins with a byte-order mark")
    return text


def _not_json(error: json.JSONDecodeError) -> NotJson:
    if not error.doc.strip(" \t\n\r"):
        return NotJson("empty")
    words = error.msg.removesuffix(": ").removesuffix(" at")
    return NotJson(f"{words[:1].lower()}{words[1:]} at character {error.pos}")


def _integer(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:
        return Decimal(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise NotFinite(f"{name} is no JSON value")


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RepeatedKey("an object repeats a key")
    return members


def _decoders(members: Callable[[list[tuple[str, Json]]], dict[str, Json]] | None) -> "_Decoders":
    def decoder(integer: Callable[[str], int | Decimal]) -> json.JSONDecoder:
        # typeshed wants a float of parse_float; the decoder itself takes whatever the hook gives.
        hooks: dict[str, object] = {
            "parse_float": Decimal,
            "parse_int": integer,
            "object_pairs_hook": members,
        }
        return json.JSONDecoder(parse_constant=_refuse_constant, **hooks)  # type: ignore[arg-type]

    return decoder(int), decoder(_integer)


# Built once: that costs more than reading a small body. `int` itself keeps the C scanner's short cut.
_Decoders: TypeAlias = tuple[json.JSONDecoder, json.JSONDecoder]
_STRICT = _decoders(_members)
_LENIENT = _decoders(None)


# Writing


class _NeedsExactNumbers(Exception):
    """The C encoder met a number that only `_exact` writes."""


def _refuse_value(value: object) -> NoReturn:
    if isinstance(value, Decimal):
        raise _NeedsExactNumbers
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _encoder(quoted: Callable[[str], str]) -> Callable[[object], str]:
    """`json.JSONEncoder(...).encode`, but for its C half, which that makes anew for each value: a third of a small one's time."""
    markers, indent, sort_keys, skip_keys, allow_nan = None, None, False, False, False
    pieces = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
        markers, _refuse_value, quoted, indent, ":", ",", sort_keys, skip_keys, allow_nan
    )
    return lambda value: "".join(pieces(value, 0))


_ASCII = _encoder(json.encoder.encode_basestring_ascii)
_UNICODE = _encoder(json.encoder.encode_basestring)


def _written(value: Json, encode: Callable[[object], str]) -> str:
    try:
        return encode(value)
    except (_NeedsExactNumbers, ValueError):  # ValueError: an int of more digits than str() gives, or NaN
        return _exact(value, encode)


def _exact(value: Json, encode: Callable[[object], str]) -> str:
    if isinstance(value, dict):
        members = (f"{encode(key)}:{_exact(member, encode)}" for key, member in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_exact(item, encode) for item in value) + "]"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return encode(value)
    return _number(value)


def _number(value: float | Decimal) -> str:
    exact = Decimal(str(value) if isinstance(value, float) else value)
    if not exact.is_finite():
        raise NotFinite("a number that is not finite is no JSON value")
    return str(exact)


def _escaped(surrogate: re.Match[str]) -> str:
    return f"\\u{ord(surrogate[0]):04x}"


# Comparing


class _Nothing:
    """Stands where one side has no member or item."""


_NOTHING: Final = _Nothing()
_Step: TypeAlias = str | int
_Path: TypeAlias = tuple[_Step, ...]
_Side: TypeAlias = Json | _Nothing


def _parting(a: Json, b: Json) -> tuple[_Path, _Side, _Side] | None:
    """Where two values first differ. No recursion: what was read near its limit must still compare."""
    todo: list[tuple[_Path, _Side, _Side]] = [((), a, b)]
    while todo:
        path, left, right = todo.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            keys = [*left, *(key for key in right if key not in left)]
            todo += [((*path, k), left.get(k, _NOTHING), right.get(k, _NOTHING)) for k in reversed(keys)]
        elif isinstance(left, list) and isinstance(right, list):
            places = range(max(len(left), len(right)))
            todo += [((*path, i), _item(left, i), _item(right, i)) for i in reversed(places)]
        elif not _same_scalar(left, right):
            return path, left, right
    return None


def _item(items: list[Json], index: int) -> _Side:
    return items[index] if index < len(items) else _NOTHING


def _same_scalar(a: _Side, b: _Side) -> bool:
    # == is exact between int and Decimal, and compares exponents before digits: 1e999999999 costs nothing.
    return isinstance(a, bool) is isinstance(b, bool) and a == b


def _shown(side: _Side) -> str:
    if isinstance(side, _Nothing):
        return "nothing"
    try:
        return dumps(side, ascii=True)
    except NotJson as problem:
        return f"a value that is {problem.reason}"


def _common_length(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _window(text: str, start: int) -> str:
    if len(text) <= _SHOWN:
        return text
    head, tail = "..." if start else "", "..." if start + _SHOWN < len(text) else ""
    return f"{head}{text[start : start + _SHOWN]}{tail} ({len(text)} characters)"


def _spelled(path: _Path) -> str:
    spelled = "".join(_spelled_step(step) for step in path).removeprefix(".")
    return _window(spelled, 0)


def _spelled_step(step: _Step) -> str:
    if isinstance(step, str) and _PLAIN_KEY.fullmatch(step):
        return f".{step}"
    return f"[{step}]" if isinstance(step, int) else f"[{dumps(step, ascii=True)}]"
