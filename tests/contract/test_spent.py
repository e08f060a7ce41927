"""When nothing is left of a currency: what is asked for then, and that it stays so whatever else is done (ALC-14, ALC-15).

The last unit of the scratch currency is spent first, so these questions come after all others that need it.
"""

import pytest

from contracts.asking.funds import Purse
from contracts.asking.network import Network
from contracts.exchange import Exchange
from contracts.violation import Unaskable

pytestmark = pytest.mark.xdist_group("scratch")

NEEDS = ("SCRATCH_CURRENCY",)
# More than a hold of a few requests lasts.
OTHERS = 40


def emptied(network: Network) -> Purse:
    """The scratch currency without a unit in it; after others have spent it, one refusal tells."""
    purse = Purse(network)
    if purse.take(1).status == 200:
        while purse.take(purse.ceiling.below // 256 or 1).status == 422 and purse.ceiling.below > 1:
            pass
        while purse.ceiling.below > 1:
            purse.take(purse.ceiling.half)
    return purse


def released(network: Network, answer: Exchange, clause: str, *, about: str) -> None:
    """Expect that an allocation is released, because there are no funds."""
    network.ask.answered(answer, clause, 422, about=about)


@pytest.mark.asks("ALC-14", needs=NEEDS)
@pytest.mark.parametrize("notes", [None, "a note"])
def test_any_quantity_of_nothing_is_released(network: Network, notes: str | None) -> None:
    """Finds an empty balance that is answered otherwise, and quantities that are compared in a register or as doubles."""
    purse = emptied(network)
    changes = {} if notes is None else {"notes": notes}
    for power in (0, 1, 10, 31, 32, 53, 63, 64, 65, 96, 127, 128):
        for quantity in (2**power, 2**power + 1):
            body = network.signed(purse.content(quantity, **changes))
            released(
                network,
                network.allocate(body),
                "ALC-14",
                about=f"nothing is left (about 2^{power} asked for)",
            )


@pytest.mark.asks("ALC-15", needs=NEEDS)
def test_nothing_comes_back_by_itself(network: Network) -> None:
    """Finds holds that end after a while, and funds that other allocations, retries or asks for payloads give back."""
    purse = emptied(network)
    network.stand()
    for _ in network.ask.patiently(OTHERS):
        body, _ = network.allocated()
        network.allocate(body)
        network.ask_payload(purse.content(1))
        network.allocate(network.signed(network.content(nonce=body["nonce"])))
    released(
        network,
        network.allocate(purse.body(1)),
        "ALC-15",
        about="nothing was left before others were asked for",
    )


@pytest.mark.asks("ALC-19", needs=(*NEEDS, "SECOND_CONNECTION_ID"))
def test_funds_of_another_connection(network: Network) -> None:
    """The funds are the account's (guide), but no document says that each connection draws on all of them."""
    purse = emptied(network)
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    there = network.allocate(network.signed(network.content(), caller=second), caller=second)
    if there.status != 200:
        raise Unaskable("the second connection takes no allocations")
    body = network.signed(purse.content(1), caller=second)
    answer = network.allocate(body, caller=second)
    network.ask.observe("ALC-19", "another connection, when one has no funds left", answer)
