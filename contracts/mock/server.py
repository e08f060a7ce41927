"""Serving: a port, on the loopback interface unless told otherwise; one line when ready, an end on a signal or with the parent."""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import uvicorn
from uvicorn.server import ServerState

from contracts.mock.app import Mock
from contracts.mock.connection import Connection
from contracts.mock.identities import environment
from contracts.mock.switches import select
from contracts.mock.watch import Watch

GRACE_S = 1
EXPOSED: Final = """\
WARNING: this mock listens on {host}, not on loopback alone: whoever reaches this machine can use it.
Its tokens and signing keys are no secrets: they are printed below, and the same in every copy. Serve nothing of worth by it.
"""
SERVING: Final[dict[str, Any]] = {
    "loop": "auto",
    "ws": "none",
    "lifespan": "off",
    "interface": "asgi3",
    "proxy_headers": False,
    "log_config": None,
    "log_level": "error",
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": GRACE_S,
}


def run(
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    latency_ms: float = 0,
    store: Path | None = None,
    parent_pipe: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM, or until stdin ends where `parent_pipe` is set; port 0 takes a free one.

    With a file as its `store`, the mock goes on where the last one with this file ended, however it did. What a fault or a
    variant itself remembers is not in there.

    Prints one JSON line when ready: `address`, `pid` and the variables of `environment`. Raises `UnknownSwitch` for an unknown
    fault or variant, `StoreProblem` for a file that cannot be the store, and `OSError` where the port cannot be had, all before
    anything is printed.
    """
    switches, latency = select(faults, variants), latency_ms / 1000
    if store is None:
        serve(serving(Mock(switches, latency), host, port), parent_pipe=parent_pipe)
        return
    from contracts.mock.store import Store  # who keeps nothing does not wait for SQLite

    with closing(Store(store, overwrites=bool(switches))) as kept:
        mock = Mock(switches, latency, state=kept.state, transaction=kept.transaction)
        server = serving(mock, host, port)
        server.ended = kept.close
        serve(server, parent_pipe=parent_pipe)


def serving(mock: Mock, host: str = "127.0.0.1", port: int = 0) -> "Announcing":
    """A server for a mock, on its port already. Raises `OSError` where that cannot be had.

    uvicorn has the loop, the port, the signals and an end in order; the connections are ours, and speak to the mock themselves:
    the application that uvicorn asks for is never called.
    """
    watch = Watch()

    def connect(*, server_state: ServerState, **_: object) -> Connection:
        return Connection(mock, watch, server_state.connections, server_state.tasks)

    async def look() -> None:
        watch.look(server.server_state.connections)  # type: ignore[arg-type]  # all of them are ours

    config = uvicorn.Config(
        mock.respond,
        http=connect,  # type: ignore[arg-type]  # uvicorn only calls it
        callback_notify=look,
        timeout_notify=0,
        **SERVING,
    )
    server = Announcing(config, listen(host, port))
    return server


def serve(server: "Announcing", *, parent_pipe: bool = False) -> None:
    """Run a server until it is told to end."""
    if parent_pipe:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[server.listener])


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `OSError` where the port cannot be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    return listener


class Announcing(uvicorn.Server):
    """A server that says on stdout that it is ready, once it is.

    `ended` is called when the last answer is given: behind that, uvicorn has the process killed by the signal that ended it.
    """

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        super().__init__(config)
        self.listener = listener
        self.ended: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.listener.getsockname()[:2]
        if not ip_address(host).is_loopback:
            sys.stderr.write(EXPOSED.format(host=host))
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        ready = {"address": address, "pid": os.getpid(), **environment(address)}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self.ended()


def _end_with_stdin(server: uvicorn.Server) -> None:
    """Ends the server when the parent's end of the pipe closes, which it does however the parent dies."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass  # no stdin at all: the parent is gone too
    server.should_exit = True
    time.sleep(GRACE_S * 3)
    os._exit(0)  # the event loop is stuck, in a fault perhaps; nobody is left to wait for it
