"""Funds are conserved: all of a scratch currency is spent, and no more of it than there was (ALC-15).

Once a quantity is refused there is less than that, and nothing flows back: what is accepted from then on stays below it, however
the requests are put: at once, in quantities that overflow a register, or with refused ones in between.
"""

import pytest

from contracts.asking.funds import Purse
from contracts.asking.network import Content, Network
from contracts.settings import Profile
from contracts.strategies.tampered import FORGERIES
from contracts.violation import Unaskable

pytestmark = pytest.mark.xdist_group("scratch")

# What is left of these in 64 or 32 bits, or in a double, is little or nothing.
OVERFLOWING = (2**32, 2**32 + 1, 2**53 + 1, 2**63, 2**64, 2**64 + 1, 2**65 + 1, 2**96 + 1, 2**120)
# How a burst divides what can be left. Of halves one can pass at most, which shows two that both looked before either took;
# of sixteenths many can, which shows that one's taking undid another's.
PARTS = (2, 2, 2, 2, 2, 16)


@pytest.mark.asks("ALC-15", "ALC-10", needs=("SCRATCH_CURRENCY",))
def test_funds_are_spent_once(network: Network, profile: Profile) -> None:
    purse = Purse(network)
    bound(purse)
    for quantity in OVERFLOWING:
        if quantity >= purse.ceiling.below:
            purse.take(quantity)
    while purse.ceiling.below > 1:
        for parts in PARTS:
            divide(purse, parts, profile)
    gives_nothing_back(network, purse)


def bound(purse: Purse) -> None:
    """Ask for ever less, by sixteenths, until something is accepted: little of what is there, if anything is."""
    while purse.ceiling.below > 1:
        if purse.take(max(1, purse.ceiling.below // 16)).status == 200:
            return
    raise Unaskable("the scratch currency has no funds left")


def divide(purse: Purse, parts: int, profile: Profile) -> None:
    """Ask at once, and again, for parts of what can be left, until one is refused."""
    quantity = -(-purse.ceiling.below // parts)
    while purse.ceiling.below > max(1, quantity):
        purse.take_at_once(quantity, profile.burst_width)


def gives_nothing_back(network: Network, purse: Purse) -> None:
    """Refused uses of an allocation's keys leave the funds as they are: nothing. `purse` is spent to the last unit."""
    largest = max(purse.spent, key=quantity_of)
    fresh = network.ask.fresh
    said = {name: value for name, value in largest.items() if name not in {"payload", "signature"}}
    refused = {
        "sent again": largest,
        "with its nonce": network.signed({**said, "clientExternalId": fresh.name()}),
        "with its clientExternalId": network.signed({**said, "nonce": fresh.name()}),
        "with another quantity": network.signed(
            {**said, "amount": purse.content(quantity_of(largest) + 1)["amount"]}
        ),
        "forged": {
            **largest,
            "signature": FORGERIES["by an unrelated key"](str(largest["payload"]), network.key),
        },
        "beyond the funds": purse.body(quantity_of(largest)),
    }
    for label, body in refused.items():
        answer = network.allocate(body)
        if label == "sent again":
            network.ask.answered(
                answer, "ALC-10", 200, about="the request is the same (though nothing is left)"
            )
        purse.take(1)


def quantity_of(body: Content) -> int:
    """The base units that a body asks for."""
    amount = body["amount"]
    assert isinstance(amount, dict)
    return int(str(amount["quantity"]))
