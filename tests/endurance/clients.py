"""A client that notes what it was answered, to ask for it again after the server was killed."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from contracts import signing, wire
from contracts.mock.identities import BALANCES, FIRST

ASSETS: Final = "/api/assetpricing/v1/internal/assets"
ALLOCATIONS: Final = f"/api/network/v1/enterprises/{FIRST.enterprise_id}/clients/connections/{FIRST.connection_ids[0]}/allocations"
HEADERS: Final = {"content-type": "application/json", "authorization": f"Bearer {FIRST.token}"}
KEY: Final = signing.SigningKey.from_text(FIRST.signing_key)
Lost = (OSError, HTTPException)


@dataclass(slots=True)
class Asked:
    """A request, and its answer: none where it was lost, so that it may have been done or not."""

    path: str
    body: dict[str, Any]
    status: int | None = None
    text: str = ""


@dataclass(slots=True)
class Client:
    """Creates and allocates in turn under names of its own; `asked` is all that it ever sent."""

    name: str
    asked: list[Asked] = field(default_factory=list)

    def work(self, address: str) -> None:
        """Ask one after the other until the server is gone."""
        connection = connect(address)
        try:
            for asked in self._requests():
                self.asked.append(asked)
                asked.status, asked.text = send(connection, asked)
        except Lost:
            pass
        finally:
            connection.close()

    def again(self, address: str) -> Iterator[str]:
        """Ask everything again: what is not as it was answered. A lost answer is made up for."""
        connection = connect(address)
        for asked in self.asked:
            status, text = send(connection, asked)
            if asked.status is None:
                asked.status, asked.text = (200, "") if status == 409 else (status, text)
                status, text = send(connection, asked)
            kept = (409, text) if asked.path == ASSETS else (asked.status, asked.text)
            if (status, text) != kept:
                yield f"{asked.body}: answered {asked.status}, and now {status}"
        connection.close()

    def allocated(self, currency: str) -> int:
        """What its allocations took of a currency."""
        allocations = (asked for asked in self.asked if asked.path == ALLOCATIONS and asked.status == 200)
        amounts = (asked.body["amount"] for asked in allocations)
        return sum(int(amount["quantity"]) for amount in amounts if amount["currency"] == currency)

    def _requests(self) -> Iterator[Asked]:
        amounts = random.Random(f"{self.name} {len(self.asked)}")
        while True:
            name = f"{self.name}-{len(self.asked)}"
            yield Asked(ASSETS, asset(name))
            yield Asked(ALLOCATIONS, order(name, "tbtc", amounts.randint(1, 10)))
            yield Asked(ALLOCATIONS, order(f"{name}w", "hteth", 2**64 + amounts.randint(1, 2**64)))


def connect(address: str) -> HTTPConnection:
    """A connection to a server, which is made with the first request."""
    return HTTPConnection(address.removeprefix("http://"), timeout=20)


def send(connection: HTTPConnection, asked: Asked) -> tuple[int, str]:
    """Status and text of an answer. Raises one of `Lost`."""
    connection.request("POST", asked.path, json.dumps(asked.body), HEADERS)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def asset(symbol: str) -> dict[str, Any]:
    """The body of a create."""
    return {"symbol": symbol, "display_name": symbol, "type": "COIN", "entity_status": "ACTIVE"}


def order(name: str, currency: str, quantity: int) -> dict[str, Any]:
    """The body of an allocation, signed."""
    said: dict[str, Any] = {
        "amount": {"currency": currency, "quantity": str(quantity)},
        "clientExternalId": name,
        "nonce": name,
    }
    payload = wire.dumps({**said, "connectionId": FIRST.connection_ids[0]})
    return {**said, "payload": payload, "signature": signing.sign(payload, KEY)}


def rest_is_exact(address: str, currency: str, allocated: int) -> bool:
    """Whether what is left of a currency is its balance without what was allocated: that much can be had, and then nothing."""
    connection = connect(address)
    left = BALANCES[currency] - allocated
    statuses = [
        send(connection, Asked(ALLOCATIONS, order(f"rest-{currency}-{quantity}", currency, quantity)))[0]
        for quantity in (left + 1, left, 1)
    ]
    connection.close()
    return statuses == [422, 200, 422]
