"""One sitting of a campaign: what is there is folded, more is asked in sight of whoever looks on, and the report is written."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from contracts.campaign.engine import Engine, Plans
from contracts.campaign.glance import Glance, uses
from contracts.campaign.hands import Hands, HandsLost
from contracts.campaign.leavings import SCRATCH
from contracts.campaign.live import LiveView
from contracts.campaign.page import Page
from contracts.campaign.progress import Progress
from contracts.campaign.purse import Purse
from contracts.campaign.remembered import FOLDER, Remembered
from contracts.campaign.state import About, lines, look_through
from contracts.clauses.catalogue import load
from contracts.commands.running import conclude
from contracts.findings import store
from contracts.findings.documents import Unreadable
from contracts.findings.unwritten import reason
from contracts.interruption import too_late
from contracts.plan import BUDGET, Plan
from contracts.reporting import allure, outcomes
from contracts.reporting.counted import counted
from contracts.reporting.front import Outlet
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import Ledger
from contracts.settings import Mistake, SettingsProblem
from contracts.transport.showing import showing

# What a kill may cost of the summary; of what is counted it costs nothing.
WRITTEN_EVERY_S = 5.0


@dataclass(frozen=True)
class Sitting:
    """What a sitting has: the campaign, its plans, its workers and its folder; and how long it may take, in seconds.

    `serve` is host and port of the page; `here` says whether the workers write to this machine's disk.
    """

    about: About
    plans: Plans
    hands: Hands
    folder: Path
    limit_s: float | None
    serve: tuple[str, int] | None
    here: bool


def where(folder: Path) -> str:
    """The place of a mistake about the campaign in a folder."""
    return f"command line: --resume {folder}"


def unreadable(folder: Path, problem: Unreadable) -> Mistake:
    """What is wrong with a file in a campaign's folder."""
    line = f", line {problem.line}" if problem.line else ""
    return Mistake(f"{where(folder)}{line}", problem.what, hint=problem.hint)


def unserved(host: str, port: int, problem: OSError) -> Mistake:
    """Why the page cannot be shown there."""
    return Mistake("command line: --serve", f"{host} port {port}: {reason(problem)}")


def carried_on(sitting: Sitting, console: Outlet, *, counts_from_now: bool) -> int:
    """Ask on until it is over, write the report and return the exit code. Raises SettingsProblem.

    The limit is of this sitting alone, or of all sittings together.
    """
    plan, folder = sitting.plans.asked, sitting.folder
    ledger = Ledger(load(), plan.selected)
    keeper = LedgerKeeper(ledger, plan, folder)
    progress = Progress(sitting.about, ledger)
    try:
        look_through(folder)
        progress.recall(lines(folder))
        purse = purse_of(plan, folder)
    except Unreadable as problem:
        raise SettingsProblem([unreadable(folder, problem)]) from None
    keeper.before_s = progress.elapsed_s
    left_s = sitting.limit_s
    if left_s is not None and not counts_from_now:
        left_s -= progress.elapsed_s
    engine = Engine(
        folder,
        sitting.plans,
        progress,
        sitting.hands,
        purse,
        Remembered(folder.parent / FOLDER, ledger.unwritten),
        left_s=left_s,
        here=sitting.here,
    )
    if plan.budget is not None and progress.shards and not (folder / BUDGET).exists():
        console.print(Text("note: it was begun without caps; they count from here on", style="yellow"))
    go_on = f"to go on with it: contracts fuzz --resume {_typed(folder)}"
    console.print(Text(f"campaign: seed {plan.seed}; {go_on}"))
    keeper.write(complete=False)
    _ask(engine, keeper, sitting.serve, console)
    if not ledger.lost:
        ledger.notices = (*ledger.notices, *_cut_off(engine.absence.cut_off))
    if not ledger.interrupted:
        console.print(Text(f"ended:   {_ended(engine)}"))
    with too_late():
        with ledger.unwritten.noted(allure.FOLDER):
            _write_allure(folder, progress.worst)
        conclude(plan, keeper, console)
    if ledger.interrupted or ledger.lost or ledger.unwritten:
        console.print(Text(go_on))
    return ledger.exit_code


