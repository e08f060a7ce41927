"""The rules, one request after the other: what they allow, what they forbid, and which clause a forbidden answer breaks."""

import pytest

from contracts.oracle.funds import Ceiling
from contracts.oracle.model import step
from contracts.oracle.state import BEYOND_ANY_BALANCE, Allocate, Answer, AskPayload, State, alike
from contracts.oracle.worlds import TooManyWorlds, Worlds
from tests.unit.oracle.histories import PLACE, steps

ALLOWED = {
    "a conflict after a create": "A+ A- A-",
    "two symbols": "A+ B+ A- B-",
    "case may count": "A+ a+ A- a-",
    "case may not count": "A+ a- A-",
    "a refused create leaves the symbol free": "A!4 A+ A-",
    "a broken create of an existing symbol conflicts": "A+ A!- A-",
    "a broken create of an existing symbol is refused": "A+ A!4 A-",
    "a lost create happened": "A? A-",
    "a lost create did not happen": "A? A+ A-",
    "a repeat has the same id": "1a=x 1a=x",
    "a repeat after others": "1a=x 2b=y 3c=z 1a=x",
    "a used nonce is refused": "1a=x 1b- 1b-",
    "a used reference is refused": "1a=x 2a-",
    "a used reference gives the first allocation": "1a=x 2a=x",
    "other content under both keys is refused": "1a=x 1a'-",
    "another layout is a repeat": '1a=x 1a"=x',
    "another layout is a reuse": '1a=x 1a"-',
    "a refusal may use up the other key": "1a=x 1b- 2b-",
    "a refusal may leave the other key free": "1a=x 1b- 2b=y",
    "a 400 leaves both keys free": "1a!4 1a=x",
    "another refusal may use them up": "1a!- 1a-",
    "another refusal may leave them free": "1a!- 1a=x",
    "released, and again": "1a0 1a0",
    "released, then there are funds": "1a0 1a=x 1a=x",
    "released, the keys are used up": "1a0 1a-",
    "a lost allocation was made": "1a? 1a=x 1a=x 1b-",
    "a lost allocation was not made": "1a? 1b=y",
    "a broken repeat is answered as the repeat": "1a=x 1a!=x",
}
FORBIDDEN = {
    "a second create": ("A+ A+", "AST-05"),
    "a second create after a conflict": ("A+ A- A+", "AST-05"),
    "a conflict of a fresh symbol": ("A+ B-", "AST-19"),
    "a conflict after a refused create": ("A!4 A-", "AST-10"),
    "a broken create is accepted": ("A!+", "AST-12"),
    "two forms, and the first again": ("A+ a+ A+", "AST-05"),
    "a lost create settled, and then again": ("A? A- A+", "AST-05"),
    "a repeat has another id": ("1a=x 1a=y", "ALC-10"),
    "a repeat is refused": ("1a=x 1a-", "ALC-10"),
    "a repeat is released": ("1a=x 1a0", "ALC-10"),
    "a used nonce is accepted": ("1a=x 1b=y", "ALC-09"),
    "a used nonce is accepted in the end": ("1a=x 1b- 1b=y", "ALC-09"),
    "a used reference makes another": ("1a=x 2a=y", "ALC-11"),
    "other content makes another": ("1a=x 1a'=y", "ALC-11"),
    "another layout makes another": ('1a=x 1a"=y', "ALC-11"),
    "a 400 uses up the keys": ("1a!4 1a-", "ALC-20"),
    "a fresh request is refused": ("1a-", "ALC-01"),
    "a fresh request has a known id": ("1a=x 2b=x", "ALC-01"),
    "a forgery is accepted": ("1a!=x", "ALC-05"),
    "a lost allocation was made, and another with its nonce": ("1a? 1a=x 1b=y", "ALC-09"),
    "a lost allocation was not made, as its nonce shows, and yet": ("1a? 1b=y 1a=x", "ALC-09"),
}


def told(history: str) -> tuple[Worlds, str]:
    """The worlds after a history, and the clause whose promise was broken first."""
    worlds = Worlds()
    for request, answer in steps(history):
        clause = worlds.promised(request).clause
        worlds = worlds.after(request, answer)
        if worlds.contradicted:
            return worlds, clause
    return worlds, ""


