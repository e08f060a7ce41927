"""`contracts check`: traffic that others recorded, judged and reported as a run is; nothing is sent to anybody."""

import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from contracts import specs
from contracts.checks.registry import Context
from contracts.clauses.catalogue import load
from contracts.findings.acceptance import Done, acceptable
from contracts.findings.acceptance import judge as stand
from contracts.findings.accepted import Accepted
from contracts.findings.baseline import read_baselines
from contracts.outcome import outcome_of
from contracts.plan import Plan
from contracts.plugin.writing import Writer
from contracts.recorded.entries import Recorded
from contracts.recorded.judging import judged
from contracts.recorded.traffic import Traffic, read_traffic
from contracts.reporting import closing, report, summary
from contracts.reporting import folder as folders
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT, Ledger
from contracts.settings import Mistake, Profile, Settings, SettingsProblem, load_settings
from contracts.settings.model import DIRECTLY, NAME_VARIABLE
from contracts.settings.variables import VARIABLES
from contracts.transport.pace import Pace
from contracts.transport.redaction import Redactor, credentials_in
from contracts.violation import Violation

# More lines about single entries would hide what the rest showed.
_BAD_TOLD = 10
_UNKNOWN_ORIGIN = "http://recorded.invalid"
PROFILE = Profile(
    name="recorded",
    examples=0,
    schema_examples=0,
    stateful_scenarios=0,
    stateful_steps=1,
    burst_width=2,
    burst_repeats=0,
    between=0,
)


def check(
    files: Sequence[Path], report_dir: Path, *, environ: Mapping[str, str], baselines: Sequence[Path] = ()
) -> int:
    """Judge recorded traffic, write its report, and return the exit code.

    What cannot be read is told and left out; the contract then never holds (2), but what was found counts (1). Raises
    SettingsProblem.
    """
    began = time.monotonic()
    console = Outlet(soft_wrap=True)
    accepted = _accepted(baselines)
    settings = load_settings(cli={}, environ=environ, directory=Path.cwd(), target=None)
    traffic = read_traffic(files)
    redactor = _redactor(settings, traffic.exchanges)
    for line in _complaints(traffic.left_out):
        console.print(Text(f"contracts: {redactor.text(line)}", style="red"))
    if not traffic.exchanges:
        console.print(Text(_nothing(traffic.entries), style="red"))
        return EXIT_NOT_CARRIED_OUT
    environment = _environment(settings, files, traffic.exchanges)
    try:
        folder = folders.create(report_dir, PROFILE.name, environment[NAME_VARIABLE])
    except OSError as problem:
        why = os.strerror(problem.errno or 0)
        console.print(Text(f"contracts: no report folder can be made in {report_dir}: {why}", style="red"))
        return EXIT_NOT_CARRIED_OUT
    plan = Plan(PROFILE, environment, seed=0, folder=str(folder.absolute()), accepted=accepted)
    ledger = _judge(traffic, plan, redactor)
    _write(folder, ledger, plan, began)
    closing.show(console, ledger, plan, duration_s=time.monotonic() - began, folder=folder)
    return ledger.exit_code


def _accepted(baselines: Sequence[Path]) -> Accepted:
    """The findings that somebody has accepted. Raises SettingsProblem; also for an earlier run, which says nothing of traffic."""
    mistakes: list[Mistake] = []
    earlier, accepted = read_baselines(baselines, mistakes)
    if earlier is not None:
        what = "an earlier run has nothing to compare recorded traffic with"
        mistakes.append(Mistake("command line: --baseline", what, "files of accepted findings"))
    if mistakes:
        raise SettingsProblem(mistakes)
    return accepted


def _complaints(left_out: Sequence[str]) -> Iterable[str]:
    yield from left_out[:_BAD_TOLD]
    if len(left_out) > _BAD_TOLD:
        yield f"and {len(left_out) - _BAD_TOLD} more that could not be read"


def _nothing(entries: int) -> str:
    wanted = dict.fromkeys(
        f"{operation.method} {operation.template}" for operation in specs.operations().values()
    )
    looked = "\n  ".join(wanted)
    told = "1 entry" if entries == 1 else f"{entries} entries"
    return f"contracts: nothing to check: {told}, and none for an operation under contract, on any host:\n  {looked}"


def _redactor(settings: Settings, exchanges: Iterable[Recorded]) -> Redactor:
    """Knows what is secret in this environment, and every credential in the traffic."""
    theirs = frozenset(secret for each in exchanges for secret in credentials_in(each.exchange))
    return Redactor(settings.hidden() | theirs)


def _environment(settings: Settings, files: Sequence[Path], exchanges: Sequence[Recorded]) -> dict[str, str]:
    """The variables of a target that is the traffic: named after the files, at the origins that most requests went to."""
    network = _origin(exchanges, "go-network")
    assets = _origin(exchanges, "asset-pricing")
    name = re.sub(r"[^a-z0-9._-]+", "-", files[0].stem.lower()).strip("-.")[:40]
    return {
        **settings.environment(),
        # How that target would be reached is not how these exchanges came about.
        **DIRECTLY,
        "BASE_URL": network or assets or _UNKNOWN_ORIGIN,
        "ASSETS_BASE_URL": assets or network or _UNKNOWN_ORIGIN,
        NAME_VARIABLE: name or "traffic",
    }


def _origin(exchanges: Iterable[Recorded], api: str) -> str | None:
    of_api = (
        each for each in exchanges if specs.operations()[each.exchange.request.operation or ""].api == api
    )
    for origin, _ in Counter(each.origin for each in of_api).most_common():
        try:
            return str(VARIABLES["BASE_URL"].parse(origin))
        except ValueError:
            continue
    return None


def _judge(traffic: Traffic, plan: Plan, redactor: Redactor) -> Ledger:
    """The ledger of the traffic; each finding is written the moment it is found."""
    assert plan.findings_folder is not None  # a check always leaves a report
    writer = Writer(plan, plan.findings_folder, redactor, Pace(None))

    def write_down(met: Recorded, violation: Violation) -> None:
        # No question met it: asking again is a matter of its requests alone.
        writer.keep(writer.told(replace(violation, steps=(met.place,)), "", {}))

    context = Context(plan.settings.response_time_limit, plan.settings.secrets())
    record = judged(traffic.exchanges, context, write_down, traffic.writes)
    ledger = Ledger(load())
    ledger.add(outcome_of(record, (), redactor, ended="asked"))
    today = datetime.now(UTC).date()
    ledger.accepted = acceptable(plan.accepted, today)
    # No question is asked here, so that none can show an entry to be stale.
    ledger.standing = stand(plan.accepted, Done(ledger.findings, {}, PROFILE.name, 0, whole=False), today)
    if traffic.left_out:
        ledger.lost = f"{len(traffic.left_out)} of the files and entries could not be read: see above"
    return ledger


def _write(folder: Path, ledger: Ledger, plan: Plan, began: float) -> None:
    """Write the report; a writer of ours that breaks costs no other, and is told."""

    def summarised() -> dict[str, Any]:
        return summary.write(folder, ledger, plan, duration_s=time.monotonic() - began, complete=True)

    report.write(folder, ledger, summarised, os.environ)
