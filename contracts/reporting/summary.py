"""`summary.json`: the run as data, for pipelines."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contracts import __version__, specs
from contracts.findings.baseline import SUMMARY, SUMMARY_FORMAT, Baseline, Behaviour
from contracts.findings.store import write_json
from contracts.plan import Plan
from contracts.reporting.behaviour import as_told, compare
from contracts.reporting.ledger import EXIT_INTERRUPTED, Ledger, Row
from contracts.violation import Verdict

_LIBRARIES = ("schemathesis", "hypothesis", "pytest", "jsonschema-rs", "coincurve")


def summarise(ledger: Ledger, plan: Plan, *, duration_s: float, complete: bool) -> dict[str, Any]:
    """The whole of a run. `complete` is false as long as it goes on, and stays false in what a killed run leaves.

    Until then `exit_code` is that of an interrupted run: half a run must not read as a contract that holds.
    """
    settings, observations = plan.settings, as_told(ledger.observations)
    return {
        "format": SUMMARY_FORMAT,
        "complete": complete,
        "verdict": ledger.verdict.word,
        "exit_code": ledger.exit_code if complete else EXIT_INTERRUPTED,
        "profile": plan.profile.name,
        "seed": plan.seed,
        "mark": plan.mark,
        "clauses_asked_for": plan.clauses,
        "target": {
            "name": settings.target_name,
            "base_url": settings.base_url,
            "assets_base_url": settings.assets_base_url,
        },
        "versions": versions(),
        "digests": {"clauses": ledger.catalogue.digest(), "openapi": specs.digest()},
        "duration_s": round(duration_s, 3),
        "requests": ledger.requests,
        "cases": ledger.cases,
        "questions": dict(ledger.questions),
        "lost": ledger.lost,
        "broke": ledger.failed,
        "first_red": ledger.first_red(),
        "clauses": {row.clause.id: _row(row, ledger) for row in ledger.rows()},
        "findings": sorted(ledger.findings.values(), key=lambda finding: str(finding["id"])),
        "observations": observations,
        **_compared(plan.baseline, observations),
        "timings": ledger.percentiles(),
    }


def _row(row: Row, ledger: Ledger) -> dict[str, Any]:
    told: dict[str, Any] = {
        "level": row.clause.level.value,
        "verdict": row.verdict.word,
        "exercised": row.exercised,
    }
    if row.reason:
        told["reason"] = row.reason
    first = ledger.first_red(row.clause.id) if row.verdict is Verdict.VIOLATED else None
    if first is not None:
        told["first_red"] = {name: value for name, value in first.items() if name != "clause"}
    return told


def _compared(baseline: Baseline | None, observations: Behaviour) -> dict[str, Any]:
    if baseline is None:
        return {"baseline": None, "behaviour_changes": []}
    comparison = compare(baseline, observations)
    told = {
        "file": baseline.file,
        "target": {"name": baseline.target, "base_url": baseline.base_url},
        "profile": baseline.profile,
        "compared": comparison.compared,
        "only_before": comparison.only_before,
        "only_now": comparison.only_now,
    }
    return {"baseline": told, "behaviour_changes": [change._asdict() for change in comparison.changes]}


def versions() -> dict[str, str]:
    """What the run was made with."""
    found = {"contracts": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def write(folder: Path, ledger: Ledger, plan: Plan, *, duration_s: float, complete: bool) -> None:
    """Write `summary.json`, replacing an earlier one in one step."""
    write_json(folder / SUMMARY, summarise(ledger, plan, duration_s=duration_s, complete=complete))
