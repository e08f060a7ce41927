"""A run's two ends: it can begin for any user, and its report is written whatever one of its writers does, and says so."""

import json
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from contracts.clauses.catalogue import load
from contracts.commands import running
from contracts.reporting import views
from contracts.reporting.cases import Run
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import EXIT_BROKE, Ledger
from tests.fixtures.outcomes import outcome, plan


def test_a_user_without_a_home_has_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user without a home, and a traceback of pathlib before the first question."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert running._cache() == Path(tempfile.gettempdir())


def test_writer_that_breaks_is_told_by_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours in one format: a green report without that file, or no report at all."""

    def broken(run: Run) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(views, "as_har", broken)
    (tmp_path / "findings").mkdir()
    ledger = Ledger(load())
    ledger.add(outcome("AST-01"))
    keeper = LedgerKeeper(ledger, plan(folder=str(tmp_path)), tmp_path)
    keeper.write(complete=True)
    running._write_views(tmp_path, keeper)
    assert ledger.exit_code == EXIT_BROKE
    assert "traffic.har could not be written" in ledger.failed
    assert "ZeroDivisionError" in ledger.failed
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["exit_code"] == EXIT_BROKE
    junit = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314  # our own file
    assert junit.get("errors") == "1"
    assert not (tmp_path / "traffic.har").exists()
    assert (tmp_path / "report.html").exists()
