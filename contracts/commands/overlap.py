"""How many questions a run has under way at once: as many as were asked for, or as many as a slow target leaves time for."""

from collections.abc import Sequence

from rich.console import Console

from contracts.commands.diagnosis import Diagnosis
from contracts.settings import Settings

# A target that answers sooner keeps one process busy by itself: its threads would wait for each other.
SLOW_MS = 10.0
# Nobody has said what the target can bear.
USUAL_MOST = 8


def in_flight(console: Console, settings: Settings, looked_at: Sequence[Diagnosis]) -> int:
    """How many, by the settings or by what the target was like when it was looked at; says so where it is more than one."""
    if settings.in_flight is not None:
        count, why = settings.in_flight, ""
    else:
        took = min((found.took_ms for found in looked_at if found.took_ms is not None), default=0.0)
        count, why = _made_up_for(took, settings.caps.rate), f": an answer takes {took:.0f} ms"
    count = min(count, settings.caps.concurrent or count)
    if count > 1:
        console.print(f"{count} questions in flight{why}", style="dim", highlight=False)
    return count


def _made_up_for(took_ms: float, rate: float | None) -> int:
    """As many as wait for their answers while one is answered, within the rate."""
    if took_ms < SLOW_MS:
        return 1
    return USUAL_MOST if rate is None else max(1, min(USUAL_MOST, int(rate * took_ms / 1000)))
