"""What must hold when requests arrive at the same moment (AST-08, ALC-11 to 13, HTP-07)."""

from collections.abc import Iterable, Sequence

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import Assets
from contracts.asking.network import Content, Network
from contracts.asking.races import hold
from contracts.asking.story import Story
from contracts.exchange import Exchange
from contracts.oracle.reading import allocate_of, create_of
from contracts.oracle.worlds import Worlds
from contracts.settings import Profile
from contracts.violation import Violation

pytestmark = pytest.mark.deep


@pytest.mark.asks("AST-08", "AST-09")
@pytest.mark.parametrize("alike", [True, False], ids=["the same request", "other contents"])
def test_one_create_wins(assets: Assets, profile: Profile, bursts: Iterable[int], alike: bool) -> None:
    for _ in bursts:
        first = assets.full()
        bodies = [
            first if alike else {**first, "display_name": f"Name {number}"}
            for number in range(profile.burst_width)
        ]
        requests = [assets.request(body) for body in bodies]
        answers = assets.ask.burst(requests, "asset-pricing")
        for answer in answers:
            if answer.status not in {200, 409, None}:
                # Refused for what it says, or failed under load? The same body by itself tells.
                assets.accepted(assets.create({**first, "symbol": assets.fresh_symbol()}))
                assets.ask.answered(answer, "AST-08", {200, 409}, about="creates of one symbol at once")
        worlds = hold(assets.ask, "AST-08", answers, [create_of(request) for request in requests])
        Story(assets.ask, worlds).tell("create it again", create_of(requests[0]), assets.create(first))


# What no order explains, by the clause whose promise is in the way one after the other.
AT_ONCE = {"ALC-10": "ALC-12", "ALC-09": "ALC-13", "ALC-11": "ALC-11"}


def race(network: Network, bodies: Sequence[Content], clause: str) -> Worlds:
    """Send allocations at the same moment, and hold the answers against the oracle."""
    requests = [network.allocation_request(body) for body in bodies]
    answers = network.ask.burst(requests, "go-network")
    if not any(answer.status == 200 for answer in answers):
        network.stand()
    asked = [allocate_of(request, in_flight=True) for request in requests]
    return hold(network.ask, clause, answers, asked, instead=AT_ONCE)


@pytest.mark.asks("ALC-12", "ALC-10")
def test_identical_requests_make_one_allocation(
    network: Network, profile: Profile, bursts: Iterable[int]
) -> None:
    for _ in bursts:
        body = network.signed(network.content())
        worlds = race(network, [body] * profile.burst_width, "ALC-12")
        request = network.allocation_request(body)
        Story(network.ask, worlds).tell("send it again", allocate_of(request), network.send(request))


@pytest.mark.asks("ALC-13")
def test_one_nonce_makes_one_allocation(network: Network, profile: Profile, bursts: Iterable[int]) -> None:
    for number in bursts:
        # Large sums may go another way: through a limit, a second look, a queue.
        quantity, nonce = ("1", "1", "1000")[number % 3], network.ask.fresh.name()
        bodies = [network.signed(network.content(quantity, nonce=nonce)) for _ in range(profile.burst_width)]
        race(network, bodies, "ALC-13")


@pytest.mark.asks("ALC-11")
def test_one_reference_makes_one_allocation(
    network: Network, profile: Profile, bursts: Iterable[int]
) -> None:
    for _ in bursts:
        reference = network.ask.fresh.name()
        bodies = [
            network.signed(network.content(str(1 + number % 2), clientExternalId=reference))
            for number in range(profile.burst_width)
        ]
        race(network, bodies, "ALC-11")


@pytest.mark.asks("ALC-12", "ALC-13", "ALC-11", "ALC-10")
def test_mixed_requests_have_an_order(network: Network, bursts: Iterable[int]) -> None:
    """Two allocations, each sent twice, and beside each of them one with its nonce and one with its reference."""
    for _ in bursts:
        bodies: list[Content] = []
        for content in (network.content(), network.content("2", notes="a note")):
            body = network.signed(content)
            nonce = network.signed(network.content(nonce=content["nonce"]))
            reference = network.signed(network.content(clientExternalId=content["clientExternalId"]))
            bodies += [body, nonce, reference, body]
        worlds = race(network, bodies, "ALC-12")
        story = Story(network.ask, worlds)
        for body in bodies:
            request = network.allocation_request(body)
            story.tell("send it again", allocate_of(request), network.send(request))


@pytest.mark.asks("HTP-07", "AST-02")
def test_each_create_gets_its_own_answer(assets: Assets, profile: Profile, bursts: Iterable[int]) -> None:
    for _ in bursts:
        bodies = [
            assets.full(display_name=assets.ask.fresh.name(), metadata={"own": assets.ask.fresh.name()})
            for _ in range(profile.burst_width)
        ]
        requests = [assets.request(body).but(operation=None) for body in bodies]
        own_answers(assets.ask.burst(requests, "asset-pricing"), assets, "symbol", "display_name", "metadata")


@pytest.mark.asks("HTP-07")
def test_each_allocation_gets_its_own_answer(
    network: Network, profile: Profile, bursts: Iterable[int]
) -> None:
    for _ in bursts:
        bodies = [
            network.signed(network.content(notes=network.ask.fresh.name()))
            for _ in range(profile.burst_width)
        ]
        requests = [network.allocation_request(body).but(operation=None) for body in bodies]
        own_answers(network.ask.burst(requests, "go-network"), network, "clientExternalId", "notes")
        contents = [network.content(notes=network.ask.fresh.name()) for _ in range(profile.burst_width)]
        for answer in network.ask.burst(
            [network.payload_request(content).but(operation=None) for content in contents], "go-network"
        ):
            sent = str(answer.request.fields["clientExternalId"])
            if answer.status == 200:
                judge_own(network.ask, answer, sent in str(answer.fields.get("payload")))


def own_answers(answers: Sequence[Exchange], service: Assets | Network, *names: str) -> None:
    """Expect each answer to carry the values of its own request."""
    for answer in answers:
        if answer.status == 200:
            inner = answer.fields.get("allocation")
            received = inner if isinstance(inner, dict) else answer.fields
            judge_own(
                service.ask, answer, all(answer.request.fields[name] == received.get(name) for name in names)
            )


def judge_own(ask: Asker, answer: Exchange, own: bool) -> None:
    """Hold HTP-07 against one answer of a burst."""
    body = (answer.response.body if answer.response else b"")[:200].decode("utf-8", "replace")
    found = (
        ()
        if own
        else (Violation("HTP-07", "another request's answer", "the request's own values", body, (answer,)),)
    )
    ask.judged("HTP-07", *found)
