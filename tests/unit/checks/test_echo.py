"""AST-02, AST-16 and ALC-02: an answer carries what was sent, and nothing that was not."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.checks.echo import (
    allocation_carries_what_was_sent,
    asset_carries_what_was_sent,
    same,
    unsent_stays_absent,
)
from contracts.exchange import Exchange, Loss
from tests.fixtures.exchanges import (
    ALLOCATIONS,
    CONNECTION,
    allocate,
    allocation,
    allocation_made,
    answered,
    asset,
    asset_body,
    asset_made,
    below,
    create_asset,
    kinds,
    lost,
    repeating,
    signed,
    without,
)

FULL = asset_body(
    contract_address="0x1234567890123456789012345678901234567890",
    metadata={"decimals": 8, "deep": [{"a": None, "é": "💰"}, [], {}], "empty": {}},
    symbol_mappings={"lukka": ["BTC", "BITCOIN", "BTC"], "kaiko": []},
)

# --- AST-02


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("symbol", "btc"),
        ("symbol", "BTC "),
        ("display_name", "bitcoin"),
        ("type", "TOKEN"),
        ("entity_status", "INACTIVE"),
        ("contract_address", "0x1234567890123456789012345678901234567891"),
        ("contract_address", Decimal("1.0392900530792776e+47")),
        ("contract_address", None),
        ("metadata", {}),
        ("metadata", {"decimals": "8", "deep": [{"a": None, "é": "💰"}, [], {}], "empty": {}}),
        ("metadata", {"decimals": 8, "deep": [{"é": "💰"}, [], {}], "empty": {}}),
        ("metadata", {"decimals": 8, "deep": [{"a": None, "é": "💰"}, {}, []], "empty": {}}),
        ("metadata", {"decimals": 8, "deep": [{"a": None, "é": "💰"}, [], {}]}),
        ("symbol_mappings", {"lukka": ["BTC", "BITCOIN"], "kaiko": []}),
        ("symbol_mappings", {"lukka": ["BITCOIN", "BTC", "BTC"], "kaiko": []}),
        ("symbol_mappings", {"lukka": ["BTC", "BITCOIN", "BTC"]}),
        ("symbol_mappings", {"lukka": ["BTC", "BITCOIN", "BTC"], "kaiko": [], "more": ["x"]}),
    ],
)
def test_changed_fields_are_found(name: str, value: Any) -> None:
    """A field trimmed, folded, sorted, deduplicated, cut or turned into another type on its way."""
    assert kinds(asset_carries_what_was_sent, asset_made(FULL, **{name: value})) == [f"{name} changed"]


def test_every_changed_field_is_told() -> None:
    """The first difference that hides the others."""
    judged = asset_made(FULL, type="NFT", metadata={})
    assert kinds(asset_carries_what_was_sent, judged) == ["type changed", "metadata changed"]


def test_a_dropped_optional_field_is_found() -> None:
    """An optional field that is taken and lost; one that was sent empty too."""
    judged = answered(create_asset(FULL), 200, without(asset(**FULL), "metadata"))
    assert kinds(asset_carries_what_was_sent, judged) == ["metadata changed"]
    sent = asset_body(symbol_mappings={})
    judged = answered(create_asset(sent), 200, asset())
    assert kinds(asset_carries_what_was_sent, judged) == ["symbol_mappings changed"]


@pytest.mark.parametrize("value", ["\ud800", "é", "e\u0301", "\x00", " a ", "x" * 500])
def test_changed_text_is_found(value: str) -> None:
    """A text that is normalised, trimmed or repaired in silence."""
    sent = asset_body(display_name=value)
    assert kinds(asset_carries_what_was_sent, asset_made(sent)) == []
    judged = asset_made(sent, display_name="\ufffd")
    assert kinds(asset_carries_what_was_sent, judged) == ["display_name changed"]


def test_honest_assets_pass() -> None:
    """Further fields, or another order of keys, charged as changes."""
    assert kinds(asset_carries_what_was_sent, asset_made(FULL)) == []
    turned = dict(reversed(list(asset(**FULL, more={"x": 1}).items())))
    assert kinds(asset_carries_what_was_sent, answered(create_asset(FULL), 200, turned)) == []


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (1, Decimal("1.0")),
        (Decimal("1E+2"), 100),
        (Decimal("0.1"), Decimal("0.10")),
        (Decimal("0.1"), Decimal("0.1000000000000000055511151231257827021181583404541015625")),
        (Decimal("1.23456789012345678901"), Decimal("1.2345678901234567")),
        (Decimal("1E-400"), 0),
        (Decimal("-0.0"), 0),
        ([{"a": Decimal("0.1")}], [{"a": Decimal("0.1000000000000000055511151231257827")}]),
    ],
)
def test_numbers_are_equal_by_value(sent: Any, received: Any) -> None:
    """Another way to write a number, or a fraction that passed through a double, charged as a change."""
    assert same(sent, received)
    assert (
        kinds(
            asset_carries_what_was_sent,
            asset_made(asset_body(metadata={"a": sent}), metadata={"a": received}),
        )
        == []
    )


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (2**53 + 1, 2**53),
        (10**40, Decimal(10**40 + 1)),
        (2**64, 2**63 - 1),
        (Decimal("0.1"), Decimal("0.1000001")),
        (1, True),
        (0, False),
        (0, None),
        (1, "1"),
        (Decimal("1E+400"), Decimal("1E+401")),
        ([1], [1, 1]),
        ({}, []),
    ],
)
def test_numbers_are_exact(sent: Any, received: Any) -> None:
    """A whole number that loses digits in a double or a 64-bit integer, or a bool taken for a number."""
    assert not same(sent, received)
    judged = asset_made(asset_body(metadata={"a": sent}), metadata={"a": received})
    assert kinds(asset_carries_what_was_sent, judged) == ["metadata changed"]


def nested(depth: int, innermost: Any) -> Any:
    for _ in range(depth):
        innermost = [innermost]
    return innermost


def test_a_change_in_a_deep_value_is_found() -> None:
    """A depth that ends the judge instead of the comparison."""
    judged = asset_made(asset_body(metadata={"a": nested(600, 1)}), metadata={"a": nested(600, 2)})
    assert kinds(asset_carries_what_was_sent, judged) == ["metadata changed"]


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(answered(create_asset(), 409, "taken"), id="refused"),
        pytest.param(asset_made(asset_body(type="coin")), id="an invalid body that was taken"),
        pytest.param(asset_made(asset_body(contract_address=None)), id="null for an optional field"),
        pytest.param(
            answered(create_asset(b'{"symbol":"A","symbol":"B"}'), 200, asset()), id="repeated keys"
        ),
        pytest.param(answered(create_asset(b"\xff"), 200, asset()), id="no JSON sent"),
        pytest.param(answered(create_asset(), 200, b"oops"), id="no JSON received"),
        pytest.param(answered(below(create_asset()), 200, asset(symbol="X")), id="below"),
        pytest.param(answered(create_asset(method="PUT"), 200, asset(symbol="X")), id="another method"),
        pytest.param(lost(create_asset(), Loss.CLOSED), id="no answer"),
    ],
)
def test_echo_is_judged_of_valid_creates(judged: Exchange) -> None:
    """A promise held against what nobody was promised: that it was taken at all is another clause's matter."""
    assert kinds(asset_carries_what_was_sent, judged) is None
    assert kinds(unsent_stays_absent, judged) is None


