"""A mock in this process: asked by values, answered by values, with no HTTP in between unless a test is about HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from contracts import signing, wire
from contracts.mock.app import Mock
from contracts.mock.identities import FIRST, Tenant
from contracts.mock.switches import select

ASSETS = "/api/assetpricing/v1/internal/assets"
JSON = {"content-type": "application/json"}


class Server:
    """The mock with some switches on, and the requests that tests make of it."""

    def __init__(self, faults: Sequence[str] = (), variants: Sequence[str] = ()) -> None:
        self.mock = Mock(select(faults, variants))
        self._names = 0

    def fresh(self, start: str = "t") -> str:
        """A text that this server was not asked for before."""
        self._names += 1
        return f"{start}-{self._names}"

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request over the ASGI interface; bytes go out as they are, anything else as JSON."""
        return asyncio.run(self.send_all([(method, path, body, headers)]))[0]

    async def send_all(
        self, requests: Sequence[tuple[str, str, Any, dict[str, str] | None]]
    ) -> list[httpx.Response]:
        """Requests at the same moment."""
        transport = httpx.ASGITransport(app=self.mock)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:

            async def one(
                method: str, path: str, body: Any, headers: dict[str, str] | None
            ) -> httpx.Response:
                content = body if isinstance(body, bytes) or body is None else wire.dumps(body).encode()
                return await client.request(
                    method, path, content=content, headers=JSON if headers is None else headers
                )

            return list(await asyncio.gather(*(one(*request) for request in requests)))

    def create(self, *without: str, **changes: Any) -> httpx.Response:
        """Create an asset, valid but for the changes."""
        return self.send("POST", ASSETS, self.asset(*without, **changes))

    def asset(self, *without: str, **changes: Any) -> dict[str, Any]:
        """A valid asset under a fresh symbol, but for the changes."""
        valid = {
            "symbol": self.fresh("S"),
            "display_name": "Some asset",
            "type": "COIN",
            "entity_status": "ACTIVE",
        }
        return {name: value for name, value in (valid | changes).items() if name not in without}

    def request(self, **changes: Any) -> dict[str, Any]:
        """A valid request for a payload, but for the changes."""
        valid = {
            "amount": {"currency": "tbtc", "quantity": "1"},
            "clientExternalId": self.fresh("c"),
            "nonce": self.fresh("n"),
        }
        return valid | changes

    def order(
        self,
        *,
        says: dict[str, Any] | None = None,
        layout: Callable[[Any], str] = wire.dumps,
        key: str = FIRST.signing_key,
        connection: str = FIRST.connection_ids[0],
        **changes: Any,
    ) -> dict[str, Any]:
        """A valid order, but for the changes; its payload says so too, except for what `says` puts in its place."""
        request = self.request(**changes)
        payload = layout(request | {"connectionId": connection} | (says or {}))
        return request | {
            "payload": payload,
            "signature": signing.sign(payload, signing.SigningKey.from_text(key)),
        }

    def allocate(
        self, order: dict[str, Any], *, tenant: Tenant = FIRST, connection: str = "", token: str = ""
    ) -> httpx.Response:
        """Send an order."""
        path = allocations(tenant, connection)
        return self.send("POST", path, order, bearer(token or tenant.token))

    def ask(
        self,
        request: dict[str, Any],
        *,
        tenant: Tenant = FIRST,
        connection: str = "",
        token: str = "",
        method: str = "POST",
    ) -> httpx.Response:
        """Ask for a payload."""
        return self.send(
            method, f"{allocations(tenant, connection)}/signing", request, bearer(token or tenant.token)
        )


def allocations(tenant: Tenant = FIRST, connection: str = "") -> str:
    """The path of a tenant's allocations."""
    where = connection or tenant.connection_ids[0]
    return f"/api/network/v1/enterprises/{tenant.enterprise_id}/clients/connections/{where}/allocations"


def bearer(token: str) -> dict[str, str]:
    """The headers of a JSON request under a token."""
    return JSON | {"authorization": f"Bearer {token}"}


@pytest.fixture
def serve() -> type[Server]:
    """Makes a server with faults and variants."""
    return Server


@pytest.fixture
def server() -> Server:
    """The honest server."""
    return Server()
