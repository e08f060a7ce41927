"""The geometry of the page's drawings: bursts as lanes, latencies as histograms, verdicts as a bar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log2
from typing import Any

PLOT_WIDTH, PLOT_HEIGHT = 320, 56
_LANE_WIDTH = 100
# A bar of an answer that came at once is still to be seen.
_THINNEST = 0.8


@dataclass(frozen=True)
class Lane:
    """One request of a burst: where its bar begins and how long it is, in hundredths of the burst."""

    number: int
    label: str
    began_ms: float
    ended_ms: float
    outcome: str
    good: bool
    x: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """The requests of one burst over the time from its first release to its last answer."""

    burst: int
    began_ms: float
    duration_ms: float
    lanes: tuple[Lane, ...]


def timelines(exchanges: Sequence[Mapping[str, Any]]) -> tuple[Timeline, ...]:
    """A timeline for each burst of a story; an exchange that was not released with others has none."""
    bursts: dict[int, list[tuple[int, Mapping[str, Any]]]] = {}
    for number, exchange in enumerate(exchanges, 1):
        if exchange.get("burst") is not None:
            bursts.setdefault(exchange["burst"], []).append((number, exchange))
    return tuple(_timeline(burst, members) for burst, members in sorted(bursts.items()))


def _timeline(burst: int, members: Sequence[tuple[int, Mapping[str, Any]]]) -> Timeline:
    start = min(_began(exchange) for _, exchange in members)
    end = max(_began(exchange) + exchange["elapsed_ms"] for _, exchange in members)
    scale = _LANE_WIDTH / (end - start) if end > start else 0.0
    in_order = sorted(members, key=lambda member: _began(member[1]) + member[1]["elapsed_ms"])
    letters = _letters([exchange for _, exchange in members])
    lanes = [_lane(number, exchange, letters, start=start, scale=scale) for number, exchange in in_order]
    return Timeline(burst, start, end - start, tuple(lanes))


def _lane(
    number: int, exchange: Mapping[str, Any], letters: Mapping[Any, str], *, start: float, scale: float
) -> Lane:
    began = _began(exchange) - start
    ended = began + exchange["elapsed_ms"]
    response = exchange.get("response")
    x = min(began * scale, _LANE_WIDTH - _THINNEST)
    return Lane(
        number,
        letters[_asked(exchange)],
        began,
        ended,
        outcome="lost" if response is None else str(response["status"]),
        good=response is not None and 200 <= response["status"] < 300,
        x=round(x, 2),
        width=round(max((ended - began) * scale, _THINNEST), 2),
    )


def _began(exchange: Mapping[str, Any]) -> float:
    return float(exchange.get("began_ms") or 0.0)


def _asked(exchange: Mapping[str, Any]) -> tuple[str, str, str | None]:
    request = exchange["request"]
    return request["method"], request["target"], request["body"]


def _letters(exchanges: Iterable[Mapping[str, Any]]) -> dict[Any, str]:
    """A letter for each different request of a burst, as the terminal's timeline has it."""
    different = dict.fromkeys(_asked(exchange) for exchange in exchanges)
    return {asked: chr(ord("A") + index % 26) for index, asked in enumerate(different)}


@dataclass(frozen=True)
class Bar:
    """A part of a plot, in its own units."""

    x: float
    width: float
    height: float
    label: str = ""


@dataclass(frozen=True)
class Plot:
    """How long the answers of one operation took: a histogram over time, doubling from tick to tick."""

    operation: str
    times: Mapping[str, Any]
    bars: tuple[Bar, ...]
    marks: tuple[Bar, ...]
    ticks: tuple[Bar, ...]


def plots(timings: Mapping[str, Mapping[str, Any]]) -> list[Plot]:
    """A plot for each operation, all over the same times, so that they can be compared by eye."""
    if not timings:
        return []
    shortest = min(_shortest(times) for times in timings.values())
    longest = max(times["max_ms"] for times in timings.values())
    first = floor(log2(max(shortest, 0.01)))
    last = max(ceil(log2(max(longest, 0.02))), first + 1)
    scale = _Scale(first, last)
    return [_plot(operation, times, scale) for operation, times in timings.items()]


@dataclass(frozen=True)
class _Scale:
    """Places times between two powers of two on the width of a plot."""

    first: int
    last: int

    def x(self, milliseconds: float) -> float:
        share = (log2(max(milliseconds, 2.0**self.first)) - self.first) / (self.last - self.first)
        return round(min(share, 1.0) * PLOT_WIDTH, 1)

    def ticks(self) -> Iterable[int]:
        """Powers of two, few enough for their labels to stand side by side."""
        return range(self.first, self.last + 1, ceil((self.last - self.first) / 7))


def _shortest(times: Mapping[str, Any]) -> float:
    buckets = times.get("buckets")
    return float(buckets[0][0]) / 2 if buckets else float(times["p50_ms"]) / 2


def _plot(operation: str, times: Mapping[str, Any], scale: _Scale) -> Plot:
    shares = [(name, times[f"{name}_ms"]) for name in ("p50", "p95", "p99")]
    return Plot(
        operation,
        times,
        bars=tuple(_bars(times.get("buckets") or [], scale)),
        marks=tuple(Bar(scale.x(value), 0, PLOT_HEIGHT, name) for name, value in shares),
        ticks=tuple(Bar(scale.x(2.0**power), 0, 0, _milliseconds(2.0**power)) for power in scale.ticks()),
    )


def _bars(buckets: Sequence[Sequence[float]], scale: _Scale) -> Iterable[Bar]:
    most = max((count for _, count in buckets), default=1)
    for upper, count in buckets:
        left, right = scale.x(upper / 2**0.5), scale.x(upper)
        height = round(max(count / most * PLOT_HEIGHT, 1), 1)
        yield Bar(left, round(max(right - left - 1, 1), 1), height)


def _milliseconds(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:.3g} s"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def shares(counts: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Each name with the begin and the width of its part of a bar of 100, in the order given."""
    total = sum(counts.values()) or 1
    told, x = [], 0.0
    for name, count in counts.items():
        width = count * 100 / total
        told.append((name, round(x, 2), round(width, 2)))
        x += width
    return told
