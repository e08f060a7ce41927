"""Whether any order explains what simultaneous requests were answered: one that respects real time and the rules.

A depth-first search over orders, as Wing and Gong have it: the next in line is any request that was released before each of the
others was answered. What is left to explain and the world it is explained in are remembered, so that no way is gone twice; and
an answer that fits and takes nothing from the others (a refusal, a repeat) is put next at once, for it could stand there in any
order that works.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from contracts.oracle.model import Step, step
from contracts.oracle.state import Answer, Request, State
from contracts.oracle.worlds import outcomes, unique

# A burst of 16 takes some dozen steps where it can be explained, some hundred where it cannot.
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Operation:
    """One request of a burst and its answer, with the seconds between which it took effect."""

    request: Request
    answer: Answer
    began: float = 0.0
    ended: float = 0.0

    @property
    def settled(self) -> float:
        """When its effect was there at the latest: never, if the answer is lost."""
        return inf if self.answer.status is None else self.ended


class TooManyOrders(RuntimeError):
    """The search was given up; no verdict may rest on it."""


@dataclass
class Search:
    """One look for an order; where there is none, `culprit` is an answer that ends the longest explained prefix."""

    operations: Sequence[Operation]
    ends: list[State] = field(default_factory=list)
    culprit: tuple[Step, Answer] | None = None
    _explained: int = -1
    seen: set[tuple[frozenset[int], State]] = field(default_factory=set)

    def run(self, states: Sequence[State]) -> "Search":
        """Collect every world that some order ends in. Raises `TooManyOrders`."""
        for state in states:
            self._explore(frozenset(range(len(self.operations))), state)
        self.ends = unique(self.ends)
        return self

    @property
    def explained(self) -> bool:
        """Whether any order explains all answers."""
        return bool(self.ends)

    def _explore(self, left: frozenset[int], state: State) -> None:
        if (left, state) in self.seen:
            return
        if len(self.seen) > MOST_STEPS:
            raise TooManyOrders(f"no order found among {len(self.operations)} requests in {MOST_STEPS} steps")
        self.seen.add((left, state))
        if all(self.operations[index].answer.status is None for index in left):
            self.ends.append(state)  # what is lost may never have come to be
        if not left:
            return
        self._note(left, state)
        choices = [(index, after) for index in self._next(left) for after in self._after(index, state)]
        harmless = (choice for choice in choices if self._takes_nothing(*choice, state))
        for index, after in [choice for choice in (next(harmless, None),) if choice] or choices:
            self._explore(left - {index}, after)

    def _after(self, index: int, state: State) -> list[State]:
        return outcomes(state, self.operations[index].request, self.operations[index].answer)

    def _takes_nothing(self, index: int, after: State, state: State) -> bool:
        """Whether an answer leaves the others all that they may have: open keys only allow more. A lost one may come later."""
        return self.operations[index].answer.status is not None and after == state.but(
            open_keys=after.open_keys
        )

    def _next(self, left: frozenset[int]) -> list[int]:
        """Who may be next: released before any other was settled. Of those that are alike, one is enough."""
        first = min(self.operations[index].settled for index in left)
        ready = sorted(
            (index for index in left if self.operations[index].began <= first),
            key=lambda index: self.operations[index].settled,
        )
        alike: dict[tuple[Request, Answer], int] = {}
        for index in ready:
            alike.setdefault((self.operations[index].request, self.operations[index].answer), index)
        return list(alike.values())

    def _note(self, left: frozenset[int], state: State) -> None:
        """Remember what comes next in the longest prefix; of several answers one that was accepted, for two are too many."""
        explained = len(self.operations) - len(left)
        if explained > self._explained:
            self._explained = explained
            told = [self.operations[index] for index in sorted(left) if self.operations[index].answer.status]
            if told:
                first = min(told, key=lambda each: each.answer.status or 0)
                self.culprit = (step(state, first.request), first.answer)


def linearise(operations: Sequence[Operation], states: Sequence[State] = (State(),)) -> Search:
    """Look for an order of a burst from any of these worlds on. Raises `TooManyOrders`."""
    return Search(operations).run(states)
