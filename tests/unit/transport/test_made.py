"""What is left at a target is listed: all of it, and nothing that was refused."""

import json
from pathlib import Path

import pytest

from contracts.exchange import Exchange, Loss
from contracts.transport.made import MadeFile, made_by
from tests.fixtures.exchanges import allocate, answered, ask_payload, create_asset, lost, signed

ASSET = {"id": "3f2c1d9e-8b4a-4c6f-9a57-1de0b2c3a4f5", "symbol": "BTC"}


def test_an_asset_and_an_allocation_are_told() -> None:
    """A list by which nobody finds what it lists."""
    asset = made_by(answered(create_asset(), 200, ASSET))
    assert asset is not None
    assert (asset["kind"], asset["id"], asset["symbol"], asset["certain"]) == (
        "asset",
        ASSET["id"],
        "BTC",
        True,
    )
    allocation = made_by(answered(allocate(signed("7")), 200, {"allocation": {"id": "a"}}))
    assert allocation is not None
    assert (allocation["id"], allocation["quantity"], allocation["currency"]) == ("a", "7", "tbtc")


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429])
def test_a_refusal_makes_nothing(status: int) -> None:
    """A list of everything that was ever asked for."""
    assert made_by(answered(create_asset(), status)) is None


@pytest.mark.parametrize(
    "exchange",
    [lost(create_asset(), Loss.TIMEOUT), lost(create_asset(), Loss.CLOSED), answered(create_asset(), 500)],
    ids=["silence", "a drop", "an error"],
)
def test_an_open_end_may_have_made_something(exchange: Exchange) -> None:
    """An asset behind a lost answer that is on no list."""
    line = made_by(exchange)
    assert line is not None
    assert line["certain"] is False


@pytest.mark.parametrize(
    "exchange",
    [
        lost(create_asset(), Loss.UNREACHABLE),
        lost(create_asset(), Loss.WITHHELD),
        answered(ask_payload(), 200, {"payload": "{}"}),
        answered(allocate(method="GET"), 200, {}),
    ],
    ids=["nobody there", "never sent", "a payload", "a read"],
)
def test_what_changes_nothing_is_not_listed(exchange: Exchange) -> None:
    """A list so long that nobody looks at it."""
    assert made_by(exchange) is None


def test_an_answer_that_is_no_map_is_listed(tmp_path: Path) -> None:
    """A list that breaks the run because a target answers nonsense."""
    file = MadeFile(tmp_path / "created.jsonl", str)
    answers: tuple[object, ...] = (b"[1]", b"<html>", {"allocation": []})
    for answer in answers:
        file.saw(answered(allocate([]), 200, answer))
    lines = (tmp_path / "created.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [None] * 3


def test_secrets_leave_the_list(tmp_path: Path) -> None:
    """A target that gives its assets a token for an id."""
    file = MadeFile(tmp_path / "created.jsonl", lambda text: text.replace("token", "[redacted]"))
    file.saw(answered(create_asset(), 200, {"id": "token"}))
    assert "token" not in (tmp_path / "created.jsonl").read_text(encoding="utf-8")


def test_a_full_disk_costs_the_line(tmp_path: Path) -> None:
    """A run that ends because its list of leftovers cannot be written."""
    MadeFile(tmp_path / "no folder" / "created.jsonl", str).saw(answered(create_asset(), 200, ASSET))
