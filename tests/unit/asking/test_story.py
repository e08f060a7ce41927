"""A story holds every answer against the oracle, and tells how a broken promise came about."""

from dataclasses import replace

import pytest

from contracts.asking.asker import Asker
from contracts.asking.story import Story
from contracts.exchange import Exchange, Loss, Lost, Request, Response
from contracts.oracle.state import Create
from contracts.violation import Unaskable


def answer(status: int | None) -> Exchange:
    request = Request("POST", "/assets", operation="createAsset")
    return Exchange(request, Response(status, body=b'"told"') if status is not None else None)


def test_broken_promise_tells_its_steps(asker: Asker) -> None:
    """A finding of a flow does not say how it came about."""
    story = Story(asker)
    story.tell("create", Create("A"), answer(200))
    story.tell("create another", Create("B"), answer(None))
    story.tell("create it again", Create("A"), answer(200))
    (found,) = asker.record.violations
    assert (found.clause, found.kind) == ("AST-05", "the symbol exists: 200")
    assert (found.expected, found.received) == ("409, because the symbol exists", '200 "told"')
    assert found.steps == ("1. create: 200", "2. create another: no answer", "3. create it again: 200")
    assert str(found).endswith("3. create it again: 200")


def test_blame_names_the_clause(asker: Asker) -> None:
    """What only the asker knows of a request (which field was changed) is lost on the finding."""
    story = Story(asker)
    story.tell("create", Create("A"), answer(200))
    story.tell(
        "again", Create("A"), answer(200), blame=lambda clause, promise: ("AST-06", f"{promise}, {clause}")
    )
    assert asker.record.violations[0].kind.startswith("the symbol exists, AST-05")
    assert asker.record.violations[0].clause == "AST-06"


def test_kept_promise_is_a_chance(asker: Asker) -> None:
    """A clause that a flow put to the test counts as never exercised, or a lost answer counts."""
    story = Story(asker)
    assert story.tell("create", Create("A"), answer(200))
    assert not story.tell("create it again", Create("A"), answer(None))
    assert story.tell("create it again", Create("A"), answer(409))
    assert (asker.record.chances["AST-19"], asker.record.chances["AST-05"]) == (1, 1)


def test_what_was_never_sent_makes_nothing_unknown(asker: Asker) -> None:
    """An honest target whose verdict is unknown, because a budget kept requests back."""
    story = Story(asker)
    withheld = replace(answer(None), lost=Lost(Loss.WITHHELD))
    for symbol in "ABCDEFGHIJK":
        assert not story.tell("create", Create(symbol), withheld)
    assert story.lines == []
    assert story.tell("create", Create("A"), answer(200))
    assert not asker.record.unknown


def test_too_much_unknown_is_no_verdict(asker: Asker) -> None:
    """A target that hardly answers passes."""
    story = Story(asker)
    for symbol in "ABCDEFGHI":
        story.tell("create", Create(symbol), answer(None))
    with pytest.raises(Unaskable, match="worlds"):
        story.tell("create", Create("J"), answer(None))
    assert set(asker.record.unknown) == {"AST-19"}
