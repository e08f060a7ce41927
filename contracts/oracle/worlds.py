"""All worlds that the answers so far allow: a lost answer splits each in two, a later answer settles which it was."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.oracle.model import Step, step
from contracts.oracle.state import Answer, Request, State

# Each lost answer doubles the worlds; so many lost at once leave nothing to judge by.
MOST_WORLDS = 512


class TooManyWorlds(RuntimeError):
    """So much is unknown that nothing can be judged; no verdict may rest on it."""


@dataclass(frozen=True)
class Worlds:
    """What a target may remember, as far as anybody knows; none is left once its answers contradict each other."""

    states: tuple[State, ...] = (State(),)

    def after(self, request: Request, answer: Answer) -> "Worlds":
        """The worlds that an answer leaves. Raises `TooManyWorlds`."""
        states = tuple(unique(later for state in self.states for later in outcomes(state, request, answer)))
        if len(states) > MOST_WORLDS:
            raise TooManyWorlds(f"too many answers were lost: {len(states):,} worlds explain the others")
        return Worlds(states)

    def promised(self, request: Request) -> Step:
        """What the documents promise of a request, said of one of the worlds."""
        return step(self.states[0], request)

    @property
    def contradicted(self) -> bool:
        """Whether no world explains the answers."""
        return not self.states


def outcomes(state: State, request: Request, answer: Answer) -> list[State]:
    """The worlds after an answer in a world: none if it is not allowed, both for a lost one."""
    allowed = step(state, request).outcomes
    if answer.status is not None:
        return [outcome.after(answer.id) for outcome in allowed if outcome.fits(state, answer)]
    return [state, *(outcome.after("") for outcome in allowed)]


def unique(states: Iterable[State]) -> list[State]:
    """The states without repeats, in their order."""
    return list(dict.fromkeys(states))
