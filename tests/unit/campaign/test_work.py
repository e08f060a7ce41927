from collections.abc import Sequence
from typing import Any

import pytest

from contracts.campaign.work import questions
from contracts.plan import Plan
from contracts.plugin.session import Session
from contracts.settings import PROFILES


def test_questions_that_cannot_be_collected_are_no_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be imported: a campaign without its questions ended early, and was said to hold."""

    def ask(_: Session, plugins: Sequence[Any]) -> int:
        plugins[0].pytest_collectreport(pytest.CollectReport("test_x.py", "failed", "ImportError: x", []))
        return pytest.ExitCode.OK

    monkeypatch.setattr(Session, "ask", ask)
    with pytest.raises(RuntimeError, match=r"(?s)cannot be collected.*ImportError: x"):
        questions(Plan(PROFILES["nightly"], {}).dumps())


def test_races_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget that all other questions have used up before the first race."""

    def ask(_: Session, plugins: Sequence[Any]) -> int:
        plugins[0].questions = [("test_a.py::one", ""), ("test_races.py::two", "g"), ("test_z.py::three", "")]
        return pytest.ExitCode.OK

    monkeypatch.setattr(Session, "ask", ask)
    asked = [name for name, _ in questions(Plan(PROFILES["nightly"], {}).dumps())]
    assert asked == ["test_races.py::two", "test_a.py::one", "test_z.py::three"]


def test_interruption_while_questions_are_gathered_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest takes Ctrl-C for itself: a campaign without its questions ended behind the opening, and was said to hold."""
    monkeypatch.setattr(Session, "ask", lambda *_: pytest.ExitCode.INTERRUPTED)
    with pytest.raises(KeyboardInterrupt):
        questions(Plan(PROFILES["nightly"], {}).dumps())
