"""One run of the suite: a plan becomes a pytest session, its outcomes a ledger, the ledger a report folder."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from itertools import count
from pathlib import Path
from types import FrameType

import pytest
from rich.console import Console

from contracts.asking.fresh import run_mark
from contracts.clauses.catalogue import load
from contracts.findings.kept import SUMMARY
from contracts.interruption import too_late
from contracts.plan import Plan
from contracts.plugin.session import Session
from contracts.reporting import closing, github, report, views
from contracts.reporting.front import Front
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import Ledger


@dataclass(frozen=True)
class Effort:
    """How a run goes about it: worker processes (0: this one), whether to stop at the first violation.

    `question` names the only one to ask, such as `test_assets.py::test_name`.
    """

    workers: int = 0
    stop_at_first: bool = False
    question: str | None = None


def run(plan: Plan, effort: Effort, console: Console, *watching: object) -> Ledger:
    """Ask all questions of the plan and write its report; the returned ledger knows the exit code.

    `watching` are pytest plugins that see each question's report.
    """
    ledger = Ledger(load(), plan.selected)
    folder = Path(plan.folder) if plan.folder else None
    keeper = LedgerKeeper(ledger, plan, folder, stop_at_first=effort.stop_at_first)
    front = Front(console, ledger)
    for session in _sessions(plan, effort):
        try:
            code = session.ask([keeper, front, *watching])
        except KeyboardInterrupt:  # a second Ctrl-C, while pytest wound up after the first
            code, ledger.interrupted = pytest.ExitCode.INTERRUPTED, True
        if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            ledger.failed = ledger.failed or f"pytest ended with exit code {int(code)}"
        if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} or ledger.cut_short:
            break
        keeper.again = True
    ledger.stopped_early = ledger.stopped_early or plan.until in ledger.reds
    conclude(plan, keeper, console)
    return ledger


def _sessions(plan: Plan, effort: Effort) -> Iterator[Session]:
    """All questions once; in a profile that repeats, the generated ones with fresh seeds and names until the time is over."""
    yield Session(plan, effort.workers, effort.question)
    for number in count(1):
        if not plan.profile.repeat or plan.deadline is None or plan.out_of_time:
            return
        anew = replace(plan, seed=plan.seed_of(f"round {number}") % 2**32, mark=run_mark())
        yield Session(anew, effort.workers, effort.question, generated=True)


@contextmanager
def reported(plan: Plan, console: Console) -> Iterator[None]:
    """Have an interruption before the first question leave a report, too; one that is there stays. It is raised all the same."""
    try:
        yield
    except KeyboardInterrupt:
        if plan.folder is not None and not Path(plan.folder, SUMMARY).exists():
            unasked(plan, "", console, interrupted=True)
        raise


def unasked(plan: Plan, why: str, console: Console, *, interrupted: bool = False) -> Ledger:
    """Write the report of a run that ends before its first question, and why."""
    ledger = Ledger(load(), plan.selected, lost=why, interrupted=interrupted)
    folder = Path(plan.folder) if plan.folder else None
    conclude(plan, LedgerKeeper(ledger, plan, folder), Console(file=StringIO(), quiet=True))
    console.print(f"report: {folder}", highlight=False)
    return ledger


@too_late()
def conclude(plan: Plan, keeper: LedgerKeeper, console: Console) -> None:
    """Write the report of what the keeper's ledger holds, and tell how it ended; a single interruption does not stop that."""
    ledger, folder = keeper.ledger, keeper.folder
    if folder is None:
        keeper.write(complete=True)
        closing.show(console, ledger, plan, duration_s=keeper.duration_s, folder=None)
        return
    told = report.write(folder, ledger, partial(keeper.write, complete=True), os.environ)
    closing.show(console, ledger, plan, duration_s=keeper.duration_s, folder=folder)
    for line in github.show(told, folder / views.MARKDOWN, os.environ):
        console.out(line, highlight=False)


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM, and the end of its terminal (but for nohup), end a run as Ctrl-C does: with the report of what was seen so far."""

    def interrupt(sent: int, _: FrameType | None) -> None:
        if sent == signal.SIGHUP:  # shell and kernel both say so, milliseconds apart
            signal.signal(sent, signal.SIG_IGN)
        raise KeyboardInterrupt

    ending = [signal.SIGTERM, signal.SIGHUP]
    before = {
        sent: signal.signal(sent, interrupt) for sent in ending if signal.getsignal(sent) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for sent, handler in before.items():
            signal.signal(sent, handler)
