"""One run of the suite: a plan becomes a pytest session, its outcomes a ledger, the ledger a report folder."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from types import FrameType

import pytest
from rich.console import Console

from contracts.clauses.catalogue import load
from contracts.commands import questions
from contracts.plan import Plan
from contracts.plugin import CARRIER
from contracts.reporting import closing, github, report, views
from contracts.reporting.front import Front
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import Ledger

# Of the installed plugins these alone are loaded: others cost time, and may reorder questions or ask them twice.
_PLUGINS = ("contracts.plugin", "_hypothesis_pytestplugin")
# pytest's own that cost time with each question. What the last two turn into warnings nobody would see.
_UNUSED = ("logging", "threadexception", "unraisableexception")
_INI = Path(__file__).with_name("questions.ini")


@dataclass(frozen=True)
class Effort:
    """How a run goes about it: worker processes (0: this one), whether to stop at the first violation.

    `question` names the only one to ask, such as `test_assets.py::test_name`.
    """

    workers: int = 0
    stop_at_first: bool = False
    question: str | None = None


class _Carrier:
    """Carries the plan to `contracts.plugin`, which looks for it under this name."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.__name__ = CARRIER


def run(plan: Plan, effort: Effort, console: Console, *watching: object) -> Ledger:
    """Ask all questions of the plan and write its report; the returned ledger knows the exit code.

    `watching` are pytest plugins that see each question's report.
    """
    ledger = Ledger(load(), plan.selected)
    folder = Path(plan.folder) if plan.folder else None
    keeper = LedgerKeeper(ledger, plan, folder, stop_at_first=effort.stop_at_first)
    plugins = [_Carrier(plan), keeper, Front(console, ledger), *watching]
    if plan.profile.examples or plan.profile.schema_examples:
        _prepare_tables()
    try:
        code = pytest.main(_arguments(plan, effort), plugins=plugins)
    except KeyboardInterrupt:  # a second Ctrl-C, while pytest wound up after the first
        code, ledger.interrupted = pytest.ExitCode.INTERRUPTED, True
    if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        ledger.failed = ledger.failed or f"pytest ended with exit code {int(code)}"
    ledger.stopped_early = ledger.stopped_early or plan.until in ledger.reds
    _report(plan, keeper, console)
    return ledger


def unasked(plan: Plan, why: str, console: Console) -> Ledger:
    """Write the report of a run that ends before its first question, and why."""
    ledger = Ledger(load(), plan.selected, lost=why)
    folder = Path(plan.folder) if plan.folder else None
    _report(plan, LedgerKeeper(ledger, plan, folder), Console(file=StringIO(), quiet=True))
    console.print(f"report: {folder}", highlight=False)
    return ledger


def _report(plan: Plan, keeper: LedgerKeeper, console: Console) -> None:
    ledger, folder = keeper.ledger, keeper.folder
    if folder is None:
        keeper.write(complete=True)
        closing.show(console, ledger, plan, duration_s=keeper.duration_s, folder=None)
        return
    told = report.write(folder, ledger, partial(keeper.write, complete=True), os.environ)
    closing.show(console, ledger, plan, duration_s=keeper.duration_s, folder=folder)
    for line in github.show(told, folder / views.MARKDOWN, os.environ):
        console.out(line, highlight=False)


def _prepare_tables() -> None:
    """Have Hypothesis' tables of characters in the user's cache, not in the working folder.

    Where they are not there yet, a process of its own makes them: that takes 2 s and 233 MB, and a run that did so itself 340.
    """
    place = os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_cache() / "contracts" / "hypothesis"))
    if not list(Path(place).glob("unicode_data/*/codec-utf-8.json.gz")):
        make = "from hypothesis.internal import charmap as c; c.charmap(); c.intervals_from_codec('utf-8')"
        subprocess.run([sys.executable, "-c", make], check=False, capture_output=True)


def _cache() -> Path:
    """The user's cache; the temporary folder for a user without a home, as containers have them."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return Path(tempfile.gettempdir())


def _arguments(plan: Plan, effort: Effort) -> list[str]:
    asked = questions.folder()
    what = asked if effort.question is None else asked / effort.question
    arguments = [str(what), "-c", str(_INI), "--rootdir", str(asked), "--confcutdir", str(asked)]
    arguments += ["--profile", plan.profile.name, "--continue-on-collection-errors"]
    # The plugin tells violations itself; pytest would spend 20 ms on the traceback of each.
    arguments += ["--tb", "native", "--capture", "sys"]
    arguments.append("--disable-plugin-autoload")
    for name in (*_PLUGINS, *(f"no:{name}" for name in _UNUSED)):
        arguments += ["-p", name]
    if plan.clauses:
        arguments += ["--clauses", plan.clauses]
    if effort.workers:
        # xdist's loadgroup hands the question that killed a worker to the next one, and so on: end the run instead.
        arguments += ["-p", "xdist.plugin", "-n", str(effort.workers), "--dist", "loadgroup"]
        arguments += ["--max-worker-restart", "0"]
    return arguments


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM, and the end of its terminal (but for nohup), end a run as Ctrl-C does: with the report of what was seen so far."""

    def interrupt(_: int, __: FrameType | None) -> None:
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
