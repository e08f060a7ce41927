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


@pytest.mark.parametrize(
    ("caps", "asked"),
    [({}, ["race 1", "a", "race 2", "b"]), ({"MAX_RECORDS": "9"}, ["race 1", "race 2", "a", "b"])],
)
def test_races_come_early(monkeypatch: pytest.MonkeyPatch, caps: dict[str, str], asked: list[str]) -> None:
    """An hour, or a budget, that other questions have used up before the first race."""

    def ask(_: Session, plugins: Sequence[Any]) -> int:
        plugins[0].questions = [(f"test_{name}", "") for name in ("a.py::a", "b.py::b")]
        plugins[0].questions += [(f"test_races.py::race {number}", "") for number in (1, 2)]
        return pytest.ExitCode.OK

    monkeypatch.setattr(Session, "ask", ask)
    target = {"BASE_URL": "http://127.0.0.1:9", "ASSETS_BASE_URL": "http://127.0.0.1:9", **caps}
    found = questions(Plan(PROFILES["nightly"], target).dumps())
    assert [name.partition("::")[2] for name, _ in found] == asked


def test_interruption_while_questions_are_gathered_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest takes Ctrl-C for itself: a campaign without its questions ended behind the opening, and was said to hold."""
    monkeypatch.setattr(Session, "ask", lambda *_: pytest.ExitCode.INTERRUPTED)
    with pytest.raises(KeyboardInterrupt):
        questions(Plan(PROFILES["nightly"], {}).dumps())
