"""Spending an unknown balance: what can be left is bounded, and more than that is a violation."""

from collections.abc import Callable

import pytest

from contracts.asking.asker import Asker
from contracts.asking.funds import Purse
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange, Request
from contracts.violation import Unaskable
from tests.fixtures.exchanges import allocation, answered


class Bank:
    """Answers by a balance; `blind` ones look at what was there before a burst began."""

    def __init__(self, balance: int, *, blind: bool = False) -> None:
        self.balance = balance
        self.blind = blind

    def __call__(self, request: Request) -> Exchange:
        return self.answer(request, self.balance)

    def answer(self, request: Request, seen: int) -> Exchange:
        quantity = int(request.fields["amount"]["quantity"])  # type: ignore[arg-type,call-overload,index]
        if quantity > seen:
            return answered(
                request, 422, {"error": "no", "allocation": allocation(status="released", reason="no")}
            )
        self.balance -= quantity
        return answered(request, 200, {"allocation": allocation()})

    def at_once(self, requests: list[Request], _: str) -> list[Exchange]:
        seen = self.balance
        return [self.answer(request, seen if self.blind else self.balance) for request in requests]


def purse_of(bank: Bank, asker_of: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch) -> Purse:
    ask = asker_of(bank)
    monkeypatch.setattr(ask, "burst", bank.at_once)
    assert ask.settings.own is not None
    return Purse(Network(ask, Caller.of(ask.settings.own)))


def drain(purse: Purse) -> None:
    while purse.ceiling.below > 1:
        purse.take_at_once(purse.ceiling.half, 8)


@pytest.mark.parametrize("balance", [1, 2, 7, 1000, 1013, 2**40 + 5])
def test_honest_balance_is_spent_to_the_last_unit(
    balance: int, asker_of: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An honest server is told that it gave away too much, or is left with funds that later steps take for none."""
    bank = Bank(balance)
    purse = purse_of(bank, asker_of, monkeypatch)
    drain(purse)
    assert (bank.balance, purse.network.ask.record.violations) == (0, [])
    assert len(purse.spent) > 0


def test_two_that_looked_before_either_took_are_found(
    asker_of: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A race for the funds passes, because nobody tells the balance."""
    purse = purse_of(Bank(1000, blind=True), asker_of, monkeypatch)
    with pytest.raises(Unaskable, match="add up no more"):
        drain(purse)
    (found,) = purse.network.ask.record.violations
    assert (found.clause, found.kind) == ("ALC-15", "more funds spent than were there")
    assert found.steps


def test_what_was_refused_is_a_bound_for_good(
    asker_of: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Funds that come from nowhere are spent again."""
    bank = Bank(10)
    purse = purse_of(bank, asker_of, monkeypatch)
    assert purse.take(11).status == 422
    bank.balance = 100
    with pytest.raises(Unaskable, match="add up no more"):
        purse.take(11)


def test_other_refusals_say_nothing_of_the_funds(
    asker_of: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that ran out is taken for an empty balance."""
    purse = purse_of(Bank(10), asker_of, monkeypatch)
    monkeypatch.setattr(
        purse.network, "allocate", lambda body: answered(purse.network.allocation_request(body), 401)
    )
    with pytest.raises(Unaskable, match="401"):
        purse.take(1)