def test_a_missing_required_field_is_the_shapes_matter() -> None:
    """One bug charged to two clauses."""
    judged = answered(create_asset(), 200, without(asset(), "symbol"))
    assert kinds(asset_carries_what_was_sent, judged) == []


def test_the_difference_is_told() -> None:
    """A finding that shows two long values and not where they part."""
    sent = asset_body(metadata={"a": "x" * 300})
    found = asset_carries_what_was_sent(asset_made(sent, metadata={"a": "x" * 299 + "y"}), None)  # type: ignore[arg-type]
    assert found
    assert "a: expected" in found[0].received
    assert len(found[0].received) < 500


# --- AST-16


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"metadata": {}}, []),
        ({"symbol_mappings": {}}, []),
        ({"metadata": None}, ["metadata is null"]),
        ({"contract_address": None}, ["contract_address is null"]),
        ({"contract_address": ""}, ["contract_address out of nowhere"]),
        ({"contract_address": {}}, ["contract_address out of nowhere"]),
        ({"contract_address": "0x1"}, ["contract_address out of nowhere"]),
        ({"metadata": []}, ["metadata out of nowhere"]),
        ({"metadata": {"network": "mainnet"}}, ["metadata out of nowhere"]),
        ({"symbol_mappings": {"lukka": []}}, ["symbol_mappings out of nowhere"]),
        ({"metadata": None, "symbol_mappings": None}, ["metadata is null", "symbol_mappings is null"]),
    ],
)
def test_unsent_fields_stay_absent_or_empty(changes: dict[str, Any], found: list[str]) -> None:
    """Another asset's fields, a null, or defaults that nobody asked for; an empty map is legal."""
    assert kinds(unsent_stays_absent, asset_made(asset_body(), **changes)) == found


