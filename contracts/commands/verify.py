"""From options to a run: settings, a reachable target or an embedded mock, a report folder, a plan."""

import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts.clauses.catalogue import load
from contracts.commands import preflight
from contracts.commands.running import Effort, run
from contracts.plan import Plan, fresh_seed
from contracts.plugin import target_or_mock
from contracts.reporting import folder as folders
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT
from contracts.settings import Settings, load_profile, load_settings


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
    stop_at_first: bool = False,
) -> int:
    """Run the suite and return its exit code. Raises SettingsProblem and UnknownClause: the user's mistakes."""
    console = Console(soft_wrap=True)
    settings = load_settings(cli={}, environ=environ, directory=Path.cwd(), target=target)
    effort = load_profile(profile, Path.cwd())
    if clauses:
        load().select(clauses)
    _tell(console, settings)
    with target_or_mock(settings) as known:
        if settings.base_url is not None and not _fit_to_ask(console, known):
            return EXIT_NOT_CARRIED_OUT
        try:
            folder = folders.create(report_dir, profile, known.target_name)
        except OSError as problem:
            console.print(f"contracts: no report folder can be made in {report_dir}: {problem.strerror}")
            return EXIT_NOT_CARRIED_OUT
        limit = max_time if max_time is not None else effort.max_time_s
        plan = Plan(
            effort,
            known.environment(),
            clauses=clauses,
            deadline=time.time() + limit if limit is not None else None,
            rate=rate,
            folder=str(folder.absolute()),
            seed=fresh_seed() if seed is None else seed,
        )
        return run(plan, Effort(workers, stop_at_first), console).exit_code


def _tell(console: Console, settings: Settings) -> None:
    for notice in settings.notices:
        console.print(Text(f"note: {notice}", style="yellow"))


def _fit_to_ask(console: Console, settings: Settings) -> bool:
    """Whether the target answers and takes the tokens; says what spoils the run."""
    spoiled = [found for found in preflight.reachable(settings) if not found.ok]
    if not spoiled:
        spoiled = [found for found in preflight.credentials(settings) if found.refused]
    for found in spoiled:
        console.print(Text(f"contracts: {found.subject}: {found.seen}\n  {found.advice}", style="red"))
    return not spoiled


def diagnose(target: str | None, environ: Mapping[str, str]) -> int:
    """Look at everything that would spoil a run, print it, and return 0 or 2."""
    console = Console(soft_wrap=True)
    settings = load_settings(cli={}, environ=environ, directory=Path.cwd(), target=target)
    _tell(console, settings)
    with target_or_mock(settings) as known:
        found = list(preflight.reachable(known))
        if all(diagnosis.ok for diagnosis in found):
            found += [*preflight.clock(known), *preflight.credentials(known, changes=True)]
    for diagnosis in found:
        mark = Text.assemble(("ok    ", "green") if diagnosis.ok else ("wrong ", "bold red"))
        console.print(mark + Text(f"{diagnosis.subject}: {diagnosis.seen}"))
        if not diagnosis.ok and diagnosis.advice:
            console.print(f"      {diagnosis.advice}")
    return 0 if all(diagnosis.ok for diagnosis in found) else EXIT_NOT_CARRIED_OUT
