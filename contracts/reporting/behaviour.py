"""What the target does where the documents are silent, and what it does otherwise than in an earlier run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contracts import wire
from contracts.asking.record import Seen
from contracts.findings.kept import Behaviour, KeptRun, Told


class Change(NamedTuple):
    """Something that was looked at in both runs, and seen otherwise in the later one."""

    clause: str
    what: str
    before: Told
    after: Told


@dataclass(frozen=True)
class Comparison:
    """A run's behaviour beside its baseline's; what only one of them asked is counted, and is no change."""

    baseline: KeptRun
    changes: tuple[Change, ...]
    compared: int
    only_before: int
    only_now: int


def as_told(observations: Mapping[str, Mapping[str, list[Seen]]]) -> Behaviour:
    """The record of a run, the same whatever the order of its questions: a list only where answers differed."""
    return {
        clause: {what: _told(seen) for what, seen in sorted(values.items())}
        for clause, values in sorted(observations.items())
    }


def _told(seen: list[Seen]) -> Told:
    return seen[0] if len(seen) == 1 else sorted(seen, key=lambda value: (str(type(value)), str(value)))


def compare(baseline: KeptRun, now: Behaviour) -> Comparison:
    """What is seen now and was never seen in the baseline, among what both looked at.

    Where the baseline saw several values, one of them is no change: a run that asks once sees one of them.
    """
    before, after = (dict(_each(record)) for record in (baseline.observations, now))
    both = sorted(before.keys() & after.keys())
    changes = (Change(*where, before[where], after[where]) for where in both)
    return Comparison(
        baseline,
        tuple(change for change in changes if _is_new(change)),
        compared=len(both),
        only_before=len(before) - len(both),
        only_now=len(after) - len(both),
    )


def _each(record: Behaviour) -> Iterator[tuple[tuple[str, str], Told]]:
    for clause, values in record.items():
        for what, told in values.items():
            yield (clause, what), told


def _is_new(change: Change) -> bool:
    before = _values(change.before)
    return any(not any(wire.equal(value, known) for known in before) for value in _values(change.after))


def _values(told: Told) -> list[Seen]:
    return told if isinstance(told, list) else [told]


def in_words(comparison: Comparison) -> str:
    """How much was compared, and what could not be."""
    told = f"observations compared: {comparison.compared}, changed: {len(comparison.changes)}"
    if not comparison.only_before + comparison.only_now:
        return told
    apart = f"made only then: {comparison.only_before}, only now: {comparison.only_now}"
    return f"{told}; not compared, since {apart}"


def words(told: Told) -> str:
    """What was seen, for people."""
    return " or ".join(_word(value) for value in _values(told))


def _word(value: Seen) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
