"""From options to a run: settings, a reachable target or an embedded mock, a report folder, a plan."""

import gc
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts.commands import overlap, preflight, questions
from contracts.commands.preflight import Diagnosis
from contracts.commands.running import Effort, run, terminable
from contracts.findings.baseline import read_baselines
from contracts.plan import Plan, fresh_seed, settle
from contracts.plugin import target_or_mock
from contracts.reporting import folder as folders
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT
from contracts.settings import Mistake, Settings, load_settings
from contracts.transport.client import TargetLost


def verify(
    profile: str,
    target: str | None,
    report_dir: Path,
    *,
    environ: Mapping[str, str],
    clauses: str | None = None,
    seed: int | None = None,
    max_time: float | None = None,
    rate: float | None = None,
    workers: int = 0,
    in_flight: int | None = None,
    stop_at_first: bool = False,
    baselines: Sequence[Path] = (),
) -> int:
    """Run the suite and return its exit code. Raises SettingsProblem with all of the user's mistakes."""
    console = Outlet(soft_wrap=True)
    mistakes: list[Mistake] = []
    earlier, accepted = read_baselines(baselines, mistakes)
    settings, effort = settle(
        profile=profile,
        target=target,
        clauses=clauses,
        environ=environ,
        directory=Path.cwd(),
        in_flight=in_flight,
        found=mistakes,
    )
    _tell(console, settings)
    with terminable(), target_or_mock(settings) as known:
        looked_at = fit_to_ask(console, known) if settings.base_url is not None else []
        if settings.base_url is not None and not looked_at:
            return EXIT_NOT_CARRIED_OUT
        try:
            folder = folders.create(report_dir, profile, known.target_name)
        except OSError as problem:
            _complain(
                console, f"no report folder can be made in {report_dir}: {os.strerror(problem.errno or 0)}"
            )
            console.print("  name a folder that can be written to with --report-dir")
            return EXIT_NOT_CARRIED_OUT
        # Whoever asks at a pace of their own wants to be asked to the end.
        usual = None if rate is not None and not effort.repeat else effort.max_time_s
        limit = max_time if max_time is not None else usual
        plan = Plan(
            effort,
            known.environment(),
            clauses=clauses,
            deadline=time.time() + limit if limit is not None else None,
            rate=rate / max(1, workers) if rate is not None else None,
            in_flight=workers or overlap.in_flight(console, known, looked_at, rate=rate),
            folder=str(folder.absolute()),
            seed=fresh_seed() if seed is None else seed,
            baseline=earlier,
            accepted=replace(accepted, functions=questions.functions()),
        )
        return _carried_out(plan, Effort(workers, stop_at_first), console)


def _carried_out(plan: Plan, effort: Effort, console: Console) -> int:
    """Run; returns the exit code."""
    code = run(plan, effort, console).exit_code
    gc.freeze()  # or the collector would look through all of it once more at the exit: 0.2 s
    return code


def _tell(console: Console, settings: Settings) -> None:
    for notice in settings.notices:
        console.print(Text(f"note: {notice}", style="yellow"))


def _complain(console: Console, what: str) -> None:
    console.print(Text(f"contracts: {what}", style="red"))


def fit_to_ask(
    console: Console, settings: Settings, *, rate: float | None = preflight.USUAL_RATE
) -> list[Diagnosis]:
    """What was looked at of a target that answers and takes the tokens; nothing where it does not.

    Says what spoils the run, and what will make it poorer.
    """
    found = list(preflight.reachable(settings))
    try:
        if all(diagnosis.ok for diagnosis in found):
            found += preflight.credentials(settings, rate=rate)
    except TargetLost as problem:
        _complain(console, str(problem))
        return []
    spoiled = [diagnosis for diagnosis in found if diagnosis.spoils]
    for diagnosis in spoiled:
        _complain(console, f"{diagnosis.subject}: {diagnosis.seen}\n  {diagnosis.advice}")
    for diagnosis in found:
        if not diagnosis.ok and not diagnosis.spoils:
            console.print(
                Text(f"note: {diagnosis.subject}: {diagnosis.seen}; {diagnosis.advice}", style="yellow")
            )
    return found if not spoiled else []


def diagnose(target: str | None, environ: Mapping[str, str]) -> int:
    """Look at everything that would spoil a run, print it, and return 0 or 2. Raises SettingsProblem."""
    console = Outlet(soft_wrap=True)
    settings = load_settings(cli={}, environ=environ, directory=Path.cwd(), target=target)
    _tell(console, settings)
    with terminable(), target_or_mock(settings) as known:
        found = list(preflight.reachable(known))
        try:
            if all(diagnosis.ok for diagnosis in found):
                found += [*preflight.clock(known), *preflight.credentials(known, changes=True)]
        except TargetLost as problem:
            found.append(preflight.Diagnosis("target", ok=False, seen=str(problem)))
    for diagnosis in found:
        mark = Text.assemble(("ok    ", "green") if diagnosis.ok else ("wrong ", "bold red"))
        console.print(mark + Text(f"{diagnosis.subject}: {diagnosis.seen}"))
        if diagnosis.advice:
            console.print(Text(f"      {diagnosis.advice}"))
    return 0 if all(diagnosis.ok for diagnosis in found) else EXIT_NOT_CARRIED_OUT
