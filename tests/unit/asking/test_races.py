"""A burst that no order explains is told with a timeline of a few lines."""

from dataclasses import replace

import pytest

from contracts.asking.asker import Asker
from contracts.asking.races import hold, ids, tally, timeline
from contracts.exchange import Exchange, Loss, Lost, Request, Response
from contracts.oracle.state import Create
from contracts.violation import Unaskable
from tests.fixtures.exchanges import allocation_made


def burst(*statuses: int | None) -> list[Exchange]:
    """Creates of one symbol, released a tenth of a millisecond apart and answered one after the other."""
    return [
        Exchange(
            Request("POST", "/assets", body=b"A" if number % 2 else b"B", operation="createAsset"),
            Response(status, body=b'{"id": "x"}') if status is not None else None,
            Lost(Loss.TIMEOUT) if status is None else None,
            began=number / 10_000,
            ended=(number + 20) / 10_000,
        )
        for number, status in enumerate(statuses)
    ]


def test_race_is_told_with_a_timeline(asker: Asker) -> None:
    """A race is reported without what happened when."""
    answers = burst(409, 200, 200)
    with pytest.raises(Unaskable):
        hold(asker, "AST-08", answers, [Create("S")] * 3)
    (found,) = asker.record.violations
    assert (found.clause, found.operation) == ("AST-08", "createAsset")
    assert found.kind == "no order explains the answers: the symbol exists, yet 200"
    assert found.received == "2 x 200, 1 x 409, and in no order: the symbol exists"
    assert found.steps == (
        "   0.0 to    2.0 ms  A  409",
        "   0.1 to    2.1 ms  B  200 x",
        "   0.2 to    2.2 ms  A  200 x",
    )


def test_honest_burst_leaves_its_worlds(asker: Asker) -> None:
    """What follows a burst is judged as if nothing had been asked."""
    worlds = hold(asker, "AST-08", burst(409, 200, None), [Create("S")] * 3)
    assert {state.symbols for state in worlds.states} == {frozenset("S")}
    assert (asker.record.chances["AST-08"], asker.record.violations) == (1, [])


def test_unanswered_burst_is_no_chance(asker: Asker) -> None:
    """A target that drops every burst holds the clause."""
    with pytest.raises(Unaskable, match="nothing of a burst was answered"):
        hold(asker, "AST-08", burst(None, None), [Create("S")] * 2)
    assert asker.record.chances["AST-08"] == 0


def test_clause_of_the_broken_promise_may_be_another(asker: Asker) -> None:
    """A burst that mixes questions charges everything to one clause."""
    with pytest.raises(Unaskable):
        hold(asker, "ALC-12", burst(200, 200), [Create("S")] * 2, instead={"AST-05": "AST-08"})
    assert asker.record.violations[0].clause == "AST-08"


def test_timeline_is_in_the_order_of_the_answers() -> None:
    """Nobody sees who won: the story is in the order of sending."""
    late, soon = burst(409, 200)
    told = timeline([replace(late, ended=1.0), soon])
    assert [line.split()[-2:] for line in told] == [["200", "x"], ["A", "409"]]


def test_ids_are_those_of_accepted_allocations() -> None:
    """A refusal without an id counts as a second allocation."""
    answers = [allocation_made(id="a"), burst(422)[0], allocation_made(id="b")]
    assert ids(answers) == ["a", "b"]


def test_tally_and_timeline_name_the_lost() -> None:
    """A lost answer looks like an answer."""
    answers = burst(200, None)
    assert tally(answers) == "1 x 200, 1 x lost"
    assert timeline(answers)[-1].endswith("B  no answer in time")
