"""A campaign under way: hands out shards, takes in what comes back, and keeps the folder so that a kill costs nothing.

Workers ask, the client alone writes. What a shard has found is written before its line, and a shard without a line is asked
again: nothing is lost, and nothing counts twice.
"""

import math
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from contracts.asking.fresh import BITS, run_mark
from contracts.campaign import glance, state
from contracts.campaign.absence import Absence
from contracts.campaign.glance import Busy, Glance, Rate
from contracts.campaign.hands import Hands, WorkerLost, WorkersGone
from contracts.campaign.leavings import Leavings
from contracts.campaign.progress import Progress
from contracts.campaign.purse import BURST, Purse, spent_in, variables
from contracts.campaign.remembered import Remembered
from contracts.campaign.shards import OPENING, RACES, Shard
from contracts.campaign.work import Done, Task
from contracts.findings.documents import Unreadable
from contracts.interruption import put_off
from contracts.plan import BUDGET, Plan
from contracts.reporting import summary
from contracts.reporting.counted import counted
from contracts.reporting.outcomes import OUTCOMES, read
from contracts.settings import Settings
from contracts.settings.caps import Caps

# How often the view is told how things stand.
PULSE_S = 0.5
# What is under way when a campaign is over has so long to come back: it shrinks, or waits for a target that is away. A machine
# that hangs has been waited for as long as there was somebody to wait.
LATE_S = 120.0
# A shard whose worker dies so often is what kills it.
DEATHS = 5
# A question of ours that breaks costs its shard; so many in a row are worth nobody's night.
FAILURES = 5
# A question that had nothing to ask so many times in a row has nothing to ask; the first time it may have met a bad moment.
IDLE_TIMES = 2
# Less time is not worth a session.
LEAST_S = 1.0
# Of a campaign without an end: a smoke run at 10/s takes a quarter of an hour.
LONGEST_OPENING_S = 3600.0
# As `contracts verify` has it where it chooses by itself.
MOST_IN_FLIGHT = 8


@dataclass(frozen=True)
class UnderWay:
    """A shard that is being asked, since when of the campaign's time."""

    task: Task
    began: float


