"""Each strategy draws what it claims, by a look that does not go through the strategy's own code."""

import copy
import json
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts import signing, specs, wire
from contracts.signing import SigningKey
from contracts.strategies import edits, forged, invalid, requests, values
from contracts.strategies.edits import Corruption, Edit
from contracts.strategies.forged import Forgery, Lie
from contracts.strategies.invalid import Broken
from contracts.strategies.requests import Body, PayloadLayout, named
from contracts.wire import Json

Value = TypeVar("Value")

KEY = SigningKey(bytes(31) + b"\x07")
NAME = "CT1NG2BJAC6NE000107X"  # as long as a fresh name gets

# Drawing a body costs more than a health check likes on a machine that is busy with other tests.
busy = settings(suppress_health_check=[HealthCheck.too_slow])


def asset() -> Body:
    return {"symbol": NAME, "display_name": "Bitcoin", "type": "COIN", "entity_status": "ACTIVE"}


def content() -> Body:
    amount: Json = {"currency": "tbtc", "quantity": "2"}
    return {"amount": amount, "clientExternalId": NAME + "1", "nonce": NAME + "2", "notes": "a note"}


def truth() -> Body:
    connection = "11a88e44-0de6-5e08-8b42-1692ec1c0ff4"
    return {**content(), "connectionId": connection, "enterpriseId": "5f0c1e0a9b7d4c00a1b2c3d4"}


def strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []


def depth(value: Json) -> int:
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((depth(item) for item in inner), default=0)


def numbers(value: Json) -> list[int | Decimal]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [number for item in inner for number in numbers(item)]
    return [value] if isinstance(value, int | Decimal) and not isinstance(value, bool) else []


