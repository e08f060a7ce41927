"""Clients that are closed in the end, and waits that cost no time."""

from collections.abc import Callable, Iterator

import pytest

from contracts.exchange import Exchange
from contracts.transport.client import Client
from contracts.transport.route import DIRECT, Origin, Route

# Long enough for a busy machine: only tests about silence wait until it is over, and they name a shorter one.
GIVES_UP_S = 5.0


class Bounded(Client):
    """A client that gives up when the test says so."""

    bound_s = GIVES_UP_S

    @property
    def gives_up_after(self) -> float:
        return self.bound_s


@pytest.fixture
def seen() -> list[Exchange]:
    """What the witness saw."""
    return []


@pytest.fixture
def client_of(seen: list[Exchange]) -> Iterator[Callable[[Origin], Client]]:
    """Makes clients that are closed in the end."""
    made: list[Client] = []

    def make(origin: Origin, *, route: Route = DIRECT, gives_up_s: float = GIVES_UP_S) -> Client:
        client = Bounded(origin, witness=seen.append, route=route)
        client.bound_s = gives_up_s
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client would have slept."""
    slept: list[float] = []
    monkeypatch.setattr("contracts.transport.client.time.sleep", slept.append)
    return slept
