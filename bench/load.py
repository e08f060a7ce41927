"""Load on a server: prepared requests over so many connections, by wrk where it is installed, else by a client of ours.

`python -m bench.load FILE ADDRESS CONNECTIONS SECONDS` is that client: one process, one request under way on each connection.
The same client asks all servers of a run.
"""

import json
import selectors
import shutil
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import python, run

_LUA = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True)
class Load:
    """What became of it: answered requests, the time for them, and how many answers were no 2xx or 3xx."""

    requests: int
    seconds: float
    refused: int
    lost: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def client() -> str:
    """Who asks."""
    return "wrk" if shutil.which("wrk") else "bench.load"


def load(requests: Path, address: str, *, connections: int, seconds: float) -> Load:
    """Ask a server for so long; raises RuntimeError where some of it was never answered."""
    if client() == "wrk":
        command: list[str | Path] = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds:g}s",
            "-s",
            _LUA,
            address,
            "--",
            requests,
        ]
        ended = run(command, requests.parent)
    else:
        asked = (requests, address, str(connections), str(seconds))
        ended = python("-m", "bench.load", *asked, directory=requests.parent)
    told = json.loads(ended.output.strip().rpartition("\n")[2])
    done = Load(told["requests"], told["seconds"], told["refused"], told["lost"])
    if not done.requests or done.lost:
        raise RuntimeError(f"{address} lost {done.lost} of {done.requests} requests")
    return done


def write(path: Path, requests: list[bytes]) -> Path:
    """Keep requests for `load`."""
    path.write_bytes(b"".join(len(request).to_bytes(4, "big") + request for request in requests))
    return path


def post(address: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {target} HTTP/1.1", f"Host: {address.removeprefix('http://')}"]
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines += [f"{name}: {value}" for name, value in told.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


# --- the client of ours --------------------------------------------------------------------------------------------


@dataclass
class _Asking:
    """A connection with a request under way."""

    peer: socket.socket
    read: bytes = b""
    wanted: int = -1


@dataclass
class _Count:
    requests: int = 0
    refused: int = 0
    lost: int = 0
    at: int = 0
    prepared: list[bytes] = field(default_factory=list)

    def next(self) -> bytes:
        self.at = (self.at + 1) % len(self.prepared)
        return self.prepared[self.at]


def main(file: str, address: str, connections: str, seconds: str) -> None:
    """Ask until the time is over and print what became of it."""
    host, _, port = address.removeprefix("http://").partition(":")
    count, waiting = _Count(prepared=_prepared(Path(file))), selectors.DefaultSelector()
    for _ in range(int(connections)):
        peer = socket.create_connection((host, int(port)))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting.register(peer, selectors.EVENT_READ, _Asking(peer))
        peer.sendall(count.next())
    began = time.monotonic()
    while time.monotonic() < began + float(seconds) and waiting.get_map():
        for key, _ in waiting.select(1):
            if not _take(key.data, count):
                waiting.unregister(key.data.peer)
    told = {"requests": count.requests, "seconds": time.monotonic() - began}
    print(json.dumps({**told, "refused": count.refused, "lost": count.lost}))


def _prepared(path: Path) -> list[bytes]:
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : end])
        at = end
    return found


def _take(asking: _Asking, count: _Count) -> bool:
    """Read what has arrived; when that ends an answer (Content-Length it must have), send the next request."""
    piece = asking.peer.recv(65536)
    if not piece:
        count.lost += 1
        return False
    asking.read += piece
    head, end, _ = asking.read.partition(b"\r\n\r\n")
    if end and asking.wanted < 0:
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        asking.wanted = len(head) + 4 + int(length or 0)
    if 0 <= asking.wanted <= len(asking.read):
        count.requests += 1
        count.refused += not 200 <= int(head[9:12]) < 400
        asking.read, asking.wanted = b"", -1
        asking.peer.sendall(count.next())
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
