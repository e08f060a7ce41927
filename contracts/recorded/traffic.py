"""All that was read of some archives: the exchanges under contract, in whichever of them, and what could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from contracts.findings.documents import Unreadable
from contracts.recorded.archive import OURS, Archive, BadEntry, read_archive
from contracts.recorded.entries import Recorded, Write, recorded, write


@dataclass
class Traffic:
    """What was read of all files: exchanges under contract, what was written beside them, and what could not be read."""

    exchanges: list[Recorded] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    entries: int = 0
    left_out: list[str] = field(default_factory=list)


def read_traffic(files: Iterable[Path]) -> Traffic:
    """The traffic in these files; what cannot be read is named with file and line, or entry, and left out."""
    traffic = Traffic()
    for which, file in enumerate(files):
        try:
            archive = read_archive(file)
        except Unreadable as problem:
            line = f" line {problem.line}" if problem.line else ""
            hint = f" ({problem.hint})" if problem.hint else ""
            traffic.left_out.append(f"{file}{line}: {problem}{hint}")
        else:
            _take(archive, which, traffic)
    return traffic


def _take(archive: Archive, which: int, traffic: Traffic) -> None:
    for number, entry in enumerate(archive.entries, 1):
        place = f"{archive.name} entry {number}"
        traffic.entries += 1
        try:
            found = recorded(entry, place, ours=archive.creator == OURS)
        except BadEntry as problem:
            traffic.left_out.append(f"{place}: {problem}")
            continue
        if found is not None:
            traffic.exchanges.append(replace(found, archive=which))
        elif (beside := write(entry)) is not None:
            traffic.writes.append(replace(beside, archive=which))
