"""`ctrf-report.json`: the run in the Common Test Report Format, for the tools that read it."""

import uuid
from collections import Counter
from typing import Any

from contracts import __version__
from contracts.reporting.cases import Case, Run, Status, cases
from contracts.reporting.ci import Job

SPEC = "0.0.0"
_STATUSES = {Status.PASSED: "passed", Status.FAILED: "failed", Status.BROKEN: "failed"}
# `skipped` is for what was not asked; what was, without a verdict that counts, is something else.
_SKIPPED = frozenset({"not_exercised", "not_applicable"})
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "contracts")


def as_ctrf(run: Run, job: Job | None) -> dict[str, Any]:
    """The run as a CTRF document: a test for each clause and one for the run itself, under ids that never change."""
    summary = run.summary
    tests = [_test(case) for case in cases(run)]
    return {
        "reportFormat": "CTRF",
        "specVersion": SPEC,
        "reportId": str(uuid.uuid5(_NAMESPACE, f"{summary['mark']} {run.folder}")),
        "timestamp": run.ended.isoformat(timespec="milliseconds"),
        "generatedBy": "contracts",
        "results": {
            "tool": {"name": "contracts", "version": __version__},
            "summary": _summary(run, tests),
            "tests": tests,
            "environment": _environment(run, job),
        },
    }


def _summary(run: Run, tests: list[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(test["status"] for test in tests)
    stop = round(run.ended.timestamp() * 1000)
    lasted = round(run.summary["duration_s"] * 1000)
    statuses = ("passed", "failed", "skipped", "pending", "other")
    return {
        "tests": len(tests),
        **{status: counts[status] for status in statuses},
        "suites": len({test["suite"][0] for test in tests}),
        "start": stop - lasted,
        "stop": stop,
        "duration": lasted,
    }


def _test(case: Case) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(uuid.uuid5(_NAMESPACE, case.id)),
        "testId": case.id,
        "name": f"{case.id} {case.title}",
        "suite": [case.family],
        "status": _status(case),
        "rawStatus": case.verdict,
        "duration": round(case.seconds * 1000),
    }
    if case.message:
        told["message"] = case.message
    if case.told:
        told["trace"] = case.told
    if case.findings:
        told["attachments"] = [_attachment(finding["id"]) for finding in case.findings]
    return told


def _status(case: Case) -> str:
    if case.status is Status.SKIPPED:
        return "skipped" if case.verdict in _SKIPPED else "other"
    return _STATUSES[case.status]


def _attachment(id: str) -> dict[str, str]:
    return {"name": id, "contentType": "application/json", "path": f"findings/{id}.json"}


def _environment(run: Run, job: Job | None) -> dict[str, Any]:
    summary = run.summary
    told: dict[str, Any] = {
        "testEnvironment": summary["target"]["name"],
        "extra": {"base_url": summary["target"]["base_url"] or "", "profile": summary["profile"]}
        | {"seed": summary["seed"], "versions": summary["versions"], "digests": summary["digests"]},
    }
    if job is not None:
        named = {"buildName": job.name, "buildUrl": job.build_url, "repositoryName": job.repository}
        named |= {"commit": job.commit, "branchName": job.branch}
        told |= {name: text for name, text in named.items() if text}
        told |= {"buildNumber": job.number} if job.number else {}
    return told
