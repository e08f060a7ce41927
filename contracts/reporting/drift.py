"""Which operations have become slower: p95 beside that of earlier runs, told only where it is more than noise."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

Timings = Mapping[str, Mapping[str, float]]
"""By operation: at least `count` and `p95_ms`."""

# Of fewer answers the p95 is one of the three slowest, which is chance.
LEAST_ANSWERS = 50
# The median of three bears one run of a busy hour; ten forget last month's machine.
LEAST_RUNS, MOST_RUNS = 3, 10
# Seven smoke runs against one embedded mock, on two cores with other work: p95 of createAsset from 0.3 to 4.4 ms, of
# createAllocation from 0.5 to 5.0. So a ratio alone cries wolf where answers are quick, and a span alone where they are slow.
RATIO = 1.5
LEAST_MS = 5.0


def drift(now: Timings, earlier: Sequence[Timings], *, least_runs: int = LEAST_RUNS) -> list[dict[str, Any]]:
    """The operations whose p95 is above the median of the earlier runs' by more than half, and by more than 5 ms."""
    return list(_slower(now, earlier, least_runs))


def _slower(now: Timings, earlier: Sequence[Timings], least_runs: int) -> Iterator[dict[str, Any]]:
    for operation, told in now.items():
        known = [timings[operation] for timings in earlier if operation in timings]
        before = [times["p95_ms"] for times in known if times["count"] >= LEAST_ANSWERS][:MOST_RUNS]
        if len(before) < least_runs or told["count"] < LEAST_ANSWERS:
            continue
        usual, p95 = median(before), told["p95_ms"]
        if p95 > usual * RATIO and p95 - usual > LEAST_MS:
            ratio = round(p95 / usual, 2) if usual else None
            yield {"operation": operation, "before_p95_ms": round(usual, 3), "p95_ms": p95, "ratio": ratio}
