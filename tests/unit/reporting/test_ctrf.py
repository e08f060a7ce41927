"""ctrf-report.json: valid by CTRF's own schema, statuses and counts that agree."""

import json
from collections import Counter

import pytest

from contracts.reporting.cases import Run
from contracts.reporting.ci import Job
from contracts.reporting.ctrf import as_ctrf
from tests.fixtures import runs
from tests.fixtures.reports import HOSTILE, MIXED, accepting, run
from tests.fixtures.schemas import ctrf_errors

JOB = Job("github", "https://git.example", "ci", 12, "https://git.example/runs/7", "a/b", "abc", "main")


@pytest.mark.parametrize("job", [None, JOB, Job("jenkins", "https://ci.example", "", 0, "")])
@pytest.mark.parametrize("of", [run(), MIXED, run(runs.story(received=HOSTILE)), accepting(runs.story())])
def test_follows_the_schema(of: Run, job: Job | None) -> None:
    """A report that the readers of the format refuse."""
    assert ctrf_errors(json.loads(json.dumps(as_ctrf(of, job)))) == []


def test_statuses() -> None:
    """An unknown or accepted clause that counts as passed, our own bug that fails nobody."""
    told = {test["testId"]: test for test in as_ctrf(MIXED, None)["results"]["tests"]}
    statuses = {id: told[id]["status"] for id in ("AST-01", "AST-03", "AST-05", "AST-06", "AUT-05", "ALC-10")}
    assert statuses == {
        "AST-01": "passed",
        "AST-03": "passed",
        "AST-05": "failed",
        "AST-06": "failed",
        "AUT-05": "skipped",
        "ALC-10": "other",
    }
    assert told["AST-05"]["rawStatus"] == "broken"
    known = {test["testId"]: test for test in as_ctrf(accepting(runs.story()), None)["results"]["tests"]}
    assert (known["AST-06"]["status"], known["AST-06"]["rawStatus"]) == ("other", "accepted")


def test_counts_are_right() -> None:
    """A summary that disagrees with its tests."""
    results = as_ctrf(MIXED, None)["results"]
    counts = Counter(test["status"] for test in results["tests"])
    statuses = ("passed", "failed", "skipped", "pending", "other")
    assert {status: results["summary"][status] for status in statuses} == {
        status: counts[status] for status in statuses
    }
    assert results["summary"]["tests"] == len(results["tests"])
    assert (
        results["summary"]["stop"] - results["summary"]["start"] == results["summary"]["duration"] == 27_849
    )


def test_times_are_milliseconds() -> None:
    """A slow clause that looks as quick as all others."""
    tests = as_ctrf(run(rows={"AST-05": {"seconds": 1.5}}), None)["results"]["tests"]
    assert {test["testId"]: test["duration"] for test in tests if test["duration"]} == {
        "AST-05": 1500,
        "RUN": 26349,
    }


def test_ids_stay() -> None:
    """A test that is a new one in every report, so that no trend is known of it."""
    first, second = as_ctrf(run(), None), as_ctrf(run(runs.story(), mark="CTOTHER"), JOB)
    ids = [[test["id"] for test in report["results"]["tests"]] for report in (first, second)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])
    assert first["reportId"] != second["reportId"]


def test_names_the_build() -> None:
    """A report of which nobody knows which commit it is about."""
    told = as_ctrf(run(), JOB)["results"]["environment"]
    assert (told["commit"], told["branchName"], told["buildNumber"]) == ("abc", "main", 12)
    assert told["extra"]["seed"] == 7
