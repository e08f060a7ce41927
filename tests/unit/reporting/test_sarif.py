"""results.sarif: valid by the published schema, each finding at the line that describes its operation."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts import specs
from contracts.clauses.catalogue import load
from contracts.reporting.cases import Run
from contracts.reporting.places import place_of
from contracts.reporting.sarif import as_sarif
from tests.fixtures import runs
from tests.fixtures.reports import HOSTILE, MIXED, accepting, run
from tests.fixtures.schemas import sarif_errors

CHECKOUT = Path(__file__).parents[3]


def log(of: Run) -> dict[str, Any]:
    (told,) = as_sarif(of)["runs"]
    found: dict[str, Any] = told
    return found


@pytest.mark.parametrize(
    "of",
    [
        run(),
        MIXED,
        run(runs.story(received=HOSTILE), memory=runs.memory()),
        accepting(runs.story()),
        run(runs.story(operation="")),
    ],
)
def test_follows_the_schema(of: Run) -> None:
    """A log that code scanning refuses."""
    assert sarif_errors(json.loads(json.dumps(as_sarif(of)))) == []


@pytest.mark.parametrize("operation", list(specs.operations()))
def test_place_is_the_line_of_the_operation(operation: str) -> None:
    """An annotation beside a line about something else."""
    place = place_of(operation, "HTP-01")
    line = (CHECKOUT / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert line.strip() == f"operationId: {operation}"
    paths = yaml.safe_load((CHECKOUT / place.file).read_text(encoding="utf-8"))["paths"]
    assert operation in json.dumps(paths)  # and no link elsewhere in the file


@pytest.mark.parametrize("clause", list(load()))
def test_finding_of_no_operation_has_a_place(clause: str) -> None:
    """A finding about every answer, which code scanning drops for want of a location."""
    place = place_of("", clause)
    assert place == place_of(load()[clause].operations[0], clause)


def test_results_are_the_findings() -> None:
    """A warning that fails a build, a fingerprint that changes with the wording."""
    told = {result["ruleId"]: result for result in log(MIXED)["results"]}
    assert (told["AST-06"]["level"], told["AST-03"]["level"]) == ("error", "warning")
    assert told["AST-06"]["partialFingerprints"] == {
        "findingId/v1": "AST-06-c4865c58c7",
        "primaryLocationLineHash": "c4865c58c7:1",
    }
    assert told["AST-06"]["occurrenceCount"] == 4
    assert told["AST-06"]["properties"]["forms"] == {"": 1, "under another type": 3}
    assert "contracts replay" in told["AST-06"]["message"]["text"]
    rules = log(MIXED)["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == id for id, result in told.items())
    assert [rule["id"] for rule in rules] == list(load())


def test_accepted_findings_are_suppressed() -> None:
    """An accepted finding that code scanning shows as open, or one that it closes as fixed."""
    (result,) = log(accepting(runs.story()))["results"]
    (suppression,) = result["suppressions"]
    assert suppression["status"] == "accepted"
    assert "T-1" in suppression["justification"]
    assert "suppressions" not in log(run(runs.story()))["results"][0]


@pytest.mark.parametrize(("new", "state"), [(["AST-06-c4865c58c7"], "new"), ([], "unchanged")])
def test_memory_tells_what_is_new(new: list[str], state: str) -> None:
    """An old finding that is shown as one of this change."""
    (result,) = log(run(runs.story(), memory=runs.memory(new=new)))["results"]
    assert result["baselineState"] == state
    (first,) = log(run(runs.story(), memory=None))["results"]
    assert "baselineState" not in first


@pytest.mark.parametrize(
    ("code", "carried_out"), [(0, True), (1, True), (2, False), (3, False), (130, False)]
)
def test_invocation_tells_how_it_ended(code: int, carried_out: bool) -> None:  # noqa: FBT001
    """A run that could not be carried out, read as one without results."""
    (invocation,) = log(run(exit_code=code))["invocations"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (code, carried_out)
    assert bool(invocation["toolExecutionNotifications"]) is not carried_out
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == (
        "2026-11-21T10:46:32.151000Z",
        "2026-11-21T10:47:00.000000Z",
    )
