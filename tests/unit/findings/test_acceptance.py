"""Accepted findings held against a run: outdated ones are named, and none is called stale that was not looked for."""

from datetime import date
from typing import Any

import pytest

from contracts.findings.acceptance import Done, Standing, acceptable, judge
from contracts.findings.accepted import Accepted, Entry
from contracts.findings.asked import DRAWN as DRAWN_FILES
from contracts.findings.asked import TIMED as TIMED_QUESTIONS
from contracts.findings.asked import function_of
from contracts.plugin import questions
from tests.fixtures.kept_runs import DRAWN, ID, QUESTION, RACE

TODAY = date(2026, 11, 21)
TESTED = frozenset({"AST-05", "AST-06"})


def entry(**changes: Any) -> Entry:
    plain: dict[str, Any] = {
        "id": ID,
        "reason": "known",
        "file": "accepted.toml",
        "question": QUESTION,
        "profile": "smoke",
        "seed": 7,
    }
    return Entry(**(plain | changes))


def done(**changes: Any) -> Done:
    plain: dict[str, Any] = {
        "findings": (),
        "asked": dict.fromkeys((QUESTION, DRAWN, RACE), TESTED),
        "profile": "smoke",
        "seed": 7,
        "whole": True,
    }
    return Done(**(plain | changes))


def stands(held: Entry, run: Done) -> Standing:
    functions = frozenset(map(function_of, (QUESTION, DRAWN, RACE)))
    return judge(Accepted(("accepted.toml",), (held,), functions), run, TODAY)


def state(held: Entry, run: Done) -> str:
    standing = stands(held, run)
    if standing.accepting:
        return "accepting"
    lists = ("expired", "stale", "unmatched", "unmet")
    return next((name for name in lists if getattr(standing, name)), "not asked")


@pytest.mark.parametrize(
    ("changes", "run", "expected"),
    [
        ({}, {"findings": [ID]}, "accepting"),
        ({}, {"findings": [ID], "asked": {}, "whole": False}, "accepting"),
        ({}, {}, "stale"),
        ({}, {"whole": False}, "stale"),
        ({}, {"asked": {}, "whole": False}, "not asked"),
        ({}, {"asked": {QUESTION: frozenset({"AST-05"})}}, "not asked"),
        ({"expires": date(2026, 11, 20)}, {"findings": [ID]}, "expired"),
        ({"expires": date(2026, 11, 20)}, {"asked": {}, "whole": False}, "expired"),
        ({"expires": TODAY}, {"findings": [ID]}, "accepting"),
        ({"expires": TODAY}, {}, "stale"),
        ({"id": "AST-06"}, {}, "unmatched"),
        ({"id": "AST-6-5c8834380e"}, {}, "unmatched"),
        ({"id": "AST-99-5c8834380e"}, {}, "unmatched"),
        ({"question": "test_symbols.py::test_gone"}, {}, "unmatched"),
        ({"question": "test_symbols.py::test_gone"}, {"findings": [ID]}, "accepting"),
        ({"question": "test_symbols.py::test_conflict[GONE]"}, {}, "unmatched"),
        ({"question": "test_symbols.py::test_conflict[GONE]"}, {"whole": False}, "not asked"),
        ({"sometimes": True}, {}, "unmet"),
        ({"profile": "nightly"}, {}, "unmet"),
        ({"profile": "nightly"}, {"profile": "nightly"}, "stale"),
        ({"profile": "smoke"}, {"profile": "nightly"}, "stale"),
        ({"question": DRAWN}, {}, "stale"),
        ({"question": DRAWN}, {"seed": 8}, "unmet"),
        ({"question": DRAWN}, {"profile": "verify"}, "unmet"),
        ({"question": RACE}, {}, "unmet"),
        ({"id": "HTP-08-5c8834380e"}, {"asked": {QUESTION: frozenset({"HTP-08"})}}, "unmet"),
        ({"question": ""}, {}, "unmatched"),
        ({"question": "", "sometimes": True}, {}, "unmet"),
        ({"question": ""}, {"whole": False}, "unmet"),
        ({"question": "", "id": "ALC-10-5c8834380e"}, {}, "unmet"),
    ],
)  # fmt: skip
def test_how_an_entry_stands(changes: dict[str, Any], run: dict[str, Any], expected: str) -> None:
    """A bug that is mended and stays excused for ever, or a red pipeline over a bug that nobody looked for."""
    assert state(entry(**changes), done(**run)) == expected


def test_what_fails_a_run_is_what_is_outdated() -> None:
    """A finding that was not met by chance, and a pipeline that is red for it."""
    assert stands(entry(question=RACE), done()).outdated == ()
    (judged,) = stands(entry(line=6), done()).outdated
    assert judged.as_data() == {
        "id": ID,
        "why": f"{QUESTION} was asked to its end and did not meet it",
        "file": "accepted.toml",
        "line": 6,
    }


def test_an_expired_entry_accepts_nothing() -> None:
    """An excuse that outlives its date while the run goes on."""
    old, good = entry(expires=date(2026, 11, 20)), entry(id="AST-05-5c8834380e")
    assert acceptable(Accepted((), (old, good)), TODAY) == {good.id: good}


def test_questions_that_find_by_chance_are_known_as_such() -> None:
    """A new file of generated questions whose findings are called stale with the next seed."""
    drawn, timed = set(), set()
    for file in questions.folder().glob("test_*.py"):
        text = file.read_text(encoding="utf-8")
        if "@given(" in text or "run_machine(" in text or "schema_hooks.drawing" in text:
            drawn.add(file.name)
        if ".burst(" in text or "_at_once(" in text:
            timed.add(file.name)
    assert drawn <= DRAWN_FILES
    assert timed - drawn <= {named.partition("::")[0] for named in TIMED_QUESTIONS}
    names = {path.name for path in questions.folder().iterdir()} | questions.functions()
    assert names >= DRAWN_FILES | TIMED_QUESTIONS


def test_questions_are_found_without_importing_them() -> None:
    """An entry of a question that exists is called unmatched, since nobody finds the question."""
    functions = questions.functions()
    assert "test_flows.py::test_creates_in_any_order" in functions
    assert len(functions) > 100