@dataclass
class Engine:
    """One sitting of a campaign: from its beginning, or from where it was left, until it is over or stopped."""

    folder: Path
    plans: "Plans"
    progress: Progress
    hands: Hands
    purse: Purse | None
    remembered: Remembered
    show: Callable[[Glance], None] = lambda _: None
    left_s: float | None = None
    """Of its time; None for no end."""
    here: bool = True
    """Whether the workers write to this machine's disk, so that a dead one leaves what it has found."""
    ended: str = ""
    _ended_at: float = 0.0
    _began: float = 0.0
    _under_way: "dict[Future[Done], UnderWay]" = field(default_factory=dict)
    _deaths: Counter[int] = field(default_factory=Counter)
    _again: Counter[int] = field(default_factory=Counter)
    """Of each shard that is not done how often its worker was lost, for whatever reason."""
    _failures: int = 0
    _idle: Counter[str] = field(default_factory=Counter)
    """Of each question its shards in a row, of this sitting, that had nothing to ask."""
    absence: Absence = field(default_factory=Absence)
    _marks: "count[int]" = field(default_factory=lambda: count(secrets.randbits(BITS)))
    """What tells names of shards apart that begin in the same second: at random, two of a long night would share theirs."""

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self.progress.ledger.under_way = True
        self._before_s = self.progress.elapsed_s
        self._rate = Rate(self._began, self.progress.ledger.cases)
        self.leavings = Leavings(self.folder)

    @property
    def elapsed_s(self) -> float:
        """Of the campaign's own time, in all sittings."""
        return self._before_s + time.monotonic() - self._began

    @property
    def away(self) -> str:
        """Why the target cannot be asked at the moment, and from where; empty where it can."""
        why = self.absence.why
        return why if self.here or not why else f"{why} (asked from {self.absence.met_by})"

    def go(self) -> None:
        """Ask until the time is over, the budget is used up or the target is lost.

        Raises HandsLost, and OSError where what comes back cannot be kept.
        """
        try:
            self.leavings.rescue_all()
            while not self._is_over():
                self._hand_out()
                if not self._under_way:
                    time.sleep(PULSE_S)  # until a worker comes, or a target is back
                done, _ = wait(self._under_way, timeout=PULSE_S, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=lambda known: self._under_way[known].task.shard.number):
                    with put_off():  # what came back is taken in whole
                        self._take(future)
                self.show(self.glance())
        finally:
            self._wind_up()

    def _wind_up(self) -> None:
        with put_off():
            self.hands.close()
            # What a full disk refuses now, or has damaged, stays where it is, for the next sitting.
            with suppress(OSError, Unreadable):
                for under_way in self._under_way.values():
                    self._give_back(under_way.task.shard, _spent(under_way.task))
                    self._count_part(under_way)
                    self.leavings.rescue(under_way.task)
                self.leavings.tidy()
            self.progress.close()

    def _is_over(self) -> bool:
        """Whether nothing more is to be asked, and nothing is under way that may yet come back."""
        if not self.ended:
            self.ended, self._ended_at = self._why_over(), time.monotonic()
        if not self.ended or (self._under_way and time.monotonic() < self._ended_at + LATE_S):
            return False
        if self._under_way:
            self.ended += f"; {counted(len(self._under_way), 'shard')} did not come back"
        # Whoever does not come back before the end is lost, however few shards have met it.
        nobody = "" if self.hands.width else "no worker was there at the end"
        self.progress.ledger.lost = self.progress.ledger.lost or self.away or nobody
        return True

    def _why_over(self) -> str:
        left = self._left()
        if self._failures >= FAILURES or max(self._deaths.values(), default=0) >= DEATHS:
            return "the suite itself broke"
        if self.progress.ledger.lost:
            return "the target was lost"
        if left is not None and left < LEAST_S:
            return "its time is over"
        if self.purse is not None and self.purse.is_empty and not self.purse.out:
            return "its budget is used up"
        if self.progress.opened and all(self._idle[arm.question] >= IDLE_TIMES for arm in self.progress.arms):
            return "nothing is left to ask"
        return ""

    def _left(self) -> float | None:
        return None if self.left_s is None else self.left_s - (time.monotonic() - self._began)

    def _hand_out(self) -> None:
        """Keep all hands busy, as far as target, rate and budget let them."""
        width = self.hands.width
        slots = width if self.purse is None else min(width, self.purse.slots(width))
        while not self.ended and len(self._under_way) < slots and self.absence.may_be_asked(self.elapsed_s):
            with put_off():  # what is lent is known to be out
                if not self._hand_out_one(slots):
                    return

    def _hand_out_one(self, slots: int) -> bool:
        """Whether there was a shard to hand out, and a lease for it."""
        under_way = [known.task.shard for known in self._under_way.values()]
        number = self.progress.next(under_way)
        if number is None:
            return False
        if self.purse is None:
            self._submit(number, {})
            return True
        lease = self._lent(number, slots)
        if lease is None and any(shard.question.startswith(RACES) for shard in under_way):
            # There is room for one race at a time: others wait for it, and hold up nobody else.
            races = [arm.question for arm in self.progress.arms if arm.question.startswith(RACES)]
            number = self.progress.next(under_way, but=races)
            lease = self._lent(number, slots) if number is not None else None
        if number is None or lease is None:
            return False
        self._submit(number, variables(lease))
        return True

    def _lent(self, number: int, slots: int) -> Caps | None:
        """A lease for a shard; where there is none now, it is put back."""
        assert self.purse is not None
        lease = self.purse.lend(number, 1 if number == OPENING else slots, widest=self._widest(number))
        if lease is None:
            self.progress.put_back(number)
        return lease

    def _widest(self, number: int) -> int:
        """How many requests a shard may send at once; the opening asks bursts, too."""
        cut = self.progress.about.cut
        bursts = number == OPENING or cut.questions[cut.place(number)].startswith(RACES)
        return max(BURST, self.plans.of(number).profile.burst_width) if bursts else 1

    def _submit(self, number: int, limits: dict[str, str]) -> None:
        plan = replace(self.plans.of(number), known=tuple(sorted(self.progress.ledger.findings)))
        left = self._left()
        shard = self.progress.about.cut.shard(number, self.plans.most(number, left))
        scratch = self.leavings.scratch(number, self._deaths[number])
        drawn = self.remembered.give(shard.question) if number != OPENING else {}
        task = Task(
            shard,
            plan.dumps(),
            run_mark(next(self._marks)),
            limits,
            drawn,
            str(scratch) if self.here else None,
        )
        if not self.here:
            self.leavings.mark(task)
        self._under_way[self.hands.submit(task)] = UnderWay(task, self.elapsed_s)

    def _take(self, future: "Future[Done]") -> None:
        """Take in what came of a shard. Raises HandsLost, and what broke in a worker."""
        under_way = self._under_way.pop(future)
        shard = under_way.task.shard
        try:
            done = future.result()
        except WorkerLost as problem:
            self._give_back(shard, _spent(under_way.task))
            self.leavings.rescue(under_way.task)
            self._ask_again(shard, problem)
            return
        except BaseException:
            self._under_way[future] = under_way
            raise
        self._give_back(shard, done.spent)
        self.leavings.keep(done)
        if done.lost:
            self._miss(under_way, done)
        else:
            self._count(under_way, done)
        self.leavings.forget(under_way.task)

    def _count(self, under_way: UnderWay, done: Done) -> None:
        """Write down that a shard is done; from here on it is never asked again."""
        shard, task = under_way.task.shard, under_way.task
        if shard.number != OPENING:
            self.remembered.merge(shard.question, task.drawn, done.drawn)
        again = self._again.pop(shard.number, 0)
        line = state.line_of(done, began=under_way.began, ended=self.elapsed_s, again=again)
        state.add(self.folder, line)
        self.progress.fold(line)
        if any(outcome["cases"] for outcome in done.outcomes):
            self.absence.answered(_machine(done), self.elapsed_s)
        # One that did not come to ask within its time says nothing of what there is to ask: this machine may be slow.
        asked = not line.outcomes or any(outcome["cases"] for outcome in line.outcomes)
        self._idle[shard.question] = 0 if asked else self._idle[shard.question] + 1
        self._failures = self._failures + 1 if done.failed else 0

    def _count_part(self, under_way: UnderWay) -> None:
        """What an opening has asked of this machine before it was interrupted counts; the next sitting asks it whole."""
        shard, scratch = under_way.task.shard, under_way.task.scratch
        if shard.number != OPENING or scratch is None or not Path(scratch, OUTCOMES).exists():
            return
        took = self.elapsed_s - under_way.began
        # Whoever found the target away, and did not wait for it, says nothing of how it will be tomorrow.
        asked = [outcome for outcome in read(Path(scratch, OUTCOMES)) if not outcome["lost"]]
        done = Done(OPENING, "", took, asked, [])
        line = replace(state.line_of(done, began=under_way.began, ended=self.elapsed_s), cut=True)
        state.add(self.folder, line)
        self.progress.fold(line)

    def _give_back(self, shard: Shard, spent: Mapping[str, Any] | None) -> None:
        if self.purse is not None:
            self.purse.take_back(shard.number, spent)

    def _ask_again(self, shard: Shard, problem: WorkerLost) -> None:
        self.progress.asked_again += 1
        self._again[shard.number] += 1
        self.progress.put_back(shard.number)
        if isinstance(problem, WorkersGone):
            self.remembered.give_again(shard.question)
            return
        self._deaths[shard.number] += 1
        if self._deaths[shard.number] == 1:  # the second time they may be what kills it
            self.remembered.give_again(shard.question)
        if self._deaths[shard.number] == DEATHS:
            shown = f"shard {shard.number} ({shard.question or 'the opening'})"
            self.progress.ledger.failed = f"{shown} has lost {DEATHS} workers: {problem}"

    def _miss(self, under_way: UnderWay, done: Done) -> None:
        """A shard that met no target is asked again, when there is one."""
        shard = under_way.task.shard
        self.progress.put_back(shard.number)
        self.remembered.give_again(shard.question)
        self.absence.missed(_machine(done), done.lost, began=under_way.began, now=self.elapsed_s)
        if self.absence.is_final:
            self.progress.ledger.lost = self.away

    def glance(self) -> Glance:
        """How it stands now."""
        ledger, left = self.progress.ledger, self._left()
        self._rate.saw(time.monotonic(), ledger.cases)
        settings = self.plans.asked.settings
        arms = [glance.Arm(arm.question, arm.shards, arm.cases, arm.new) for arm in self.progress.arms]
        return Glance(
            folder=str(self.folder),
            target=settings.target_name,
            seed=self.progress.about.seed,
            elapsed_s=self.elapsed_s,
            left_s=None if left is None else max(0.0, left),
            cases=ledger.cases,
            requests=ledger.requests,
            cases_per_s=self._rate.per_s,
            shards=self.progress.shards,
            asked_again=self.progress.asked_again,
            away=self.away,
            cut_off=dict(self.absence.cut_off),
            width=self.hands.width,
            workers=self._busy(),
            rows=ledger.rows(),
            findings=[summary.listed(finding, ledger) for finding in ledger.findings.values()],
            budget=self._budget(),
            arms=arms,
            ended=self.ended,
            expendable=settings.scratch_currency,
        )

    def _budget(self) -> Mapping[str, Any] | None:
        if self.purse is None:
            return None
        spent = (_spent(under_way.task) for under_way in self._under_way.values())
        return self.purse.told(known for known in spent if known is not None)

    def _busy(self) -> list[Busy]:
        under_way = sorted(self._under_way.values(), key=lambda known: known.began)
        return [
            Busy(f"{place}", known.task.shard.question or "every probe", self.elapsed_s - known.began)
            for place, known in enumerate(under_way, 1)
        ]


