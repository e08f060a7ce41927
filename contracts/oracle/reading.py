"""From the wire to the oracle: what a request asks for, and what its answer says of a target's state."""

from collections.abc import Mapping

from contracts import wire
from contracts.exchange import Exchange
from contracts.exchange import Request as Sent
from contracts.oracle.state import Allocate, Answer, AskPayload, Create


def create_of(sent: Sent, *, broken: str = "") -> Create:
    """The create that a request with a symbol is."""
    return Create(str(sent.fields["symbol"]), broken)


def allocate_of(
    sent: Sent, said: Mapping[str, wire.Json] | None = None, *, broken: str = "", in_flight: bool = False
) -> Allocate:
    """The allocation that a request asks for; `said` is what it would say if nothing of it were broken."""
    fields = sent.fields if said is None else said
    amount = fields["amount"]
    assert isinstance(amount, dict)  # whoever breaks it passes what it would be
    return Allocate(
        place=_place(sent.path),
        nonce=str(fields["nonce"]),
        reference=str(fields["clientExternalId"]),
        text=(sent.body or b"").decode("utf-8", "replace"),
        currency=str(amount["currency"]),
        quantity=int(str(amount["quantity"])),
        broken=broken,
        in_flight=in_flight,
    )


def ask_payload_of(said: Mapping[str, wire.Json]) -> AskPayload:
    """The request for a payload for what is said."""
    return AskPayload(frozenset((name, str(said[name])) for name in ("nonce", "clientExternalId")))


def _place(path: str) -> tuple[str, str]:
    """Enterprise and connection: `.../enterprises/{}/clients/connections/{}/allocations`."""
    parts = path.rsplit("/", 5)
    return parts[1], parts[4]


def answer_of(exchange: Exchange) -> Answer:
    """The answer as the oracle knows it: lost where the target was silent, asked for patience, or failed (5xx).

    Whoever answers 500 may have done what was asked (ref: an allocation that is reserved, and can be retried).
    """
    status = exchange.status
    if status is None or status >= 500 or exchange.inconclusive:
        return Answer(None)
    allocation = exchange.fields.get("allocation")
    told = allocation if isinstance(allocation, dict) else exchange.fields
    given = told.get("id") if status == 200 else None
    return Answer(status, given if isinstance(given, str) else "")
