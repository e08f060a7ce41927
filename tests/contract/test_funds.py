"""What becomes of funds, asked in a scratch currency whose balance nobody needs to know (SIG-04, ALC-05 to 15).

No operation tells a balance, so the questions infer it: what was refused for want of funds bounds what is there, and a
base unit that was to be had before a question that locks nothing is to be had after it. Every inference needs that
nobody else spends the scratch currency, so these questions stay in one process and in this order.
"""

from collections.abc import Callable, Iterable

import pytest

from contracts.asking.asker import needs_answer
from contracts.asking.network import Content, Network
from contracts.asking.races import ids
from contracts.asking.repeating import same_again
from contracts.exchange import Exchange
from contracts.strategies.tampered import FORGERIES
from contracts.violation import Unaskable, Violation
from contracts.wire import Json

pytestmark = pytest.mark.xdist_group("scratch")

# Single units taken first, as proof that there are funds.
SINGLES = 6
# From above any balance down to 1: what is locked on the way is, all in all, exactly what is there.
POWERS = tuple(2**power for power in range(70, -1, -1))
# A funded currency may hold far more than a scratch one: up to all that 40 digits can say.
ALL_POWERS = tuple(2**power for power in range(131, -1, -1))
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
            needs_answer(answer)
            raise Unaskable(f"no single unit of funds was to be had: {answer.status}")


def locks_nothing(network: Network, clause: str, ask: Callable[[Content], object], *, about: str) -> None:
    """Expect that `ask`, asked for every quantity, leaves the funds alone.

    One balance may end by chance just where its next unit is looked for; that two balances do, is no chance.
    """
    settings = network.ask.settings
    after = spent_after(network, settings.scratch_currency, ask, POWERS)
    if after.status == 422 and spent_after(network, settings.currency, ask, ALL_POWERS).status != 422:
        raise Unaskable("one of the balances ended just where its next unit was looked for")
    if after.status not in {200, 422}:
        raise Unaskable(f"a single unit of scratch funds was answered {after.status}")
    network.ask.answered(after, clause, 200, about=f"{about} locks no funds")


def spent_after(
    network: Network, currency: str | None, ask: Callable[[Content], object], quantities: Iterable[int]
) -> Exchange:
    """Take some units, let `ask` ask for every quantity, and look for one unit more."""
    take_singles(network, currency)
    for quantity in quantities:
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
    steps = ladder(network)
    if len(steps) < 4 or spend(network).status != 200:
        raise Unaskable("the scratch currency holds too little to tell")
    for body, made in reversed(steps):
        for times in ("once", "twice"):
            same_again(network, body, made, about=f"sent again {times}, when the funds run short")
    after = spend(network)
    needs_answer(after)
    if after.status in {200, 422}:
        network.ask.answered(after, "ALC-10", 200, about="the same requests again lock no more funds")


def ladder(network: Network) -> list[tuple[Content, Content]]:
    """Allocations of 1, 2, 4, ..., all accepted, the next power refused: less than that is left."""
    steps: list[tuple[Content, Content]] = []
    while len(steps) < 70:
        body = network.signed(scratch(network, 2 ** len(steps)))
        answer = network.allocate(body)
        made = answer.fields.get("allocation")
        if answer.status != 200 or not isinstance(made, dict):
            break
        steps.append((body, made))
    return steps


@pytest.mark.asks("ALC-11", needs=NEEDS)
def test_used_reference_in_another_currency_makes_no_second_allocation(network: Network) -> None:
    used, made = network.allocated()
    spare = spend(network)
    content = scratch(network, 1, clientExternalId=used["clientExternalId"])
    answer = network.allocate(network.signed(content))
    if answer.status != 200:
        if spare.status == 200:
            network.refused(answer, "ALC-11", about="clientExternalId is used (in another currency)")
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
    network.refused(answer, "ALC-09", about="the nonce is used up (in another currency)")


@pytest.mark.asks("ALC-09", needs=NEEDS)
def test_used_nonce_locks_nothing(network: Network) -> None:
    used, _ = network.allocated()

    def reuse(content: Content) -> None:
        answer = network.allocate(network.signed({**content, "nonce": used["nonce"]}))
        network.refused(answer, "ALC-09", about="the nonce is used up (another quantity)")

    locks_nothing(network, "ALC-09", reuse, about="a used nonce")
