"""A campaign: its folder made or found again, its target looked at, its workers started; and in the end one report."""

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from contracts import __version__
from contracts.campaign.engine import Engine, Plans
from contracts.campaign.glance import Glance
from contracts.campaign.hands import Hands, HandsLost
from contracts.campaign.live import LiveView
from contracts.campaign.local import Local
from contracts.campaign.page import Page
from contracts.campaign.progress import Progress
from contracts.campaign.purse import Purse
from contracts.campaign.remembered import FOLDER, Remembered
from contracts.campaign.state import About, lines
from contracts.campaign.work import questions
from contracts.clauses.catalogue import load
from contracts.commands import place
from contracts.commands.notices import tell
from contracts.commands.running import conclude, terminable, unasked
from contracts.commands.verify import look_around
from contracts.findings import store
from contracts.findings.baseline import read_baselines
from contracts.findings.documents import Unreadable
from contracts.findings.unwritten import reason
from contracts.plan import BUDGET, Plan, fresh_seed, settle
from contracts.plugin import questions as asked
from contracts.plugin import target_or_mock
from contracts.reporting import allure
from contracts.reporting.front import Outlet
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT, Ledger
from contracts.settings import Mistake, Settings, SettingsProblem
from contracts.transport.showing import showing

# Long enough that a session's 0.1 s does not count, short enough that a dead worker costs little and effort can move.
SHARD_S = 10.0
# A short campaign is to come to each question more than once all the same.
LEAST_SHARD_S, TURNS = 2.0, 3
# A shard of a property ends with its time and not before; flows and bursts are as long as in a nightly run.
MOST = {"examples": 5000, "schema_examples": 1000}
# What a kill may cost of the summary; of what is counted it costs nothing.
WRITTEN_EVERY_S = 5.0


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
    tell(console, settings)
    with ExitStack() as stack:
        stack.enter_context(terminable())
        target = stack.enter_context(target_or_mock(settings))
        hands = stack.enter_context(_hands(wish, settings, console))
        folder = _folder(wish, target, console)
        if folder is None:
            return EXIT_NOT_CARRIED_OUT
        stack.enter_context(_alone(folder))
        plans = plans.at(target, folder)
        if settings.base_url is not None:
            spoiled = [seen for seen in look_around(console, target, plans.asked.pace()) if seen.spoils]
            if spoiled and known is not None:
                return EXIT_NOT_CARRIED_OUT  # what is there of a report stays
            if spoiled:
                return unasked(plans.asked, f"{spoiled[0].subject}: {spoiled[0].seen}", console).exit_code
        about = known or _begun(wish, plans.asked, settings, hands.width)
        about.write(folder)
        return _carried_on(Sitting(wish, about, plans, hands, folder), console)


def _resumed(folder: Path) -> About:
    """What the campaign in a folder is. Raises SettingsProblem."""
    try:
        about = About.read(folder)
    except Unreadable as problem:
        raise SettingsProblem([_mistake(folder, problem)]) from None
    if about.version != __version__:
        what = f"was begun with contracts {about.version}, and this is {__version__}"
        hint = "its questions may differ: go on with that version, or begin a new campaign"
        raise SettingsProblem([Mistake(_where(folder), what, hint=hint)])
    return about


def _mistake(folder: Path, problem: Unreadable) -> Mistake:
    line = f", line {problem.line}" if problem.line else ""
    return Mistake(f"{_where(folder)}{line}", problem.what, hint=problem.hint)


def _where(folder: Path) -> str:
    return f"command line: --resume {folder}"


def _settled(wish: Wish, known: About | None, environ: Mapping[str, str]) -> tuple[Settings, Plans]:
    """Whom the campaign asks, and the plans of its shards, still without a target and a folder. Raises SettingsProblem."""
    mistakes: list[Mistake] = []
    earlier, accepted = read_baselines(wish.baselines, mistakes)
    clauses = known.clauses if known is not None else wish.clauses

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
        seed = known.seed if known is not None else fresh_seed() if wish.seed is None else wish.seed
        if profile == "nightly":
            effort = effort.model_copy(update=MOST)
        plan = Plan(effort, settings.environment(), clauses=clauses, seed=seed, baseline=earlier)
        return settings, replace(plan, accepted=replace(accepted, functions=asked.functions()))

    settings, plan = settled("nightly")
    if known is not None and known.base_url != settings.base_url:
        was, now = known.base_url or "the embedded mock", settings.base_url or "not set"
        raise SettingsProblem([Mistake("BASE_URL", f"is {now}", was, "the campaign that goes on asks it")])
    return settings, Plans(settled("smoke")[1], replace(plan, seed=plan.seed, drawn={}))


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
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsProblem(
                [Mistake(_where(folder), "is under way still", "a campaign that has ended")]
            ) from None
        yield


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


