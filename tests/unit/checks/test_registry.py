"""Checks are found by their clause, and one that breaks costs the others nothing."""

import pytest

from contracts.checks import registry
from contracts.checks.registry import Check, CheckBroke, Context, Judgement, broken, check, judge, registered
from contracts.clauses.catalogue import UnknownClause
from contracts.exchange import Exchange, Loss
from tests.fixtures.exchanges import allocate, answered, asset_made, below, create_asset, lost, payload_given

CLAUSES = {
    "AST-01", "AST-02", "AST-04", "AST-09", "AST-16", "AST-18", "SIG-01", "SIG-02", "SIG-06", "ALC-01", "ALC-02",
    "ALC-03", "ALC-04", "ALC-14", "ALC-16", "AUT-06", "AUT-07", "HTP-01", "HTP-02", "HTP-03", "HTP-04", "HTP-06",
    "HTP-08",
}  # fmt: skip


def test_every_check_is_registered() -> None:
    """A module of checks that nobody imports, so that its clauses are never judged."""
    assert {each.clause for each in registered()} == CLAUSES


def test_every_check_says_what_is_lost() -> None:
    """A check whose reader cannot tell why it matters."""
    for each in registered():
        assert (each.judge.__doc__ or "").startswith("Without it ")


def test_an_unknown_clause_is_refused_on_import() -> None:
    """A misspelt id under which violations would never be reported."""
    with pytest.raises(UnknownClause, match="AST-02"):
        check("AST-2")


def test_judge_tells_chances_from_silence() -> None:
    """A check that does not apply counted as held."""
    found = dict(judge(asset_made(symbol="X"), Context()))
    assert "SIG-01" not in found
    assert found["AST-01"] == []
    (violation,) = found["AST-02"]  # type: ignore[misc]
    assert violation.identity == ("AST-02", "createAsset", "symbol changed")


@pytest.mark.parametrize("judged", [asset_made(), payload_given(), answered(create_asset(), 409, "taken")])
def test_honest_answers_break_nothing(judged: Exchange) -> None:
    """A false alarm on the plainest answers."""
    assert [found for _, found in judge(judged, Context()) if found] == []


def test_a_check_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own bug that ends a run, or that passes for a held clause."""

    def careless(_: Exchange, __: Context) -> Judgement:
        raise ZeroDivisionError

    def careful(exchange: Exchange, _: Context) -> Judgement:
        return [broken("AST-01", exchange, "kind", "expected", "received")]

    concerned = (Check("AST-02", careless), Check("AST-01", careful))
    monkeypatch.setattr(registry, "_concerned", lambda _: concerned)
    found = dict(judge(answered(allocate(), 200), Context()))
    assert isinstance(found["AST-02"], CheckBroke)
    assert "careless" in found["AST-02"].reason
    assert isinstance(found["AST-01"], list)
    assert len(found["AST-01"]) == 1


def test_a_check_of_one_kind_of_answer_is_asked_about_no_other() -> None:
    """An allocation's check that judges a payload, a refusal, or an answer to a request for the server itself."""
    asked = Check("ALC-01", lambda *_: [], frozenset({("createAllocation", 200)}))
    made = answered(allocate(), 200)
    others = (
        payload_given(),
        answered(allocate(), 404),
        answered(allocate(method="PUT"), 200),
        lost(allocate(), Loss.CLOSED),
    )
    assert asked(made, Context()) == []
    assert [asked(other, Context()) for other in (*others, answered(below(allocate()), 200))] == [None] * 5
