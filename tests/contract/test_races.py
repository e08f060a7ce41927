"""What must hold when requests arrive at the same moment (AST-08, ALC-11 to 13, HTP-07)."""

from collections.abc import Sequence

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import Assets
from contracts.asking.network import Network
from contracts.asking.races import ids, timeline
from contracts.exchange import Exchange
from contracts.settings import Profile
from contracts.violation import Violation

pytestmark = pytest.mark.deep


@pytest.mark.asks("AST-08")
@pytest.mark.parametrize("alike", [True, False], ids=["the same request", "other contents"])
def test_one_create_wins(assets: Assets, profile: Profile, alike: bool) -> None:
    for _ in range(profile.burst_repeats):
        first = assets.full()
        bodies = [
            first if alike else {**first, "display_name": f"Name {number}"}
            for number in range(profile.burst_width)
        ]
        answers = assets.ask.burst([assets.request(body) for body in bodies], "asset-pricing")
        won = [answer for answer in answers if answer.status == 200]
        if len(won) > 1:
            expected = f"one 200 of {len(answers)} simultaneous creates of one symbol, 409 for the others"
            found = Violation(
                "AST-08", "several creates won", expected, timeline(answers), tuple(answers), "createAsset"
            )
            assets.ask.judged("AST-08", found)
            continue
        for answer in answers:
            if answer.status != 200:
                assets.ask.answered(answer, "AST-08", 409, about="another create of the symbol won")
        if not won and all(answer.status == 409 for answer in answers):
            expected = "one 200: the symbol was never used before"
            assets.ask.judged(
                "AST-08",
                Violation(
                    "AST-08", "no create won", expected, timeline(answers), tuple(answers), "createAsset"
                ),
            )


@pytest.mark.asks("ALC-12")
def test_identical_requests_make_one_allocation(network: Network, profile: Profile) -> None:
    for _ in range(profile.burst_repeats):
        request = network.allocation_request(network.signed(network.content()))
        answers = network.ask.burst([request] * profile.burst_width, "go-network")
        made = ids(answers)
        if len(set(map(str, made))) > 1:
            found = Violation(
                "ALC-12",
                "several allocations",
                "one id in every 200",
                timeline(answers),
                tuple(answers),
                "createAllocation",
            )
            network.ask.judged("ALC-12", found)
        elif made:
            network.ask.judged("ALC-12")


@pytest.mark.asks("ALC-13")
def test_one_nonce_makes_one_allocation(network: Network, profile: Profile) -> None:
    for _ in range(profile.burst_repeats):
        nonce = network.ask.fresh.name()
        bodies = [network.signed(network.content(nonce=nonce)) for _ in range(profile.burst_width)]
        answers = network.ask.burst([network.allocation_request(body) for body in bodies], "go-network")
        made = ids(answers)
        if len(made) > 1:
            found = Violation(
                "ALC-13",
                "one nonce, several allocations",
                "at most one 200",
                timeline(answers),
                tuple(answers),
                "createAllocation",
            )
            network.ask.judged("ALC-13", found)
        elif made:
            network.ask.judged("ALC-13")


@pytest.mark.asks("ALC-11")
def test_one_reference_makes_one_allocation(network: Network, profile: Profile) -> None:
    for _ in range(profile.burst_repeats):
        reference = network.ask.fresh.name()
        bodies = [
            network.signed(network.content(str(1 + number % 2), clientExternalId=reference))
            for number in range(profile.burst_width)
        ]
        answers = network.ask.burst([network.allocation_request(body) for body in bodies], "go-network")
        made = set(map(str, ids(answers)))
        if len(made) > 1:
            found = Violation(
                "ALC-11",
                "one reference, several allocations",
                "at most one id",
                timeline(answers),
                tuple(answers),
                "createAllocation",
            )
            network.ask.judged("ALC-11", found)
        elif made:
            network.ask.judged("ALC-11")


@pytest.mark.asks("HTP-07", "AST-02")
def test_each_create_gets_its_own_answer(assets: Assets, profile: Profile) -> None:
    for _ in range(profile.burst_repeats):
        bodies = [
            assets.full(display_name=assets.ask.fresh.name(), metadata={"own": assets.ask.fresh.name()})
            for _ in range(profile.burst_width)
        ]
        requests = [assets.request(body).but(operation=None) for body in bodies]
        own_answers(assets.ask.burst(requests, "asset-pricing"), assets, "symbol", "display_name", "metadata")


@pytest.mark.asks("HTP-07")
def test_each_allocation_gets_its_own_answer(network: Network, profile: Profile) -> None:
    for _ in range(profile.burst_repeats):
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
