import pytest

from contracts.campaign import engine
from tests.fixtures.campaigns import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the engine takes for the time."""
    clock = Clock()
    monkeypatch.setattr(engine, "time", clock)
    return clock
