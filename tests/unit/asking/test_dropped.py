"""A create whose connection was dropped, and which conflicts when it is sent once more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contracts.asking.asker import Asker
from contracts.exchange import Exchange, Loss, Request
from tests.fixtures.exchanges import answered, asset_body, create_asset, lost

FRESH = "CT1KFGW8H0000000001X"


def dropped(request: Request) -> Exchange:
    return replace(lost(request, Loss.CLOSED, sent_again=409), began=0.5)


def create(symbol: str) -> Request:
    return create_asset(asset_body(symbol=symbol))


@pytest.mark.parametrize("symbol", [FRESH, f"\u20bf {FRESH.lower()}"])
def test_a_create_that_was_done_without_an_answer_is_found(
    asker_of: Callable[..., Asker], symbol: str
) -> None:
    """A service that commits and drops, forgiven as the end of an idle connection."""
    ask = asker_of(dropped)
    ask.send(create(symbol), "asset-pricing")
    (found,) = ask.record.violations
    assert (found.clause, found.kind) == ("HTP-01", "done without an answer")
    assert "answered 409" in found.received
    assert ask.record.chances["HTP-01"] == 1


def test_a_symbol_that_may_exist_proves_nothing(asker_of: Callable[..., Asker]) -> None:
    """The end of an idle connection charged as a drop, because the create had to conflict anyway."""
    ask = asker_of(lambda request: answered(request, 400, "no"), dropped)
    for symbol in (FRESH, FRESH.lower(), "BTC"):
        ask.send(create(symbol), "asset-pricing")
    assert ask.record.violations == []
    assert ask.record.chances["HTP-01"] == 1
