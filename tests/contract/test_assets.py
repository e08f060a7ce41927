"""Create asset: what a valid request gives, what a second one meets, what is refused (AST)."""

import itertools

import pytest

from contracts.asking.assets import ASSET_ENUMS, OPTIONAL, Assets, Body, encoded
from contracts.settings import Profile
from contracts.strategies import boundaries

REQUIRED = ("symbol", "display_name", "type", "entity_status")
KINDS = list(itertools.product(ASSET_ENUMS["type"], ASSET_ENUMS["entity_status"]))


def dressed(template: str, name: str) -> str:
    """A boundary text with a fresh name in it."""
    return template.replace("{}", name)


@pytest.mark.asks("AST-01", "AST-02", "AST-03", "AST-04")
@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_every_type_and_status_is_created(assets: Assets, kind: str, status: str) -> None:
    assets.accepted(assets.create(assets.minimal(type=kind, entity_status=status)))
    assets.accepted(assets.create(assets.full(type=kind, entity_status=status)))


@pytest.mark.asks("AST-02", "AST-07", "HTP-03")
@pytest.mark.parametrize("label", boundaries.TEXTS)
def test_texts_come_back_and_conflict_as_sent(assets: Assets, label: str) -> None:
    text = dressed(boundaries.TEXTS[label], assets.ask.fresh.name())
    body = assets.full(symbol=text, display_name=text, contract_address=text, metadata={"text": text})
    assets.accepted(assets.create(body), "AST-02", about=f"the texts are valid ({label})")
    assets.conflicts(body, "AST-07", about=f"the symbol exists ({label})")


@pytest.mark.asks("AST-02", "AST-07")
@pytest.mark.parametrize("field", ["symbol", "display_name", "contract_address"])
@pytest.mark.parametrize("label", [*boundaries.LONG_TEXTS, *boundaries.ODD_TEXTS])
def test_unpromised_texts_are_refused_or_kept(assets: Assets, label: str, field: str) -> None:
    template = {**boundaries.LONG_TEXTS, **boundaries.ODD_TEXTS}[label]
    body = assets.minimal(**{field: dressed(template, assets.ask.fresh.name())})
    created = assets.create(body)
    assets.ask.observe("AST-20", f"{field}: {label}", created)
    if created.status == 200 and field == "symbol":
        assets.conflicts(body, "AST-07", about=f"the symbol exists ({label})")


@pytest.mark.asks("AST-02")
@pytest.mark.parametrize("label", boundaries.METADATA)
def test_metadata_comes_back_as_sent(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(metadata=boundaries.METADATA[label]))
    assets.accepted(created, "AST-02", about=f"the metadata is valid ({label})")


@pytest.mark.asks("AST-02")
@pytest.mark.parametrize("label", boundaries.ODD_METADATA)
def test_unpromised_metadata_is_refused_or_kept(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(metadata=boundaries.ODD_METADATA[label]))
    assets.ask.observe("AST-20", f"metadata: {label}", created)


@pytest.mark.asks("AST-02")
@pytest.mark.parametrize("label", boundaries.MAPPINGS)
def test_mappings_come_back_as_sent(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(symbol_mappings=boundaries.MAPPINGS[label]))
    assets.accepted(created, "AST-02", about=f"the mappings are valid ({label})")


@pytest.mark.asks("AST-16", "AST-01")
@pytest.mark.parametrize(
    "sent", [names for size in range(4) for names in itertools.combinations(OPTIONAL, size)]
)
def test_each_choice_of_optional_fields_is_created(assets: Assets, sent: tuple[str, ...]) -> None:
    full = assets.full()
    assets.created(full)
    body = {name: value for name, value in assets.full().items() if name in (*REQUIRED, *sent)}
    assets.accepted(assets.create(body), "AST-16", about="optional fields may be left out")


@pytest.mark.asks("AST-05", "HTP-03")
def test_second_create_conflicts(assets: Assets) -> None:
    for body in (assets.minimal(), assets.full()):
        assets.created(body)
        assets.conflicts(body, "AST-05", about="the symbol exists")


