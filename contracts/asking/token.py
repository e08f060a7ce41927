"""A token that the target takes no longer: what rests on that is nobody's fault, and the run cannot go on."""

from collections.abc import Collection

from contracts.asking.network import Network
from contracts.exchange import Exchange
from contracts.transport.client import TargetLost
from contracts.violation import Violation


def doubt(network: Network, found: Collection[Violation]) -> None:
    """Raise TargetLost where violations rest on a 401 to the run's own token, and no operation takes it any more."""
    rests = any(_refuses_us(network, exchange) for violation in found for exchange in violation.exchanges)
    if rests and _is_refused(network):
        raise TargetLost(
            f"{network.ask.clients['go-network'].origin} no longer takes ACCESS_TOKEN (401): has it expired?"
        )


def _refuses_us(network: Network, exchange: Exchange) -> bool:
    own = dict(network.me.headers)["Authorization"]
    return exchange.status == 401 and exchange.request.header("authorization") == own


def _is_refused(network: Network) -> bool:
    """Whether both operations answer 401, and again: one alone, or now and then, is a fault. The allocation is empty, so it makes nothing."""
    look = network.ask.clients["go-network"].look
    plain = (network.payload_request(network.content()), network.allocation_request(b"{}"))
    sent = (answer for answer in map(look, plain * 2) if not answer.withheld)
    first = next(sent, None)
    return first is not None and first.status == 401 and all(answer.status == 401 for answer in sent)
