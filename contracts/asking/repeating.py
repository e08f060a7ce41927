"""What a second use of an allocation's keys comes to: the same allocation, a refusal, and never another allocation."""

from contracts.asking.network import Caller, Content, Network
from contracts.asking.races import ids
from contracts.exchange import Exchange
from contracts.violation import Violation


def same_again(
    network: Network, body: Content, made: Content, *, about: str, caller: Caller | None = None
) -> Exchange:
    """Expect the very same request to be answered with the very same allocation (ALC-10)."""
    answer = network.allocate(body, caller=caller)
    if network.ask.answered(answer, "ALC-10", 200, about=f"the request is the same ({about})"):
        _is_that_one(network, answer, made, "ALC-10", about=f"another allocation ({about})")
    return answer


def no_second(network: Network, answer: Exchange, made: Content, *, about: str) -> None:
    """Expect a refusal, or the allocation that exists: never a second one (ALC-11)."""
    if answer.status == 200:
        _is_that_one(network, answer, made, "ALC-11", about=f"a second allocation: {about}")
    else:
        network.refused(answer, "ALC-11", about=about)


def nonce_is_used(
    network: Network, content: Content, *, about: str, caller: Caller | None = None
) -> Exchange:
    """Expect that the nonce of `content` makes no other allocation (ALC-09)."""
    reuse = {**said_in(content), "clientExternalId": network.ask.fresh.name()}
    answer = network.allocate(network.signed(reuse, caller=caller), caller=caller)
    network.refused(answer, "ALC-09", about=f"the nonce is used up ({about})")
    return answer


def reference_is_used(
    network: Network, content: Content, made: Content, *, about: str, caller: Caller | None = None
) -> Exchange:
    """Expect that the clientExternalId of `content` makes no second allocation (ALC-11)."""
    other = {**said_in(content), "nonce": network.ask.fresh.name()}
    answer = network.allocate(network.signed(other, caller=caller), caller=caller)
    no_second(network, answer, made, about=f"clientExternalId is used ({about})")
    return answer


def said_in(body: Content) -> Content:
    """What a signed body says beside its payload and signature."""
    return {name: value for name, value in body.items() if name not in {"payload", "signature"}}


def _is_that_one(network: Network, answer: Exchange, made: Content, clause: str, *, about: str) -> None:
    again = (*ids([answer]), None)[0]
    expected, received = f"{made.get('id')!r}", f"{again!r}"
    found = Violation(clause, about, expected, received, (answer,), "createAllocation")
    network.ask.judged(clause, *(() if again == made.get("id") else (found,)))
