"""The asker: every answer is judged, every expectation counts as a chance, nothing counts that was not answered."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from contracts.asking.asker import REFUSALS, Asker, needs_answer, within_limits
from contracts.exchange import Exchange, Loss, Request, Trait
from contracts.violation import ContractBroken, Unaskable
from tests.fixtures.exchanges import allocate, allocation, answered, asset, create_asset, lost
from tests.fixtures.outcomes import violation

Maker = Callable[..., Asker]


def made(request: Request) -> Exchange:
    return answered(request, 200, asset(**request.fields))


def shouting(request: Request) -> Exchange:
    """An asset whose symbol is in lower case, and whose answer a crash."""
    return answered(request, 200, asset(symbol="btc"))


def patience(request: Request) -> Exchange:
    return answered(request, 429, "later")


def kinds(ask: Asker) -> list[tuple[str, str]]:
    return [(violation.clause, violation.kind) for violation in ask.record.violations]


def test_every_answer_is_judged(asker_of: Maker) -> None:
    """A question about one clause that overlooks the violation of another."""
    ask = asker_of(shouting)
    ask.send(create_asset(), "asset-pricing")
    assert kinds(ask) == [("AST-02", "symbol changed")]
    assert ask.record.chances["AST-01"] == 1
    assert ask.record.chances["AST-02"] == 1
    assert (ask.record.requests, ask.record.cases) == (1, 1)
    assert ask.record.timings["createAsset"] == [5.0]


def test_the_same_bug_is_kept_once(asker_of: Maker) -> None:
    """A thousand violations of one bug in one record."""
    ask = asker_of(shouting)
    for _ in range(3):
        ask.send(create_asset(), "asset-pricing")
    assert len(ask.record.violations) == 1
    assert ask.record.chances["AST-02"] == 3


def test_whoever_writes_findings_is_told_at_once(asker_of: Maker) -> None:
    """A violation that is lost when the run is killed."""
    ask = asker_of(shouting)
    told: list[str] = []
    ask.record.on_violation = lambda violation: told.append(violation.clause)
    ask.send(create_asset(), "asset-pricing")
    assert told == ["AST-02"]


def test_strict_askers_raise_what_was_found(asker_of: Maker) -> None:
    """A generator that cannot shrink, because nothing fails."""
    ask = asker_of(shouting, strict=True)
    with pytest.raises(ContractBroken, match="symbol changed") as caught:
        ask.send(create_asset(), "asset-pricing")
    assert len(caught.value.violations) == 1
    assert ask.record.chances["AST-02"] == 1


@pytest.mark.parametrize("strict", [False, True])
def test_first_violation_is_noted_when_it_is_met(asker_of: Maker, *, strict: bool) -> None:
    """A violation whose requests are counted when a generator has shrunk it, a thousand requests later."""
    ask = asker_of(made, shouting, strict=strict)
    told: list[int] = []
    ask.record.on_red = lambda violation: told.append(ask.record.requests)
    for _ in range(4):
        with suppress(ContractBroken):
            ask.send(create_asset(), "asset-pricing")
    assert told == [2]
    assert ask.record.reds["AST-02"].requests == 2
    assert ask.record.began <= ask.record.reds["AST-02"].at


def test_broken_convention_is_no_red(asker_of: Maker) -> None:
    """A run that ends, or is called red, for what only warns."""
    ask = asker_of(made)
    ask.record.met(violation("AST-03", "id is no UUID", advisory=True))
    assert ask.record.reds == {}


def test_used_keys_are_marked(asker_of: Maker) -> None:
    """A retry that is judged as if it were a first request."""
    ask = asker_of(lambda request: answered(request, 200, {"allocation": allocation()}))
    ask.send(allocate(), "go-network")
    assert Trait.REPEATED_KEY not in ask.record.exchanges[0].request.traits
    ask.send(allocate(), "go-network")
    assert Trait.REPEATED_KEY in ask.record.exchanges[1].request.traits


def test_ids_are_compared_over_all_questions(asker_of: Maker) -> None:
    """An id given twice that no single answer shows."""
    ask = asker_of(made)
    ask.send(create_asset(), "asset-pricing")
    ask.send(create_asset({**create_asset().fields, "symbol": "ETH"}), "asset-pricing")
    assert kinds(ask) == [("AST-03", "id given twice")]


@pytest.mark.parametrize(
    ("exchange", "held", "chances"),
    [
        (answered(create_asset(), 409, "taken"), True, 1),
        (answered(create_asset(), 200), False, 1),
        (answered(create_asset(), 500), False, 1),
        (answered(create_asset(), 429), False, 0),
        (answered(create_asset(), 503, headers=(("Retry-After", "1"),)), False, 0),
        (lost(create_asset(), Loss.TIMEOUT), False, 0),
    ],
)
def test_an_expected_status(asker_of: Maker, exchange: Exchange, *, held: bool, chances: int) -> None:
    """A lost answer that counts as a chance, or as held; a wrong status that does not count."""
    ask = asker_of(made)
    assert ask.answered(exchange, "AST-05", 409, about="the symbol exists") is held
    assert ask.record.chances["AST-05"] == chances
    assert bool(ask.record.violations) is (chances == 1 and not held)
    assert ("AST-05" in ask.record.unasked) is (chances == 0)


def test_a_refusal_is_any_4xx_and_a_crash_another_matter(asker_of: Maker) -> None:
    """A 5xx charged twice, or a refusal charged for its status."""
    ask = asker_of(made)
    assert ask.refused(answered(allocate(), 422), "ALC-05", about="zeros")
    assert ask.refused(answered(allocate(), 401), "ALC-05", about="zeros")
    assert not ask.refused(answered(allocate(), 500), "ALC-05", about="zeros")
    assert ask.record.chances["ALC-05"] == 2
    assert not ask.refused(answered(allocate(), 200), "ALC-05", about="zeros")
    assert kinds(ask) == [("ALC-05", "zeros: 200")]
    assert {400, 499} <= REFUSALS
    assert not REFUSALS & {399, 500}


def test_a_kind_holds_no_value_of_the_run(asker_of: Maker) -> None:
    """A finding that is new in each run because its kind quotes the answer."""
    ask = asker_of(made)
    violation = ask.violation(
        "AST-05", answered(create_asset(), 200, {"id": "4711"}), "the symbol exists", "409"
    )
    assert violation.kind == "the symbol exists: 200"
    assert "4711" in violation.received
    assert violation.operation == "createAsset"


def test_needs_answer() -> None:
    """A step that builds on an answer that never came."""
    needs_answer(answered(create_asset(), 500))
    with pytest.raises(Unaskable, match="no answer in time"):
        needs_answer(lost(create_asset(), Loss.TIMEOUT))
    with pytest.raises(Unaskable, match="429"):
        needs_answer(patience(create_asset()))


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (409, True), (500, True), (400, False), (413, False), (431, False)]
)
def test_within_limits(status: int, *, taken: bool) -> None:
    """A legal refusal of a size taken for an acceptance, or a conflict for a refusal."""
    assert within_limits(answered(create_asset(), status)) is taken


def test_observations_count_answers_alone(asker_of: Maker) -> None:
    """A 429 told as the target's behaviour."""
    ask = asker_of(made)
    ask.observe("AST-20", "other case", answered(create_asset(), 200))
    ask.observe("AST-20", "spaces", patience(create_asset()))
    ask.note("AST-20", "limit", 64)
    assert ask.record.observations == {"AST-20": {"other case": [200], "limit": [64]}}


def test_observations_that_differ_are_all_kept(asker_of: Maker) -> None:
    """The last of two answers told as what the target does."""
    ask = asker_of(made)
    for status in (409, 200, 409):
        ask.observe("AST-20", "other case", answered(create_asset(), status))
    assert ask.record.observations == {"AST-20": {"other case": [409, 200]}}
    assert ask.record.chances["AST-20"] == 3
