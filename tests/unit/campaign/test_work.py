import pytest

from contracts.campaign.work import questions
from contracts.plan import Plan
from contracts.plugin.session import Session
from contracts.settings import PROFILES


def test_interruption_while_questions_are_gathered_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest takes Ctrl-C for itself: a campaign without its questions ended behind the opening, and was said to hold."""
    monkeypatch.setattr(Session, "ask", lambda *_: pytest.ExitCode.INTERRUPTED)
    with pytest.raises(KeyboardInterrupt):
        questions(Plan(PROFILES["nightly"], {}).dumps())
