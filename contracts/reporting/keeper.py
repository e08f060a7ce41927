"""Keeps the ledger while a run goes on, and `summary.json` never far behind it; at the end, holds the run against others."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.findings import store
from contracts.findings.acceptance import Done, acceptable, judge
from contracts.findings.asked import ASKED, write_asked
from contracts.findings.documents import shown
from contracts.findings.finding import BRIEF
from contracts.findings.kept import SUMMARY
from contracts.findings.unwritten import Waiting, reason
from contracts.outcome import of_a_part
from contracts.plan import Plan
from contracts.reporting import outcomes, summary
from contracts.reporting.history import HISTORY
from contracts.reporting.ledger import Ledger
from contracts.reporting.memory import nothing, remember

# What a kill may cost of the counters; findings are on disk already.
WRITTEN_EVERY_S = 2.0


class LedgerKeeper:
    """A pytest plugin of the process where all reports arrive (never of a worker)."""

    def __init__(
        self, ledger: Ledger, plan: Plan, folder: Path | None, *, stop_at_first: bool = False
    ) -> None:
        self.ledger = ledger
        self.stop_at_first = stop_at_first
        self._session: pytest.Session | None = None
        self._remembered = False
        self._today = datetime.now(UTC).date()
        ledger.shard = plan.shard
        ledger.accepted = acceptable(plan.accepted, self._today)
        self.plan = plan
        self.folder = folder
        self._lines = Waiting()
        self.again = False
        """Whether all has been asked once, so that the end of the time cuts nothing short."""
        self.before_s = 0.0
        """Of what is reported as one: seconds before this process took it up."""
        self._began = self._written = time.monotonic()

    @property
    def duration_s(self) -> float:
        """Seconds since the run began."""
        return self.before_s + time.monotonic() - self._began

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Fold in a question's outcome."""
        outcome = getattr(report, "contracts", None)
        if refused := getattr(report, "refused", None):
            self.ledger.unwritten.why["allure-results"] = refused
        if outcome is None:
            # Without an outcome nobody asked: a fixture that broke, or a worker process that died.
            if report.failed:
                self._broke(f"{report.nodeid} broke ({report.when}):\n{report.longreprtext}")
                self._stop_at(report.nodeid)
            return
        part = of_a_part(outcome) if self.again else outcome
        if part is not None:
            self.take(part)
        if outcome["ended"] == "broken" or self._is_red(outcome):
            self._stop_at(report.nodeid)
        if self.folder is not None and time.monotonic() - self._written > WRITTEN_EVERY_S:
            self._written = time.monotonic()
            self.write(complete=False)

    def take(self, outcome: Mapping[str, Any]) -> None:
        """Fold in an outcome, and write it down."""
        self.ledger.add(outcome)
        if self.folder is not None:
            self._lines.write(partial(self._append, self.folder / outcomes.OUTCOMES, {"outcome": outcome}))

    def _append(self, path: Path, line: Mapping[str, Any]) -> None:
        """Write down what a question did; raises OSError, so that it is tried again before the next."""
        why = self.ledger.unwritten.why
        try:
            outcomes.append(path, line)
        except OSError as problem:
            why[outcomes.OUTCOMES] = reason(problem)
            raise
        why.pop(outcomes.OUTCOMES, None)

    def _is_red(self, outcome: Mapping[str, Any]) -> bool:
        """Whether a question met a violation that nobody has accepted."""
        return any(
            not finding["advisory"] and finding["id"] not in self.ledger.accepted
            for finding in outcome["violations"]
        )

    def _stop_at(self, question: str) -> None:
        """End the run where it is to stop at the first; pytest's own --exitfirst would stop at what is accepted, too."""
        if not self.stop_at_first or self._session is None:
            return
        self.ledger.stopped_early = True
        workers = self._session.config.pluginmanager.get_plugin("dsession")
        if workers is None:
            self._session.shouldfail = f"stopped at {question}"
        else:
            workers.shouldstop = f"stopped at {question}"

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Leave a summary however early the run is killed."""
        self._session = session
        self.write(complete=False)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A question that cannot even be read is the suite's own bug."""
        if report.failed:
            self._broke(f"{report.nodeid} cannot be read:\n{report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Tell what broke between questions, from which the plugin has taken the secrets, where the rest is told."""
        self._broke(str(excrepr))
        return True

    def _broke(self, what: str) -> None:
        self.ledger.failed = self.ledger.failed or what

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell the user's interruption from pytest's own kinds of it: -x with workers, a lost target."""
        if excinfo.type is KeyboardInterrupt:
            self.ledger.interrupted = True

    def write(self, *, complete: bool) -> dict[str, Any]:
        """Write `summary.json` as things stand; when they are complete, after holding the run against others.

        Returns what it says, also where the disk refuses it; nothing in a run without a folder.
        """
        self._lines.catch_up()
        if self.folder is not None:
            self._merge_findings(self.folder / "findings", complete=complete)
        if complete:
            self.ledger.standing = judge(self.plan.accepted, self._done(), self._today)
        if self.folder is None:
            return {}
        told = summary.write(
            self.folder, self.ledger, self.plan, duration_s=self.duration_s, complete=complete
        )
        if complete and not self._remembered:
            self._remembered = True  # a report that breaks is a reason to write again, and no second run
            return self._remember(self.folder, told)
        return told

    def _merge_findings(self, folder: Path, *, complete: bool) -> None:
        """Bring what the ledger counts into the files; at the end, what only the files know into the ledger.

        A worker that died, or a thread that was left behind, has written down what it found, and told nobody. And of the
        questions that met a finding the one counts whose story is kept: that is what a replay asks.
        """
        findings = self.ledger.findings
        with self.ledger.unwritten.noted("findings"):
            for found in store.read_all(folder) if complete else []:
                if found["id"] in findings:
                    findings[found["id"]]["asked_by"] = found["asked_by"]
                else:
                    self.ledger.found({name: found[name] for name in BRIEF}, found["asked_by"])
            if findings:
                store.merge(folder, findings.values())

    def _done(self) -> Done:
        ledger, plan = self.ledger, self.plan
        seed = plan.seed if ledger.campaign is None else None
        return Done(ledger.findings, ledger.put, plan.profile.name, seed, whole=ledger.whole)

    def _remember(self, folder: Path, told: dict[str, Any]) -> dict[str, Any]:
        """Add the run to the history, after its summary is safe; that it cannot be remembered spoils no run.

        A shard is no run: what another one found would be new, and what another one asked for gone.
        """
        unwritten = self.ledger.unwritten
        with unwritten.noted(ASKED):
            write_asked(folder, self.ledger.put)
        if self.plan.shard is not None:
            return told
        path = folder.parent / HISTORY
        try:
            memory = remember(path, told, self.ledger.put, folder=folder.name, now=datetime.now(UTC))
        except OSError as problem:
            memory = nothing([f"{shown(path)}: this run is not in it: {reason(problem)}"])
        self.ledger.memory = memory
        told = {**told, "memory": memory}
        with unwritten.noted(SUMMARY):
            store.write_json(folder / SUMMARY, told)
        return told
