"""`results.sarif`: the findings as SARIF 2.1.0, each beside the line of the OpenAPI file that describes its operation."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from contracts import __version__
from contracts.clauses.catalogue import load
from contracts.clauses.clause import Clause, Level
from contracts.reporting.cases import Data, Run, Status, acceptance, cases, is_violation, story
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_VIOLATED
from contracts.reporting.places import place_of
from contracts.reporting.visible import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Level.MUST: "error", Level.SHOULD: "warning", Level.OBSERVE: "note"}


def as_sarif(run: Run) -> dict[str, Any]:
    """The run as a SARIF log: a rule for each clause, a result for each finding."""
    rules = [load()[id] for id in run.summary["clauses"]]
    numbers = {clause.id: number for number, clause in enumerate(rules)}
    driver = {
        "name": "contracts",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(clause) for clause in rules],
    }
    summary = run.summary
    told = {
        "tool": {"driver": driver},
        # Runs of one category replace each other where results are kept: a target at a profile is one.
        "automationDetails": {"id": f"contracts/{summary['target']['name']}/{summary['profile']}/"},
        "invocations": [_invocation(run)],
        "results": [_result(finding, run, numbers) for finding in run.findings],
        "properties": {name: summary[name] for name in ("seed", "verdict", "target", "digests")},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}


def _rule(clause: Clause) -> dict[str, Any]:
    return {
        "id": clause.id,
        "shortDescription": {"text": clause.title},
        "fullDescription": {"text": clause.sentence},
        "help": {"text": f"{clause.sentence}\n\nSource: {clause.source}. Level: {clause.level.value}."},
        "defaultConfiguration": {"level": _LEVELS[clause.level]},
        "properties": {"tags": [clause.family, clause.level.value], "source": clause.source},
    }


def _invocation(run: Run) -> dict[str, Any]:
    code = run.summary["exit_code"]
    began = run.ended - timedelta(seconds=run.summary["duration_s"])
    return {
        "executionSuccessful": code in {EXIT_HOLDS, EXIT_VIOLATED},
        "exitCode": code,
        "exitCodeDescription": f"verdict {run.summary['verdict']}",
        "startTimeUtc": began.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "endTimeUtc": run.ended.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "toolExecutionNotifications": list(_notifications(run)),
    }


def _notifications(run: Run) -> Iterator[dict[str, Any]]:
    """What kept the run, or a clause, from a verdict: the suite's own bugs, a lost target, an interruption."""
    for case in cases(run):
        if case.status is Status.BROKEN:
            text = f"{case.id} {case.title}: {case.message}"
            yield {"level": "error", "message": {"text": text}}


def _result(finding: Data, run: Run, numbers: dict[str, int]) -> dict[str, Any]:
    clause = load()[finding["clause"]]
    told: dict[str, Any] = {
        "ruleId": clause.id,
        "level": _level(finding, clause),
        "message": {"text": f"{clause.title}\n{story(finding, run)}"},
        "locations": [_location(finding)],
        "partialFingerprints": _fingerprints(finding["id"]),
        "occurrenceCount": finding.get("count", 1),
        "attachments": [{"artifactLocation": {"uri": f"findings/{finding['id']}.json"}}],
        "properties": _properties(finding, run),
    }
    if clause.id in numbers:
        told["ruleIndex"] = numbers[clause.id]
    if finding.get("accepted"):
        why = visible(acceptance(finding))
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return told | _since(finding, run)


def _fingerprints(id: str) -> dict[str, str]:
    """GitHub goes by the second alone, and makes its own of the line: all findings of an operation would be one."""
    return {"findingId/v1": id, "primaryLocationLineHash": f"{id.rpartition('-')[2]}:1"}


def _level(finding: Data, clause: Clause) -> str:
    if is_violation(finding):
        return "error"
    return "note" if clause.level is Level.OBSERVE else "warning"


def _location(finding: Data) -> dict[str, Any]:
    place = place_of(finding["operation"], finding["clause"])
    physical = {
        "artifactLocation": {"uri": place.file, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": place.line},
    }
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding["operation"]:
        location["logicalLocations"] = [{"name": visible(finding["operation"]), "kind": "function"}]
    return location


def _properties(finding: Data, run: Run) -> dict[str, Any]:
    forms = {visible(form): count for form, count in (finding.get("forms") or {}).items()}
    asked_by = visible(finding.get("asked_by") or "")
    return {
        "forms": forms,
        "count": finding.get("count", 1),
        "seed": run.summary["seed"],
        "asked_by": asked_by,
    }


def _since(finding: Data, run: Run) -> dict[str, str]:
    """Whether earlier runs knew the finding, where there were any."""
    memory = run.summary.get("memory")
    if not memory or not memory.get("runs"):
        return {}
    return {"baselineState": "new" if finding["id"] in memory.get("new", ()) else "unchanged"}
