"""What becomes of funds, asked in a scratch currency whose balance nobody needs to know (SIG-04, ALC-05 to 15).

No operation tells a balance, so the questions infer it: what was refused for want of funds bounds what is there, and a
base unit that was to be had before a question that locks nothing is to be had after it. Every inference needs that
nobody else spends the scratch currency, so these questions stay in one process and in this order.
"""

from collections.abc import Callable

import pytest

from contracts.asking.asker import needs_answer
from contracts.asking.network import Content, Network
from contracts.asking.races import ids, timeline
from contracts.exchange import Exchange
from contracts.oracle.funds import Ceiling
from contracts.settings import Profile
from contracts.strategies.tampered import FORGERIES
from contracts.violation import Unaskable, Violation
from contracts.wire import Json

pytestmark = pytest.mark.xdist_group("scratch")

# Single units taken first, as proof that there are funds.
SINGLES = 6
# From above any balance down to 1: what is locked on the way is, all in all, exactly what is there.
POWERS = tuple(2**power for power in range(70, -1, -1))
NEEDS = ("SCRATCH_CURRENCY",)


def content_in(network: Network, currency: str | None, quantity: int, **changes: Json) -> Content:
    """The content of an allocation in a currency."""
    amount: Content = {"currency": currency, "quantity": str(quantity)}
    return {**network.content(amount=amount), **changes}


def scratch(network: Network, quantity: int, **changes: Json) -> Content:
    """The content of an allocation in the scratch currency."""
    return content_in(network, network.ask.settings.scratch_currency, quantity, **changes)


def spend(network: Network, quantity: int = 1, currency: str | None = None) -> Exchange:
    """Allocate funds, scratch funds unless told otherwise."""
    named = currency or network.ask.settings.scratch_currency
    return network.allocate(network.signed(content_in(network, named, quantity)))


def take_singles(network: Network, currency: str | None = None) -> None:
    """Allocate some single units, as proof that there are funds."""
    for _ in range(SINGLES):
        answer = spend(network, 1, currency)
        if answer.status != 200:
            raise Unaskable(f"no single unit of funds was to be had: {answer.status}")


def locks_nothing(network: Network, clause: str, ask: Callable[[Content], object], *, about: str) -> None:
    """Expect that `ask`, asked for every quantity, leaves the funds alone.

    One balance may end by chance just where its next unit is looked for; that two balances do, is no chance.
    """
    settings = network.ask.settings
    answers = [
        spent_after(network, currency, ask) for currency in (settings.currency, settings.scratch_currency)
    ]
    if [answer.status for answer in answers] != [422, 422] and answers[-1].status != 200:
        raise Unaskable("one of the balances ended just where its next unit was looked for")
    network.ask.answered(answers[-1], clause, 200, about=f"{about} locks no funds")


def spent_after(network: Network, currency: str | None, ask: Callable[[Content], object]) -> Exchange:
    """Take some units, let `ask` ask for every quantity, and look for one unit more."""
    take_singles(network, currency)
    for quantity in POWERS:
        ask(content_in(network, currency, quantity))
    after = spend(network, 1, currency)
    needs_answer(after)
    return after


@pytest.mark.asks("ALC-14", needs=NEEDS)
def test_released_allocation_locks_nothing(network: Network) -> None:
    def overdraw(content: Content) -> None:
        amount = content["amount"]
        assert isinstance(amount, dict)
        beyond = {**amount, "quantity": f"1{str(amount['quantity']).zfill(30)}"}
        network.allocate(network.signed({**content, "amount": beyond}))

    locks_nothing(network, "ALC-14", overdraw, about="a released allocation")


@pytest.mark.asks("ALC-10", needs=NEEDS)
def test_same_request_again_locks_no_more(network: Network) -> None:
    """Allocate 1, 2, 4 and so on until there is not enough, and repeat all of it: whatever locks again, locks the rest.

    A balance that ends just there would look the same: 13 more than a power of two, which nobody funds.
    """
    take_singles(network)
    bodies = ladder(network)
    if len(bodies) < 4 or spend(network).status != 200:
        raise Unaskable("the scratch currency holds too little to tell")
    for body in reversed(bodies):
        for _ in range(2):
            network.allocate(body)
    after = spend(network)
    needs_answer(after)
    if after.status in {200, 422}:
        network.ask.answered(after, "ALC-10", 200, about="the same requests again lock no more funds")


def ladder(network: Network) -> list[Content]:
    """The bodies of allocations of 1, 2, 4, ..., all accepted, the next power refused: less than that is left."""
    bodies: list[Content] = []
    while len(bodies) < 70:
        body = network.signed(scratch(network, 2 ** len(bodies)))
        answer = network.allocate(body)
        if answer.status != 200:
            break
        bodies.append(body)
    return bodies


