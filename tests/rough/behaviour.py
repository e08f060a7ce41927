"""One way to misbehave, and what a run has to say of it: the registry that every module of behaviours adds to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.rough.http import Answer
from tests.rough.turn import Turn

Behave = Callable[[Turn], Awaitable[None]]
Change = Callable[[Answer], Answer | bytes]

# What is promised of any run: its time limits (30 s a request at most), and 10 s.
TIME_LIMIT_S = 40.0


@dataclass(frozen=True)
class Right:
    """A verdict that is right: an exit code, with a clause of these that is violated or a cause that is told.

    `innocent` clauses must not be called violated.
    """

    exits: int
    clauses: frozenset[str] = frozenset()
    innocent: frozenset[str] = frozenset()
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.clauses:
            return f"{' or '.join(sorted(self.clauses))} violated"
        return f"exit 2: {' or '.join(self.says)}" if self.says else "held"


HELD = Right(0)


def violates(*clauses: str, innocent: tuple[str, ...] = ()) -> Right:
    """At least one of these clauses is found to be violated, and none of the innocent ones."""
    return Right(1, frozenset(clauses), frozenset(innocent))


def cannot_ask(*words: str) -> Right:
    """The run could not be carried out, and says why: in one of these wordings."""
    return Right(2, says=words)


@dataclass(frozen=True)
class Door:
    """Where a target listens, if it does."""

    host: str = "127.0.0.1"
    certificate: str | None = None
    listens: bool = True


OPEN = Door()

# What is asked of most: some 400 requests, and every kind of answer.
USUAL_CLAUSES = "AST-16,SIG-01,ALC-07,AUT-01"


@dataclass(frozen=True)
class Behaviour:
    """A behaviour; `right` holds every verdict that is right.

    `clauses` are asked for. `gate`: `make test` tries it; one of each kind is there, and none that waits for seconds by its nature.
    """

    id: str
    sentence: str
    behave: Behave
    right: tuple[Right, ...]
    door: Door
    clauses: str
    gate: bool


BEHAVIOURS: dict[str, Behaviour] = {}


def rough(
    id: str, *right: Right, door: Door = OPEN, clauses: str = USUAL_CLAUSES, gate: bool = False
) -> Callable[[Behave], Behave]:
    """Register what is done with each request; the function's docstring is the sentence of the table."""

    def register(behave: Behave) -> Behave:
        assert id not in BEHAVIOURS, id
        sentence = (behave.__doc__ or "").strip()
        BEHAVIOURS[id] = Behaviour(id, sentence, behave, right, door, clauses, gate)
        return behave

    return register


def altering(
    id: str, *right: Right, clauses: str = USUAL_CLAUSES, gate: bool = False
) -> Callable[[Change], Change]:
    """Register what becomes of each honest answer on its way. Answers to HEAD stay as they are: they have no body."""

    def register(change: Change) -> Change:
        async def behave(turn: Turn) -> None:
            answer = await turn.honest()
            changed = answer if turn.method == "HEAD" else change(answer)
            await turn.send(changed if isinstance(changed, bytes) else changed.raw)

        behave.__doc__ = change.__doc__
        rough(id, *right, clauses=clauses, gate=gate)(behave)
        return change

    return register