@pytest.mark.parametrize("what", ALLOWED)
def test_what_the_documents_leave_open_is_allowed(what: str) -> None:
    """The oracle cries wolf where servers may differ."""
    assert told(ALLOWED[what])[1] == ""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_they_forbid_breaks_a_clause(what: str) -> None:
    """The oracle explains away what no honest server answers, or blames another clause."""
    history, clause = FORBIDDEN[what]
    assert told(history)[1] == clause


def test_lost_answer_keeps_both_worlds_until_another_settles_it() -> None:
    """A timeout is taken for a refusal, or for a success."""
    both = told("A?")[0]
    assert {state.symbols for state in both.states} == {frozenset(), frozenset("A")}
    assert {state.symbols for state in told("A? A-")[0].states} == {frozenset("A")}


def test_too_many_lost_answers_are_no_verdict() -> None:
    """A target that answers nothing makes the oracle run for ever, or pass."""
    with pytest.raises(TooManyWorlds, match="worlds"):
        told("A? B? C? D? E? F? G? H? I? J?")


def allocate(quantity: int, **changes: object) -> Allocate:
    values = {"place": PLACE, "nonce": "1", "reference": "a", "text": f"{changes}"}
    return Allocate(**{**values, "currency": "tbtc", "quantity": quantity, **changes})  # type: ignore[arg-type]


def test_more_than_anybody_has_is_released() -> None:
    """An overdraft passes for an allocation."""
    request = allocate(BEYOND_ANY_BALANCE)
    assert Worlds().after(request, Answer(200, "x")).contradicted
    assert not Worlds().after(request, Answer(422)).contradicted
    assert step(State(), request).clause == "ALC-14"


def test_refusal_bounds_a_currency_that_nobody_else_spends() -> None:
    """Funds that were not there are allocated later."""
    worlds = Worlds((State(ceilings={"tbtc": Ceiling(100)}),)).after(allocate(10), Answer(422))
    later = allocate(10, nonce="2", reference="b")
    assert worlds.after(later, Answer(200, "x")).contradicted
    assert not worlds.after(allocate(9, nonce="2", reference="b"), Answer(200, "x")).contradicted


def test_refusal_tells_nothing_of_a_currency_that_others_spend() -> None:
    """Funds that flowed back are called a violation."""
    worlds = Worlds().after(allocate(10), Answer(422))
    assert not worlds.after(allocate(10, nonce="2", reference="b"), Answer(200, "x")).contradicted


@pytest.mark.parametrize("place", [("enterprise", "second"), ("other", "third")])
def test_keys_used_elsewhere_are_open(place: tuple[str, str]) -> None:
    """Nonces are judged across connections and tenants, which the documents leave open."""
    worlds = Worlds().after(allocate(1), Answer(200, "x"))
    elsewhere = allocate(1, place=place)
    assert not worlds.after(elsewhere, Answer(200, "y")).contradicted
    assert not worlds.after(elsewhere, Answer(409)).contradicted
    assert worlds.after(elsewhere, Answer(200, "x")).contradicted == (place[0] == "other")


def test_another_tenants_repeat_gets_nothing() -> None:
    """A repeat is answered before it is asked whose it is."""
    worlds = Worlds().after(allocate(1), Answer(200, "x"))
    assert worlds.after(allocate(1, broken="AUT-03"), Answer(200, "x")).contradicted


def test_malformed_allocation_is_answered_400() -> None:
    """Any refusal passes for the one that is promised."""
    request = allocate(1, broken="ALC-16")
    assert Worlds().after(request, Answer(409)).contradicted
    assert not Worlds().after(request, Answer(400)).contradicted


def test_asking_for_a_payload_uses_up_nothing() -> None:
    """A refusal after a payload is charged to the allocation, not to the asking."""
    worlds = Worlds().after(AskPayload(allocate(1).keys), Answer(200))
    assert worlds.promised(allocate(1)).clause == "SIG-04"
    assert worlds.after(allocate(1), Answer(409)).contradicted


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("Abc", "aBC", "same"),
        (" a ", "a", "same"),
        ("caf\u00e9", "cafe\u0301", "same"),
        ("\uff11", "1", "same"),
        ("stra\u00dfe", "STRASSE", "same"),
        ("a-b", "ab", "distinct"),
        ("a b", "ab", "distinct"),
        ("\u00e9", "e", "distinct"),
    ],
)
def test_what_may_be_one_symbol(one: str, two: str, expected: str) -> None:
    """Symbols that a target may take for one are judged as distinct, or the reverse."""
    assert (alike(one) == alike(two)) == (expected == "same")