def is_promised(text: str) -> bool:
    categories = {unicodedata.category(character) for character in text}
    return len(text) <= 64 and not categories & {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def drawn_like(strategy: SearchStrategy[Value], is_so: Callable[[Value], bool]) -> list[Value]:
    """One of the first thousand values that are so, as it is drawn: a run asks no more, and shrinks none."""
    only_draw = settings(max_examples=1000, phases=[Phase.generate], database=None, derandomize=True)
    return [find(strategy, is_so, settings=only_draw)]


# Well-formed bodies


@busy
@given(drawn=requests.assets())
def test_a_drawn_asset_is_valid_and_promised(drawn: Body) -> None:
    """A body that a target may refuse is drawn, and a legal refusal alarms."""
    body = named(drawn, lambda: NAME)
    sent = json.loads(wire.dumps(body))
    assert specs.request_validator("createAsset").is_valid(sent)
    assert len(wire.dumps(body).encode()) < 16 * 1024
    assert NAME in str(body["symbol"])
    assert str(body["display_name"]).strip()
    assert all(map(is_promised, strings(body)))
    assert depth(body.get("metadata")) <= 8


@busy
@given(drawn=values.metadata())
def test_drawn_numbers_survive_a_double_or_are_whole(drawn: dict[str, Json]) -> None:
    """A fraction is drawn that a double cannot carry, and a server with ordinary JSON numbers alarms."""
    for number in numbers(drawn):
        assert isinstance(number, int) or Decimal(repr(float(number))) == number
        assert -(10**40) < number < 10**40


@given(drawn=requests.contents(), quantity=values.quantities())
def test_a_drawn_content_is_valid_and_promised(drawn: Body, quantity: str) -> None:
    """A nonce, reference, note or quantity is drawn that nobody promised to take."""
    amount: Json = {"currency": "tbtc", "quantity": quantity}
    body = {**named(drawn, lambda: NAME), "amount": amount}
    assert specs.request_validator("signingPayload").is_valid(json.loads(wire.dumps(body)))
    assert all(map(is_promised, strings(body)))
    assert re.fullmatch("[1-9][0-9]{0,39}", quantity)


@given(drawn=requests.assets())
def test_a_unique_key_is_named_afresh(drawn: Body) -> None:
    """A drawn key is sent as it is drawn and meets its own first use when the example is run again."""
    taken = iter(["FIRST", "SECOND"])
    first, second = (named(drawn, lambda: next(taken)) for _ in range(2))
    assert "FIRST" in str(first["symbol"])
    assert "SECOND" in str(second["symbol"])
    assert {**first, "symbol": ""} == {**second, "symbol": ""}


@pytest.mark.parametrize(("low", "high"), [(0, 5), (5, 4), (1, 10**40)])
def test_impossible_quantities_are_refused_at_once(low: int, high: int) -> None:
    """A wrong bound shows up as a strange example in the middle of a run."""
    with pytest.raises(ValueError, match="1 to 40 digits"):
        values.quantities(min_value=low, max_value=high)


@pytest.mark.parametrize("category", ["Cc", "Cf", "Cs", "So"])
def test_unpromised_texts_hold_odd_characters(category: str) -> None:
    """The unpromised texts are the promised ones again, and nothing is asked about odd characters."""
    assert drawn_like(values.texts(unpromised=True), lambda text: category in map(unicodedata.category, text))


def test_unpromised_texts_are_long_too() -> None:
    """The unpromised texts are the promised ones again, and nothing is asked about lengths."""
    assert drawn_like(values.texts(unpromised=True), lambda text: 256 < len(text) <= 300)


# Layouts


@given(layout=requests.payload_layouts(), notes=values.notes())
def test_a_drawn_layout_says_the_same(layout: PayloadLayout, notes: str) -> None:
    """A layout that changes what the payload says, so that an honest refusal alarms (ALC-07)."""
    said = {**truth(), "notes": notes}
    expected = {name: value for name, value in said.items() if layout.enterprise or name != "enterpriseId"}
    assert wire.parse(layout(said)) == expected


@pytest.mark.parametrize(
    "text",
    ["\n", "\r\n", "\\u006", "\\u00E", "\\/", '"nonce":"', " :", '{"quantity"'],
)  # fmt: skip
def test_layouts_reach_every_freedom(text: str) -> None:
    """A freedom that no drawn layout takes: line breaks, escapes of either case, spaces, another order."""
    said = {**truth(), "notes": "a/b é"}
    assert drawn_like(requests.payload_layouts(), lambda layout: text in layout(said))


# Broken rules


@given(broken=invalid.broken_assets())
def test_a_broken_asset_breaks_one_rule(broken: Broken) -> None:
    """A mutation that is valid after all, or one that breaks a second rule and passes for it."""
    validator = specs.request_validator("createAsset")
    body = asset()
    mutated = broken.mutate(body)
    assert body == asset()
    assert not validator.is_valid(plain(mutated))
    mended = {**mutated, **asset(), "contract_address": "0x", "metadata": {}, "symbol_mappings": {}}
    assert validator.is_valid(plain(mended))
    assert {name for name in {*body, *mutated} if body.get(name) != mutated.get(name)} <= {broken.place[0]}


@given(broken=invalid.broken_contents())
def test_a_broken_content_breaks_one_rule(broken: Broken) -> None:
    """A payload request that is valid after all is taken for one that must be refused (SIG-06)."""
    mutated = broken.mutate(content())
    assert not specs.request_validator("signingPayload").is_valid(plain(mutated))
    assert {name for name in content() if content()[name] != mutated.get(name)} <= {broken.place[0]}
    assert not (broken.place == ("notes",) and broken.value is None)


@given(broken=invalid.broken_allocations())
def test_a_broken_allocation_breaks_one_rule(broken: Broken) -> None:
    """An allocation that is valid after all is taken for one that must be refused (ALC-16, ALC-17)."""
    body = {**content(), "payload": "{}", "signature": "1f"}
    assert not specs.request_validator("createAllocation").is_valid(plain(broken.mutate(body)))
    assert (broken.clause == "ALC-17") <= (broken.place == ("amount", "quantity"))


@given(quantity=invalid.bad_quantities())
def test_a_bad_quantity_is_no_open_case(quantity: str) -> None:
    """Leading zeros and fractions of zero are drawn, whose answer the documents leave open (ALC-19)."""
    try:
        number = Decimal(quantity) if quantity.isascii() and "_" not in quantity else None
    except ArithmeticError:
        number = None
    plain_form = quantity.isdigit() and quantity.isascii()
    assert not (plain_form and int(quantity) > 0)
    assert (
        number is None
        or "." not in quantity
        or not number.is_finite()
        or number != number.to_integral_value()
    )


@given(broken=st.one_of(invalid.broken_assets(), invalid.broken_allocations()))
def test_what_a_finding_is_called_holds_no_drawn_value(broken: Broken) -> None:
    """Two runs find the same bug under two names, because its name holds what was drawn."""
    words = broken.about.removeprefix(".".join(broken.place)).strip()
    assert words in {
        "is missing", "is empty", "is null", "is no string", "is no map", "is no amount", "is no list of texts",
        "is not on its list", "is on the other's list", "is no positive whole number",
    }  # fmt: skip


def plain(value: object) -> Any:
    """What a JSON Schema validator reads: no Decimal."""
    return json.loads(json.dumps(value, default=float))


# Lies and forgeries


@given(lie=forged.lies())
def test_a_lie_differs_in_one_place_beyond_what_may_be_the_same(lie: Lie) -> None:
    """A lie that may count as the truth (other case, outer space, normal form), or that tells two things at once."""
    before, said = truth(), lie.told(truth())
    assert before == truth()
    differing = [name for name in before if said[name] != before[name]]
    assert differing == [lie.place[0]]
    one, two = (copy.deepcopy(side)[lie.place[0]] for side in (before, said))
    for part in lie.place[1:]:
        assert isinstance(one, dict)
        assert isinstance(two, dict)
        one, two = one[part], two[part]
    assert isinstance(one, str)
    assert isinstance(two, str)
    assert (
        unicodedata.normalize("NFKC", one).strip().casefold()
        != unicodedata.normalize("NFKC", two).strip().casefold()
    )
    assert lie.clause != "ALC-06a" or (two.isdigit() and int(two) != int(one))


@pytest.mark.parametrize("letter", "abcdefg")
def test_every_lie_is_told(letter: str) -> None:
    """A clause of ALC-06 that no drawn lie ever breaks."""
    assert drawn_like(forged.lies(), lambda lie: lie.clause == f"ALC-06{letter}")


@pytest.mark.parametrize("clause", ["AST-11", "AST-12", "AST-13", "AST-14", "AST-15"])
def test_every_rule_of_an_asset_is_broken(clause: str) -> None:
    """A clause of create asset that no drawn body ever breaks."""
    assert drawn_like(invalid.broken_assets(), lambda broken: broken.clause == clause)


@given(forgery=forged.forgeries(), text=values.texts(min_size=1))
def test_a_forgery_does_not_verify(forgery: Forgery, text: str) -> None:
    """A drawn forgery that is a valid signature after all, so that an honest 200 alarms (ALC-05)."""
    assume(forgery.secret != 7)
    assert not signing.verifies(text, forgery.made(text, KEY), KEY.public_key)


# Small changes


@given(edit=edits.edits(values.characters()), text=values.texts())
def test_an_edit_changes_one_character(edit: Edit, text: str) -> None:
    """An edit that changes more than it says, or `unlike` that gives the same text back."""
    assert abs(len(edit.made(text)) - len(text)) <= 1
    one, two = (unicodedata.normalize("NFKC", side).strip().casefold() for side in (text, edit.unlike(text)))
    assert one != two


@given(corruption=edits.corruptions())
def test_a_corruption_spares_fresh_names(corruption: Corruption) -> None:
    """A corrupted name that a later request gets as its own fresh one, and its 409 alarms."""
    body = wire.dumps(asset()).encode()
    corrupted = corruption.made(body, [NAME.encode()])
    assert NAME.encode() in corrupted
    assert abs(len(corrupted) - len(body)) <= 1
