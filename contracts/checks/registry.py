"""Every check of one exchange, by the clause that it judges."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contracts.clauses.catalogue import load
from contracts.exchange import Exchange
from contracts.violation import Violation


@dataclass(frozen=True)
class Context:
    """What a check knows besides the exchange: the time limit in seconds, and texts that no answer may repeat."""

    time_limit: float = 3.0
    secrets: frozenset[str] = frozenset()


Judgement = list[Violation] | None
"""Violations found (none: the clause held this time), or None when the exchange gave the clause no chance."""

Check = Callable[[Exchange, Context], Judgement]

_CHECKS: list[tuple[str, Check]] = []


def check(clause: str) -> Callable[[Check], Check]:
    """Register a function as a check of `clause`; an id that the catalogue does not hold is refused on import."""
    known = load()[clause].id

    def register(function: Check) -> Check:
        _CHECKS.append((known, function))
        return function

    return register


@cache
def registered() -> tuple[tuple[str, Check], ...]:
    """Every check with its clause, in the order of registration."""
    from contracts.checks import (  # noqa: F401  # they register themselves
        access,
        dates,
        echo,
        internals,
        payloads,
        protocol,
        shapes,
    )

    return tuple(_CHECKS)


@dataclass(frozen=True)
class CheckBroke:
    """A check that raised: our own bug, which costs its clause the verdict and the other clauses nothing."""

    reason: str


def judge(exchange: Exchange, context: Context) -> Iterator[tuple[str, list[Violation] | CheckBroke]]:
    """Put an exchange to every check; yields each clause that had a chance, with what was found of it."""
    for clause, function in registered():
        try:
            found = function(exchange, context)
        except Exception as problem:  # noqa: BLE001  # whatever it is, the other checks go on
            at = traceback.extract_tb(problem.__traceback__)[-1]
            yield (
                clause,
                CheckBroke(f"{function.__name__}: {problem!r} ({Path(at.filename).name}:{at.lineno})"),
            )
        else:
            if found is not None:
                yield clause, found


def broken(clause: str, exchange: Exchange, kind: str, expected: str, received: str) -> Violation:
    """A violation of `clause` by one exchange."""
    return Violation(clause, kind, expected, received, (exchange,), exchange.request.operation or "")
