"""What a run shows while it goes on: a live line on a terminal, plain lines elsewhere, every finding as it comes."""

import os
import sys
import time
from typing import Any

import pytest
from rich.console import Console
from rich.status import Status
from rich.text import Text

from contracts.reporting.counted import counted
from contracts.reporting.ledger import Ledger

# Often enough to see that a run is alive in a CI log, seldom enough to keep that log short.
PLAIN_EVERY_S = 10.0


class Outlet(Console):
    """A console whose reader may hang up (`contracts verify | head`): the run goes on to its report in silence."""

    def _check_buffer(self) -> None:
        """Write; a full disk or a window that was closed costs the run no more than a reader who hangs up.

        All that rich writes passes here, lines that it draws from a thread of its own as well.
        """
        try:
            super()._check_buffer()
        except OSError:
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        """Say no more; what Python flushes at its end goes nowhere too."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Front:
    """Stands in for pytest's own terminal reporter during `contracts verify`."""

    def __init__(self, console: Console, ledger: Ledger) -> None:
        self.console = console
        self.ledger = ledger
        self._total = 0
        self._done = 0
        self._shown: set[str] = set()
        self._shown_broken: set[str] = set()
        self._shown_unwritten = False
        self._last = time.monotonic()
        self._status: Status | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take pytest's reporter off, so that only this one speaks."""
        standard = config.pluginmanager.get_plugin("terminalreporter")
        if standard is not None:
            config.pluginmanager.unregister(standard)

    def pytest_sessionstart(self) -> None:
        """Begin the live line."""
        self._done = 0
        if self.console.is_terminal:
            self._status = self.console.status("collecting questions")
            self._status.start()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know how many questions there are (without workers)."""
        self._total = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:  # xdist has no types
        """Know how many questions there are (with workers)."""
        self._total = len(ids)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show progress, and each finding once."""
        outcome = getattr(report, "contracts", None)
        if outcome is None:
            return
        self._done += 1
        for finding in outcome["violations"]:
            if finding["id"] not in self._shown:
                self._shown.add(finding["id"])
                self._say(finding)
        for clause, reason in outcome["broken"].items():
            self._say_broken(clause, reason)
        if outcome["ended"] == "broken":
            self.console.print(
                Text.assemble(
                    ("broken   ", "bold magenta"), f"{report.nodeid}: {_first_line(outcome['reason'])}"
                )
            )
        self._say_unwritten()
        self._progress()

    def _say(self, finding: dict[str, Any]) -> None:
        style = "yellow" if finding["advisory"] else "bold red"
        word = "warned   " if finding["advisory"] else "violated "
        if finding["id"] in self.ledger.accepted:
            style, word = "yellow", "accepted "
        self.console.print(
            Text.assemble((word, style), f"{finding['clause']}  {finding['operation']}  {finding['kind']}")
        )

    def _say_broken(self, clause: str, reason: str) -> None:
        if clause not in self._shown_broken:
            self._shown_broken.add(clause)
            self.console.print(
                Text.assemble(("broken   ", "bold magenta"), f"{clause}  {_first_line(reason)}")
            )

    def _say_unwritten(self) -> None:
        """Tell once, and at once: somebody may make room for what is still to come."""
        if self.ledger.unwritten and not self._shown_unwritten:
            self._shown_unwritten = True
            told = f"the report cannot be written: {self.ledger.unwritten.told()}; the run goes on"
            self.console.print(Text(told, style="yellow"))

    def _progress(self) -> None:
        asked = f"{self._done} of {self._total} questions, {self.ledger.requests:,} requests"
        line = f"{asked}, {counted(len(self._shown), 'finding')}"
        if self._status is not None:
            self._status.update(line)
        elif time.monotonic() - self._last > PLAIN_EVERY_S:
            self._last = time.monotonic()
            self.console.print(line)

    def pytest_sessionfinish(self) -> None:
        """End the live line."""
        if self._status is not None:
            self._status.stop()
            self._status = None


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
