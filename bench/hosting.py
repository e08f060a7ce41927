"""Other servers than the mock: `python -m bench.hosting hello`, `echo`, `clocked`, `filled NUMBER`, `wrong NUMBER`.

The first two are ASGI applications on uvicorn's own protocol for httptools and uvloop; the others are the mock with a change.
"""

import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import uuid4

import uvicorn

from contracts.mock import server
from contracts.mock.app import Mock
from contracts.mock.messages import Asked, Rendered
from contracts.mock.places import Place
from contracts.mock.rules.assets import record
from contracts.wire import Json

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

_HELLO: Final = b'{"hello":"world"}'
_HEADERS: Final = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_HELLO))]


async def hello(_: dict[str, Any], receive: Receive, send: Send) -> None:
    """The least that answers: the body is read, and the same bytes come back each time."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _HELLO})


async def echo(_: dict[str, Any], receive: Receive, send: Send) -> None:
    """The least that could create an asset: JSON in, an id and two times, JSON out; nothing is checked, kept or routed."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    now = datetime.now(UTC).isoformat()
    asset = {**json.loads(body), "id": str(uuid4()), "created_at": now, "modified_at": now}
    content = json.dumps(asset).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


class Clocked(Mock):
    """The mock, with the wall time of every request; GET /_bench/times answers them all."""

    def __init__(self) -> None:
        super().__init__()
        self._times: list[float] = []

    async def respond(self, asked: Asked) -> Rendered:
        """Note the time first."""
        self._times.append(time.time())
        return await super().respond(asked)

    async def aside(self, method: str, place: Place) -> Rendered:
        """As `respond`, but for the times themselves."""
        if place.path == "/_bench/times":
            body = json.dumps(self._times).encode()
            return Rendered(200, {"content-length": str(len(body))}, [body])
        self._times.append(time.time())
        return await super().aside(method, place)


class Wrong(Mock):
    """The mock, which answers so many of its requests, behind the first ones, with a status that nobody documents."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._left, self._spared = number, 60  # preflight wants honest answers

    async def respond(self, asked: Asked) -> Rendered:
        """Every other request is answered wrongly."""
        self._spared -= 1
        if self._spared >= 0 or not self._left or self._spared % 2:
            return await super().respond(asked)
        self._left -= 1
        headers = {"content-type": "application/json", "content-length": str(len(_HELLO))}
        return Rendered(430 + self._left % 170, headers, [_HELLO])


def filled(number: int) -> Mock:
    """A mock that holds so many assets, made and kept by its own rules."""
    mock = Mock()
    rules, state = mock.behaviour.assets, mock.state
    for count in range(number):
        sent: dict[str, Json] = {
            "symbol": f"HELD{count}",
            "display_name": "Held",
            "type": "COIN",
            "entity_status": "ACTIVE",
        }
        rules.remember(state, rules.key(sent), record(rules, state, sent))
    return mock


def main(what: str, number: str = "0") -> None:
    """Serve until stdin ends; one JSON line says when it is ready."""
    applications = {"hello": hello, "echo": echo}
    mocks: dict[str, Callable[[], Mock]] = {
        "clocked": Clocked,
        "filled": lambda: filled(int(number)),
        "wrong": lambda: Wrong(int(number)),
    }
    if what in applications:
        config = uvicorn.Config(applications[what], http="httptools", **server.SERVING)
        server.serve(server.Announcing(config, server.listen()), parent_pipe=True)
    else:
        server.serve(server.serving(mocks[what]()), parent_pipe=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
