"""A client that gives up soon, and waits that cost no time."""

from collections.abc import Callable, Iterator

import pytest

from contracts.exchange import Exchange
from contracts.transport.client import Client
from contracts.transport.http1 import Origin

GIVES_UP_S = 0.2


class Impatient(Client):
    """A client whose patience with a silent server is short."""

    @property
    def gives_up_after(self) -> float:
        return GIVES_UP_S


@pytest.fixture
def seen() -> list[Exchange]:
    """What the witness saw."""
    return []


@pytest.fixture
def client_of(seen: list[Exchange]) -> Iterator[Callable[[Origin], Client]]:
    """Makes clients that are closed in the end."""
    made: list[Client] = []

    def make(origin: Origin, *, insecure: bool = False) -> Client:
        made.append(Impatient(origin, witness=seen.append, insecure=insecure))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client would have slept."""
    slept: list[float] = []
    monkeypatch.setattr("contracts.transport.client.time.sleep", slept.append)
    return slept
