"""A run on a terminal that goes away."""

import sys
from pathlib import Path

import pytest

from contracts.clauses.catalogue import load
from contracts.reporting.front import Front, Outlet
from contracts.reporting.ledger import Ledger


def test_a_run_outlives_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that is closed, and a run that breaks over its live line instead of writing its report."""
    with Path("/dev/full").open("w", encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        console = Outlet(force_terminal=True, _environ={"TERM": "xterm"})
        front = Front(console, Ledger(load()))
        front.pytest_sessionstart()
        console.print("to a line of its own")
        console.out("as it is")
        front.pytest_sessionfinish()
        assert console.quiet
