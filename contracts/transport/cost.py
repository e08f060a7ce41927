"""What a request may make or lock at a target that takes it: the worst that anybody could read in it counts.

A lie, a forgery or a broken body is refused by a target that is right. A budget has to hold at one that is not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal
from urllib.parse import unquote

from contracts import wire
from contracts.exchange import Request

Kind = Literal["asset", "allocation"]

_CHANGE_NOTHING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_QUANTITY = re.compile(r"""quantity\W{0,8}([^\s"'\\,}\]]+)""", re.IGNORECASE)
# Beyond any balance; a text of digits may be as long as it likes.
ASTRONOMICAL = 10**60


@dataclass(frozen=True)
class Cost:
    """What a request may leave behind: records, and base units that are locked, by currency ("" where none is named)."""

    records: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)


FREE = Cost()


def kind_of(request: Request) -> Kind | None:
    """What a request may make; None for what only reads, as asking for a payload does (SIG-04)."""
    if request.method.upper() in _CHANGE_NOTHING:
        return None
    if request.path.endswith("/allocations/signing"):  # in any other spelling it may be read as another path
        return None
    return "allocation" if "/allocations" in unquote(request.path).lower() else "asset"


def cost_of(request: Request) -> Cost:
    """What may become of a request."""
    kind = kind_of(request)
    if kind != "allocation":
        return Cost(records=1) if kind else FREE
    sums: dict[str, int] = {}
    for currency, units in _amounts((request.body or b"").decode("utf-8", "replace")):
        sums[currency] = max(units, sums.get(currency, 0))
    return Cost(1, sums)


def _amounts(text: str) -> Iterator[tuple[str, int]]:
    """Every amount in a text: in maps at any depth, of members with one name all of them, in JSON text inside of JSON."""
    maps: list[list[tuple[str, wire.Json]]] = []

    def members(pairs: list[tuple[str, wire.Json]]) -> dict[str, wire.Json]:
        maps.append(pairs)
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=members, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError):  # the last of Decimal, for an absurd exponent
        yield from (("", _units(digits)) for digits in _QUANTITY.findall(text))
        return
    for pairs in maps:
        yield from _amounts_in(pairs)


def _amounts_in(pairs: list[tuple[str, wire.Json]]) -> Iterator[tuple[str, int]]:
    named = [(name.strip().lower(), value) for name, value in pairs]
    currencies = [value for name, value in named if name == "currency" and isinstance(value, str)] or [""]
    for name, value in named:
        if name == "quantity":
            yield from ((currency, _units(value)) for currency in currencies)
        elif isinstance(value, str) and value.lstrip().startswith(("{", "[")):
            yield from _amounts(value)


def _units(value: wire.Json) -> int:
    """The most that a lenient reader makes of a quantity: of "1e3" a thousand, of "5 0" fifty, of words nothing."""
    text = str(value)
    digits = int("".join(re.findall(r"\d", text)[:60]) or 0)
    try:
        number = Decimal(text.strip().replace("_", "")).copy_abs()
    except InvalidOperation:
        return digits
    if not number.is_finite() or number.adjusted() >= 60:
        return ASTRONOMICAL
    return max(digits, int(number) + (number != int(number)))
