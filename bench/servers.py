"""Servers to measure on, each a process of its own on the loopback interface, ended by its id."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import environment
from contracts.mock.embedded import Embedded

# A stub on the JVM takes some seconds; a million assets take about as long to make.
READY_WITHIN_S = 120.0


@dataclass(frozen=True)
class Server:
    """A running server; `variables` are the settings of the suite for it."""

    address: str
    pid: int
    variables: Mapping[str, str]


@contextmanager
def mock(faults: Sequence[str] = (), *, latency_ms: float = 0) -> Iterator[Server]:
    """The mock as users start it."""
    with Embedded(faults, latency_ms=latency_ms) as running:
        yield Server(running.address, running.pid, running.variables)


@contextmanager
def hosted(*what: str) -> Iterator[Server]:
    """Another application on the mock's server: see `bench.hosting`."""
    command = [sys.executable, "-m", "bench.hosting", *what]
    with _running(command, Path.cwd(), output=subprocess.PIPE) as child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        address, pid = ready.pop("address"), ready.pop("pid")
        yield Server(address, pid, ready)


@contextmanager
def stub(command: Sequence[str], address: str, probe: str) -> Iterator[Server]:
    """Somebody else's server; ready when it answers a POST to `probe` with any status below 500."""
    with (
        TemporaryDirectory(prefix="contracts-bench-") as place,
        _running(command, Path(place), output=subprocess.DEVNULL) as child,
    ):
        _await(child, address, probe)
        yield Server(address, child.pid, {})


@contextmanager
def _running(command: Sequence[str], place: Path, *, output: int) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        command,
        cwd=place,
        env=environment({}),
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield child
    finally:
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _await(child: subprocess.Popen[bytes], address: str, probe: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and child.poll() is None:
        connection = HTTPConnection(host, int(port), timeout=5)
        try:
            connection.request("POST", probe, b"{}", {"Content-Type": "application/json"})
            if connection.getresponse().status < 500:
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"it gave no answer within {READY_WITHIN_S:g} s")


def reset(server: Server) -> None:
    """Have a mock forget everything."""
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=30)
    connection.request("POST", "/_mock/reset")
    connection.getresponse().read()
    connection.close()


def times(server: Server) -> list[float]:
    """When each request came to a server that was started as `hosted("clocked")`."""
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=30)
    connection.request("GET", "/_bench/times")
    told: list[float] = json.loads(connection.getresponse().read())
    connection.close()
    return told
