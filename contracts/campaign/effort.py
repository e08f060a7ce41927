"""Where a campaign's next shard goes: time is shared out among the questions, and more of it to those that find something new.

New is a finding, or an answer that the question's clause had not met before (operation, status, names of the members). Shares
hang on what was found alone, so that a campaign that was stopped goes on as it would have gone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# What was found long ago says less: half as much after so many shards of the same question.
HALF_LIFE = 4
# A finding is worth more than another answer.
WORTH_OF_A_FINDING = 20


@dataclass
class Arm:
    """What the shards of one question have found so far. Of a `group` one at a time may be asked."""

    question: str
    group: str = ""
    taken: int = 0
    """Shards that were handed out."""
    shards: int = 0
    cases: int = 0
    new: int = 0
    is_idle: bool = False
    """Whether its last shard had nothing to ask."""
    _worth: float = 0.0
    _under_way: int = 0
    _last_s: float = 1.0
    _served: float = 0.0
    """Seconds that it has had, each divided by what it was worth at the time: who has had least comes next."""

    @property
    def weight(self) -> float:
        """Its share of the time, in shares of a question that finds nothing new."""
        return 1.0 + self._worth

    @property
    def served(self) -> float:
        """What it has had, and is about to have."""
        return self._served + self._under_way * self._last_s / self.weight

    def waits(self, busy: Collection[str], least: float) -> bool:
        """Whether its group is busy, or it had nothing to ask and others have had less: in a gap it would be asked twice a second."""
        return bool(self.group and self.group in busy) or (self.is_idle and self.served > least)

    def take(self) -> None:
        """Count a shard that is handed out."""
        self.taken += 1
        self._under_way += 1

    def learn(self, findings: int, answers: int, *, cases: int, seconds: float) -> None:
        """Take in a shard's novelties."""
        self.is_idle = not cases
        self._worth = self._worth * 0.5 ** (1 / HALF_LIFE) + WORTH_OF_A_FINDING * findings + answers
        self._last_s = max(seconds, 0.001)
        self._served += self._last_s / self.weight
        self._under_way = max(0, self._under_way - 1)
        self.new += findings + answers
        self.cases += cases
        self.shards += 1


@dataclass
class Effort:
    """The arms of a campaign, and what none of them has to find again."""

    arms: Sequence[Arm]
    _seen: set[str] = field(default_factory=set)

    def choose(self, busy: Collection[str], but: Collection[str] = ()) -> int | None:
        """The arm whose next shard is to be asked, which is counted as taken; None where all have to wait for those under way.

        `but` these questions, for which there is no room at the moment.
        """
        least = min((arm.served for arm in self.arms), default=0.0)
        free = [
            place
            for place, arm in enumerate(self.arms)
            if arm.question not in but and not arm.waits(busy, least)
        ]
        if not free:
            return None
        chosen = min(free, key=lambda place: (self.arms[place].served, place))
        self.arms[chosen].take()
        return chosen

    def learn(self, arm: int, outcomes: Iterable[Mapping[str, Any]], seconds: float) -> None:
        """Take in what a shard has met, and that it counts for so many seconds."""
        findings: set[str] = set()
        answers: set[str] = set()
        cases = 0
        for outcome in outcomes:
            findings |= {finding["id"] for finding in outcome["violations"]}
            answers |= {f"{outcome['clauses'][0]} {answer}" for answer in outcome["answers"]}
            cases += outcome["cases"]
        new_findings, new_answers = len(findings - self._seen), len(answers - self._seen)
        self._seen |= findings | answers
        self.arms[arm].learn(new_findings, new_answers, cases=cases, seconds=seconds)
