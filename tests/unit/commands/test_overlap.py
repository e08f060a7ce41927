"""How many questions are under way at once."""

from io import StringIO

import pytest
from rich.console import Console

from contracts.commands.diagnosis import Diagnosis
from contracts.commands.overlap import in_flight
from contracts.settings import restore_settings


@pytest.mark.parametrize(
    ("took", "rate", "expected"),
    [
        ((), None, 1),
        ((9.9, 80.0), None, 1),
        ((10.0,), None, 8),
        ((50.0, 120.0), None, 8),
        ((50.0,), 10.0, 1),
        ((50.0,), 99.0, 4),
        ((50.0,), 1000.0, 8),
    ],
    ids=[
        "not looked at",
        "quick, slow to connect",
        "slow",
        "slower",
        "no room",
        "room for 4",
        "room for more",
    ],
)
def test_as_many_as_latency_and_rate_leave_room_for(
    took: tuple[float, ...], rate: float | None, expected: int
) -> None:
    """Threads that only wait for each other, or for the pace."""
    looked_at = [Diagnosis("target", ok=True, seen="", took_ms=ms) for ms in took]
    said, settings = StringIO(), restore_settings({"MAX_RATE": f"{rate}/s" if rate else ""})
    assert in_flight(Console(file=said), settings, looked_at) == expected
    assert ("questions in flight" in said.getvalue()) is (expected > 1)


def test_what_was_asked_for_comes_first() -> None:
    """A service that bears one request at a time, and is asked eight."""
    looked_at = [Diagnosis("target", ok=True, seen="", took_ms=50.0)]
    settings = restore_settings({"IN_FLIGHT": "1"})
    assert in_flight(Console(file=StringIO()), settings, looked_at) == 1
