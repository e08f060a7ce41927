"""A token that expires in the middle of a run."""

from collections.abc import Callable
from functools import partial

import pytest

from contracts.asking import token
from contracts.asking.asker import Asker
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange, Request
from contracts.transport.client import TargetLost
from tests.fixtures.exchanges import answered

Maker = Callable[..., Asker]


def expired(request: Request) -> Exchange:
    return answered(request, 401, {"error": "token expired"})


def bad(request: Request) -> Exchange:
    return answered(request, 400, {"error": "no"})


def watched(ask: Asker) -> Network:
    assert ask.settings.own is not None
    network = Network(ask, Caller.of(ask.settings.own))
    ask.doubt = partial(token.doubt, network)
    return network


def test_an_expired_token_ends_the_run(asker_of: Maker) -> None:
    """SIG-01 and ALC-01, and forty more, charged to a target whose token has expired."""
    network = watched(asker_of(expired))
    answer = network.ask_payload(network.content())
    with pytest.raises(TargetLost, match=r"no longer takes ACCESS_TOKEN \(401\): has it expired\?"):
        network.ask.answered(answer, "SIG-01", 200, about="the request is valid")
    assert network.ask.record.violations == []


@pytest.mark.parametrize(
    "script",
    [(expired, bad), (expired, expired, bad), (expired, expired, expired, bad)],
    ids=["payload", "allocation", "now and then"],
)
def test_a_token_that_is_taken_elsewhere_is_no_excuse(
    asker_of: Maker, script: tuple[Callable[[Request], Exchange], ...]
) -> None:
    """A service that refuses one kind of request with 401 let off as if its token had expired."""
    network = watched(asker_of(*script))
    answer = network.ask_payload(network.content())
    network.ask.answered(answer, "SIG-01", 200, about="the request is valid")
    assert [violation.clause for violation in network.ask.record.violations] == ["SIG-01"]


def test_another_token_is_not_doubted(asker_of: Maker) -> None:
    """A second look at each refusal of a stranger, which is right."""
    network = watched(asker_of(expired))
    answer = network.ask_payload(network.content(), caller=network.me.but(token="somebody else's"))
    network.ask.answered(answer, "AUT-03", 403, about="the token is another's")
    assert [violation.clause for violation in network.ask.record.violations] == ["AUT-03"]
    assert network.ask.record.requests == 1
