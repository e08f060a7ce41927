"""What is said of a finding that was asked again several times."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.clauses.catalogue import load
from contracts.commands import replaying
from contracts.commands.replaying import Others, Replay, State, asked_again
from contracts.reporting.ledger import Ledger
from tests.fixtures.outcomes import plan

FIXED, FAILED = Replay(State.FIXED), Replay(State.FAILED)
USED_UP, LOST = Replay(State.ERROR, "no funds"), Replay(State.ERROR, "refused", lost=True)
KEPT: Any = SimpleNamespace(
    id="AST-01-1", finding={"clause": "AST-01"}, recipe=SimpleNamespace(question="test_a.py::a")
)


def among_others(**known: Any) -> Others:
    """As if the probes of the clause had been asked, with this ledger."""
    return Others(plan().settings, _ledgers={"AST-01": Ledger(load(), **known)})


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[Replay]:
    """What comes of one try after the other."""
    coming: list[Replay] = []
    left: Iterator[Replay] = iter(coming)
    monkeypatch.setattr(replaying, "_asked", lambda *_: next(left))
    return coming


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ([FIXED, FIXED, FAILED], State.FAILED),
        ([FIXED, USED_UP, USED_UP], State.FIXED),
        ([FIXED, LOST], State.ERROR),
        ([FIXED, FIXED, LOST], State.ERROR),
    ],
)
def test_a_target_that_dies_meanwhile_has_fixed_nothing(
    tries: list[Replay], came: list[Replay], said: State
) -> None:
    """A ticket that is closed, for the target was down when the race was run a second time."""
    tries += came
    assert asked_again(KEPT, among_others()).state is said


def test_a_target_that_dies_among_others_has_fixed_nothing(tries: list[Replay]) -> None:
    """A ticket that is closed though most probes of its clause were never asked."""
    tries += [FIXED] * 3
    assert asked_again(KEPT, among_others(lost="refused")) == LOST
