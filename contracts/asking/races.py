"""What the answers to a burst say together: who won, and when each answer came."""

from collections.abc import Sequence

from contracts.exchange import Exchange
from contracts.wire import Json


def timeline(exchanges: Sequence[Exchange]) -> str:
    """The burst in order of its answers: milliseconds since the release, and what each answer was."""
    start = min(exchange.began for exchange in exchanges)
    ordered = sorted(exchanges, key=lambda exchange: exchange.ended)
    return "; ".join(
        f"+{(exchange.ended - start) * 1000:.1f} ms {exchange.status or exchange.lost}"
        for exchange in ordered
    )


def ids(exchanges: Sequence[Exchange]) -> list[Json]:
    """The ids of all allocations that were answered with 200."""
    allocations = [exchange.fields.get("allocation") for exchange in exchanges if exchange.status == 200]
    return [allocation.get("id") for allocation in allocations if isinstance(allocation, dict)]
