"""What each question of a run put to the test: whether a finding that is missing from a run was looked for there."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from contracts.findings.documents import Unreadable, json_document, read_text
from contracts.findings.store import write_text
from contracts.settings import PROFILES

ASKED = "questions.json"
ASKED_FORMAT = 1

Asked = Mapping[str, frozenset[str]]
"""The questions that were asked to their end, each with the clauses that it put to the test and could judge."""

# What these ask is drawn from the seed: another seed asks for something else.
DRAWN = frozenset({"test_properties.py", "test_flows.py", "test_schema.py"})
# What these find depends on the moment: on threads that meet, on how long an answer takes.
TIMED = frozenset(
    {
        "test_races.py",
        "test_spending.py",
        "test_latency.py",
        "test_answers.py::test_simultaneous_answers_belong_to_their_requests",
        "test_symbols.py::test_creates_at_once_get_ids_of_their_own",
    }
)
TIMED_CLAUSES = frozenset({"HTP-08"})


def is_drawn(question: str) -> bool:
    """Whether a question draws its cases from the seed."""
    return _file(question) in DRAWN


def is_timed(question: str, clause: str) -> bool:
    """Whether this question shows a broken clause only when the moment is right."""
    return bool(TIMED & {_file(question), function_of(question)}) or clause in TIMED_CLAUSES


def by_chance(question: str, clause: str) -> bool:
    """Whether a finding of this question may be missing from a run though the bug is still there."""
    return is_drawn(question) or is_timed(question, clause)


def asks_less(profile: str, other: str) -> bool:
    """Whether a profile asks less hard than the other: fewer records in between, narrower bursts, fewer examples."""
    order = list(PROFILES)
    return profile in order and other in order and order.index(profile) < order.index(other)


def _file(question: str) -> str:
    return question.partition("::")[0]


def was_asked(asked: Asked, question: str, clause: str) -> bool:
    """Whether the question was asked to its end and put this clause to the test."""
    return clause in asked.get(question, frozenset())


def function_of(question: str) -> str:
    """The question without its case: `test_assets.py::test_name`."""
    return question.partition("[")[0]


def as_data(asked: Asked) -> dict[str, Any]:
    """The content of `questions.json`."""
    told = {question: " ".join(sorted(clauses)) for question, clauses in sorted(asked.items())}
    return {"format": ASKED_FORMAT, "asked_to_the_end": told}


def write_asked(folder: Path, asked: Asked) -> None:
    """Write `questions.json` into a report folder: a question a line, with the clauses that it put to the test."""
    write_text(folder / ASKED, json.dumps(as_data(asked), indent=0, ensure_ascii=False) + "\n")


def read_asked(folder: Path) -> Asked | None:
    """What `write_asked` wrote; None where there is no such file. Raises Unreadable."""
    path = folder / ASKED
    if not path.exists():
        return None
    document = json_document(read_text(path))
    told = document.get("asked_to_the_end") if isinstance(document, dict) else None
    if not isinstance(told, dict) or not _are_texts(told.values()):
        raise Unreadable(f"is no {ASKED} of a run")
    if document.get("format") != ASKED_FORMAT:
        raise Unreadable(f"has format {document.get('format')!r}, and this version reads {ASKED_FORMAT}")
    return {question: frozenset(clauses.split()) for question, clauses in told.items()}


def _are_texts(values: Collection[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
