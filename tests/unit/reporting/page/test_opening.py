"""The first lines: why the run ended so, and how to repeat it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.reporting.page import opening
from tests.fixtures import runs

ENTRY = {"reason": "known", "owner": "", "ticket": "", "expires": None}


def test_why_counts_clauses_findings_and_what_was_accepted() -> None:
    """A red page that leaves open how bad it is."""
    summary, _ = runs.eventful()
    assert opening.why(summary) == (
        "4 of 66 clauses put to the test are violated, by 4 findings (1 accepted), 1 convention is not followed, "
        "1 accepted entry is out of date."
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "None of the 69 clauses put to the test is violated."),
        ({"exit_code": 130}, "The run was interrupted: this is what was seen so far, none of the 69"),
        ({"lost": "refused", "exit_code": 2}, "The target was lost, none of the 69 clauses"),
        ({"broke": "Traceback", "exit_code": 3}, "The suite itself broke, none of"),
    ],
)
def test_why_says_what_kept_the_run_from_its_end(changes: dict[str, Any], expected: str) -> None:
    """Half a run that reads as a contract that holds."""
    assert opening.why(runs.summary(**changes)).startswith(expected)


def test_why_says_that_nothing_was_tested() -> None:
    """An empty run that reads as one without violations."""
    told = runs.summary()
    for row in told["clauses"].values():
        row |= {"verdict": "not_applicable", "exercised": 0}
    assert opening.why(told) == "Nothing was put to the test."


def test_why_says_that_all_is_accepted() -> None:
    """A red word beside exit code 0, unexplained."""
    told = runs.summary([runs.brief(runs.story(), accepted=ENTRY)], exit_code=0)
    assert opening.why(told) == "1 of 69 clauses put to the test is violated, by 1 finding (all accepted)."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "BASE_URL=https://api.example contracts verify --profile verify --seed 7"),
        (
            {"clauses_asked_for": "AST,ALC-05"},
            "... contracts verify --profile verify --seed 7 --clauses AST,ALC-05",
        ),
        ({"shard": "2/4"}, "... contracts verify --profile verify --seed 7 --shard 2/4"),
        (
            {
                "target": {
                    "name": "mock",
                    "base_url": "http://127.0.0.1:1",
                    "assets_base_url": "http://127.0.0.1:1",
                }
            },
            "contracts verify --profile verify --seed 7",
        ),
        (
            {
                "target": {
                    "name": "x",
                    "base_url": "https://a.example",
                    "assets_base_url": "https://b.example/$(id)",
                }
            },
            "BASE_URL=https://a.example ASSETS_BASE_URL='https://b.example/$(id)' contracts verify ...",
        ),
    ],
)
def test_repeat_asks_the_same_target_the_same(changes: dict[str, Any], expected: str) -> None:
    """A command that asks the mock instead of the target, or runs what an address holds."""
    command = opening.repeat(runs.summary(**changes))
    begin, dots, end = expected.partition("...")
    assert command.startswith(begin)
    assert command.endswith(end)
    assert dots or command == expected


def test_recorded_traffic_is_not_asked_again() -> None:
    """A command that sends requests to a target which nobody named."""
    assert opening.repeat(runs.summary(profile="recorded")) == ""


def test_the_run_began_when_its_folder_says() -> None:
    """A page without a date, or with the date of the day on which it was opened."""
    assert opening.began(runs.FOLDER) == datetime(2026, 11, 21, 10, 46, tzinfo=UTC)
    assert opening.began("out/") is None
