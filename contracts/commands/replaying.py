"""Asks findings again: the question that met each, with the inputs that it had drawn, and everything fresh that must be."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from contracts.commands.notices import tell
from contracts.commands.running import Effort, run, terminable
from contracts.commands.verify import is_fit
from contracts.findings.again import Again
from contracts.findings.documents import Unreadable
from contracts.findings.judging import still_there
from contracts.findings.replayable import Replayable, mistake, replayable, replayables
from contracts.plan import BUDGET, Plan, settle
from contracts.plugin import target_or_mock
from contracts.plugin.examples import version
from contracts.recipes.recipe import Step
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_NOT_CARRIED_OUT, EXIT_VIOLATED, Ledger
from contracts.settings import Mistake, Profile, Settings, SettingsProblem
from contracts.transport.client import TargetLost
from contracts.transport.pace import Pace

# A race does not show each time; what was asked so often in vain is called fixed.
TIMES = 3
MOCK = "mock"
"""The target name of the embedded mock."""


class State(StrEnum):
    """What becomes of a finding that is asked again."""

    FIXED = "fixed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True)
class Replay:
    """A finding's state, and a line that says why."""

    state: State
    told: str = ""
    lost: bool = False
    """Whether the target was lost on the way."""


_STYLES = {State.FIXED: "green", State.FAILED: "bold red", State.ERROR: "bold magenta"}


def replay(
    named: Sequence[str],
    target: str | None,
    reports: Path,
    *,
    environ: Mapping[str, str],
    times: int = TIMES,
    rate: str | None = None,
    insecure: bool = False,
) -> int:
    """Ask findings again, tell of each, and return the exit code: 1 if one failed, else 2 if one could not be asked, else 0.

    Raises SettingsProblem with all of the user's mistakes.
    """
    console = Outlet(soft_wrap=True)
    mistakes: list[Mistake] = []
    kept = _given(named, reports, mistakes)
    settings, _ = settle(
        profile="verify",
        target=target,
        clauses=None,
        environ=environ,
        directory=Path.cwd(),
        line={"MAX_RATE": rate, "INSECURE": "true" if insecure else None},
        found=mistakes,
    )
    elsewhere = [found for found in kept if _was_met_elsewhere(found, settings)]
    if elsewhere:
        raise SettingsProblem([_unset(elsewhere[0])])
    if not kept:
        console.print("no findings: nothing to ask again")
        return EXIT_HOLDS
    tell(console, settings)
    with terminable(), TemporaryDirectory() as scratch, target_or_mock(settings) as known:
        budget = str(Path(scratch, BUDGET)) if known.caps.are_counted else None
        if settings.base_url is not None and not is_fit(console, known, Pace.of(known, budget)):
            return EXIT_NOT_CARRIED_OUT
        others = Others(known, budget)
        states = [_told(console, found, others, times=times) for found in kept]
    if State.FAILED in states:
        return EXIT_VIOLATED
    return EXIT_NOT_CARRIED_OUT if State.ERROR in states else EXIT_HOLDS


def _given(named: Sequence[str], reports: Path, mistakes: list[Mistake]) -> list[Replayable]:
    """The findings that were named; `-` is one on standard input."""
    if list(named) != ["-"]:
        return replayables(named, reports, mistakes)
    try:
        return [replayable(sys.stdin.read(), "standard input")]
    except (Unreadable, UnicodeDecodeError) as problem:
        told = problem if isinstance(problem, Unreadable) else Unreadable("is not UTF-8")
        mistakes.append(mistake("standard input", told))
        return []


def _was_met_elsewhere(kept: Replayable, settings: Settings) -> bool:
    """Whether only the embedded mock would be asked for what another target did: it would be called fixed."""
    return settings.base_url is None and kept.target.get("name", MOCK) != MOCK


def _unset(kept: Replayable) -> Mistake:
    where = f"{kept.target.get('name')} ({kept.target.get('base_url')})"
    return Mistake("BASE_URL", "is not set", "the target to ask again", f"{kept.id} was met at {where}")


@dataclass
class Others:
    """What all probes of a clause find together: a bug may hang on what another question has left behind."""

    settings: Settings
    budget: str | None = None
    _ledgers: dict[str, Ledger] = field(default_factory=dict)

    def find(self, finding: str, clause: str) -> Replay | None:
        """What is to be said of a finding when every probe of its clause is asked, once for each clause; None where none meets it."""
        if clause not in self._ledgers:
            self._ledgers[clause] = self._asked(clause)
        ledger = self._ledgers[clause]
        if finding in ledger.findings:
            return Replay(State.FAILED, "not by its question alone, but among all of its clause")
        trouble = next(_hurt(ledger), "")
        return Replay(State.ERROR, trouble, lost=bool(ledger.lost)) if trouble else None

    def _asked(self, clause: str) -> Ledger:
        settings, profile = settle(
            profile="smoke",
            target=None,
            clauses=clause,
            environ=self.settings.environment(),
            directory=Path.cwd(),
        )
        plan = Plan(
            profile, settings.environment(), clauses=clause, deadline=_deadline(profile), budget=self.budget
        )
        return _uninterrupted(run(plan, Effort(), Console(file=StringIO(), quiet=True)))