@pytest.mark.asks("AST-05", "AST-09")
def test_conflict_persists(assets: Assets) -> None:
    body = assets.full()
    assets.created(body)
    for _ in range(3):
        assets.conflicts(body, "AST-09", about="the symbol exists, and an earlier conflict changed nothing")
    changed = {**assets.full(display_name="Another"), "symbol": body["symbol"]}
    assets.conflicts(changed, "AST-09", about="the symbol exists, and an earlier conflict changed nothing")
    assets.conflicts(body, "AST-09", about="the symbol exists, and an earlier conflict changed nothing")


@pytest.mark.asks("AST-06")
@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_conflict_whatever_the_other_fields_say(assets: Assets, kind: str, status: str) -> None:
    first = assets.full(type=kind, entity_status=status)
    assets.created(first)
    symbol = first["symbol"]
    for other_kind, other_status in KINDS:
        body = assets.minimal(symbol=symbol, type=other_kind, entity_status=other_status)
        assets.conflicts(body, "AST-06", about="the symbol exists under another type or status")
    others: tuple[Body, ...] = (
        {"display_name": "Another name"},
        {"contract_address": "0xabcdef"},
        {"metadata": {"other": True}},
        {"symbol_mappings": {"coingecko": ["other"]}},
    )
    for changes in others:
        body = {**first, **changes}
        assets.conflicts(body, "AST-06", about=f"the symbol exists with another {next(iter(changes))}")
    assets.conflicts(assets.minimal(symbol=symbol), "AST-06", about="the symbol exists with more fields")


@pytest.mark.asks("AST-07", "AST-03")
def test_conflict_after_many_others(assets: Assets, profile: Profile) -> None:
    first = [assets.minimal(), assets.full()]
    for body in first:
        assets.created(body)
    for _ in assets.ask.patiently(profile.between):
        assets.created()
    for body in first:
        assets.conflicts(body, "AST-07", about="the symbol exists since many creates ago")


@pytest.mark.asks("AST-10", "AST-05")
def test_conflict_leaves_the_refused_content_unused(assets: Assets) -> None:
    first = assets.created(assets.full())
    refused = assets.full(symbol=first["symbol"])
    assets.conflicts(refused, "AST-05", about="the symbol exists")
    again = assets.create({**refused, "symbol": assets.ask.fresh.name()})
    assets.accepted(again, "AST-10", about="only the symbol was taken, nothing else of the refused request")


@pytest.mark.asks("AST-11", "AST-10", "AST-18")
@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("kind", ["minimal", "full"])
def test_missing_field_is_refused(assets: Assets, field: str, kind: str) -> None:
    body = getattr(assets, kind)()
    symbol = str(body["symbol"])
    refused = assets.refused(
        {k: v for k, v in body.items() if k != field}, "AST-11", about=f"{field} is missing"
    )
    assets.left_nothing(symbol, refused, "AST-10", about=f"{field} missing")


@pytest.mark.asks("AST-11", "AST-18")
def test_empty_object_is_refused(assets: Assets) -> None:
    assets.refused({}, "AST-11", about="every field is missing")


@pytest.mark.asks("AST-12", "AST-10", "AST-18")
@pytest.mark.parametrize("field", ["symbol", "display_name"])
@pytest.mark.parametrize("kind", ["minimal", "full"])
def test_empty_text_is_refused(assets: Assets, field: str, kind: str) -> None:
    body = getattr(assets, kind)()
    refused = assets.refused({**body, field: ""}, "AST-12", about=f"{field} is empty")
    assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} empty")


@pytest.mark.asks("AST-13", "AST-10", "AST-18")
@pytest.mark.parametrize(
    ("field", "allowed"), [(field, value) for field, values in ASSET_ENUMS.items() for value in values]
)
def test_value_outside_its_list_is_refused(assets: Assets, field: str, allowed: str) -> None:
    for label, value in boundaries.not_in_list(allowed).items():
        body = assets.full()
        refused = assets.refused(
            {**body, field: value}, "AST-13", about=f"{field} is not on its list ({label})"
        )
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} not on its list")


