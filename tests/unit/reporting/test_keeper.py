"""The end of a run: accepted findings fail it no more, outdated ones do, and it is remembered once."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contracts.clauses.catalogue import load
from contracts.findings.accepted import Accepted, Entry
from contracts.reporting import outcomes
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import Ledger
from tests.fixtures.kept_runs import ID, QUESTION
from tests.fixtures.outcomes import finding, outcome, plan

FOUND = finding("AST-06") | {"id": ID}
RED = outcome("AST-06", question=QUESTION, violations=[FOUND])
GREEN = outcome("AST-06", question=QUESTION)
OTHER = outcome("AST-05", question="test_symbols.py::test_other", violations=[finding("AST-05")])


def accepted(**changes: Any) -> Accepted:
    plain = {"id": ID, "reason": "known", "file": "accepted.toml", "owner": "me", "question": QUESTION}
    return Accepted(("accepted.toml",), (Entry(**(plain | changes)),))


def keeper(
    folder: Path | None, *seen: dict[str, Any], held: Accepted | None = None, **options: Any
) -> LedgerKeeper:
    """A keeper that has seen these outcomes."""
    made = LedgerKeeper(Ledger(load()), plan(accepted=held or Accepted()), folder, **options)
    for told in seen:
        see(made, told)
    return made


def see(made: LedgerKeeper, told: dict[str, Any]) -> None:
    report = SimpleNamespace(contracts=told, nodeid=told["question"], failed=bool(told["violations"]))
    made.pytest_runtest_logreport(cast("pytest.TestReport", report))


def ended(made: LedgerKeeper) -> dict[str, Any]:
    made.write(complete=True)
    assert made.folder is not None
    told: dict[str, Any] = json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reports" / "run" / "findings").mkdir(parents=True)
    return tmp_path / "reports" / "run"


def test_outcomes_are_on_the_disk_as_soon_as_they_are_told(folder: Path) -> None:
    """A run that is killed between two summaries, and what it asked in between lost to `contracts merge`."""
    keeper(folder, RED, GREEN)
    assert list(outcomes.read(folder / "outcomes.jsonl")) == [{"outcome": RED}, {"outcome": GREEN}]


def test_outcomes_that_the_disk_refuses_are_written_later_or_told(folder: Path) -> None:
    """A file of outcomes that lacks some of them, in a report that seems whole."""
    path = folder / "outcomes.jsonl"
    path.mkdir()
    made = keeper(folder, RED)
    made.write(complete=False)
    assert made.ledger.unwritten.why == {"outcomes.jsonl": "Is a directory"}
    path.rmdir()
    see(made, GREEN)
    assert list(outcomes.read(path)) == [{"outcome": RED}, {"outcome": GREEN}]
    assert not made.ledger.unwritten


def test_an_accepted_violation_fails_no_run_and_stays_one(folder: Path) -> None:
    """A pipeline that is red for what everybody knows; or a report that hides it."""
    told = ended(keeper(folder, RED, held=accepted(expires=date(2999, 1, 1))))
    assert (told["verdict"], told["exit_code"]) == ("violated", 0)
    assert told["clauses"]["AST-06"]["verdict"] == "violated"
    assert told["clauses"]["AST-06"]["accepted"] is True
    assert told["findings"][0]["accepted"] == {
        "reason": "known",
        "owner": "me",
        "ticket": "",
        "expires": "2999-01-01",
    }
    assert told["accepted"]["accepting"] == [ID]


def test_any_other_violation_still_fails_it(folder: Path) -> None:
    """One accepted finding that opens the gate for all of its clause, or of all clauses."""
    assert ended(keeper(folder, RED, OTHER, held=accepted()))["exit_code"] == 1
    second = finding("AST-06", kind="the symbol exists: 500")
    told = ended(keeper(folder, RED, outcome("AST-06", violations=[second]), held=accepted()))
    assert told["exit_code"] == 1
    assert "accepted" not in told["clauses"]["AST-06"]
    assert [each["accepted"] is None for each in told["findings"]] == [False, True]


@pytest.mark.parametrize(
    ("seen", "entry", "state"),
    [
        (GREEN, {}, "stale"),
        (RED, {"expires": date(2020, 1, 1)}, "expired"),
        (GREEN, {"id": "AST-99-5c8834380e"}, "unmatched"),
    ],
)
def test_outdated_entries_fail_the_run(
    folder: Path, seen: dict[str, Any], entry: dict[str, Any], state: str
) -> None:
    """A list of excuses that only ever grows."""
    told = ended(keeper(folder, seen, held=accepted(**entry)))
    assert told["exit_code"] == 1
    assert [each["id"] for each in told["accepted"][state]] == [entry.get("id", ID)]


def test_a_generator_that_stops_at_another_bug_makes_nothing_stale() -> None:
    """A question that ended at its first violation, and the one behind it called mended."""
    drawn = "test_properties.py::test_any_asset"
    made = keeper(
        None,
        outcome("AST-06", question=drawn, violations=[finding("AST-06", kind="another")]),
        held=accepted(question=drawn, profile="smoke", seed=7),
    )
    made.write(complete=True)
    assert not made.ledger.standing.stale
    see(made, outcome("AST-06", question=drawn))
    made.write(complete=True)
    assert [judged.entry.id for judged in made.ledger.standing.stale] == [ID]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"failed": "a question cannot be read"}, 3),
        ({"interrupted": True}, 130),
        ({"lost": "target down"}, 1),
    ],
)
def test_a_broken_or_interrupted_run_is_told_first(state: dict[str, Any], code: int) -> None:
    """An exit code that blames a list of excuses for the suite's own bug."""
    made = keeper(None, GREEN, held=accepted())
    for name, value in state.items():
        setattr(made.ledger, name, value)
    made.write(complete=True)
    assert made.ledger.exit_code == code