def largest_accepted(network: Network) -> tuple[Content, int]:
    """Allocate the largest power of two that is there, every larger one having been refused."""
    quantity = 2**66
    while quantity:
        body = network.signed(scratch(network, quantity))
        answer = network.allocate(body)
        if answer.status == 200:
            return body, quantity
        if answer.status != 422:
            break
        quantity //= 2
    raise Unaskable("the scratch currency has no funds left")


@pytest.mark.asks("ALC-11", needs=NEEDS)
def test_used_reference_in_another_currency_makes_no_second_allocation(network: Network) -> None:
    used, made = network.allocated()
    spare = spend(network)
    content = scratch(network, 1, clientExternalId=used["clientExternalId"])
    answer = network.allocate(network.signed(content))
    if answer.status != 200:
        if spare.status == 200:
            network.refused(answer, "ALC-11", about="clientExternalId is used in another currency")
        return
    again = ids([answer])
    found = Violation(
        "ALC-11",
        "second allocation in another currency",
        f"{made.get('id')!r}",
        f"{again!r}",
        (answer,),
        "createAllocation",
    )
    network.ask.judged("ALC-11", *(() if again == [made.get("id")] else (found,)))


@pytest.mark.asks("SIG-04", needs=NEEDS)
def test_asking_for_a_payload_locks_nothing(network: Network) -> None:
    locks_nothing(network, "SIG-04", network.ask_payload, about="asking for a payload")


@pytest.mark.asks("ALC-05", needs=NEEDS)
def test_forged_signature_locks_nothing(network: Network) -> None:
    def forge(content: Content) -> None:
        body = network.signed(content)
        for label in ("by an unrelated key", "a bit of s, at its end"):
            network.allocate({**body, "signature": FORGERIES[label](str(body["payload"]), network.key)})

    locks_nothing(network, "ALC-05", forge, about="a signature that does not verify")


@pytest.mark.asks("ALC-06c", needs=NEEDS)
def test_disagreement_locks_nothing(network: Network) -> None:
    def lie(content: Content) -> None:
        other = network.signed({**content, "clientExternalId": network.ask.fresh.name()})
        network.allocate({**content, "payload": other["payload"], "signature": other["signature"]})

    locks_nothing(network, "ALC-06c", lie, about="a payload that disagrees")


@pytest.mark.asks("ALC-09", needs=NEEDS)
def test_nonce_used_in_another_currency_is_refused(network: Network) -> None:
    used, _ = network.allocated()
    if spend(network).status != 200:
        raise Unaskable("the scratch currency has no funds left")
    answer = network.allocate(network.signed(scratch(network, 1, nonce=used["nonce"])))
    network.refused(answer, "ALC-09", about="the nonce is used up in another currency")


@pytest.mark.asks("ALC-09", needs=NEEDS)
def test_used_nonce_locks_nothing(network: Network) -> None:
    used, _ = network.allocated()

    def reuse(content: Content) -> None:
        network.allocate(network.signed({**content, "nonce": used["nonce"]}))

    locks_nothing(network, "ALC-09", reuse, about="a used nonce")


@pytest.mark.asks("ALC-15", needs=NEEDS)
def test_funds_are_spent_once(network: Network, profile: Profile) -> None:
    """Spend in bursts until nothing is left: first small parts, which a lost update would give back, then halves.

    Once a quantity is refused there is less than that, and nothing flows back: what is accepted from then on stays below
    it. Of a burst that asks for half of that bound each, one at most can be accepted.
    """
    _, quantity = largest_accepted(network)
    ceiling = Ceiling(quantity)
    for _ in range(6):
        ceiling = burst_of(network, ceiling, max(1, quantity // 32), profile)
    while ceiling.below > 1:
        ceiling = burst_of(network, ceiling, ceiling.half, profile)


def burst_of(network: Network, ceiling: Ceiling, quantity: int, profile: Profile) -> Ceiling:
    """Ask for one quantity many times at once, then once more; returns what can be left at most."""
    bodies = [network.signed(scratch(network, quantity)) for _ in range(profile.burst_width)]
    answers = network.ask.burst([network.allocation_request(body) for body in bodies], "go-network")
    answers.append(spend(network, quantity))
    accepted, refused = (sum(answer.status == status for answer in answers) for status in (200, 422))
    if not accepted and not refused:
        raise Unaskable("the burst was not answered")
    after = ceiling.after(quantity, accepted=accepted, refused=refused)
    if not after.is_possible:
        expected = f"less than {ceiling.below} allocated: so much was refused, or is spent since"
        received = f"{accepted} allocations of {quantity}: {timeline(answers)}"
        story = (expected, received, tuple(answers), "createAllocation")
        network.ask.judged("ALC-15", Violation("ALC-15", "more funds spent than were there", *story))
        raise Unaskable("the funds add up no more")
    network.ask.judged("ALC-15")
    return after
