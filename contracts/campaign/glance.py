"""How a campaign stands at a moment: all that its live view and its page show, and in which order they tell it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from contracts.reporting.ledger import Row
from contracts.violation import Verdict

# Behind the clauses that are in trouble come those that were put to the test, and last those that nobody asked.
_TROUBLE = (Verdict.BROKEN, Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.WARNED)
_ORDER = (*_TROUBLE, Verdict.HELD, Verdict.OBSERVED, Verdict.NOT_EXERCISED, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True)
class Busy:
    """What a worker has been asking for so long; no question where it waits for one."""

    worker: str
    question: str
    since_s: float


@dataclass(frozen=True)
class Arm:
    """What a question's shards have brought so far; `new` counts findings and answers that nobody had seen before."""

    question: str
    shards: int
    cases: int
    new: int


@dataclass(frozen=True)
class Glance:
    """How a campaign stands at a moment. Its texts hold no secret; what a target said is in them as it was said."""

    folder: str
    target: str
    seed: int
    elapsed_s: float
    left_s: float | None
    """None for a campaign without an end."""
    cases: int
    requests: int
    cases_per_s: float
    """Of late: see `Rate`."""
    shards: int
    asked_again: int
    """Shards whose worker was lost, and which another one asked."""
    workers: Sequence[Busy]
    rows: Sequence[Row]
    findings: Sequence[Mapping[str, Any]]
    """As `summary.json` lists them, the oldest first."""
    budget: Mapping[str, Any] | None
    """As `Plan.spent` tells it."""
    arms: Sequence[Arm]
    away: str = ""
    """Why the target cannot be asked at the moment; empty where it can."""
    cut_off: Mapping[str, str] = field(default_factory=dict)
    """Machines that have no way to the target, while others have, each with what it met."""
    width: int = 1
    """How many shards can be asked at once; 0 where no worker is there."""
    ended: str = ""
    """How the campaign ended, in a few words; empty as long as it goes on."""
    expendable: str | None = None
    """SCRATCH_CURRENCY: its sums have no cap."""

    @property
    def verdict(self) -> Verdict:
        """The worst verdict so far."""
        return max((row.verdict for row in self.rows), default=Verdict.NOT_EXERCISED)


class Rate:
    """How much a count grew a second, of late: over the last `window_s`, or since the beginning where that is less."""

    def __init__(self, began: float, count: int = 0, window_s: float = 30.0) -> None:
        self._window_s = window_s
        self._seen = deque([(began, count)])

    def saw(self, now: float, count: int) -> None:
        """Take in what the count is now; what is older than the window is forgotten but for its end."""
        self._seen.append((now, count))
        while len(self._seen) > 2 and self._seen[1][0] <= now - self._window_s:
            self._seen.popleft()

    @property
    def per_s(self) -> float:
        """The growth a second, as of the last look; 0 before the first."""
        (began, before), (ended, after) = self._seen[0], self._seen[-1]
        return (after - before) / (ended - began) if ended > began else 0.0


@dataclass(frozen=True)
class Use:
    """How much of one cap is used up."""

    name: str
    used: int
    cap: int

    @property
    def share(self) -> float:
        """From 0 to 1; a cap of nothing is used up."""
        return min(self.used / self.cap, 1.0) if self.cap else 1.0


def uses(glance: Glance) -> Iterator[Use]:
    """Each cap that a campaign counts against; none where nothing is capped."""
    if (budget := glance.budget) is None:
        return
    caps = budget["caps"]
    for name in ("requests", "records"):
        if caps[name] is not None:
            yield Use(name, budget[name], caps[name])
    if caps["sum"] is not None:
        yield from _sums(budget["sums"], caps["sum"], glance.expendable)


def _sums(sums: Mapping[str, int], cap: int, expendable: str | None) -> Iterator[Use]:
    """By currency. What shards under way may lock of any currency stands under no name, and counts for each."""
    of_any = sums.get("", 0)
    named = [currency for currency in sorted(sums) if currency and currency != expendable]
    for currency in named:
        yield Use(currency, sums[currency] + of_any, cap)
    if of_any and not named:
        yield Use("any currency", of_any, cap)


def left_out(glance: Glance) -> int:
    """How many requests were not sent, to keep within the caps."""
    return sum(glance.budget["left_out"].values()) if glance.budget is not None else 0


def telling_first(rows: Iterable[Row]) -> list[Row]:
    """Clauses in trouble, the worst first; then the others, those with the fewest chances first: they need more."""
    return sorted(rows, key=lambda row: (_ORDER.index(row.verdict), row.exercised))


def most_asked_first(arms: Iterable[Arm]) -> list[Arm]:
    """Where the effort goes: the question with the most shards first."""
    return sorted(arms, key=lambda arm: (-arm.shards, -arm.new, arm.question))


def lasting(seconds: float) -> str:
    """A time span as a clock shows it: `2:14:07`."""
    minutes, second = divmod(max(0, round(seconds)), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"


def as_data(glance: Glance) -> dict[str, Any]:
    """The same as plain data, with the names that `summary.json` has."""
    return {
        "folder": glance.folder,
        "target": glance.target,
        "seed": glance.seed,
        "verdict": glance.verdict.word,
        "ended": glance.ended,
        "elapsed_s": round(glance.elapsed_s, 1),
        "left_s": None if glance.left_s is None else round(glance.left_s, 1),
        "cases": glance.cases,
        "requests": glance.requests,
        "cases_per_s": round(glance.cases_per_s, 1),
        "shards": glance.shards,
        "asked_again": glance.asked_again,
        "workers": [asdict(busy) | {"since_s": round(busy.since_s, 1)} for busy in glance.workers],
        "clauses": {row.clause.id: _row(row) for row in glance.rows},
        "findings": [dict(finding) for finding in glance.findings],
        "budget": glance.budget,
        "arms": [asdict(arm) for arm in most_asked_first(glance.arms)],
    }


def _row(row: Row) -> dict[str, Any]:
    told = {"level": row.clause.level.value, "verdict": row.verdict.word, "exercised": row.exercised}
    return told | ({"reason": row.reason} if row.reason else {})
