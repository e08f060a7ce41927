"""Keeps the ledger while a run goes on, and `summary.json` never far behind it."""

import time
from pathlib import Path

import pytest

from contracts.plan import Plan
from contracts.reporting import summary
from contracts.reporting.ledger import Ledger

# What a kill may cost of the counters; findings are on disk already.
WRITTEN_EVERY_S = 2.0


class LedgerKeeper:
    """A pytest plugin of the process where all reports arrive (never of a worker)."""

    def __init__(self, ledger: Ledger, plan: Plan, folder: Path | None) -> None:
        self.ledger = ledger
        self.plan = plan
        self.folder = folder
        self._began = self._written = time.monotonic()

    @property
    def duration_s(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Fold in a question's outcome."""
        outcome = getattr(report, "contracts", None)
        if outcome is None:
            # Without an outcome nobody asked: a fixture that broke, or a worker process that died.
            if report.failed:
                self._broke(f"{report.nodeid} broke ({report.when}):\n{report.longreprtext}")
            return
        self.ledger.add(outcome)
        if self.folder is not None and time.monotonic() - self._written > WRITTEN_EVERY_S:
            self._written = time.monotonic()
            self.write(complete=False)

    def pytest_sessionstart(self) -> None:
        """Leave a summary however early the run is killed."""
        self.write(complete=False)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A question that cannot even be read is the suite's own bug."""
        if report.failed:
            self._broke(f"{report.nodeid} cannot be read:\n{report.longreprtext}")

    def _broke(self, what: str) -> None:
        self.ledger.failed = self.ledger.failed or what

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell the user's interruption from pytest's own kinds of it: -x with workers, a lost target."""
        if excinfo.type is KeyboardInterrupt:
            self.ledger.interrupted = True

    def write(self, *, complete: bool) -> None:
        """Write `summary.json` as things stand."""
        if self.folder is not None:
            summary.write(self.folder, self.ledger, self.plan, duration_s=self.duration_s, complete=complete)
