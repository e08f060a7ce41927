"""A run's two ends: it can begin for any user, and its report is written whatever one of its writers does, and says so."""

import json
import signal
import tempfile
import xml.etree.ElementTree as ET
from functools import partial
from pathlib import Path

import pytest

from contracts.clauses.catalogue import load
from contracts.commands.running import conclude, terminable
from contracts.plugin import session
from contracts.reporting import report, views
from contracts.reporting.cases import Run
from contracts.reporting.front import Outlet
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import EXIT_BROKE, EXIT_NOT_CARRIED_OUT, EXIT_VIOLATED, Ledger
from tests.fixtures.outcomes import finding, outcome, plan


def test_a_user_without_a_home_has_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user without a home, and a traceback of pathlib before the first question."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert session._cache() == Path(tempfile.gettempdir())


def test_writer_that_breaks_is_told_by_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours in one format: a green report without that file, or no report at all."""

    def broken(run: Run) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(views, "as_har", broken)
    (tmp_path / "findings").mkdir()
    ledger = Ledger(load())
    ledger.add(outcome("AST-01"))
    keeper = LedgerKeeper(ledger, plan(folder=str(tmp_path)), tmp_path)
    report.write(tmp_path, ledger, partial(keeper.write, complete=True), {})
    assert ledger.exit_code == EXIT_BROKE
    assert "traffic.har could not be written" in ledger.failed
    assert "ZeroDivisionError" in ledger.failed
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["exit_code"] == EXIT_BROKE
    junit = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314  # our own file
    assert junit.get("errors") == "1"
    assert not (tmp_path / "traffic.har").exists()
    assert (tmp_path / "report.html").exists()


def test_report_that_is_not_whole_is_2(tmp_path: Path) -> None:
    """A pipeline that goes on where the file that it gates on, or a finding's story, is missing."""
    (tmp_path / "junit.xml").mkdir()
    ledger = Ledger(load())
    ledger.add(outcome("AST-01"))
    keeper = LedgerKeeper(ledger, plan(folder=str(tmp_path)), tmp_path)
    report.write(tmp_path, ledger, partial(keeper.write, complete=True), {})
    assert ledger.exit_code == EXIT_NOT_CARRIED_OUT
    told = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert told["exit_code"] == EXIT_NOT_CARRIED_OUT
    assert told["unwritten"] == {"junit.xml": "Is a directory"}
    ledger.add(outcome("AST-02", violations=[finding()]))
    report.write(tmp_path, ledger, partial(keeper.write, complete=True), {})
    assert ledger.exit_code == EXIT_VIOLATED
    assert f"findings/{finding()['id']}.json" in ledger.unwritten.told()


def test_report_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in its last second: a summary that says complete and held, exit code 130, and half of the other files."""

    def interrupted(run: Run) -> str:
        signal.raise_signal(signal.SIGTERM)
        return "{}"

    monkeypatch.setattr(views, "as_har", interrupted)
    ledger = Ledger(load())
    ledger.add(outcome("AST-01"))
    whole = plan(folder=str(tmp_path))
    with terminable():
        conclude(whole, LedgerKeeper(ledger, whole, tmp_path), Outlet(quiet=True))
    told = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (told["complete"], told["exit_code"], ledger.exit_code) == (True, 0, 0)
    assert all((tmp_path / name).exists() for name in ("junit.xml", "report.html", "traffic.har"))


def test_a_terminal_goes_away_once() -> None:
    """Shell and kernel both say so: the second time it interrupts the report that the first one has asked for."""
    with terminable():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
