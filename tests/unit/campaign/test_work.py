from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.campaign.shards import Shard
from contracts.campaign.work import Task, _met_silence, ask, questions
from contracts.plan import Plan
from contracts.plugin.session import Session
from contracts.settings import PROFILES
from contracts.transport import client
from tests.fixtures.raw_server import RawServer, ok


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


RACE = "test_races.py::test_one_create_wins[the same request]"
DRAWN = "test_properties.py::test_drawn_assets_come_back_and_conflict"


@pytest.mark.parametrize("question", [RACE, DRAWN])
def test_a_shard_that_met_a_dead_target_is_not_done(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Races that nobody answered until the morning, counted as asked, and all was held."""
    monkeypatch.setattr(client, "RESTART_S", ())
    with RawServer([ok()]) as server:
        url = str(server.origin)
    plan = Plan(PROFILES["nightly"], {"BASE_URL": url, "ASSETS_BASE_URL": url}).dumps()
    done = ask(Task(Shard(1, question, 7, 60.0), plan, "MARK", scratch=str(tmp_path)))
    assert "no longer answers" in done.lost


def test_silence_is_what_nobody_answered() -> None:
    """A machine without a way to the target that gives a shard up when its time is over, before a client does."""
    nothing = {"requests": 2, "cases": 0, "put_off": 0}
    assert _met_silence([nothing])
    assert not _met_silence([nothing, {**nothing, "cases": 1}])
    assert not _met_silence([{**nothing, "put_off": 1}])  # it is there, and asks for patience
    assert not _met_silence([{**nothing, "requests": 0}])
