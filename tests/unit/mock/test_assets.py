"""Create asset on the honest server."""

import re
from decimal import Decimal
from typing import Any

import pytest

from contracts import wire


def test_answers_200_with_what_was_sent(server: Any) -> None:
    """A field that is changed, added or lost on its way to the answer."""
    sent = server.asset(
        contract_address="0xAbC",
        metadata={"a": [1, {"b": None}], "big": 9007199254740993, "exact": Decimal("1.50"), "e": {}},
        symbol_mappings={"lukka": ["BTC", "BTC"], "kaiko": []},
    )
    answer = server.create(**sent)
    received: Any = wire.parse(answer.content)
    assert answer.status_code == 200
    assert {name: received[name] for name in sent} == sent
    assert received.keys() - sent.keys() == {"id", "created_at", "modified_at"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", received["created_at"])


def test_leaves_out_what_was_not_sent(server: Any) -> None:
    """An optional field that comes back as null or of another asset."""
    server.create(metadata={"a": 1}, contract_address="0x1", symbol_mappings={"v": []})
    assert not server.create().json().keys() & {"metadata", "contract_address", "symbol_mappings"}


@pytest.mark.parametrize(
    "changes",
    [{}, {"type": "NFT"}, {"entity_status": "INACTIVE"}, {"display_name": "Other"}, {"metadata": {"a": 1}}],
    ids=str,
)
def test_an_existing_symbol_is_a_conflict_whatever_else_it_says(server: Any, changes: dict[str, Any]) -> None:
    """A key of uniqueness with more in it than the symbol."""
    server.create(symbol="BTC")
    for _ in range(2):
        answer = server.create(symbol="BTC", **changes)
        assert (answer.status_code, type(answer.json())) == (409, str)


def test_remembers_symbols_for_good(server: Any) -> None:
    """A memory with a limit."""
    symbols = ["é" * 300, " a b ", "\U0001f600", *(f"S{number}" for number in range(300))]
    assert {server.create(symbol=symbol).status_code for symbol in symbols} == {200}
    assert {server.create(symbol=symbol).status_code for symbol in symbols} == {409}


@pytest.mark.parametrize("field", ["symbol", "display_name", "type", "entity_status"])
@pytest.mark.parametrize("value", ["missing", "", None, 1, True, ["COIN"], {}], ids=repr)
def test_refuses_required_fields_that_are_missing_empty_or_mistyped(
    server: Any, field: str, value: Any
) -> None:
    """A reader that coerces, or a default for what must be sent."""
    answer = server.create(field) if value == "missing" else server.create(**{field: value})
    assert (answer.status_code, type(answer.json())) == (400, str)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "coin"},
        {"type": " COIN"},
        {"entity_status": "active"},
        {"contract_address": None},
        {"contract_address": 1.0392900530792776e47},
        {"metadata": None},
        {"metadata": []},
        {"metadata": "{}"},
        {"symbol_mappings": []},
        {"symbol_mappings": {"v": "BTC"}},
        {"symbol_mappings": {"v": None}},
        {"symbol_mappings": {"v": [1]}},
        {"symbol": "a\nb"},
        {"symbol": "\ud800"},
        {"display_name": "\x00"},
        {"metadata": {"a": ["\ud800"]}},
        {"metadata": {"\x07": 1}},
    ],
    ids=ascii,
)
def test_refuses_what_no_field_may_be(server: Any, changes: dict[str, Any]) -> None:
    """A value outside its list, of the wrong shape, or that has no plain text form."""
    if isinstance(changes.get("contract_address"), float):
        changes = {"contract_address": Decimal("1.0392900530792776e+47")}
    assert server.create(**changes).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'{"symbol":"a"}x',
        b'{"symbol": NaN}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"symbol":"a","symbol":"b"}',
        b'{"metadata":' + b"[" * 100_000,
        b'{"symbol":' + b"1" * 100_000 + b"}",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_refuses_bodies_that_are_no_object(server: Any, body: bytes) -> None:
    """A parser that is lenient, or that fails in an unforeseen way."""
    answer = server.send("POST", "/api/assetpricing/v1/internal/assets", body)
    assert (answer.status_code, type(answer.json())) == (400, str)


def test_refuses_metadata_beyond_its_depth_and_takes_what_is_below(server: Any) -> None:
    """A limit on nesting that is missing, or that real metadata would meet."""
    nested: Any = 1
    for _ in range(40):
        nested = {"a": [nested]}
    assert server.create(metadata={"a": nested}).status_code == 400
    assert server.create(metadata={"a": nested["a"][0]["a"][0]["a"][0]}).status_code == 400
    assert server.create(metadata={"a": [[[{"b": [{"c": [[1]]}]}]]]}).status_code == 200


def test_a_refused_request_leaves_its_symbol_free(server: Any) -> None:
    """A record that is written before the rest is checked."""
    assert server.create(symbol="X", symbol_mappings={"v": 1}).status_code == 400
    assert server.create(symbol="X", type="x").status_code == 400
    assert server.create(symbol="X").status_code == 200


def test_ignores_unknown_properties_and_tokens(server: Any) -> None:
    """An unknown property that comes back, or a token that is asked for."""
    answer = server.send(
        "POST",
        "/api/assetpricing/v1/internal/assets",
        server.asset(colour="red"),
        {
            "content-type": "application/json",
            "authorization": "Bearer nonsense",
        },
    )
    assert answer.status_code == 200
    assert "colour" not in answer.json()
