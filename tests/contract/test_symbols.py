"""Create asset: which symbols exist, which are free, and that every asset has an id of its own (AST-03, AST-05 to AST-09, AST-19)."""

import hashlib
import itertools

import pytest

from contracts.asking.assets import ASSET_ENUMS, OPTIONAL, Assets, Body
from contracts.settings import Profile
from contracts.strategies.distinct import FAMILIES
from contracts.strategies.mixes import COVERING

KINDS = list(itertools.product(ASSET_ENUMS["type"], ASSET_ENUMS["entity_status"]))

# One other field at a time.
OTHERS: tuple[Body, ...] = (
    {"display_name": "Another name"},
    {"contract_address": "0xabcdef"},
    {"metadata": {"other": True}},
    {"symbol_mappings": {"coingecko": ["other"]}},
    {"symbol_mappings": {"lukka": ["other"]}},
)


@pytest.mark.asks("AST-05", "AST-09", "HTP-03")
def test_second_create_conflicts(assets: Assets) -> None:
    for mix in COVERING:
        body = assets.created(assets.mixed(mix))
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


@pytest.mark.asks("AST-06", "AST-05", "AST-09")
@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_conflict_whatever_the_other_fields_say(assets: Assets, kind: str, status: str) -> None:
    for mix in COVERING:
        if (mix.type, mix.entity_status) != (kind, status):
            continue
        first = assets.created(assets.mixed(mix))
        for other in COVERING[:8]:
            body = assets.mixed(other, symbol=first["symbol"])
            assets.conflicts(body, "AST-06", about="the symbol exists (under another type or status)")
    first = assets.created(assets.full(type=kind, entity_status=status))
    for changes in OTHERS:
        body = {**first, **changes}
        assets.conflicts(body, "AST-06", about=f"the symbol exists (with another {next(iter(changes))})")
    for name in OPTIONAL:
        body = {field: value for field, value in first.items() if field != name}
        assets.conflicts(body, "AST-06", about=f"the symbol exists (with {name})")
    assets.conflicts(
        assets.minimal(symbol=first["symbol"]), "AST-06", about="the symbol exists (with more fields)"
    )


@pytest.mark.asks("AST-07", "AST-03", "AST-04", "AST-19")
def test_conflict_after_many_others(assets: Assets, profile: Profile) -> None:
    first = [assets.minimal(), assets.full()]
    for body in first:
        assets.created(body)
    for _ in assets.ask.patiently(profile.between):
        name = assets.fresh_symbol()  # counted names hardly differ, and then not by chance
        assets.created(assets.minimal(symbol=name + hashlib.sha256(name.encode()).hexdigest()[:12]))
    for body in first:
        assets.conflicts(body, "AST-07", about="the symbol exists (since many creates ago)")


@pytest.mark.asks("AST-03", "AST-01", "AST-19")
def test_creates_at_once_get_ids_of_their_own(assets: Assets, profile: Profile) -> None:
    """On a connection each: an id may be made of the clock, or of what a connection began with."""
    for _ in range(2):
        requests = [assets.request(assets.full()) for _ in range(profile.burst_width)]
        for answer in assets.ask.burst(requests, "asset-pricing"):
            if answer.status == 409:
                assets.ask.answered(answer, "AST-19", 200, about="the symbol was never used before")
            elif not answer.inconclusive:
                assets.ask.judged("AST-03")


@pytest.mark.asks("AST-19", "AST-01", "AST-03", "AST-04")
@pytest.mark.parametrize("label", FAMILIES)
def test_distinct_symbols_do_not_conflict(assets: Assets, label: str) -> None:
    for templates in (FAMILIES[label], FAMILIES[label][::-1]):
        name, digits = assets.fresh_symbol(), assets.ask.fresh.digits()
        for template in templates:
            symbol = template.replace("{#}", digits).replace("{}", name)
            created = assets.create(assets.full(symbol=symbol))
            if created.status == 409:
                assets.ask.answered(created, "AST-19", 200, about=f"the symbols are distinct ({label})")
            else:
                assets.accepted(created, about="any symbol text is valid")
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
        assets.created(assets.minimal(symbol=first.replace("{}", name)))
        assets.ask.observe(
            "AST-20",
            f"symbol again in {label}",
            assets.create(assets.minimal(symbol=second.replace("{}", name))),
        )
