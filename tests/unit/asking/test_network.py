"""The network operations as calls: what is signed, and whose fault a refusal is."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts import signing, wire
from contracts.asking.asker import Asker
from contracts.asking.network import Caller, Content, Network, full_truth, vendor_layout
from contracts.exchange import Exchange, Request
from contracts.violation import Unaskable
from tests.fixtures.exchanges import ALLOCATIONS, CONNECTION, ENTERPRISE, TOKEN, allocation, answered

Maker = Callable[..., Asker]


def made(request: Request) -> Exchange:
    carried = {name: request.fields[name] for name in ("amount", "clientExternalId")}
    return answered(request, 200, {"allocation": allocation(**carried)})


def bad(request: Request) -> Exchange:
    return answered(request, 400, {})


def broke(request: Request) -> Exchange:
    told: Any = {"status": "released", "reason": "balance"}
    return answered(request, 422, {"error": "no", "allocation": allocation(**told)})


def network_of(ask: Asker) -> Network:
    assert ask.settings.own is not None
    return Network(ask, Caller.of(ask.settings.own))


def charged(network: Network) -> list[str]:
    return [violation.clause for violation in network.ask.record.violations]


def test_what_is_signed_is_what_is_sent(asker_of: Maker) -> None:
    """A payload that disagrees with its body, or a signature over other bytes than those on the wire."""
    network = network_of(asker_of(made))
    content = network.content("340282366920938463463374607431768211457", notes="für 💰")
    request = network.allocation_request(network.signed(content))
    payload = str(request.fields["payload"])
    assert wire.parse(payload) == full_truth(content, network.me)
    assert signing.sign(payload, network.key) == request.fields["signature"]
    assert request.target == ALLOCATIONS
    assert request.header("Authorization") == f"Bearer {TOKEN}"


def test_a_payload_can_be_written_by_hand(asker_of: Maker) -> None:
    """A layout under test that is laid out anew before it is signed."""
    network = network_of(asker_of(made))
    body = network.signed(network.content(), payload='{ "a" : 1 }')
    assert body["payload"] == '{ "a" : 1 }'
    assert body["signature"] == signing.sign('{ "a" : 1 }', network.key)


def test_the_vendors_layout() -> None:
    """The order of the vendor's own client, without enterpriseId, got wrong: it is the layout that has to work."""
    content: Content = {"nonce": "n", "amount": {"currency": "c", "quantity": "1"}, "clientExternalId": "e"}
    assert vendor_layout(content, "X") == (
        '{"connectionId":"X","amount":{"currency":"c","quantity":"1"},"clientExternalId":"e","nonce":"n"}'
    )


def test_callers_are_who_they_say(asker_of: Maker) -> None:
    """A probe without a token that sends one, or under another's path."""
    me = network_of(asker_of(made)).me
    assert (me.enterprise, me.connection) == (ENTERPRISE, CONNECTION)
    names = [name for name, _ in me.but(token=None).headers]
    assert "Authorization" not in names
    assert ("Authorization", "basic x") in me.but(token="x", scheme="basic").headers
    assert ("Authorization", "x") in me.but(token="x", scheme="").headers


def test_signing_needs_a_key(asker_of: Maker) -> None:
    """A question that fails where it cannot be asked."""
    network = network_of(asker_of(made))
    keyless = Network(network.ask, network.me.but(key=None))
    with pytest.raises(Unaskable, match="SIGNING_KEY"):
        keyless.signed(keyless.content())


@pytest.mark.parametrize(
    ("script", "clause", "expected"),
    [
        ([bad, made], "ALC-07", ["ALC-07"]),
        ([bad, bad, made], "ALC-07", ["ALC-07"]),
        ([bad, bad], "ALC-07", ["ALC-01"]),
        ([bad], "ALC-01", ["ALC-01"]),
        ([broke, made], "ALC-07", ["ALC-07"]),
        ([broke], "ALC-07", []),
        ([broke], "ALC-01", []),
    ],
)
def test_a_refusal_is_charged_to_its_cause(
    asker_of: Maker, script: list[Callable[[Request], Exchange]], clause: str, expected: list[str]
) -> None:
    """One bug that turns every clause red; or an empty account charged as one."""
    network = network_of(asker_of(*script))
    with pytest.raises(Unaskable):
        network.accepted(network.allocate(network.signed(network.content())), clause)
    assert charged(network) == expected


def test_an_accepted_allocation_counts(asker_of: Maker) -> None:
    """An acceptance that gives its clause no chance."""
    network = network_of(asker_of(made))
    body, answer = network.allocated(clause="ALC-07")
    assert answer["clientExternalId"] == body["clientExternalId"]
    assert network.ask.record.chances["ALC-07"] == 1
    assert charged(network) == []


def test_a_payload_that_is_none_ends_the_question(asker_of: Maker) -> None:
    """A signature over nothing, and a refusal that is then charged to the target."""
    network = network_of(asker_of(lambda request: answered(request, 200, {"payload": ""})))
    with pytest.raises(Unaskable, match="no payload"):
        network.payload_of(network.ask_payload(network.content()))
    assert charged(network) == ["SIG-01"]


def test_used_up_funds_are_no_behaviour(asker_of: Maker) -> None:
    """An empty account told as a change of everything that an allocation was ever observed to do."""
    network = network_of(asker_of(broke))
    network.observe("quantity +1", network.allocate(network.signed(network.content("+1"))))
    assert network.ask.record.observations == {}
    assert network.ask.record.unasked == {"ALC-19": "no funds of tbtc are left to allocate"}
    network = network_of(asker_of(broke, made))
    network.observe("quantity +1", network.allocate(network.signed(network.content("+1"))))
    assert network.ask.record.observations == {"ALC-19": {"quantity +1": [422]}}


def test_what_is_asked_once_for_a_process_is_no_questions_chance(asker_of: Maker) -> None:
    """Chances that come to more, the more processes or shards there are."""
    network = network_of(asker_of(made))
    network.stand()
    network.stand()
    assert (network.ask.record.requests, network.ask.record.chances) == (1, {})
    refusing = network_of(asker_of(bad))
    with pytest.raises(Unaskable, match="no truthful allocation was accepted"):
        refusing.stand()
    assert refusing.ask.record.chances == {}
