"""Mocks behind real connections: each on a port of its own, all on one event loop in a thread."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import uvloop

from contracts import signing, wire
from contracts.mock.app import Mock
from contracts.mock.connection import Connection
from contracts.mock.identities import FIRST, Tenant
from contracts.mock.store import Store
from contracts.mock.switches import select
from contracts.mock.watch import Watch

ASSETS = "/api/assetpricing/v1/internal/assets"
JSON = {"content-type": "application/json"}
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made for each client, one takes 20 ms: most of a test


class Server:
    """A mock with some switches on, the requests that tests make of it, and what its server knows."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        faults: Sequence[str] = (),
        variants: Sequence[str] = (),
        store: Store | None = None,
    ) -> None:
        kept: dict[str, Any] = (
            {} if store is None else {"state": store.state, "transaction": store.transaction}
        )
        self.mock, self.watch = Mock(select(faults, variants), **kept), Watch()
        self.connections, self.tasks = set[Connection](), set[asyncio.Task[None]]()
        self.start = self.watch.now
        self.loop = loop
        self._names = 0
        self._listening: asyncio.Server = self.run(self._listen)
        self.port = int(self._listening.sockets[0].getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._client = httpx.Client(base_url=self.address, verify=NO_TLS)

    async def _listen(self) -> asyncio.Server:
        return await self.loop.create_server(
            lambda: Connection(self.mock, self.watch, self.connections, self.tasks), "127.0.0.1", 0
        )

    def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """What a coroutine function gives when it is called on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work(*arguments), self.loop).result(10)

    def close(self) -> None:
        """End all connections, and the port."""
        self._client.close()
        self.loop.call_soon_threadsafe(self._listening.close)

    def fresh(self, start: str = "t") -> str:
        """A text that this server was not asked for before."""
        self._names += 1
        return f"{start}-{self._names}"

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request; bytes go out as they are, anything else as JSON."""
        return self._client.request(
            method, path, content=content_of(body), headers=JSON if headers is None else headers
        )

    async def send_all(
        self, requests: Sequence[tuple[str, str, Any, dict[str, str] | None]]
    ) -> list[httpx.Response]:
        """Requests at the same moment."""
        async with httpx.AsyncClient(base_url=self.address, verify=NO_TLS) as client:
            asked = (
                client.request(method, path, content=content_of(body), headers=headers or JSON)
                for method, path, body, headers in requests
            )
            return list(await asyncio.gather(*asked))

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


def content_of(body: Any) -> bytes | None:
    """A request's body."""
    return body if isinstance(body, bytes) or body is None else wire.dumps(body).encode()


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop of all servers."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def serve(loop: asyncio.AbstractEventLoop) -> Iterator[Callable[..., Server]]:
    """Makes a server with faults and variants."""
    with ExitStack() as running:

        def start(
            faults: Sequence[str] = (), variants: Sequence[str] = (), store: Store | None = None
        ) -> Server:
            server = Server(loop, faults, variants, store)
            running.callback(server.close)
            return server

        yield start


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    """The honest server."""
    return serve()
