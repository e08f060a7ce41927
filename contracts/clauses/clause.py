"""What a clause is: one numbered promise, how much it weighs and what it takes to ask for it."""

import re
from dataclasses import dataclass
from enum import StrEnum

OPERATIONS = ("createAsset", "signingPayload", "signingPayloadByGet", "createAllocation")
SOURCES = ("guide:allocate", "guide:asset", "ref", "http", "field")

_ID = re.compile(r"([A-Z]{3})(?:-([0-9]{2})([a-z])?)?")


class Level(StrEnum):
    """How much a broken clause weighs: a violation, a warning, or a note of what the target does."""

    MUST = "must"
    SHOULD = "should"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a clause that weighs less than the clause itself."""

    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered promise.

    `needs` names the variables without which a target cannot be asked for it, `partly` those without which
    only a part of it goes unasked.
    """

    id: str
    level: Level
    title: str
    sentence: str
    source: str
    operations: tuple[str, ...]
    needs: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    also: tuple[Part, ...] = ()

    @property
    def family(self) -> str:
        """The three letters that the clauses about one subject share."""
        return self.id[:3]


def parts(text: str) -> tuple[str, ...]:
    """Family, number and letter of an id or of the beginning of one; empty where `text` is neither."""
    match = _ID.fullmatch(text)
    return tuple(part for part in match.groups() if part) if match else ()
