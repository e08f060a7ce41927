"""Every check of one exchange, by the clause that it judges."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from contracts import specs
from contracts.clauses.catalogue import load
from contracts.exchange import Exchange, Trait
from contracts.violation import Violation


@dataclass(frozen=True)
class Context:
    """What a check knows besides the exchange: the time limit in seconds, and texts that no answer may repeat."""

    time_limit: float = 3.0
    secrets: frozenset[str] = frozenset()


Judgement = list[Violation] | None
"""Violations found (none: the clause held this time), or None when the exchange gave the clause no chance."""

Judge = Callable[[Exchange, Context], Judgement]

Answer = tuple[str, int]
"""An operation, and the status that it was answered with."""


@dataclass(frozen=True)
class Check:
    """One way to judge an exchange by itself: any exchange at all, or those that are one of `answers`."""

    clause: str
    judge: Judge
    answers: frozenset[Answer] = frozenset()

    def __call__(self, exchange: Exchange, context: Context) -> Judgement:
        """Judge an exchange; None where it is none of `answers`."""
        if self.answers and answer_in(exchange) not in self.answers:
            return None
        return self.judge(exchange, context)


_CHECKS: list[Check] = []


def check(clause: str, *operations: str, status: int | tuple[int, ...] = ()) -> Callable[[Judge], Check]:
    """Register a function as a check of `clause`, where operations are named of their answers of that status alone.

    An id that the catalogue does not hold is refused on import.
    """
    known = load()[clause].id
    statuses = (status,) if isinstance(status, int) else status

    def register(function: Judge) -> Check:
        made = Check(known, function, frozenset(product(operations, statuses)))
        _CHECKS.append(made)
        return made

    return register


def answer_in(exchange: Exchange) -> Answer | None:
    """The operation and status of an application's answer to a request that means an operation; None for any other."""
    request, response = exchange.request, exchange.response
    operation = specs.operations().get(request.operation or "")
    if operation is None or response is None or Trait.BELOW in request.traits:
        return None
    return (operation.id, response.status) if request.method == operation.method else None


@cache
def registered() -> tuple[Check, ...]:
    """Every check, in the order of registration."""
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


@cache  # most checks are of one kind of answer: asking all of them took a third of the time of judging
def _concerned(answer: Answer | None) -> tuple[Check, ...]:
    return tuple(each for each in registered() if not each.answers or answer in each.answers)


@dataclass(frozen=True)
class CheckBroke:
    """A check that raised: our own bug, which costs its clause the verdict and the other clauses nothing."""

    reason: str


def judge(exchange: Exchange, context: Context) -> Iterator[tuple[str, list[Violation] | CheckBroke]]:
    """Put an exchange to every check; yields each clause that had a chance, with what was found of it."""
    for each in _concerned(answer_in(exchange)):
        try:
            found = each.judge(exchange, context)
        except Exception as problem:  # noqa: BLE001  # whatever it is, the other checks go on
            yield each.clause, _broke(problem)
        else:
            if found is not None:
                yield each.clause, found


def _broke(problem: Exception) -> CheckBroke:
    at = traceback.extract_tb(problem.__traceback__)[-1]
    return CheckBroke(f"{at.name}: {problem!r} ({Path(at.filename).name}:{at.lineno})")


def broken(clause: str, exchange: Exchange, kind: str, expected: str, received: str) -> Violation:
    """A violation of `clause` by one exchange."""
    return Violation(clause, kind, expected, received, (exchange,), exchange.request.operation or "")