@pytest.mark.asks("AST-14", "AST-10", "AST-18")
@pytest.mark.parametrize("field", ["symbol", "display_name", "contract_address"])
def test_wrong_type_is_refused(assets: Assets, field: str) -> None:
    wrong = dict(boundaries.NO_STRINGS)
    if field != "contract_address":
        wrong["null"] = None  # of an optional field only an observation
    for label, value in wrong.items():
        body = assets.full()
        refused = assets.refused({**body, field: value}, "AST-14", about=f"{field} is no string ({label})")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} no string")


@pytest.mark.asks("AST-14")
@pytest.mark.parametrize("field", ["type", "entity_status"])
def test_wrong_type_of_a_listed_value_is_refused(assets: Assets, field: str) -> None:
    for label, value in boundaries.NO_STRINGS.items():
        assets.refused(assets.minimal(**{field: value}), "AST-14", about=f"{field} is no string ({label})")


@pytest.mark.asks("AST-14", "AST-18")
def test_address_as_number_is_refused(assets: Assets) -> None:
    """The guide's own example is a number by a YAML accident (1.0392900530792776e+47): the type is string."""
    body = encoded(assets.minimal())[:-1] + b',"contract_address":1.0392900530792776e+47}'
    assets.refused(body, "AST-14", about="contract_address is no string (the guide's number)")


@pytest.mark.asks("AST-15", "AST-10", "AST-18")
@pytest.mark.parametrize("field", ["metadata", "symbol_mappings"])
def test_no_map_is_refused(assets: Assets, field: str) -> None:
    for label, value in boundaries.NO_MAPS.items():
        body = assets.minimal()
        refused = assets.refused({**body, field: value}, "AST-15", about=f"{field} is no map ({label})")
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"{field} no map")


@pytest.mark.asks("AST-15", "AST-10", "AST-18")
def test_mapping_to_anything_but_texts_is_refused(assets: Assets) -> None:
    for label, value in boundaries.NO_LISTS_OF_TEXTS.items():
        about = f"a vendor maps to no list of texts ({label})"
        choices: tuple[Body, ...] = ({"lukka": value}, {"lukka": ["BTC"], "kaiko": value})
        for mappings in choices:
            body = assets.minimal(symbol_mappings=mappings)
            refused = assets.refused(body, "AST-15", about=about)
            assets.left_nothing(
                str(body["symbol"]), refused, "AST-10", about="a vendor that maps to no list of texts"
            )


@pytest.mark.asks("AST-17", "AST-18", "HTP-06")
@pytest.mark.parametrize("kind", ["minimal", "full"])
def test_malformed_body_is_refused(assets: Assets, kind: str) -> None:
    for label in boundaries.malformed(encoded(assets.full())):
        body = getattr(assets, kind)()
        assets.refused(
            boundaries.malformed(encoded(body))[label], "AST-17", about=f"the body is malformed ({label})"
        )


@pytest.mark.asks("AST-10", "AST-17")
def test_malformed_body_leaves_nothing(assets: Assets) -> None:
    for label in ("truncated at the end", "text behind the end", "NaN", "a broken UTF-8 sequence", "a list"):
        body = assets.minimal()
        refused = assets.create(boundaries.malformed(encoded(body))[label])
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=f"malformed ({label})")


@pytest.mark.asks("AST-19")
@pytest.mark.parametrize("label", boundaries.DISTINCT_PAIRS)
def test_distinct_symbols_do_not_conflict(assets: Assets, label: str) -> None:
    for order in (0, 1):
        name = assets.ask.fresh.name()
        pair = [dressed(template, name) for template in boundaries.DISTINCT_PAIRS[label]]
        pair = pair if order == 0 else pair[::-1]
        assets.accepted(
            assets.create(assets.full(symbol=pair[0])), "AST-07", about="any symbol text is valid"
        )
        second = assets.create(assets.full(symbol=pair[1]))
        if second.status == 409:
            assets.ask.answered(second, "AST-19", 200, about=f"the symbols are distinct ({label})")
        else:
            assets.accepted(second, "AST-07", about="any symbol text is valid")
            assets.ask.judged("AST-19")


