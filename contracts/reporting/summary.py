"""`summary.json`: the run as data, for pipelines."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contracts import __version__, specs
from contracts.findings.store import write_json
from contracts.plan import Plan
from contracts.reporting.ledger import EXIT_INTERRUPTED, Ledger, Row

FORMAT = 1
_LIBRARIES = ("schemathesis", "hypothesis", "pytest", "jsonschema-rs", "coincurve")


def summarise(ledger: Ledger, plan: Plan, *, duration_s: float, complete: bool) -> dict[str, Any]:
    """The whole of a run. `complete` is false as long as it goes on, and stays false in what a killed run leaves.

    Until then `exit_code` is that of an interrupted run: half a run must not read as a contract that holds.
    """
    settings = plan.settings
    return {
        "format": FORMAT,
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
        "clauses": {row.clause.id: _row(row) for row in ledger.rows()},
        "findings": sorted(ledger.findings.values(), key=lambda finding: str(finding["id"])),
        "observations": {
            clause: dict(sorted(values.items())) for clause, values in sorted(ledger.observations.items())
        },
        "timings": ledger.percentiles(),
    }


def _row(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {
        "level": row.clause.level.value,
        "verdict": row.verdict.word,
        "exercised": row.exercised,
    }
    return {**told, "reason": row.reason} if row.reason else told


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
    write_json(folder / "summary.json", summarise(ledger, plan, duration_s=duration_s, complete=complete))
