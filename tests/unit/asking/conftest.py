"""An asker whose target answers by script."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from contracts.asking.asker import Asker
from contracts.asking.fresh import Fresh
from contracts.exchange import Exchange, Request
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from tests.fixtures.outcomes import plan

Answering = Callable[[Request], Exchange]


@dataclass
class Scripted:
    """A client that answers with the next of its script; the last one for good."""

    script: list[Answering]
    sent: list[Request] = field(default_factory=list)
    witness: Callable[[Exchange], None] | None = None
    origin: str = "http://target"

    def ask(self, request: Request) -> Exchange:
        answering = self.script[min(len(self.sent), len(self.script) - 1)]
        self.sent.append(request)
        exchange = answering(request)
        if self.witness is not None:
            self.witness(exchange)
        return exchange

    def look(self, request: Request) -> Exchange:
        self.witness = None
        return self.ask(request)


@pytest.fixture
def asker_of() -> Callable[..., Asker]:
    """Makes an asker whose clients answer so."""

    def make(*script: Answering, strict: bool = False) -> Asker:
        client = Scripted(list(script))
        clients = {"asset-pricing": client, "go-network": client}
        parts = (Fresh("CTMARK", "0"), Identities(), UsedKeys())
        return Asker(plan().settings, clients, *parts, strict=strict)  # type: ignore[arg-type]

    return make


@pytest.fixture
def asker(asker_of: Callable[..., Asker]) -> Asker:
    """An asker that is never to send anything."""
    return asker_of()
