"""Rounds in which everything is measured in turn, so that a busy machine is busy for all; medians, spread and ratios."""

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Measured = Callable[[], float]


@dataclass(frozen=True)
class Series:
    """The values of one thing, a round each; `unit` is such as "cases/s"."""

    name: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle value."""
        return middle(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest value."""
        return min(self.values), max(self.values)

    def over(self, other: "Series") -> float:
        """How many times the other one this is: the middle of the rounds' ratios, each of things measured side by side."""
        pairs = zip(self.values, other.values, strict=True)
        return middle([mine / theirs for mine, theirs in pairs if theirs])


@dataclass(frozen=True)
class Claim:
    """A ratio or figure that is promised, and what was seen of it; NaN where it could not be seen."""

    what: str
    seen: float
    bound: float
    at_least: bool = True
    unit: str = "x"

    @property
    def holds(self) -> bool:
        """Whether what was seen keeps the promise."""
        return self.seen >= self.bound if self.at_least else self.seen <= self.bound


@dataclass
class Part:
    """One part of the bench: what was measured, what is promised, and what could not be measured or must be known."""

    key: str
    title: str
    fairness: str
    series: list[Series] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, measured: Mapping[str, Series]) -> None:
        """Take up what `in_turn` measured."""
        self.series += measured.values()


@dataclass(frozen=True)
class Scale:
    """How much is measured: the usual, or `--quick`'s."""

    quick: bool = False
    sample: int | None = None

    def of(self, usual: int, quick: int) -> int:
        """Rounds, seconds or sizes."""
        return quick if self.quick else usual


def in_turn(rounds: int, things: Mapping[str, tuple[str, Measured]]) -> dict[str, Series]:
    """Measure each thing once a round; `things` gives unit and measurement by name."""
    values: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(rounds):
        for name, (_, measure) in things.items():
            values[name].append(measure())
    return {name: Series(name, things[name][0], tuple(values[name])) for name in things}


def middle(values: Iterable[float]) -> float:
    """The median of some values; NaN where there are none, which keeps no promise."""
    known = list(values)
    return statistics.median(known) if known else float("nan")
