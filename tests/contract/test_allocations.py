"""Create allocation: what is accepted, what comes back, and what the funds do not suffice for (ALC-01 to 04, ALC-14)."""

import pytest

from contracts.asking.network import Caller, Network
from contracts.asking.repeating import said_in, same_again
from contracts.exchange import Exchange
from contracts.violation import Unaskable, Violation

# At most 40 digits, so promised to be understood, and more than any balance.
BEYOND_ANY_BALANCE = ("1" + "0" * 38, "9" * 38, "340282366920938463463374607431768211457")
# Beyond a float, a double's whole numbers, a register; round ones too, which some writers give an exponent.
LARGE = ("1000000", "16777217", "1000000007", "1000000000000", "9007199254740993", "18446744073709551617",
         "1000000000000000000001", "1" + "0" * 30)  # fmt: skip


@pytest.mark.asks("ALC-01", "ALC-02", "ALC-03", "ALC-04")
@pytest.mark.parametrize("notes", [None, "a note"])
@pytest.mark.parametrize("quantity", ["1", "2", "10"])
def test_signed_request_is_accepted(network: Network, quantity: str, notes: str | None) -> None:
    """Finds answers that are wrong for one kind of request, or only when it is sent again."""
    content = network.content(quantity, **({} if notes is None else {"notes": notes}))
    first, made = network.allocated(content)
    same_again(network, first, made, about="sent again")


@pytest.mark.asks("ALC-02", "ALC-01", "ALC-03", "ALC-04", needs=("SECOND_CONNECTION_ID",))
def test_second_connection_is_like_the_first(network: Network) -> None:
    """Finds answers that name the enterprise's first connection, and retries that only the first one knows."""
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    for notes in ({}, {"notes": "a note"}):
        body = network.signed(network.content(**notes), caller=second)
        answer = network.allocate(body, caller=second)
        if answer.status in {401, 403, 404}:
            raise Unaskable("the second connection takes no allocations")
        made = network.accepted(answer, about="the request is valid (at the second connection)")
        same_again(network, body, made, about="sent again to the second connection", caller=second)


@pytest.mark.asks("ALC-02", "ALC-03", "ALC-19", needs=("OTHER_SIGNING_KEY",))
def test_other_tenants_same_keys_are_their_own(network: Network, other: Caller) -> None:
    """Finds keys that are kept for all tenants together: the second one is shown the first one's allocation."""
    first, _ = network.allocated(network.content(notes="a note"))
    body = network.signed(said_in(first), key=other.key, caller=other)
    answer = network.allocate(body, caller=other)
    network.observe("keys that another tenant has used", answer)
    allocation = answer.fields.get("allocation")
    if answer.status == 200 and isinstance(allocation, dict):
        received = str(allocation.get("connectionId"))
        story = (other.connection, received, (answer,), "createAllocation")
        own = received.lower() == other.connection.lower()
        network.ask.judged(
            "ALC-02", *(() if own else (Violation("ALC-02", "another tenant's connection", *story),))
        )


@pytest.mark.asks("ALC-02", "ALC-04", "ALC-10")
def test_large_quantities_come_back_as_sent(network: Network) -> None:
    """Finds amounts that lose digits, or that are treated otherwise from a size on; whether the balance reaches so far is open."""
    network.stand()
    for quantity in LARGE:
        body = network.signed(network.content(quantity))
        answer = network.allocate(body)
        network.ask.answered(answer, "ALC-14", {200, 422}, about="the funds reach so far or they do not")
        quantity_survived(network, answer, quantity)
        made = answer.fields.get("allocation")
        if answer.status == 200 and isinstance(made, dict):
            same_again(network, body, made, about="a large quantity")


def quantity_survived(network: Network, answer: Exchange, sent: str) -> None:
    """Expect an allocation, made or released, to carry the quantity as it was sent."""
    allocation = answer.fields.get("allocation")
    amount = allocation.get("amount") if isinstance(allocation, dict) else None
    if isinstance(amount, dict) and "quantity" in amount:
        story = (sent, repr(amount["quantity"]), (answer,), "createAllocation")
        found = Violation("ALC-02", "large quantity changed", *story)
        network.ask.judged("ALC-02", *(() if amount["quantity"] == sent else (found,)))


@pytest.mark.asks("ALC-14")
@pytest.mark.parametrize("quantity", BEYOND_ANY_BALANCE)
def test_more_than_the_balance_is_released(network: Network, quantity: str) -> None:
    network.stand()
    for notes in ({}, {"notes": "too much"}):
        body = network.signed(network.content(quantity, **notes))
        network.ask.answered(network.allocate(body), "ALC-14", 422, about="there are not so many funds")
    network.still_works(network.content(), "ALC-14", about="a released allocation locks nothing")


@pytest.mark.asks("ALC-14", needs=("SECOND_CONNECTION_ID",))
def test_more_than_the_balance_is_released_at_another_connection(network: Network) -> None:
    """Finds an answer that is whole for the enterprise's first connection, or for requests with notes, alone."""
    network.stand()
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    for quantity in BEYOND_ANY_BALANCE:
        answer = network.allocate(network.signed(network.content(quantity), caller=second), caller=second)
        if answer.status in {401, 403, 404}:
            raise Unaskable("the second connection takes no allocations")
        network.ask.answered(answer, "ALC-14", 422, about="there are not so many funds (second connection)")


@pytest.mark.asks("ALC-14")
def test_currency_without_funds(network: Network) -> None:
    """A currency that nobody funded may also be called unknown."""
    content = network.content(amount={"currency": "nosuchcoin", "quantity": "1"})
    network.refused(
        network.allocate(network.signed(content)),
        "ALC-14",
        about="there are not so many funds (none in that currency)",
    )


@pytest.mark.asks("ALC-19")
def test_what_a_released_allocation_uses_up(network: Network) -> None:
    content = network.content(BEYOND_ANY_BALANCE[0])
    if network.allocate(network.signed(content)).status != 422:
        raise Unaskable("the target released no allocation")
    small = network.content()["amount"]
    nonce = network.content(nonce=content["nonce"])
    reference = network.content(clientExternalId=content["clientExternalId"])
    network.observe("nonce of a released one", network.allocate(network.signed(nonce)))
    network.observe("clientExternalId of a released one", network.allocate(network.signed(reference)))
    again = {**content, "amount": small}
    network.observe("both of a released one", network.allocate(network.signed(again)))