@dataclass(frozen=True)
class Sitting:
    """From the start of the command to its end: what it was asked for, and what it has."""

    wish: Wish
    about: About
    plans: Plans
    hands: Hands
    folder: Path

    @property
    def left_s(self) -> float | None:
        """--max-time is what is left from now on; without it the campaign has what was left of its own."""
        return self.wish.max_time if self.wish.max_time is not None else self.about.max_time_s


def _carried_on(sitting: Sitting, console: Outlet) -> int:
    """Fold what is there, ask on, and write the report; returns the exit code."""
    plan, folder = sitting.plans.asked, sitting.folder
    ledger = Ledger(load(), plan.selected)
    keeper = LedgerKeeper(ledger, plan, folder)
    progress = Progress(sitting.about, ledger)
    try:
        progress.recall(lines(folder))
    except Unreadable as problem:
        raise SettingsProblem([_mistake(folder, problem)]) from None
    keeper.before_s = progress.elapsed_s
    left_s = sitting.left_s
    if left_s is not None and sitting.wish.max_time is None:
        left_s -= progress.elapsed_s
    engine = Engine(
        folder,
        sitting.plans,
        progress,
        sitting.hands,
        Purse.opened(plan.settings.caps, folder / BUDGET) if plan.budget is not None else None,
        Remembered(folder.parent / FOLDER, ledger.unwritten),
        left_s=left_s,
        here=sitting.wish.scheduler is None,
    )
    console.print(
        Text(f"campaign: seed {plan.seed}; to go on with it: contracts fuzz --resume {_typed(folder)}")
    )
    _ask(engine, keeper, sitting.wish, console)
    with ledger.unwritten.noted(allure.FOLDER):
        _write_allure(folder, progress.worst)
    conclude(plan, keeper, console)
    return ledger.exit_code


def _write_allure(folder: Path, outcomes: Mapping[str, Mapping[str, Any]]) -> None:
    """Allure's results of a campaign: one for each question, with the stories of what it found. Raises OSError."""
    place = folder / allure.FOLDER
    stories = {story["id"]: story for story in store.read_all(folder / "findings")}
    for id, story in stories.items():
        store.write_json(place / f"{id}-attachment.json", story["exchanges"])
    for question, outcome in outcomes.items():
        result = allure.result(question, outcome, stories)
        store.write_json(place / f"{result['uuid']}-result.json", result)


def _ask(engine: Engine, keeper: LedgerKeeper, wish: Wish, console: Outlet) -> None:
    """Ask until the campaign is over, in sight of whoever looks on; what ends it early is noted in the ledger."""
    ledger = engine.progress.ledger
    with LiveView(console) as view, _page(engine.glance(), wish, console) as shown:
        engine.show = _each(view.show, shown, _written(keeper))
        try:
            engine.go()
        except KeyboardInterrupt:
            ledger.interrupted = True
            engine.ended = "it was interrupted"
        except HandsLost as problem:
            ledger.lost = str(problem)
            engine.ended = "nobody is left to ask"
        except OSError as problem:
            ledger.unwritten.why["outcomes.jsonl"] = reason(problem)
            engine.ended = "its folder cannot be written to"
        engine.show(engine.glance())


@contextmanager
def _page(glance: Glance, wish: Wish, console: Console) -> Iterator[Callable[[Glance], None]]:
    """What has a page show the campaign; nothing does where --serve was not said."""
    if wish.serve is None:
        yield lambda _: None
        return
    page, (host, port) = Page(glance), wish.serve
    with ExitStack() as stack:
        try:
            address = stack.enter_context(showing(host, port, page.html, page.data))
        except OSError as problem:
            mistake = Mistake("command line: --serve", f"{host} port {port}: {reason(problem)}")
            raise SettingsProblem([mistake]) from None
        console.print(Text(f"page: {address}"))
        yield page.show


def _written(keeper: LedgerKeeper) -> Callable[[Glance], None]:
    """What keeps the summary up to date."""
    last = time.monotonic()

    def write(_: Glance) -> None:
        nonlocal last
        if time.monotonic() - last > WRITTEN_EVERY_S:
            last = time.monotonic()
            keeper.write(complete=False)

    return write


def _each(*shown: Callable[[Glance], None]) -> Callable[[Glance], None]:
    def show(glance: Glance) -> None:
        for each in shown:
            each(glance)

    return show


def _typed(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
