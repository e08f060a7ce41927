"""Checks are found by their clause, and one that breaks costs the others nothing."""

import pytest

from contracts.checks import registry
from contracts.checks.registry import CheckBroke, Context, Judgement, broken, check, judge, registered
from contracts.clauses.catalogue import UnknownClause
from contracts.exchange import Exchange
from tests.fixtures.exchanges import allocate, answered, asset_made, create_asset, payload_given

CLAUSES = {
    "AST-01", "AST-02", "AST-04", "AST-09", "AST-16", "AST-18", "SIG-01", "SIG-02", "SIG-06", "ALC-01", "ALC-02",
    "ALC-03", "ALC-04", "ALC-14", "ALC-16", "AUT-06", "AUT-07", "HTP-01", "HTP-02", "HTP-03", "HTP-04", "HTP-06",
    "HTP-08",
}  # fmt: skip


def test_every_check_is_registered() -> None:
    """A module of checks that nobody imports, so that its clauses are never judged."""
    assert {clause for clause, _ in registered()} == CLAUSES


def test_every_check_says_what_is_lost() -> None:
    """A check whose reader cannot tell why it matters."""
    for _, function in registered():
        assert (function.__doc__ or "").startswith("Without it ")


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

    monkeypatch.setattr(registry, "registered", lambda: (("AST-02", careless), ("AST-01", careful)))
    found = dict(judge(answered(allocate(), 200), Context()))
    assert isinstance(found["AST-02"], CheckBroke)
    assert "careless" in found["AST-02"].reason
    assert isinstance(found["AST-01"], list)
    assert len(found["AST-01"]) == 1