@pytest.mark.asks("AST-19")
def test_only_the_symbol_is_unique(assets: Assets) -> None:
    body = assets.full()
    made = assets.accepted(assets.create(body))
    named = assets.created(
        assets.full(display_name=assets.fresh_symbol(), contract_address="0x" + assets.fresh_symbol())
    )
    vendor = assets.fresh_symbol()
    assets.created(assets.full(symbol_mappings={"lukka": [vendor]}))
    taken = {
        "every other field of an asset": {**body, "symbol": assets.fresh_symbol()},
        "an asset's symbol as display name": assets.full(display_name=body["symbol"]),
        "an asset's symbol as vendor id": assets.full(symbol_mappings={"lukka": [body["symbol"]]}),
        "an asset's symbol as address": assets.full(contract_address=body["symbol"]),
        "an asset's display name as symbol": assets.full(symbol=named["display_name"]),
        "an asset's address as symbol": assets.full(symbol=named["contract_address"]),
        "a vendor's id as symbol": assets.full(symbol=vendor),
    }
    if isinstance(made.get("id"), str) and made["id"]:
        taken["an asset's id as symbol"] = assets.full(symbol=made["id"])
    for label, second in taken.items():
        assets.accepted(assets.create(second), "AST-19", about=f"only symbols are unique ({label})")


@pytest.mark.asks("AST-19")
def test_refused_symbols_stay_free(assets: Assets) -> None:
    conflicting = assets.minimal()
    assets.created(conflicting)
    assets.create(conflicting)
    for _ in range(5):
        assets.accepted(assets.create(assets.minimal()), "AST-19", about="the symbol was never used before")


@pytest.mark.asks("AST-20")
def test_what_counts_as_the_same_symbol(assets: Assets) -> None:
    for label, (first, second) in {
        "other case": ("Abc{}", "aBC{}"),
        "trailing space": ("{}", "{} "),
        "leading space": ("{}", " {}"),
        "normal form": ("caf\u00e9{}", "cafe\u0301{}"),
        "compatible form": ("1{}", "\uff11{}"),
    }.items():
        name = assets.ask.fresh.name()
        assets.created(assets.minimal(symbol=dressed(first, name)))
        assets.ask.observe(
            "AST-20", f"symbol again in {label}", assets.create(assets.minimal(symbol=dressed(second, name)))
        )


@pytest.mark.asks("AST-20")
def test_unknown_properties(assets: Assets) -> None:
    created = assets.create(assets.minimal(unknown_property="kept?"))
    value = (
        "refused" if created.status != 200 else "kept" if "unknown_property" in created.fields else "dropped"
    )
    assets.ask.note("AST-20", "unknown property", value)
    assets.ask.observe(
        "AST-20",
        "id sent by the client",
        assets.create(assets.minimal(id="00000000-0000-4000-8000-000000000000")),
    )


@pytest.mark.asks("AST-20")
@pytest.mark.parametrize("field", OPTIONAL)
def test_null_for_an_optional_field(assets: Assets, field: str) -> None:
    assets.ask.observe("AST-20", f"{field}: null", assets.create(assets.minimal(**{field: None})))


@pytest.mark.asks("AST-20")
def test_bodies_that_parsers_read_differently(assets: Assets) -> None:
    plain = encoded(assets.minimal())
    second = encoded({"symbol": assets.ask.fresh.name()})
    for label, body in {
        "byte-order mark": b"\xef\xbb\xbf" + encoded(assets.minimal()),
        "repeated key": plain[:-1] + b"," + second[1:],
        "escaped names": encoded(assets.minimal()).replace(b'"type"', b'"\\u0074ype"'),
        "space around": b" \r\n\t" + encoded(assets.minimal()) + b"\n ",
    }.items():
        assets.ask.observe("AST-20", label, assets.create(body))


@pytest.mark.asks("AST-20")
def test_whether_a_token_is_needed(assets: Assets) -> None:
    request = assets.request(assets.minimal())
    assets.ask.observe("AST-20", "no token", assets.send(request.with_header("Authorization", None)))
    assets.ask.observe(
        "AST-20",
        "unknown token",
        assets.send(
            assets.request(assets.minimal()).with_header("Authorization", "Bearer unknown-token-of-nobody")
        ),
    )
