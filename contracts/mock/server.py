"""Serving: a port on the loopback interface, one line when ready, an end on a signal or with the parent."""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence

import uvicorn

from contracts.mock.app import Mock
from contracts.mock.identities import environment
from contracts.mock.switches import select

# Idle connections live longer than any pause of a run: a client that is cut off cannot know whether its request was served.
KEEP_ALIVE_S = 300
GRACE_S = 1


def run(
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    latency_ms: float = 0,
    parent_pipe: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM, or until stdin ends where `parent_pipe` is set; port 0 takes a free one.

    Prints one JSON line when ready: `address`, `pid` and the variables of `environment`. Raises `UnknownSwitch` for an unknown
    fault or variant, and `OSError` where the port cannot be had, both before anything is printed.
    """
    mock = Mock(select(faults, variants), latency_ms / 1000)
    listener = _listen(host, port)
    address = f"http://{host}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        mock,
        loop="auto",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",  # a request that is no HTTP is nothing to report: it is answered 400
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Announcing(config, {"address": address, "pid": os.getpid(), **environment(address)})
    if parent_pipe:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    return listener


class _Announcing(uvicorn.Server):
    """A server that says on stdout that it is ready, once it is."""

    def __init__(self, config: uvicorn.Config, ready: dict[str, object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(json.dumps(self._ready) + "\n")
        sys.stdout.flush()


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
