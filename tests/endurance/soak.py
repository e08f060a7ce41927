"""`python -m tests.endurance.soak`: hundreds of clients at once for a minute: no error, and no more memory at its end."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from contracts.mock.embedded import Embedded
from tests.endurance.clients import ALLOCATIONS, ASSETS, HEADERS, Asked, asset, connect, order, send

WARM: Final = 1 / 3  # of the time: until then, everybody is connected and every buffer has its size
GROWTH_MB: Final = 3
STAY: Final = 50  # requests on a connection, before its client comes back with another


class Soak:
    """Clients of one mock, and what came of them. Memory is the mock's resident set in MB, when it was warm and at the end.

    What is asked leaves nothing behind, unless the clients are `creating`: every other request then makes an asset.
    """

    def __init__(self, mock: Embedded, *, creating: bool = False) -> None:
        self.requests = 0
        self.wrong: Counter[str] = Counter()
        self.warm_mb = self.end_mb = 0.0
        self._mock = mock
        self._asked = fixed(mock.address)
        self._names = count() if creating else None

    async def run(self, connections: int, seconds: float) -> None:
        """Ask on so many connections at once."""
        self._end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as clients:
            for number in range(connections):
                clients.create_task(self._client(number))
            await asyncio.sleep(seconds * WARM)
            self.warm_mb = resident(self._mock.pid)
        self.end_mb = resident(self._mock.pid)

    async def _client(self, number: int) -> None:
        host, port = self._mock.address.removeprefix("http://").split(":")
        while time.monotonic() < self._end:
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                await self._stay(reader, writer, number)
            except (OSError, EOFError, TimeoutError) as problem:
                self.wrong[repr(problem)] += 1
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _stay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        for step in range(STAY):
            if time.monotonic() >= self._end:
                return
            request, expected = self._asked[(number + step) % len(self._asked)]
            if self._names is not None and not step % 2:
                request, expected = request_of(ASSETS, asset(f"soak{next(self._names)}")), 200
            status = await _answered(reader, writer, request)
            self.requests += 1
            if status != expected:
                self.wrong[f"{status} for {expected}"] += 1


def fixed(address: str) -> list[tuple[bytes, int]]:
    """Requests with the status of their answer, which change nothing: what they could change is done here."""
    known, allocation = asset("soak"), order("soak", "tbtc", 1)
    connection = connect(address)
    send(connection, Asked(ASSETS, known))
    send(connection, Asked(ALLOCATIONS, allocation))
    connection.close()
    terms = {name: allocation[name] for name in ("amount", "clientExternalId", "nonce")}
    return [
        (request_of(ASSETS, known), 409),
        (request_of(f"{ALLOCATIONS}/signing", terms), 200),
        (request_of(ALLOCATIONS, allocation), 200),
        (request_of(ALLOCATIONS, {**allocation, "signature": "00"}), 400),
        (request_of("/nowhere", {}), 404),
    ]


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    async with asyncio.timeout(30):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
    return int(head.split()[1])


def request_of(path: str, body: object) -> bytes:
    """The bytes of a request."""
    content = json.dumps(body).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head = f"POST {path} HTTP/1.1\r\nhost: mock\r\n{headers}content-length: {len(content)}\r\n\r\n"
    return head.encode() + content


def resident(pid: int) -> float:
    """The memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> int:
    """Print what came of it; 1 where something was wrong, or memory grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.soak", description=__doc__)
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--store", action="store_true", help="keep the records in a file")
    parser.add_argument("--creating", action="store_true", help="half of the requests make an asset")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store.db" if asked.store else None
        with Embedded(store=store) as mock:
            soak = Soak(mock, creating=asked.creating)
            asyncio.run(soak.run(asked.connections, asked.seconds))
            errors = mock.errors()
    rate = soak.requests / asked.seconds
    print(f"{soak.requests} requests on {asked.connections} connections, {rate:.0f}/s")
    print(f"{soak.wrong.total()} errors {dict(soak.wrong)}, stderr {errors!r}")
    print(f"memory {soak.warm_mb:.1f} MB warm, {soak.end_mb:.1f} MB at the end")
    return 1 if soak.wrong or errors or soak.end_mb - soak.warm_mb > GROWTH_MB else 0


if __name__ == "__main__":
    sys.exit(main())
