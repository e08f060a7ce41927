"""What a request may cost: never less than what a target could make of it."""

from typing import Any

import pytest

from contracts import wire
from contracts.exchange import Request
from contracts.transport.cost import ASTRONOMICAL, FREE, Cost, cost_of
from tests.fixtures.exchanges import ALLOCATIONS, allocate, ask_payload, content, create_asset, signed


def sums(body: object, **changes: Any) -> dict[str, int]:
    return dict(cost_of(allocate(body, **changes)).sums)


def test_an_asset_is_a_record_and_locks_nothing() -> None:
    """Assets that no cap counts, or that are counted as money."""
    assert cost_of(create_asset()) == Cost(records=1)


def test_nothing_sent_may_make_something_too() -> None:
    """An asset made of an empty body, which no cap has counted."""
    assert cost_of(create_asset(b"")) == cost_of(create_asset().but(body=None)) == Cost(records=1)


@pytest.mark.parametrize(
    "request_",
    [ask_payload(), ask_payload(method="GET"), allocate(method="GET"), allocate(method="HEAD")],
    ids=["payload", "payload by GET", "read", "head"],
)
def test_what_changes_nothing_is_free(request_: Request) -> None:
    """Payloads that use up the budget, so that nothing is left to allocate."""
    assert cost_of(request_) == FREE


@pytest.mark.parametrize(
    ("quantity", "units"),
    [
        ("1", 1), ("1000", 1000), (7, 7), ("-5", 5), ("1e3", 1000), ("0.5", 5), ("1.5", 15), ("1_000", 1000), (" 12 ", 12),
        ("5 0", 50), ("\uff11\uff12", 12), ("abc", 0), ("", 0), (None, 0), ("1e400", ASTRONOMICAL), ("Infinity", ASTRONOMICAL),
        ("9" * 39, 10**39 - 1),
    ],
)  # fmt: skip
def test_the_most_that_a_reader_makes_of_a_quantity_counts(quantity: object, units: int) -> None:
    """A quantity that is counted by one reading and locked by another."""
    assert sums(signed(quantity)) == {"tbtc": units}


def test_of_two_members_the_greater_counts() -> None:
    """A repeated key: the last is counted, and the target takes the first."""
    text = '{"amount":{"currency":"tbtc","quantity":"900","quantity":"1"},"payload":"{}","signature":"00"}'
    assert sums(text.encode()) == {"tbtc": 900}


def test_what_the_payload_says_counts_too() -> None:
    """A target that locks what was signed, while the body is counted."""
    lie = wire.dumps(content("70"))
    assert sums(signed("2", payload=lie)) == {"tbtc": 70}
    escaped = lie.replace("q", "\\u0071")
    assert sums(signed("2", payload=escaped)) == {"tbtc": 70}


def test_a_broken_body_is_read_all_the_same() -> None:
    """One byte that is no JSON, and a target that takes it."""
    assert sums(b'{"amount":{"currency":"tbtc","quantity":"44"},}') == {"": 44}


def test_a_path_in_other_letters_is_the_same_path() -> None:
    """An allocation under another spelling of its path that nobody counts."""
    request = allocate(signed("3")).but(target=ALLOCATIONS.replace("allocations", "Alloc%61tions") + "/")
    assert cost_of(request) == Cost(1, {"tbtc": 3})
