"""Asking a network operation as somebody, and expecting to be turned away."""

from collections.abc import Collection
from typing import Final

from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange
from contracts.violation import Violation
from contracts.wire import Json

OPERATIONS: Final = ("signingPayload", "signingPayloadByGet", "createAllocation")
POSTED: Final = ("signingPayload", "createAllocation")
DENIED: Final = frozenset({401, 403, 404})

# A server that has no GET variant may say so before it looks at who asks.
_NO_VARIANT = frozenset({400, 404, 405, 411, 501})


def asked(network: Network, operation: str, caller: Caller, **said: Json) -> Exchange:
    """Ask one operation, truthfully and fully signed (with the owner's key where the caller has none), as somebody."""
    content = network.content(**said)
    if operation == "createAllocation":
        body = network.signed(content, key=caller.key or network.me.key, caller=caller)
        return network.allocate(body, caller=caller)
    return network.ask_payload(content, caller=caller, method="GET" if operation.endswith("Get") else "POST")


def denied(
    network: Network, exchange: Exchange, clause: str, statuses: int | Collection[int], *, about: str
) -> None:
    """Expect one of the statuses; a server that has no GET variant may say so first.

    A 5xx lets nobody in and is HTP-01's matter, but for unknown ids, where AUT-08 names it.
    """
    if exchange.request.operation == "signingPayloadByGet" and exchange.status in _NO_VARIANT:
        return
    failed = exchange.status is not None and exchange.status >= 500 and not exchange.inconclusive
    if not failed or clause == "AUT-08":
        network.ask.answered(exchange, clause, statuses, about=about)


def untouched(network: Network, refused: Exchange, clause: str, *, about: str) -> None:
    """Expect that a refused allocation was not made all the same.

    Its keys may be used up (which refusals use them up is open); it was made if they are, and the owner's own request is
    then answered as a repetition.
    """
    if refused.inconclusive or refused.status is None or refused.status < 300:
        return
    sent = dict(refused.request.fields)
    keys = {name: sent[name] for name in ("clientExternalId", "nonce")}
    other = network.allocate(network.signed(network.content("2", **keys)))
    if other.status == 200:
        network.ask.judged(clause)
    elif not other.inconclusive and network.allocate(sent).status == 200:
        kind, expected = f"allocated all the same ({about})", "no effect of what was refused"
        received = f"{other.status} for another allocation under its keys, and 200 for itself"
        story = (refused, other)
        network.ask.judged(clause, Violation(clause, kind, expected, received, story, "createAllocation"))