def _ended(engine: Engine) -> str:
    """Why the campaign is over, with the caps that are used up."""
    used_up = [f"{use.name}: {use.used:,} of {use.cap:,}" for use in uses(engine.glance()) if use.share == 1]
    return f"{engine.ended} ({', '.join(used_up)})" if used_up else engine.ended


def purse_of(plan: Plan, folder: Path) -> Purse | None:
    """What is left of the target's caps; None where nothing is capped. Raises Unreadable."""
    if plan.budget is None:
        return None
    settings = plan.settings
    return Purse.opened(settings.caps, folder / BUDGET, settings.scratch_currency, folder / SCRATCH)


def _write_allure(folder: Path, asked: Mapping[str, Mapping[str, Any]]) -> None:
    """Allure's results of a campaign: one for each question, with the stories of what it found. Raises OSError."""
    place = folder / allure.FOLDER
    stories = {story["id"]: story for story in store.read_all(folder / "findings")}
    for id, story in stories.items():
        store.write_json(place / f"{id}-attachment.json", story["exchanges"])
    for question, outcome in asked.items():
        result = allure.result(question, outcome, stories)
        store.write_json(place / f"{result['uuid']}-result.json", result)


def _ask(engine: Engine, keeper: LedgerKeeper, serve: tuple[str, int] | None, console: Outlet) -> None:
    """Ask until the campaign is over, in sight of whoever looks on; what ends it early is noted in the ledger."""
    ledger = engine.progress.ledger
    known = engine.glance()
    if known.findings:
        console.print(
            f"of earlier sittings: {counted(len(known.findings), 'finding')}, in the report at the end"
        )
    if not engine.progress.opened:
        console.print("first each probe is asked once, by one worker, and counted when all are done")
    with LiveView(console, known) as view, _page(known, serve, console) as shown:
        engine.show = _each(view.show, shown, _written(keeper), _news(console, known))
        try:
            engine.go()
        except KeyboardInterrupt:
            ledger.interrupted = True
            engine.ended = "it was interrupted"
            console.print(Text("what was under way is asked again by --resume", style="yellow"))
        except HandsLost as problem:
            ledger.lost = str(problem)
            engine.ended = "nobody is left to ask"
        except OSError as problem:
            ledger.unwritten.why[outcomes.OUTCOMES] = reason(problem)
            engine.ended = "its folder cannot be written to"
        engine.show(engine.glance())


@contextmanager
def _page(
    glance: Glance, serve: tuple[str, int] | None, console: Console
) -> Iterator[Callable[[Glance], None]]:
    """What has a page show the campaign; nothing does where --serve was not said."""
    if serve is None:
        yield lambda _: None
        return
    page, (host, port) = Page(glance), serve
    with ExitStack() as stack:
        try:
            address = stack.enter_context(showing(host, port, page.html, page.data))
        except OSError as problem:
            raise SettingsProblem([unserved(host, port, problem)]) from None
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


def _news(console: Console, known: Glance) -> Callable[[Glance], None]:
    """What says, once each time, that a worker was lost, that none is there, and that the target is away or back.

    Of a machine without a way to the target, it says so once. `known` is what needs no telling.
    """
    lost, away, width = known.asked_again, "", 1
    cut_off: set[str] = set()

    def tell(glance: Glance) -> None:
        nonlocal lost, away, width
        if glance.asked_again > lost:
            console.print(Text("a worker has died; its shard is asked again", style="yellow"))
        for line in _cut_off({name: why for name, why in glance.cut_off.items() if name not in cut_off}):
            console.print(Text(line, style="yellow"))
        cut_off.update(glance.cut_off)
        if bool(glance.width) != bool(width):
            what = "a worker has come" if glance.width else "no worker is there; one is waited for"
            console.print(Text(what, style="yellow"))
        if bool(glance.away) != bool(away):
            what = (
                f"the target is away, and asked again later: {glance.away}"
                if glance.away
                else "the target is back"
            )
            console.print(Text(what, style="yellow"))
        lost, away, width = glance.asked_again, glance.away, glance.width

    return tell


def _cut_off(machines: Mapping[str, str]) -> list[str]:
    return [
        f"{name} has no answer from the target, while others have; they ask its shards: {why}"
        for name, why in machines.items()
    ]


def _each(*shown: Callable[[Glance], None]) -> Callable[[Glance], None]:
    def show(glance: Glance) -> None:
        for each in shown:
            each(glance)

    return show


def _typed(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
