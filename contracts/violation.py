"""A broken promise, and the answer that a whole run gives for one clause."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from unittest import SkipTest

from contracts.exchange import Exchange


class Verdict(IntEnum):
    """The answer for one clause; a family or a run takes its worst (README tells what each means)."""

    NOT_EXERCISED = 0
    NOT_APPLICABLE = 1
    OBSERVED = 2
    HELD = 3
    WARNED = 4
    UNKNOWN = 5
    VIOLATED = 6
    BROKEN = 7

    @property
    def word(self) -> str:
        """The verdict as `summary.json` spells it."""
        return self.name.lower()


@dataclass(frozen=True)
class Violation:
    """One clause broken once: a value, so that it can be counted, merged and sent between processes.

    `kind` names the way it was broken in a few words that never hold a value of the run; what stands in it in brackets, and a
    status at its end, is the form in which it was met. Clause, operation and kind without its form identify a finding. `expected` and `received` are
    sentences for people; `steps` tells how it came about, a line each. `allowed` are the statuses that would have kept the
    clause, where the last exchange's status is what broke it. `advisory` marks a broken convention: the clause is warned, not
    violated.
    """

    clause: str
    kind: str
    expected: str
    received: str
    exchanges: tuple[Exchange, ...] = ()
    operation: str = ""
    advisory: bool = False
    steps: tuple[str, ...] = ()
    allowed: tuple[int, ...] = ()

    def __str__(self) -> str:
        told = f"{self.clause} {self.kind}\n  expected: {self.expected}\n  received: {self.received}"
        return "\n    ".join([told, *self.steps])

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two violations the same bug."""
        return (self.clause, self.operation, self.bug)

    @property
    def bug(self) -> str:
        """The kind without the form in which it was met: "the symbol exists (in lower case): 200" is the same as ": 400".

        Which wrong status it was may hang on what happened before: the second try of what should be refused meets its first.
        """
        return _outside(self.kind)

    @property
    def form(self) -> str:
        """The form in which it was met: "in lower case, 200"; empty where there is but one."""
        return ", ".join(_inside(self.kind))


class ContractBroken(AssertionError):
    """The violations that one question met; what pytest shows of a failed question."""

    @classmethod
    def by(cls, violations: Sequence[Violation]) -> "ContractBroken":
        """The exception for these violations, of a class of its own for each clause and kind.

        Hypothesis tells failures apart by class and line: of one class, shrinking would slide from bug to bug.
        """
        first = violations[0]
        return _class_for(first.clause, first.bug)(violations)

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n".join(str(violation) for violation in violations))


@cache
def _class_for(clause: str, bug: str) -> type[ContractBroken]:
    return type(f"{clause} {bug}", (ContractBroken,), {})


# Brackets may hold brackets, one in the other: "(a (b) c)".
_BRACKETS = re.compile(r" ?\(((?:[^()]|\([^()]*\))*)\)")


_STATUS = re.compile(r": ([1-5][0-9][0-9])$")


@cache
def _outside(kind: str) -> str:
    return _STATUS.sub(": wrong status", _BRACKETS.sub("", kind).strip())


@cache
def _inside(kind: str) -> tuple[str, ...]:
    return (*_BRACKETS.findall(kind), *_STATUS.findall(kind))


class Unaskable(SkipTest):  # not an error; a SkipTest, so that pytest and Hypothesis stop here without fuss
    """A question could not be asked; its clauses are not exercised by it, and never held."""
