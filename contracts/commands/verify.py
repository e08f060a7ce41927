"""From options to a run: settings, a reachable target or an embedded mock, a report folder, a plan."""

import gc
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts.commands import access, overlap, place, preflight
from contracts.commands.diagnosis import Diagnosis
from contracts.commands.notices import tell
from contracts.commands.permission import Permission, permitted
from contracts.commands.rehearsal import rehearse
from contracts.commands.running import Effort, reported, run, terminable, unasked
from contracts.findings.baseline import read_baselines
from contracts.plan import BUDGET, Plan, fresh_seed, settle
from contracts.plugin import questions, target_or_mock
from contracts.plugin.dealing import Shard
from contracts.recipes import corpus
from contracts.reporting.ci import job_of
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT
from contracts.settings import Mistake, Profile, Settings
from contracts.transport.client import TargetLost
from contracts.transport.pace import WINDOW_S, Pace


@dataclass(frozen=True)
class Wish:
    """What the command line says of a run beside its target; None is what was not said."""

    profile: str
    report_dir: Path
    clauses: str | None = None
    seed: int | None = None
    max_time: float | None = None
    workers: int = 0
    stop_at_first: bool = False
    dry_run: bool = False
    shard: Shard | None = None
    baselines: Sequence[Path] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)
    """Settings, by their variables: the caps, and how many questions may be in flight."""
    permission: Permission = field(default_factory=Permission)


def verify(wish: Wish, target: str | None, *, environ: Mapping[str, str]) -> int:
    """Run the suite and return its exit code. Raises SettingsProblem with all of the user's mistakes."""
    console = Outlet(soft_wrap=True)
    mistakes: list[Mistake] = []
    earlier, accepted = read_baselines(wish.baselines, mistakes)
    seed = seed_of(wish, environ, mistakes)
    settings, effort = _settled(wish, target, environ, mistakes)
    tell(console, settings)
    # Each process has at least one request under way, and sends at least one a second.
    most = (settings.caps.concurrent or wish.workers, max(1, int(settings.caps.rate or wish.workers)))
    wish = replace(wish, workers=min(wish.workers, *most))
    plan = Plan(
        effort,
        settings.environment(),
        clauses=wish.clauses,
        processes=max(1, wish.workers),
        shard=str(wish.shard) if wish.shard is not None else None,
        corpus=corpus.own_digest(Path.cwd()),
        seed=seed,
        baseline=earlier,
        accepted=replace(accepted, functions=questions.functions()),
    )
    if wish.dry_run:
        return rehearse(plan, settings, console)
    with terminable(), target_or_mock(settings) as known:
        target_name = f"{known.target_name}-{wish.shard.name}" if wish.shard else known.target_name
        folder = place.made(console, wish.report_dir, wish.profile, target_name)
        if folder is None:
            return EXIT_NOT_CARRIED_OUT
        budget = str(folder / BUDGET) if known.caps.are_counted else None
        plan = replace(plan, environment=known.environment(), folder=str(folder), budget=budget)
        with reported(plan, console):
            return _asked(plan, wish, console, is_ours=settings.base_url is None)


def _settled(
    wish: Wish, target: str | None, environ: Mapping[str, str], mistakes: Sequence[Mistake]
) -> tuple[Settings, Profile]:
    """Whom a run asks, and how hard; a shard has its part of what the whole run may do. Raises SettingsProblem."""
    settings, effort = permitted(
        wish.permission,
        lambda line: settle(
            profile=wish.profile,
            target=target,
            clauses=wish.clauses,
            environ=environ,
            directory=Path.cwd(),
            line={**wish.variables, **line},
            allow_production=wish.permission.allowed,
            found=mistakes,
        ),
    )
    if wish.shard is not None and settings.caps.are_counted:
        settings = settings.under(settings.caps.part(wish.shard.number, wish.shard.of))
    return settings, effort


def seed_of(wish: Wish, environ: Mapping[str, str], mistakes: list[Mistake]) -> int:
    """The seed of a run; all of its shards have the same, or `mistakes` says why not."""
    if wish.seed is not None or wish.shard is None:
        return fresh_seed() if wish.seed is None else wish.seed
    job = job_of(environ)
    if job is None or not job.run:
        what = "all shards of a run need one seed, and nobody has said it"
        hint = "jobs of GitHub, GitLab and Jenkins take it from their pipeline"
        mistakes.append(Mistake("command line: --shard", what, "--seed N, with the same N for each", hint))
        return 0
    return int.from_bytes(hashlib.sha256(f"{job.server} {job.run}".encode()).digest()[:4])


def _asked(plan: Plan, wish: Wish, console: Console, *, is_ours: bool) -> int:
    """Look at the target and ask it; returns the exit code."""
    known, looked_at = plan.settings, list[Diagnosis]()
    rate = known.caps.rate
    if not is_ours:
        looked_at = look_around(console, known, replace(plan.pace(), rate=rate or preflight.USUAL_RATE))
        spoiled = [diagnosis for diagnosis in looked_at if diagnosis.spoils]
        if spoiled:
            return unasked(plan, f"{spoiled[0].subject}: {spoiled[0].seen}", console).exit_code
        if rate is not None:
            time.sleep(WINDOW_S)  # the look around may have used up this second's share
    # Whoever asks at a pace of their own wants to be asked to the end.
    usual = None if rate is not None and not plan.profile.repeat else plan.profile.max_time_s
    limit = wish.max_time if wish.max_time is not None else usual
    plan = replace(
        plan,
        deadline=time.time() + limit if limit is not None else None,
        in_flight=wish.workers or overlap.in_flight(console, known, looked_at),
    )
    return _carried_out(plan, Effort(wish.workers, wish.stop_at_first), console)


def _carried_out(plan: Plan, effort: Effort, console: Console) -> int:
    """Run; returns the exit code."""
    code = run(plan, effort, console).exit_code
    gc.freeze()  # or the collector would look through all of it once more at the exit: 0.2 s
    return code


def _complain(console: Console, what: str) -> None:
    console.print(Text(f"contracts: {what}", style="red"))


def look_around(console: Console, settings: Settings, pace: Pace) -> list[Diagnosis]:
    """What there is to see of a target before a run. Says what spoils the run, and what will make it poorer."""
    found = list(preflight.reachable(settings, pace))
    try:
        if all(diagnosis.ok for diagnosis in found):
            with access.network_of(settings, pace) as network:
                found += access.credentials(network)
    except TargetLost as problem:
        found.append(Diagnosis("target", ok=False, seen=str(problem), spoils=True))
    for diagnosis in found:
        if diagnosis.spoils:
            _complain(console, f"{diagnosis.subject}: {diagnosis.seen}\n  {diagnosis.advice}".rstrip())
        elif not diagnosis.ok:
            note = f"note: {diagnosis.subject}: {diagnosis.seen}; {diagnosis.advice}"
            console.print(Text(note, style="yellow"))
    return found


def is_fit(console: Console, settings: Settings, pace: Pace) -> bool:
    """Whether a target answers and takes the tokens; says what spoils a run."""
    return not any(diagnosis.spoils for diagnosis in look_around(console, settings, pace))
