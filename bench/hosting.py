"""Other applications on the mock's own server: `python -m bench.hosting hello`, `echo`, `clocked`, `filled NUMBER`, `wrong NUMBER`.

Nothing but the application differs: the mock's `run` is called with another one in its place.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from unittest.mock import patch
from uuid import uuid4

from starlette.types import Receive, Scope, Send

from contracts.mock import server
from contracts.mock.app import Mock
from contracts.mock.rules.assets import record
from contracts.wire import Json

_HELLO: Final = b'{"hello":"world"}'
_HEADERS: Final = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_HELLO))]


async def hello(_: Scope, receive: Receive, send: Send) -> None:
    """The least that answers: the body is read, and the same bytes come back each time."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _HELLO})


async def echo(_: Scope, receive: Receive, send: Send) -> None:
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


class Clocked:
    """The mock, with the wall time of every request; GET /_bench/times answers them all."""

    def __init__(self) -> None:
        self._mock = Mock()
        self._times: list[float] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102  # ASGI's own
        if scope["path"] != "/_bench/times":
            self._times.append(time.time())
            await self._mock(scope, receive, send)
            return
        body = json.dumps(self._times).encode()
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Wrong:
    """The mock, which answers so many of its requests, behind the first ones, with a status that nobody documents."""

    def __init__(self, number: int) -> None:
        self._mock = Mock()
        self._left, self._spared = number, 60  # preflight wants honest answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102  # ASGI's own
        self._spared -= 1
        if self._spared >= 0 or not self._left or self._spared % 2:
            await self._mock(scope, receive, send)
            return
        self._left -= 1
        while (await receive()).get("more_body"):
            pass
        status = 430 + self._left % 170
        await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _HELLO})


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
    make: dict[str, Callable[[], Any]] = {
        "hello": lambda: hello,
        "echo": lambda: echo,
        "clocked": Clocked,
        "filled": lambda: filled(int(number)),
        "wrong": lambda: Wrong(int(number)),
    }
    application = make[what]()
    with patch.object(server, "Mock", lambda *_: application):
        server.run(parent_pipe=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