def test_nothing_unsent_gives_no_chance() -> None:
    """A clause that counts as held where nothing was left out."""
    assert kinds(unsent_stays_absent, asset_made(FULL)) is None


# --- ALC-02

BIG = "340282366920938463463374607431768211457"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"amount": {"currency": "tbtc", "quantity": "2"}}, "amount.quantity"),
        ({"amount": {"currency": "tbtc", "quantity": "01"}}, "amount.quantity"),
        ({"amount": {"currency": "tbtc", "quantity": 1}}, "amount.quantity"),
        ({"amount": {"currency": "TBTC", "quantity": "1"}}, "amount.currency"),
        ({"clientExternalId": "CLIENT-1"}, "clientExternalId"),
        ({"notes": "other"}, "notes"),
        ({"notes": None}, "notes"),
        ({"connectionId": "7a1f4b52-0c3d-4e8f-b6a9-5d2e8c917f31"}, "connectionId"),
    ],
)
def test_changed_allocations_are_found(changes: dict[str, Any], found: str) -> None:
    """An amount, a reference or a destination that nobody sent."""
    judged = allocation_made(signed(notes="for the desk"), **changes)
    assert kinds(allocation_carries_what_was_sent, judged) == [f"{found} changed"]


@pytest.mark.parametrize("quantity", ["1", BIG, "9" * 40])
def test_quantities_come_back_digit_for_digit(quantity: str) -> None:
    """Wei amounts that pass through a double or 64 bits."""
    assert kinds(allocation_carries_what_was_sent, allocation_made(signed(quantity))) == []
    amount = {"currency": "tbtc", "quantity": f"{int(quantity) + 1}"}
    judged = allocation_made(signed(quantity), amount=amount)
    assert kinds(allocation_carries_what_was_sent, judged) == ["amount.quantity changed"]


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(allocation_made(), id="plain"),
        pytest.param(allocation_made(partnerExternalId="p", evaluationId="e", more=1), id="more members"),
        pytest.param(allocation_made(connectionId=CONNECTION.upper()), id="a UUID in capitals"),
        pytest.param(
            answered(
                allocate(target=ALLOCATIONS.replace(CONNECTION, CONNECTION.upper())),
                200,
                {"allocation": allocation()},
            ),
            id="asked in capitals",
        ),
        pytest.param(
            answered(allocate(), 200, {"allocation": without(allocation(), "amount")}), id="ALC-01's matter"
        ),
        pytest.param(allocation_made(notes="the desk's own"), id="notes that were not sent"),
    ],
)
def test_honest_allocations_pass(judged: Exchange) -> None:
    """Legal freedom, or another clause's matter, charged as a change."""
    assert kinds(allocation_carries_what_was_sent, judged) == []


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(
            answered(repeating(allocate()), 200, {"allocation": allocation(clientExternalId="first")}),
            id="a retry",
        ),
        pytest.param(
            allocation_made(signed("007"), amount={"currency": "tbtc", "quantity": "7"}),
            id="leading zeros are open",
        ),
        pytest.param(
            answered(allocate(), 422, {"allocation": allocation(clientExternalId="x")}), id="refused"
        ),
        pytest.param(answered(allocate(), 200, {"allocation": []}), id="no allocation"),
        pytest.param(
            answered(below(allocate()), 200, {"allocation": allocation(clientExternalId="x")}), id="below"
        ),
        pytest.param(lost(allocate(), Loss.TIMEOUT), id="no answer"),
    ],
)
def test_allocation_is_judged_where_it_speaks_of_the_request(judged: Exchange) -> None:
    """The answer to an earlier request, or what nobody was promised, held against this request."""
    assert kinds(allocation_carries_what_was_sent, judged) is None
