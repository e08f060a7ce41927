"""A campaign: its folder made or found again, its target looked at, its workers started; and in the end one report."""

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts import __version__
from contracts.campaign.engine import Plans
from contracts.campaign.hands import Hands
from contracts.campaign.local import Local
from contracts.campaign.state import About
from contracts.campaign.work import questions
from contracts.commands import place
from contracts.commands.notices import tell
from contracts.commands.running import reported, terminable, unasked
from contracts.commands.sitting import Sitting, carried_on, purse_of, unreadable, unserved, where
from contracts.commands.verify import look_around
from contracts.findings.baseline import read_baselines
from contracts.findings.documents import Unreadable
from contracts.findings.unwritten import reason
from contracts.plan import BUDGET, Plan, fresh_seed, settle
from contracts.plugin import questions as asked
from contracts.plugin import target_or_mock
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT
from contracts.settings import Mistake, Settings, SettingsProblem
from contracts.transport.pace import WINDOW_S
from contracts.transport.showing import try_port

# Long enough that a session's 0.1 s does not count, short enough that a dead worker costs little and effort can move.
SHARD_S = 10.0
# A short campaign is to come to each question more than once all the same.
LEAST_SHARD_S, TURNS = 2.0, 3
# A shard of a property ends with its time and not before; flows and bursts are as long as in a nightly run.
MOST = {"examples": 5000, "schema_examples": 1000}


@dataclass(frozen=True)
class Wish:
    """What the command line says; None is what was not said. `serve` is host and port."""

    report_dir: Path
    resume: Path | None = None
    max_time: float | None = None
    workers: int = 1
    scheduler: str | None = None
    serve: tuple[str, int] | None = None
    clauses: str | None = None
    seed: int | None = None
    target: str | None = None
    baselines: Sequence[Path] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)


def fuzz(wish: Wish, *, environ: Mapping[str, str]) -> int:
    """Carry on a campaign until it is over, and return the exit code. Raises SettingsProblem with the user's mistakes."""
    console = Outlet(soft_wrap=True)
    known = _resumed(wish.resume) if wish.resume is not None else None
    settings, plans = _settled(wish, known, environ)
    if wish.resume is not None:
        _keep_within_caps(wish.resume, settings)
    if wish.serve is not None:
        _try_to_serve(*wish.serve)
    tell(console, settings)
    with ExitStack() as stack:
        stack.enter_context(terminable())
        target = stack.enter_context(target_or_mock(settings))
        hands = stack.enter_context(_hands(wish, settings, console))
        # Before there is a folder, so that each has a campaign to go on with.
        about = known or _begun(wish, plans.asked, settings, hands.width)
        folder = _folder(wish, target, console)
        if folder is None:
            return EXIT_NOT_CARRIED_OUT
        stack.enter_context(_alone(folder))
        if known is None:
            about.write(folder)
        plans = plans.at(target, folder, hands.width)
        stack.enter_context(reported(plans.asked, console))
        used_up = known is not None and _is_used_up(plans.asked, folder, console)
        if settings.base_url is not None and not used_up:
            if known is not None and settings.caps.rate is not None:
                # Workers of a client that was killed a moment ago may have used up this second's share.
                time.sleep(WINDOW_S)
            spoiled = [seen for seen in look_around(console, target, plans.asked.pace()) if seen.spoils]
            if spoiled and known is not None:
                return EXIT_NOT_CARRIED_OUT  # what is there of a report stays
            if spoiled:
                return unasked(plans.asked, f"{spoiled[0].subject}: {spoiled[0].seen}", console).exit_code
        # On --resume, --max-time is what is left from now on; without it, what was left of the campaign's own.
        limit = wish.max_time if wish.max_time is not None else about.max_time_s
        counts_from_now = wish.resume is None or wish.max_time is not None
        sitting = Sitting(about, plans, hands, folder, limit, wish.serve, wish.scheduler is None)
        return carried_on(sitting, console, counts_from_now=counts_from_now)


def _keep_within_caps(folder: Path, settings: Settings) -> None:
    """Where a campaign was begun within caps, they are to be said once more. Raises SettingsProblem."""
    if (folder / BUDGET).exists() and not settings.caps.are_counted:
        what, hint = "was begun within caps, and nothing is capped", f"to go on without, delete its {BUDGET}"
        raise SettingsProblem([Mistake(where(folder), what, "the caps once more (--max-requests ...)", hint)])


def _is_used_up(plan: Plan, folder: Path, console: Console) -> bool:
    """Whether nothing is left of the caps, not even for a look at the target; says so. Raises SettingsProblem."""
    try:
        purse = purse_of(plan, folder)
    except Unreadable as problem:
        raise SettingsProblem([unreadable(folder, problem)]) from None
    except OSError as problem:
        raise SettingsProblem([_unwritable(folder, problem)]) from None
    if purse is None or not purse.is_empty:
        return False
    what = "note: its budget is used up, and nothing more is asked; to go on, allow it more"
    console.print(Text(f"{what} (--max-requests, --max-records)", style="yellow"))
    return True


