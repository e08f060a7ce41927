"""What the mock remembers: assets, allocations, nonces and funds. Exact integers, one lookup a question, gone with a reset.

One event loop serves all requests, and no rule of the honest server waits between looking something up and writing it down:
that is what makes every operation atomic.
"""

from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass, field

from contracts.mock.identities import BALANCES, TENANTS
from contracts.wire import Json

Object = dict[str, Json]


class StoreProblem(Exception):
    """A file cannot hold the state; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """A well-formed request to allocate: its fields as sent, and where it was sent."""

    enterprise_id: str
    connection_id: str
    currency: str
    quantity: str
    client_external_id: str
    nonce: str
    notes: str | None
    payload: str
    signature: str


@dataclass(slots=True)
class Settled:
    """An order that was decided, and the answer that it got: `status` 200 or 422, and the body."""

    order: Order
    status: int
    body: Object


def balances() -> dict[tuple[str, str], int]:
    """What every enterprise has of every currency before its first allocation."""
    return {
        (tenant.enterprise_id, currency): units for tenant in TENANTS for currency, units in BALANCES.items()
    }


@dataclass(slots=True)
class State:
    """All that outlives a request. `funds` are base units per enterprise and currency."""

    assets: MutableMapping[Hashable, Object] = field(default_factory=dict)
    settled: MutableMapping[Hashable, Settled] = field(default_factory=dict)
    nonces: MutableMapping[Hashable, Order] = field(default_factory=dict)
    funds: MutableMapping[tuple[str, str], int] = field(default_factory=balances)

    def reset(self) -> None:
        """Forget every record and restore every balance."""
        for records in (self.assets, self.settled, self.nonces, self.funds):
            records.clear()
        self.funds.update(balances())
