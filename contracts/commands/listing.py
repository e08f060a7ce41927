"""What there is: clauses with their questions and proofs, faults with what they break; as lines of text."""

import runpy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from contracts.clauses.catalogue import load
from contracts.plugin import questions


def clause_lines(selection: str | None = None) -> Iterator[str]:
    """The clauses, each with its questions and the faults that prove it. Raises UnknownClause."""
    asked, proven = questions_by_clause(), faults_by_clause()
    for clause in load().select(selection) if selection else load().values():
        yield f"{clause.id:8} {clause.level.value:8} {clause.title}"
        yield f"{'':18}{clause.sentence}"
        yield f"{'':18}questions: {', '.join(asked[clause.id]) or 'none'}"
        if clause.needs:
            yield f"{'':18}needs: {', '.join(clause.needs)}"
        yield f"{'':18}faults: {', '.join(proven[clause.id]) or 'none'}"


def fault_lines() -> Iterator[str]:
    """The mock's faults, each with the clause that it breaks."""
    from contracts.mock.switches import all_faults  # the mock is loaded only when asked for

    for switch in all_faults().values():
        with_it = f" (and may break {', '.join(switch.falls_with)})" if switch.falls_with else ""
        yield f"{switch.breaks:8} {switch.id}: {switch.sentence}{with_it}"


def variant_lines() -> Iterator[str]:
    """The mock's legal oddities."""
    from contracts.mock.switches import all_variants

    for switch in all_variants().values():
        yield f"{switch.id}: {switch.sentence}"


def questions_by_clause() -> dict[str, list[str]]:
    """The test functions that name each clause in a mark of theirs, or of one of their parameters."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(questions.folder().glob("test_*.py")):
        for name, value in runpy.run_path(str(file)).items():
            if name.startswith("test_"):
                for clause in dict.fromkeys(_asked(getattr(value, "pytestmark", ()))):
                    found[clause].append(f"{file.stem}::{name}")
    return found


def _asked(marks: Iterable[Any]) -> Iterator[str]:
    for mark in marks:
        if mark.name == "asks":
            yield from mark.args
        elif mark.name == "parametrize":
            for values in mark.args[1]:
                yield from _asked(getattr(values, "marks", ()))


def faults_by_clause() -> dict[str, list[str]]:
    """The ids of the mock's faults by the clause that each breaks."""
    from contracts.mock.switches import all_faults

    found: dict[str, list[str]] = defaultdict(list)
    for switch in all_faults().values():
        found[switch.breaks].append(switch.id)
    return found
