"""The runs of tests/endurance, shortened: kills, crowds, and more clients than there are file descriptors."""

import asyncio
import resource
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.endurance.kills import endure
from tests.endurance.soak import Soak

ASK = b"GET /nowhere HTTP/1.1\r\nHost: mock\r\n\r\n"


def test_a_killed_mock_has_all_that_it_answered(tmp_path: Path) -> None:
    """An answer that leaves before its commit, a record that is there twice, funds that are gone with no allocation."""
    outcome = endure(tmp_path / "store.db", kills=2, clients=4, seconds=0.6)
    assert outcome.wrong == []
    assert outcome.requests > 50


@pytest.mark.parametrize("stored", [False, True])
def test_hundreds_of_clients_are_served(tmp_path: Path, *, stored: bool) -> None:
    """A connection that is refused or dropped under load, or a record of every request that is kept in memory."""
    with Embedded(store=tmp_path / "store.db" if stored else None) as mock:
        soak = Soak(mock, creating=stored)
        asyncio.run(soak.run(connections=250, seconds=2.5))
        assert soak.wrong == {}
        assert mock.errors() == ""
    assert soak.requests > 1000
    assert soak.end_mb - soak.warm_mb < 10


def test_more_connections_than_file_descriptors_do_no_harm(tmp_path: Path) -> None:
    """An accept that fails, and takes the server or the clients that it has with it."""
    with Embedded(store=tmp_path / "store.db") as mock, ExitStack() as open_sockets:
        port = int(mock.address.rpartition(":")[2])
        resource.prlimit(mock.pid, resource.RLIMIT_NOFILE, (40, 40))
        clients = [
            open_sockets.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(80)
        ]
        served = [answer(client) for client in clients]
        assert served[0] == b"HTTP/1.1 404"
        assert set(served) == {b"HTTP/1.1 404", b""}
        for client in clients:
            leave(client)
        with socket.create_connection(("127.0.0.1", port), 10) as late:
            assert answer(late) == b"HTTP/1.1 404"
        assert mock.errors() == ""


def answer(client: socket.socket) -> bytes:
    """The beginning of an answer; nothing where the connection was ended."""
    try:
        client.sendall(ASK)
        return client.recv(12)
    except ConnectionError:
        return b""


def leave(client: socket.socket) -> None:
    """End a connection, and wait until the server has ended its side."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_WR)
        while client.recv(1000):
            pass
