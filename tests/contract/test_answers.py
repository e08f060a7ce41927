"""Every kind of answer, asked for on purpose, so that what is promised of every answer meets them all (HTP, AUT-06, AUT-07)."""

from collections.abc import Iterator

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import Assets, encoded
from contracts.asking.network import Caller, Content, Network
from contracts.asking.places import places
from contracts.exchange import Exchange, Request
from contracts.violation import Violation
from contracts.wire import Json

EVERY_ANSWER = ("HTP-02", "HTP-03", "HTP-06", "AUT-06", "AUT-07")


def refused_allocations(network: Network) -> Iterator[tuple[str, Content]]:
    """One allocation for each reason to refuse it."""
    made = network.content()
    yield "the first of its keys", network.signed(made)
    yield "a used nonce", network.signed(network.content(nonce=made["nonce"]))
    yield (
        "a used clientExternalId",
        network.signed(network.content(clientExternalId=made["clientExternalId"])),
    )
    yield "more than there is", network.signed(network.content("9" * 39))
    yield "no funds at all", network.signed(network.content(amount={"currency": "unknown", "quantity": "1"}))
    yield "a quantity of nothing", network.signed(network.content("0"))
    yield "no number", network.signed(network.content("1.5"))
    yield "a signature of zeros", {**network.signed(network.content()), "signature": "00" * 65}
    yield "a signature that is no hex", {**network.signed(network.content()), "signature": "zz"}
    yield "a signature over another text", {**network.signed(network.content()), "payload": "{}"}
    yield "a payload that is no JSON", network.signed(network.content(), payload="{")
    yield "a payload for another allocation", {**network.signed(network.content()), **network.content("2")}


@pytest.mark.asks(*EVERY_ANSWER)
def test_every_refusal_of_an_allocation(network: Network) -> None:
    for _, body in refused_allocations(network):
        network.allocate(body)


@pytest.mark.asks(*EVERY_ANSWER)
def test_every_amount_has_a_documented_status(network: Network) -> None:
    """Asking moves no funds, so it may be about any amount."""
    for quantity in ("1", "1000", "1000000", "9" * 19, "9" * 39):
        network.ask_payload(network.content(quantity))
        network.ask_payload(network.content(quantity), method="GET")
    for quantity in ("1000000", "9" * 39):  # small balances refuse these, and lose nothing
        network.allocate(network.signed(network.content(quantity)))


@pytest.mark.asks("HTP-03", "HTP-02")
def test_properties_of_the_answer_in_the_request(ask: Asker) -> None:
    """What is pasted into the answer unseen stands there twice."""
    names = {
        "createAsset": ("id", "created_at", "modified_at", "error"),
        "signingPayload": ("payload", "connectionId", "enterpriseId", "error"),
        "createAllocation": (
            "allocation",
            "id",
            "status",
            "createdAt",
            "connectionId",
            "initiatedBy",
            "error",
        ),
    }
    for place in places(ask):
        request = place.make()
        extra: dict[str, Json] = dict.fromkeys(names[request.operation or ""], ask.fresh.name())
        for more in ({name: value} for name, value in extra.items()):
            place.send(place.make().but(body=joined(place.make(), more), operation=None))
        place.send(request.but(body=joined(request, extra), operation=None))


def joined(request: Request, more: Content) -> bytes:
    """A request's body with further members."""
    return encoded({**request.fields, **more})


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.asks("HTP-07")
def test_simultaneous_answers_belong_to_their_requests(ask: Asker) -> None:
    """A few at once already meet a value that a service keeps where the next request overwrites it."""
    for _ in range(4):
        for answers in bursts(ask):
            for answer in answers:
                if answer.status == 200:
                    ask.judged("HTP-07", *of_another(answer))


def bursts(ask: Asker) -> Iterator[list[Exchange]]:
    """Eight requests at once to each operation, each with values of its own wherever there is room for one."""
    assets, name = Assets(ask), ask.fresh.name
    bodies = [assets.full(display_name=name(), metadata={"own": name()}) for _ in range(8)]
    yield ask.burst([assets.request(body).but(operation=None) for body in bodies], "asset-pricing")
    if ask.settings.own is None:
        return
    network = Network(ask, Caller.of(ask.settings.own))
    contents = [network.content(notes=name()) for _ in range(8)]
    yield ask.burst([network.payload_request(each).but(operation=None) for each in contents], "go-network")
    if network.me.key is not None:
        signed = [network.allocation_request(network.signed(each)) for each in contents]
        yield ask.burst([request.but(operation=None) for request in signed], "go-network")


def of_another(answer: Exchange) -> Iterator[Violation]:
    """What an answer says that its request did not: each of our values is in one request alone."""
    sent, inner = answer.request.fields, answer.fields.get("allocation")
    said = inner if isinstance(inner, dict) else answer.fields
    own = ("symbol", "display_name", "metadata", "clientExternalId", "notes")
    names = [name for name in own if name in said and name in sent and said[name] != sent[name]]
    payload = str(said.get("payload", ""))
    if payload:
        names += [name for name in ("clientExternalId", "nonce", "notes") if str(sent[name]) not in payload]
    if names:
        yield Violation(
            "HTP-07",
            f"another request's {names[0]}",
            "the request's own values",
            payload or str(said),
            (answer,),
        )
