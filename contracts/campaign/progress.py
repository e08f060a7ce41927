"""How far a campaign has come: what is counted, which shards are to be asked again, and which one comes next."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.campaign.effort import Arm, Effort
from contracts.campaign.shards import OPENING, Cut, Shard
from contracts.campaign.state import ABOUT, About, Line, missing
from contracts.findings.documents import Unreadable
from contracts.reporting.ledger import Ledger

# A shard that had nothing to ask is back in half a second, and counts as this many that had: where a target did not offer 27 of 43
# questions, they took 63% of a night, and take 1% of it now. Not less, since funds and connections come back. One that its time or its
# part of the budget has cut short says nothing of the target, and counts as one.
RARELY = 10


@dataclass
class Progress:
    """Everything that the lines of a campaign say; whoever folds the same lines knows the same."""

    about: About
    ledger: Ledger
    shards: int = 0
    """That are done."""
    asked_again: int = 0
    """How often a shard was whose worker was lost."""
    elapsed_s: float = 0.0
    """Of the campaign's own time, up to the last of them."""
    worst: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of each question the first outcome that found something or broke, else the latest."""
    opened: bool = False
    """Whether the opening is done, be it in part."""
    _whole: bool = False
    """Whether every probe has been asked."""
    _again: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.effort = Effort([Arm(question, group) for question, group in self.about.questions])
        self._groups = dict(self.about.questions)

    @property
    def _cut(self) -> Cut:
        return self.about.cut

    @property
    def arms(self) -> Sequence[Arm]:
        """The questions, with what they have brought."""
        return self.effort.arms

    def fold(self, line: Line) -> None:
        """Count a shard that is done."""
        for outcome in line.outcomes:
            self.ledger.add(outcome)
            known = self.worst.get(outcome["question"])
            if known is None or not (known["violations"] or known["broken"]):
                self.worst[outcome["question"]] = outcome
        self.shards += 1
        self.ledger.campaign = {"shards": self.shards, "asked_again": self.asked_again}
        self.elapsed_s = max(self.elapsed_s, line.ended)
        self.ledger.failed = self.ledger.failed or line.failed
        if line.shard == OPENING:
            self.opened, self._whole = True, self._whole or not line.cut
        else:
            self.effort.learn(self._cut.place(line.shard), line.outcomes, self._counted(line))

    def _counted(self, line: Line) -> float:
        """For how many seconds of its question's share a shard counts."""
        if any(outcome["cases"] for outcome in line.outcomes):
            return line.seconds
        return self._cut.seconds * (1 if line.cut else RARELY)

    def recall(self, lines: Iterable[Line]) -> None:
        """Take in what earlier sittings have done. What they had begun, and left, is asked again before anything new.

        Raises Unreadable where they are of another campaign.
        """
        done = []
        for line in lines:
            if line.shard != OPENING and not self.arms:
                raise Unreadable(f"its {ABOUT} names no questions, and shard {line.shard} has asked one")
            self.asked_again += line.again
            self.fold(line)
            done.append(line.shard)
        # One that was cut short, by its time or its part of the budget, is asked whole by the next sitting.
        self.opened = self._whole
        self._again = [number for number in missing(done, self._cut) if number != OPENING]
        for number in {*done, *self._again} - {OPENING}:
            arm = self.effort.arms[self._cut.place(number)]
            arm.taken = max(arm.taken, self._cut.turn(number) + 1)

    def next(self, under_way: Collection[Shard], but: Collection[str] = ()) -> int | None:
        """The number of the next shard, `but` of these questions; None where everything has to wait for what is under way."""
        if not self.opened:
            return None if under_way else OPENING
        busy = {self._groups[shard.question] for shard in under_way}
        for number in self._again:
            question = self._cut.questions[self._cut.place(number)]
            group = self._groups[question]
            if question not in but and (not group or group not in busy):
                self._again.remove(number)
                return number
        chosen = self.effort.choose(busy, but)
        return None if chosen is None else self._cut.number(chosen, self.effort.arms[chosen].taken - 1)

    def put_back(self, number: int) -> None:
        """Have a shard that `next` gave, and that nobody has asked to its end, asked before all others."""
        if number != OPENING:
            self._again.insert(0, number)

    def close(self) -> None:
        """At the end of a sitting: a campaign that never came to some of its probes or questions is no whole run."""
        self.ledger.under_way = False
        self.ledger.campaign = {"shards": self.shards, "asked_again": self.asked_again}
        if not self._whole or not all(arm.shards for arm in self.arms):
            self.ledger.stopped_early = True
