"""What a worker does: asks one shard in a pytest session of its own, and gives back what came of it as plain data."""

import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from contracts.campaign.shards import OPENING, RACES, Shard
from contracts.clauses.catalogue import load
from contracts.findings import store
from contracts.plan import BUDGET, CREATED, Plan
from contracts.plugin.examples import Drawn
from contracts.plugin.session import Session
from contracts.plugin.target import TARGET
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import Ledger
from contracts.reporting.outcomes import OUTCOMES, append
from contracts.transport.client import TargetLost
from contracts.transport.pace import WINDOW_S


@dataclass(frozen=True)
class Task:
    """A shard, and what a worker has to know to ask it. `plan` is a `Plan.dumps`, which holds secrets."""

    shard: Shard
    plan: str = field(repr=False)
    mark: str
    """Of the names that the shard makes at the target."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """What the shard may do to the target, by variable; nothing where nothing is capped."""
    drawn: Drawn = field(default_factory=dict, repr=False)
    """What Hypothesis is to try first."""
    scratch: str | None = None
    """A folder for what the shard finds, on the client's own machine; elsewhere None."""


@dataclass(frozen=True)
class Done:
    """What came of a shard: the outcomes of its questions, their findings as they are kept, and what it made at the target."""

    number: int
    worker: str
    """Its machine and, behind the last colon, which of that machine's it is."""
    seconds: float
    outcomes: Sequence[dict[str, Any]]
    findings: Sequence[dict[str, Any]]
    created: str = ""
    drawn: Drawn = field(default_factory=dict, repr=False)
    spent: Mapping[str, Any] | None = None
    """As a budget's file counts it; None where nothing is capped."""
    lost: str = ""
    """Why the target could not be asked to the end."""
    failed: str = ""
    """What of the suite itself broke."""


def name() -> str:
    """This process, as a campaign names its workers."""
    return f"{platform.node()}:{os.getpid()}"


def ask(task: Task) -> Done:
    """Ask a shard. Whatever breaks is told in what comes back."""
    with _folder(task) as folder:
        plan = _plan(task, folder)
        if plan.settings.caps.rate is not None:
            time.sleep(WINDOW_S)  # whoever had this share of the rate before may have used up this second's
        began = time.monotonic()
        plan = replace(plan, deadline=time.time() + task.shard.seconds)
        gathered = _Gathered(began, folder if task.shard.number == OPENING else None)
        ledger = Ledger(load(), plan.selected)
        code = Session(plan, question=task.shard.question or None).ask(
            [LedgerKeeper(ledger, plan, None), gathered]
        )
        if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            ledger.failed = ledger.failed or f"pytest ended with exit code {int(code)}"
        return Done(
            task.shard.number,
            name(),
            round(time.monotonic() - began, 3),
            gathered.outcomes,
            store.read_all(folder / "findings"),
            _text(folder / CREATED),
            gathered.drawn,
            _spent(plan),
            ledger.lost or gathered.lost,
            ledger.failed,
        )


def questions(plan: str) -> list[tuple[str, str]]:
    """The questions of a plan that are asked again and again: each with its group, of which one at a time may be asked."""
    collected = _Collected()
    asked = Plan.loads(plan)
    code = Session(asked).ask([collected])
    # Half a list would be half a campaign.
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt  # which pytest has taken for itself
    if collected.failed:
        raise RuntimeError(f"questions cannot be collected:\n{collected.failed}")
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise RuntimeError(f"questions cannot be collected: pytest ended with exit code {int(code)}")
    return _in_turn(collected.questions, races_first=asked.settings.caps.are_counted)


def _in_turn(found: Sequence[tuple[str, str]], *, races_first: bool) -> list[tuple[str, str]]:
    """Races spread among the others: the opening has asked none, and a campaign may be short. Within a budget they come first:
    it may be used up by the first few shards.
    """
    races = [known for known in found if known[0].startswith(RACES)]
    others = [known for known in found if known not in races]
    if races_first:
        return races + others
    places = [(place / len(races), known) for place, known in enumerate(races)]
    places += [((place + 0.5) / len(others), known) for place, known in enumerate(others)]
    return [known for _, known in sorted(places)]


@contextmanager
def _folder(task: Task) -> Iterator[Path]:
    with TemporaryDirectory() if task.scratch is None else nullcontext(task.scratch) as folder:
        path = Path(folder)
        (path / "findings").mkdir(parents=True, exist_ok=True)
        yield path


def _plan(task: Task, folder: Path) -> Plan:
    plan = Plan.loads(task.plan)
    return replace(
        plan,
        seed=task.shard.seed,
        mark=task.mark,
        folder=str(folder),
        environment={**plan.environment, **task.limits},
        budget=str(folder / BUDGET) if task.limits else None,
        drawn=task.drawn,
    )


def _spent(plan: Plan) -> Mapping[str, Any] | None:
    told = plan.spent()
    return None if told is None else {name: count for name, count in told.items() if name != "caps"}


def _met_silence(outcomes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether requests were sent and nothing came back, be it a wish for patience."""
    sent, came, put_off = (
        any(outcome[name] for outcome in outcomes) for name in ("requests", "cases", "put_off")
    )
    return sent and not came and not put_off


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def since(began: float, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome whose times count from `began`: clocks of several machines, or of one before and after its restart, differ."""
    reds = {clause: {**red, "at": red["at"] - began} for clause, red in outcome["reds"].items()}
    return {**json.loads(json.dumps(outcome)), "began": outcome["began"] - began, "reds": reds}


class _Quiet:
    """A pytest plugin that takes pytest's own reporter off: a worker says nothing."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            config.pluginmanager.unregister(reporter)


class _Gathered(_Quiet):
    """The outcomes of a session, and what Hypothesis keeps of it.

    Those of an opening, which at a low rate takes half an hour, are in its `folder` as they come: it may be interrupted.
    """

    def __init__(self, began: float, folder: Path | None) -> None:
        self._began = began
        self._folder = folder
        self.outcomes: list[dict[str, Any]] = []
        self.drawn: Drawn = {}
        self.lost = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = getattr(report, "contracts", None)
        if outcome is not None:
            self.outcomes.append(since(self._began, outcome))
            if self._folder is not None:
                with suppress(OSError):
                    append(self._folder / OUTCOMES, self.outcomes[-1])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        target = session.config.stash.get(TARGET, None)
        if target is None:
            return
        self.drawn = target.drawn.kept()
        # A shard may end before a client gives up: where a firewall drops what is sent, after two tries.
        if _met_silence(self.outcomes):
            try:
                target.look_after()
            except TargetLost as problem:
                self.lost = target.redactor.text(str(problem))


class _Collected(_Quiet):
    """The generated questions of a session, none of which is asked."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, str]] = []
        self.failed = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or f"{report.nodeid}\n{report.longreprtext}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            if item.get_closest_marker("deep") is not None:
                group = item.get_closest_marker("xdist_group")
                self.questions.append((item.nodeid, group.args[0] if group else ""))
        return True
