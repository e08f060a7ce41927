"""A rough target while a block lasts: its port, its connections, and an origin that nobody was told to ask."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

from tests.rough import certificates
from tests.rough.behaviour import Behaviour, Door
from tests.rough.turn import HEAD_END, Line, Scene, Service, Turn

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(behaviour: Behaviour, scene: Scene) -> AsyncIterator[str]:
    """Serve one behaviour and yield its origin; connections still open at the end are closed."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a coroutine runs in one
        tasks.add(task)
        await _converse(behaviour, scene, Line(reader, writer))

    async with _elsewhere(scene), _open(behaviour.door, connected) as origin:
        yield origin
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


async def _converse(behaviour: Behaviour, scene: Scene, client: Line) -> None:
    service = Service(scene.behind.address)
    try:
        while True:
            head = await client.reader.readuntil(HEAD_END)
            scene.requests += 1
            turn = Turn(scene, client, service, head)
            await behaviour.behave(turn)
            if turn.over:
                return
    except (OSError, EOFError, asyncio.CancelledError):
        return  # the client has gone, or the run is over
    finally:
        service.close()
        client.writer.close()


@contextlib.asynccontextmanager
async def _open(door: Door, connected: Connected) -> AsyncIterator[str]:
    if not door.listens:
        yield f"http://{door.host}:{_closed_port(door.host)}"
        return
    context = None
    if door.certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.path(door.certificate))
    server = await asyncio.start_server(connected, door.host, 0, ssl=context, limit=2**20)
    async with server:
        port = server.sockets[0].getsockname()[1]
        host = f"[{door.host}]" if ":" in door.host else door.host
        yield f"{'https' if context else 'http'}://{host}:{port}"


def _closed_port(host: str) -> int:
    """A port that nobody listens on: it was free a moment ago."""
    with socket.create_server((host, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def _elsewhere(scene: Scene) -> AsyncIterator[None]:
    """An origin of somebody else, which counts who comes."""

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        scene.visits_elsewhere += 1
        writer.close()

    async with _open(Door(), visited) as scene.elsewhere:
        yield