def _deadline(profile: Profile) -> float | None:
    return time.time() + profile.max_time_s if profile.max_time_s is not None else None


def asked_again(kept: Replayable, others: Others, *, times: int = TIMES) -> Replay:
    """Ask a finding's question up to so many times, then with all others of its clause: one failure is enough.

    Where an answer has used something up (a scratch currency), a later "could not be asked" takes nothing back of it. That the target
    was lost does.
    """
    found = _asked(kept, others.settings, others.budget)
    for _ in range(times - 1):
        if found.state is not State.FIXED:
            break
        again = _asked(kept, others.settings, others.budget)
        found = again if again.state is State.FAILED or again.lost else found
    if found.state is not State.FIXED or not kept.recipe.question:
        return found
    return others.find(kept.id, kept.finding["clause"]) or found


def _told(console: Console, kept: Replayable, others: Others, *, times: int) -> State:
    found = asked_again(kept, others, times=times)
    finding = kept.finding
    what = f"{kept.id}  {finding['operation']}  {finding['kind']}".replace("    ", "  ")
    console.print(Text.assemble((f"{found.state.value:7}", _STYLES[found.state]), what))
    if found.told:
        console.print(Text(f"       {found.told}", style="dim"))
    return found.state


def _asked(kept: Replayable, settings: Settings, budget: str | None) -> Replay:
    try:
        return (
            _by_question(kept, settings, budget)
            if kept.recipe.question
            else _by_requests(kept, settings, budget)
        )
    except TargetLost as problem:
        return Replay(State.ERROR, str(problem), lost=True)


def _by_requests(kept: Replayable, settings: Settings, budget: str | None) -> Replay:
    """Send the requests alone: recorded traffic has no question."""
    if any(_is_used_up(step) for step in kept.recipe.steps):
        return Replay(State.ERROR, "its names are used up: only a run's own names can be made fresh")
    with Again(settings, pace=Pace.of(settings, budget)) as again:
        try:
            there = still_there(again, kept.finding, kept.recipe)
        except ValueError as problem:
            return Replay(State.ERROR, str(problem))
    if there is None:
        return Replay(State.ERROR, "its requests were not answered")
    return Replay(State.FAILED if there else State.FIXED)


def _is_used_up(step: Step) -> bool:
    """Whether a request creates something under a name that it was created under before."""
    return step.operation in {"createAsset", "createAllocation"} and "${RUN" not in (step.body or "")


def _by_question(kept: Replayable, settings: Settings, budget: str | None) -> Replay:
    """Ask the question, with what it had drawn where this version of Hypothesis can read that."""
    recipe = kept.recipe
    try:
        _, profile = settle(
            profile=recipe.profile,
            target=None,
            clauses=None,
            environ=settings.environment(),
            directory=Path.cwd(),
        )
    except SettingsProblem as problem:
        return Replay(State.ERROR, str(problem))
    plan = Plan(
        profile.model_copy(update={"repeat": False}),  # once is asked; a nightly run goes on for an hour
        settings.environment(),
        seed=recipe.seed,
        example=recipe.example if recipe.hypothesis == version() else None,
        deadline=_deadline(profile),
        budget=budget,
    )
    with redirect_stderr(StringIO()):  # pytest's own words for a question that is not there
        ledger = run(plan, Effort(question=recipe.question), Console(file=StringIO(), quiet=True))
        _uninterrupted(ledger)
    return _judged(kept, ledger)


def _uninterrupted(ledger: Ledger) -> Ledger:
    """Raise what pytest has taken for itself: the user's end of one question is the end of all."""
    if ledger.interrupted:
        raise KeyboardInterrupt
    return ledger


def _judged(kept: Replayable, ledger: Ledger) -> Replay:
    if kept.id in ledger.findings:
        return Replay(State.FAILED, " ".join(str(ledger.findings[kept.id]["received"]).split())[:200])
    trouble = next(_trouble(kept, ledger), "")
    if trouble:
        return Replay(State.ERROR, trouble, lost=bool(ledger.lost))
    others = sorted(ledger.findings)
    return Replay(State.FIXED, f"the same question now finds {', '.join(others)}" if others else "")


def _hurt(ledger: Ledger) -> Iterator[str]:
    """What ended a run before it came to its end."""
    if ledger.failed:
        yield f"the suite broke: {ledger.failed.strip().splitlines()[-1]}"
    if ledger.lost:
        yield ledger.lost


def _trouble(kept: Replayable, ledger: Ledger) -> Iterator[str]:
    """What kept the question from an answer."""
    clause = str(kept.finding["clause"])
    if not ledger.questions:
        yield f"nothing was asked; has this version a question {kept.recipe.question}?"
    yield from _hurt(ledger)
    yield from ledger.broken.values()
    if not ledger.asked:
        yield from (*ledger.unasked.values(), *ledger.inapplicable.values())
    if clause in ledger.unknown:
        yield ledger.unknown[clause]