def _try_to_serve(host: str, port: int) -> None:
    """Before anything is asked or written. Raises SettingsProblem."""
    try:
        try_port(host, port)
    except OSError as problem:
        raise SettingsProblem([unserved(host, port, problem)]) from None


def _resumed(folder: Path) -> About:
    """What the campaign in a folder is. Raises SettingsProblem."""
    try:
        about = About.read(folder)
    except Unreadable as problem:
        raise SettingsProblem([unreadable(folder, problem)]) from None
    if about.version != __version__:
        what = f"was begun with contracts {about.version}, and this is {__version__}"
        hint = "its questions may differ: go on with that version, or begin a new campaign"
        raise SettingsProblem([Mistake(where(folder), what, hint=hint)])
    return about


def _settled(wish: Wish, known: About | None, environ: Mapping[str, str]) -> tuple[Settings, Plans]:
    """Whom the campaign asks, and the plans of its shards, still without a target and a folder. Raises SettingsProblem."""
    mistakes: list[Mistake] = []
    earlier, accepted = read_baselines(wish.baselines, mistakes)
    clauses = known.clauses if known is not None else wish.clauses
    seed = known.seed if known is not None else fresh_seed() if wish.seed is None else wish.seed

    def settled(profile: str) -> tuple[Settings, Plan]:
        settings, effort = settle(
            profile=profile,
            target=known.target if known is not None else wish.target,
            clauses=clauses,
            environ=environ,
            directory=Path.cwd(),
            line=wish.variables,
            found=mistakes,
        )
        if profile == "nightly":
            effort = effort.model_copy(update=MOST)
        plan = Plan(effort, settings.environment(), clauses=clauses, seed=seed, baseline=earlier)
        return settings, replace(plan, accepted=replace(accepted, functions=asked.functions()))

    settings, plan = settled("nightly")
    if known is not None and known.base_url != settings.base_url:
        was, now = known.base_url or "the embedded mock", settings.base_url or "not set"
        raise SettingsProblem([Mistake("BASE_URL", f"is {now}", was, "the campaign that goes on asks it")])
    return settings, Plans(settled("smoke")[1], replace(plan, drawn={}))


@contextmanager
def _hands(wish: Wish, settings: Settings, console: Console) -> Iterator[Hands]:
    """Who asks, for as long as the block lasts. Raises SettingsProblem where a scheduler is of no use."""
    hands = Local(wish.workers) if wish.scheduler is None else _cluster(wish.scheduler, settings, console)
    try:
        yield hands
    finally:
        hands.close()


def _cluster(address: str, settings: Settings, console: Console) -> Hands:
    try:
        from contracts.campaign.cluster import Cluster  # dask takes half a second, and need not be there
    except ModuleNotFoundError as problem:
        if (problem.name or "").startswith("contracts"):
            raise
        hint = "pip install 'contracts[cluster]'; without it --workers asks on this machine"
        raise SettingsProblem(
            [Mistake("command line: --scheduler", "dask is not installed", hint=hint)]
        ) from None
    cluster = Cluster(address)
    if settings.base_url is None and not cluster.is_here:
        cluster.close()
        what = "is not set, and the embedded mock cannot be reached from other machines"
        raise SettingsProblem([Mistake("BASE_URL", what, "a target that the cluster's workers can reach")])
    for notice in cluster.notices:
        console.print(Text(f"note: {notice}", style="yellow"))
    return cluster


def _folder(wish: Wish, target: Settings, console: Console) -> Path | None:
    if wish.resume is not None:
        return wish.resume.absolute()
    return place.made(console, wish.report_dir, "fuzz", target.target_name)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from going on with a campaign that goes on. The system takes the lock back, however this process ends."""
    try:
        lock = (folder / ".lock").open("a")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        what, expected = "is under way still", "a campaign that has ended"
        raise SettingsProblem([Mistake(where(folder), what, expected)]) from None
    except OSError as problem:
        raise SettingsProblem([_unwritable(folder, problem)]) from None
    with lock:
        yield


def _unwritable(folder: Path, problem: OSError) -> Mistake:
    return Mistake(where(folder), f"cannot be written to: {reason(problem)}")


def _begun(wish: Wish, plan: Plan, settings: Settings, width: int) -> About:
    """A campaign that has just been begun."""
    found = questions(plan.dumps())
    shard_s = SHARD_S
    if wish.max_time is not None and found:
        share = wish.max_time * max(1, width) / (len(found) * TURNS)
        shard_s = min(SHARD_S, max(LEAST_SHARD_S, share))
    return About(
        seed=plan.seed,
        max_time_s=wish.max_time,
        shard_s=round(shard_s, 3),
        clauses=wish.clauses,
        target=wish.target,
        base_url=settings.base_url,
        version=__version__,
        questions=found,
    )
