"""A client's request on a plain asyncio socket, and what can be done with it: answer anything, or ask an honest service."""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from contracts.mock.embedded import Embedded
from tests.rough.http import Answer

HEAD_END = b"\r\n\r\n"


@dataclass
class Scene:
    """What a target knows beyond one request: how many it has got, the honest service behind it, another origin."""

    behind: Embedded
    elsewhere: str = ""
    requests: int = 0
    visits_elsewhere: int = 0


class Line:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Write bytes, and wait until the peer has room for more."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection by a reset: what the peer has not read yet is lost."""
        with contextlib.suppress(OSError):
            plain: socket.socket = self.writer.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def farewell(self) -> None:
        """Say that nothing more will come, and read on until the client has gone: nothing said is lost in a reset."""
        self.writer.write_eof()
        while await self.reader.read(65536):
            pass


class Turn:
    """One request. Only its head has been read: the rest may never come, or not be wanted."""

    def __init__(self, scene: Scene, client: Line, service: "Service", head: bytes) -> None:
        self.scene, self.client, self._service, self.head = scene, client, service, head
        self.method, self.target, *_ = [*head.decode("latin-1").split(" ", 2), "", ""]
        self.number = scene.requests
        self.over = False

    async def send(self, data: bytes) -> None:
        """Send the client any bytes."""
        await self.client.send(data)

    async def end(self, data: bytes = b"") -> None:
        """Send the last bytes of this connection."""
        await self.send(data)
        self.over = True
        await self.client.farewell()

    def reset(self) -> None:
        """Reset the connection."""
        self.over = True
        self.client.reset()

    async def honest(self) -> Answer:
        """What the honest service says to this request."""
        answer = await self._service.asked(self.head, self.client, head_only=self.method == "HEAD")
        self.over = ("connection", "close") in answer.headers
        return answer


class Service:
    """The honest service behind one connection; reached when it is first asked."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address)
        self._line: Line | None = None

    async def asked(self, head: bytes, client: Line, *, head_only: bool) -> Answer:
        """Hand a request on, as much of it as the client sends until the answer is there."""
        if self._line is None or self._line.reader.at_eof():
            self.close()
            self._line = Line(*await asyncio.open_connection(self._address.hostname, self._address.port))
        line = self._line
        await line.send(head)
        rest = asyncio.create_task(_hand_on(client, line))
        try:
            return await _answer(line, client, head_only=head_only)
        finally:
            rest.cancel()
            await asyncio.wait((rest,))  # two cannot read from one stream

    def close(self) -> None:
        """End the connection."""
        if self._line is not None:
            self._line.writer.close()


async def _hand_on(client: Line, service: Line) -> None:
    with contextlib.suppress(OSError):  # either of them has gone
        while piece := await client.reader.read(65536):
            await service.send(piece)
        service.writer.write_eof()


async def _answer(service: Line, client: Line, *, head_only: bool) -> Answer:
    """The final answer; interim ones go to the client at once."""
    while True:
        head = await service.reader.readuntil(HEAD_END)
        answer = Answer.parse(head)
        if not answer.status.startswith("1"):
            break
        await client.send(head)
    if head_only:
        return answer
    return answer.but(body=await service.reader.readexactly(answer.length))
