"""Create asset: what is refused with 400, in which words, and that a refusal leaves nothing behind (AST-10 to AST-15, AST-17, AST-18)."""

import itertools

import pytest

from contracts.asking.assets import ASSET_ENUMS, Assets, Body, encoded
from contracts.strategies import asset_values, boundaries
from contracts.strategies.mixes import COVERING

REQUIRED = ("symbol", "display_name", "type", "entity_status")


def without(body: Body, *names: str) -> Body:
    """The body with some fields left out."""
    return {name: value for name, value in body.items() if name not in names}


@pytest.mark.asks("AST-10", "AST-05")
def test_conflict_leaves_the_refused_content_unused(assets: Assets) -> None:
    first = assets.created(assets.full())
    refused = assets.full(symbol=first["symbol"])
    assets.conflicts(refused, "AST-05", about="the symbol exists")
    again = assets.create({**refused, "symbol": assets.ask.fresh.name()})
    assets.accepted(again, "AST-10", about="only the symbol was taken, nothing else of the refused request")


@pytest.mark.asks("AST-11", "AST-10", "AST-18")
@pytest.mark.parametrize("field", REQUIRED)
def test_missing_field_is_refused(assets: Assets, field: str) -> None:
    for mix in COVERING:
        body = assets.mixed(mix)
        refused = assets.refused(without(body, field), "AST-11", about=f"{field} is missing")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} missing")


@pytest.mark.asks("AST-11", "AST-18")
def test_several_missing_fields_are_refused(assets: Assets) -> None:
    for size in (2, 3, 4):
        for fields in itertools.combinations(REQUIRED, size):
            for body in (assets.minimal(), assets.full()):
                assets.refused(without(body, *fields), "AST-11", about="a field is missing (several)")


@pytest.mark.asks("AST-11", "AST-18")
def test_empty_object_is_refused(assets: Assets) -> None:
    assets.refused({}, "AST-11", about="a field is missing (every one)")


@pytest.mark.asks("AST-12", "AST-10", "AST-18")
@pytest.mark.parametrize("field", ["symbol", "display_name"])
def test_empty_text_is_refused(assets: Assets, field: str) -> None:
    for mix in COVERING:
        body = assets.mixed(mix)
        refused = assets.refused({**body, field: ""}, "AST-12", about=f"{field} is empty")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} empty")


@pytest.mark.asks("AST-13", "AST-10", "AST-18")
@pytest.mark.parametrize(
    ("field", "allowed"), [(field, value) for field, values in ASSET_ENUMS.items() for value in values]
)
def test_value_outside_its_list_is_refused(assets: Assets, field: str, allowed: str) -> None:
    for (label, value), mix in zip(asset_values.not_in_list(allowed).items(), itertools.cycle(COVERING)):
        body = assets.mixed(mix)
        about = f"{field} is not on its list ({label})"
        refused = assets.refused({**body, field: value}, "AST-13", about=about)
        if label in {"lower case", "unknown word", "null", "a list"}:
            assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} not on its list")


@pytest.mark.asks("AST-13", "AST-18")
def test_values_of_the_other_list_are_refused(assets: Assets) -> None:
    for field, other in (("type", "entity_status"), ("entity_status", "type")):
        for value in ASSET_ENUMS[other]:
            assets.refused(assets.full(**{field: value}), "AST-13", about=f"{field} is of the other list")


@pytest.mark.asks("AST-14", "AST-10", "AST-18")
@pytest.mark.parametrize("field", ["symbol", "display_name", "contract_address"])
def test_wrong_type_is_refused(assets: Assets, field: str) -> None:
    wrong = dict(boundaries.NO_STRINGS)
    if field != "contract_address":
        wrong["null"] = None  # of an optional field only an observation
    for (label, value), mix in zip(wrong.items(), itertools.cycle(COVERING)):
        body = assets.mixed(mix)
        refused = assets.refused({**body, field: value}, "AST-14", about=f"{field} is no string ({label})")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} no string")


@pytest.mark.asks("AST-14")
@pytest.mark.parametrize("field", ["type", "entity_status"])
def test_wrong_type_of_a_listed_value_is_refused(assets: Assets, field: str) -> None:
    for (label, value), mix in zip(boundaries.NO_STRINGS.items(), itertools.cycle(COVERING)):
        body = {**assets.mixed(mix), field: value}
        assets.refused(body, "AST-14", about=f"{field} is no string ({label})")


@pytest.mark.asks("AST-14", "AST-18")
def test_address_as_number_is_refused(assets: Assets) -> None:
    """The guide's own example is a number by a YAML accident (1.0392900530792776e+47): the type is string."""
    body = encoded(assets.minimal())[:-1] + b',"contract_address":1.0392900530792776e+47}'
    assets.refused(body, "AST-14", about="contract_address is no string (the guide's number)")


@pytest.mark.asks("AST-15", "AST-10", "AST-18")
@pytest.mark.parametrize("field", ["metadata", "symbol_mappings"])
def test_no_map_is_refused(assets: Assets, field: str) -> None:
    for (label, value), mix in zip(boundaries.NO_MAPS.items(), itertools.cycle(COVERING)):
        body = assets.mixed(mix)
        refused = assets.refused({**body, field: value}, "AST-15", about=f"{field} is no map ({label})")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} no map")


@pytest.mark.asks("AST-15", "AST-10", "AST-18")
def test_mapping_to_anything_but_texts_is_refused(assets: Assets) -> None:
    mixes = itertools.cycle(COVERING)
    for label, value in asset_values.NO_LISTS_OF_TEXTS.items():
        about = f"a vendor maps to no list of texts ({label})"
        body = assets.mixed(next(mixes))
        refused = assets.refused({**body, "symbol_mappings": {"lukka": value}}, "AST-15", about=about)
        assets.left_nothing(
            str(body["symbol"]), refused, "AST-10", about="a vendor that maps to no list of texts"
        )
        mappings = {"lukka": ["BTC"], "kaiko": value, "coingecko": []}
        assets.refused({**assets.mixed(next(mixes)), "symbol_mappings": mappings}, "AST-15", about=about)


# One broken rule for each field: any two of them are two mistakes in one body.
MISTAKES: Body = {
    "symbol": "",
    "display_name": 7,
    "type": "SHARE",
    "entity_status": None,
    "contract_address": 1,
    "metadata": [],
    "symbol_mappings": {"lukka": "BTC"},
}


@pytest.mark.asks("AST-18", "AST-14")
def test_several_mistakes_are_answered_in_words(assets: Assets) -> None:
    about = "several fields are wrong"
    for fields in itertools.combinations(MISTAKES, 2):
        body = {**assets.minimal(), **{field: MISTAKES[field] for field in fields}}
        assets.refused(body, "AST-14", about=about)
        assets.refused(without(body, fields[0]), "AST-14", about=about)
    assets.refused(MISTAKES, "AST-14", about=about)


@pytest.mark.asks("AST-17", "AST-10", "AST-18", "HTP-06")
def test_malformed_body_is_refused(assets: Assets) -> None:
    for label, mix in zip(boundaries.malformed(b"{}"), itertools.cycle(COVERING)):
        body = assets.mixed(mix)
        sent = boundaries.malformed(encoded(body))[label]
        refused = assets.refused(sent, "AST-17", about=f"the body is malformed ({label})")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"malformed ({label})")