def _machine(done: Done) -> str:
    return done.worker.rpartition(":")[0].rpartition("://")[2]


def _spent(task: Task) -> Mapping[str, Any] | None:
    """What a shard has spent of its lease so far; None where it is out on another machine."""
    return spent_in(Path(task.scratch, BUDGET)) if task.scratch is not None else None


@dataclass(frozen=True)
class Plans:
    """The plans of a campaign's shards: the opening asks every probe, all others a generated question."""

    opening: Plan
    asked: Plan

    def at(self, target: Settings, folder: Path, width: int) -> "Plans":
        """The same, for this target, with their report in this folder; the opening asks as many questions at once as there are workers."""
        budget = str(folder / BUDGET) if target.caps.are_counted else None

        def there(plan: Plan) -> Plan:
            return replace(plan, environment=target.environment(), folder=str(folder), budget=budget)

        opening = replace(self.opening, in_flight=max(1, min(width, MOST_IN_FLIGHT)))
        return Plans(there(opening), there(self.asked))

    def of(self, number: int) -> Plan:
        """The plan of a shard."""
        return self.opening if number == OPENING else self.asked

    def most(self, number: int, left: float | None) -> float:
        """The seconds that a shard may take where so many are left; at a low rate the opening takes long."""
        if number != OPENING:
            return max(LEAST_S, left if left is not None else math.inf)
        slow = self.asked.settings.caps.rate is not None
        usual = math.inf if slow else self.opening.profile.max_time_s or math.inf
        return min(usual, left / 2 if left is not None else LONGEST_OPENING_S)
