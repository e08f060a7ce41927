"""`summary.json`: the run as data, for pipelines."""

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contracts import __version__, specs
from contracts.findings.acceptance import Standing
from contracts.findings.accepted import Accepted
from contracts.findings.kept import SUMMARY, SUMMARY_FORMAT, Behaviour, KeptRun
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
        "whole": complete and ledger.whole,
        "cut_short": not complete or ledger.cut_short,
        "verdict": ledger.verdict.word,
        "exit_code": ledger.exit_code if complete else EXIT_INTERRUPTED,
        "profile": plan.profile.name,
        "seed": plan.seed,
        "in_flight": plan.in_flight,
        "mark": plan.mark,
        "clauses_asked_for": plan.clauses,
        "campaign": ledger.campaign,
        "shard": plan.shard,
        "target": {
            "name": settings.target_name,
            "base_url": settings.base_url,
            "assets_base_url": settings.assets_base_url,
        },
        "versions": versions(),
        "digests": {"clauses": ledger.catalogue.digest(), "openapi": specs.digest(), "corpus": plan.corpus},
        "duration_s": round(duration_s, 3),
        "requests": ledger.requests,
        "cases": ledger.cases,
        "put_off": ledger.put_off,
        "questions": dict(ledger.questions),
        "budget": plan.spent(),
        "notices": [*settings.warnings, *ledger.notices],
        "lost": ledger.lost,
        "broke": ledger.failed,
        "unwritten": ledger.unwritten.why,
        "first_red": ledger.first_red(),
        "clauses": {row.clause.id: _row(row, ledger) for row in ledger.rows()},
        "findings": [listed(ledger.findings[id], ledger) for id in sorted(ledger.findings)],
        "accepted": _accepted(plan.accepted, ledger.standing),
        "memory": ledger.memory,
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
    if ledger.took_s[row.clause.id]:
        told["seconds"] = round(ledger.took_s[row.clause.id], 3)
    if row.reason:
        told["reason"] = row.reason
    if row.verdict is Verdict.VIOLATED and ledger.is_accepted(row.clause.id):
        told["accepted"] = True
    first = ledger.first_red(row.clause.id) if row.verdict is Verdict.VIOLATED else None
    if first is not None:
        told["first_red"] = {name: value for name, value in first.items() if name != "clause"}
    return told


def listed(finding: Mapping[str, Any], ledger: Ledger) -> dict[str, Any]:
    """A finding as it is listed: with why it is accepted, if it is."""
    entry = ledger.accepted.get(finding["id"])
    return {**finding, "accepted": entry.as_told() if entry is not None else None}


def _accepted(accepted: Accepted, standing: Standing) -> dict[str, Any] | None:
    """How the accepted findings stand; None where the run was given none."""
    if not accepted.files:
        return None
    return {
        "file": ", ".join(accepted.files),
        "entries": len(accepted.entries),
        "accepting": sorted(standing.accepting),
        "expired": [judged.as_data() for judged in standing.expired],
        "stale": [judged.as_data() for judged in standing.stale],
        "unmatched": [judged.as_data() for judged in standing.unmatched],
        "unmet": [judged.as_data() for judged in standing.unmet],
    }


def _compared(baseline: KeptRun | None, observations: Behaviour) -> dict[str, Any]:
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


@cache
def versions() -> Mapping[str, str]:
    """What the run was made with."""
    found = {"contracts": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def write(folder: Path, ledger: Ledger, plan: Plan, *, duration_s: float, complete: bool) -> dict[str, Any]:
    """Write `summary.json`, replacing an earlier one in one step; returns what it says, also where the disk refuses it."""
    told = summarise(ledger, plan, duration_s=duration_s, complete=complete)
    with ledger.unwritten.noted(SUMMARY):
        write_json(folder / SUMMARY, told)
    return told
