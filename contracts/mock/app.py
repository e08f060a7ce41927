"""Routes: from bytes to a request, and from an answer to bytes. What is answered is decided elsewhere."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Answer, Asked, Rendered
from contracts.mock.operations import create_allocation, create_asset, signing_payload
from contracts.mock.state import State
from contracts.mock.switches import Switch

Operation = Callable[[Behaviour, State, Asked], Awaitable[Answer]]

ASSETS = "/api/assetpricing/v1/internal/assets"
ALLOCATIONS = "/api/network/v1/enterprises/{enterprise_id}/clients/connections/{connection_id}/allocations"
RESET = "/_mock/reset"


class Mock:
    """The server with its memory: an ASGI application. `latency` is added to every answer, in seconds."""

    def __init__(self, switches: Sequence[Switch] = (), latency: float = 0) -> None:
        self._switches = tuple(switches)
        self.latency = latency
        self.reset()
        self._router = Router(
            [
                Route(ASSETS, Endpoint(self, CREATE_ASSET, create_asset)),
                Route(f"{ALLOCATIONS}/signing", Endpoint(self, SIGNING_PAYLOAD, signing_payload)),
                Route(ALLOCATIONS, Endpoint(self, CREATE_ALLOCATION, create_allocation)),
                Route(RESET, Reset(self)),
            ],
            redirect_slashes=False,
            default=self._answer_nowhere,
        )

    def reset(self) -> None:
        """Forget every record and restore every balance; what was switched on stays on and forgets what it saw."""
        self.state = State()
        self.behaviour = Behaviour()
        for switch in self._switches:
            switch.apply(self.behaviour)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    async def respond(self, asked: Asked, operation: Operation) -> Rendered:
        """The answer of an operation, ready to send. A bug in the mock is printed to stderr and answered 500."""
        mock, state = self.behaviour, self.state
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            answer = await mock.protocol.before(asked) or await self._answer(mock, state, asked, operation)
            return mock.protocol.render(asked, await mock.protocol.after(asked, answer))
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            return mock.protocol.render(asked, mock.protocol.crashed(asked, error))

    async def _answer(self, mock: Behaviour, state: State, asked: Asked, operation: Operation) -> Answer:
        methods = mock.protocol.methods[asked.operation]
        if asked.method in methods:
            return await operation(mock, state, asked)
        status = 204 if asked.method == "OPTIONS" else 405
        return Answer(status, headers={"allow": mock.protocol.allowed(methods)}, raw=b"")

    async def _answer_nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            asked = Asked("", scope["method"], {}, b"")
            answer = self.behaviour.protocol.no_such_path(scope["method"], scope["path"])
            await _send(send, self.behaviour.protocol.render(asked, answer))


class Endpoint:
    """One operation under its path, for every method: an ASGI application that a route hands its requests to."""

    def __init__(self, mock: Mock, name: str, operation: Operation) -> None:
        self._mock = mock
        self._name = name
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        if "host" not in headers and scope["http_version"] == "1.1":  # RFC 9112, 3.2: it must be refused
            await _send(send, Rendered(400, {"content-length": "0", "connection": "close"}, [b""]))
            return
        where = scope["path_params"]
        protocol = self._mock.behaviour.protocol
        body, is_read = await _read_body(headers, receive, protocol.size_limit, protocol.discard_limit)
        asked = Asked(
            operation=self._name,
            method=scope["method"],
            headers=headers,
            body=body,
            enterprise_id=where.get("enterprise_id", ""),
            connection_id=where.get("connection_id", ""),
            query=scope["query_string"].decode("latin-1"),
        )
        answer = await self._mock.respond(asked, self._operation)
        if not is_read:  # what is left of the body must not be taken for the next request
            answer.headers["connection"] = "close"
        await _send(send, answer)


class Reset:
    """The mock's own operation, which no real service has: forget everything."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await _send(send, Rendered(405, {"allow": "POST", "content-length": "0"}, [b""]))
            return
        self._mock.reset()
        await _send(send, Rendered(204, {}, [b""]))


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _read_body(
    headers: dict[str, str], receive: Receive, limit: int, discard_limit: int
) -> tuple[bytes | None, bool]:
    """The whole body, or None where it is over the limit; and whether it was read to its end.

    A body over the limit is read and thrown away up to `discard_limit`, since a client may not listen before it has sent all.
    """
    if int(headers.get("content-length", "0")) > max(
        limit, discard_limit
    ):  # digits: the HTTP parser saw to it
        return None, False
    body, size, more = bytearray(), 0, True
    while more:
        message = await receive()
        if (
            message["type"] == "http.disconnect"
        ):  # half a request is none: refused, with nobody left to hear it
            return None, False
        piece = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(piece)
        if size <= limit:
            body += piece
        elif size > discard_limit:
            return None, not more
    return (bytes(body) if size <= limit else None), True


async def _send(send: Send, answer: Rendered) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for left, chunk in zip(range(len(answer.chunks) - 1, -1, -1), answer.chunks, strict=True):
        await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