def test_a_target_that_was_lost_is_not_excused(folder: Path) -> None:
    """Exit code 0 for a run that could not go on, since all that it saw was accepted."""
    lost = outcome("AST-05", ended="unasked", lost="target down", chances=0)
    assert ended(keeper(folder, RED, lost, held=accepted()))["exit_code"] == 2


def test_a_run_that_goes_on_judges_no_entry(folder: Path) -> None:
    """Every entry called stale by the summary of the first second."""
    made = keeper(folder, held=accepted())
    made.write(complete=False)
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert told["accepted"] == {
        "file": "accepted.toml",
        "entries": 1,
        **{name: [] for name in ("accepting", "expired", "stale", "unmatched", "unmet")},
    }
    assert not (folder.parent / "history.jsonl").exists()


def test_a_run_is_remembered_once(folder: Path) -> None:
    """A summary that is written again, and a run that counts twice; or one that loses what it knew."""
    yesterday = keeper(folder, RED)
    yesterday.plan = replace(yesterday.plan, mark="YESTERDAY")
    assert ended(yesterday)["memory"] is None
    made = keeper(folder, RED)
    assert ended(made)["memory"]["known"] == [ID]
    made.ledger.failed = "a report could not be written"
    assert ended(made)["memory"]["runs"] == 1
    assert len((folder.parent / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert json.loads((folder / "questions.json").read_text(encoding="utf-8"))["asked_to_the_end"] == {
        QUESTION: "AST-06"
    }


def test_a_shard_is_not_remembered(folder: Path) -> None:
    """What one shard finds called new in the next run, and mended by the shard beside it."""
    made = LedgerKeeper(Ledger(load()), plan(shard="2/4"), folder)
    see(made, RED)
    assert ended(made)["shard"] == "2/4"
    assert not (folder.parent / "history.jsonl").exists()
    assert (folder / "questions.json").exists()


def test_a_history_that_cannot_be_written_spoils_no_run(folder: Path) -> None:
    """A traceback instead of a verdict, because a folder of reports was put in order by hand."""
    (folder.parent / "history.jsonl").mkdir()
    told = ended(keeper(folder, GREEN))
    assert told["exit_code"] == 0
    assert told["memory"]["notices"] == ["reports/history.jsonl: this run is not in it: Is a directory"]


def test_a_finding_has_one_question(folder: Path) -> None:
    """A summary that names the first question to meet a bug, beside a story and a replay of another one."""
    document = {**FOUND, "asked_by": "test_races.py::test_shorter", "recipe": {}, "exchanges": []}
    (folder / "findings" / f"{ID}.json").write_text(json.dumps(document), encoding="utf-8")
    assert [each["asked_by"] for each in ended(keeper(folder, RED))["findings"]] == [
        "test_races.py::test_shorter"
    ]


def test_what_was_written_down_and_told_to_nobody_is_found(folder: Path) -> None:
    """A worker that died in the middle of a question, or a thread that was left behind: findings on the disk that no report has."""
    document = FOUND | {"asked_by": QUESTION, "recipe": {"steps": []}}
    (folder / "findings" / f"{ID}.json").write_text(json.dumps(document), encoding="utf-8")
    told = ended(keeper(folder, OTHER))
    assert sorted(each["id"] for each in told["findings"]) == sorted([ID, OTHER["violations"][0]["id"]])
    assert told["exit_code"] == 1


def test_the_first_violation_that_counts_ends_the_run() -> None:
    """-x that ends at what is accepted, and calls the rest of the contract kept."""
    manager = SimpleNamespace(get_plugin=lambda name: None)
    session = SimpleNamespace(config=SimpleNamespace(pluginmanager=manager), shouldfail=False)
    made = keeper(None, held=accepted(), stop_at_first=True)
    made.pytest_sessionstart(cast("pytest.Session", session))
    see(made, RED)
    assert not session.shouldfail
    see(made, OTHER)
    assert session.shouldfail == "stopped at test_symbols.py::test_other"
    assert made.ledger.stopped_early
