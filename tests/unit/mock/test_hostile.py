"""Clients that mean harm: bodies that are made to break a reader, and connections that are made to fill a memory."""

import socket
from contextlib import closing, suppress
from typing import Any

import pytest

from contracts import signing
from contracts.mock.connection import KEEP_ALIVE_S
from contracts.mock.identities import FIRST
from tests.unit.mock.test_connection import ASSETS, NETWORK, Peer, look, request

START = b'{"symbol":"%d","display_name":"N","type":"COIN","entity_status":"ACTIVE","metadata":'
DEEP = 100_000


BODIES = {
    "deep": (b'{"a":' * 60 + b"1" + b"}" * 60, 200),
    "deeper": (b'{"a":' * 900 + b"1" + b"}" * 900, 400),
    "too deep": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, 400),
    "never closed": (b"[" * DEEP, 400),
    "digits": (b'{"n":' + b"9" * DEEP + b"}", 200),
    "decimals": (b'{"n":-0.' + b"9" * DEEP + b"}", 200),
    "exponent": (b'{"n":1E+999999999}', 200),
    "huge exponent": (b'{"n":1e9999999999999999999}', 400),
    "repeated keys": (b"{" + b",".join([b'"a":1'] * DEEP) + b"}", 400),
    "many keys": (b"{" + b",".join(b'"%d":1' % number for number in range(DEEP // 2)) + b"}", 200),
    "lone surrogate": (b'{"a":"\\ud800"}', 400),
    "NUL": (b'{"a":"\\u0000"}', 400),
    "no UTF-8": (b'{"a":"\xff"}', 400),
    "NULs": (b"\x00" * 1000, 400),
}


@pytest.mark.parametrize(("metadata", "status"), BODIES.values(), ids=BODIES)
def test_no_body_breaks_the_reader(server: Any, metadata: bytes, status: int) -> None:
    """A recursion, a number or a text that is a 500, or that is taken for something else."""
    body = START % len(metadata) + metadata + b"}"
    answer = server.send("POST", ASSETS, body)
    assert answer.status_code == status
    if status == 200:
        assert metadata in answer.content


@pytest.mark.parametrize(
    "payload",
    ["[" * DEEP, '{"a":' * 900 + "1" + "}" * 900, '{"amount":{"quantity":' + "9" * DEEP + "}}", "\x00"],
)
def test_no_payload_breaks_the_reader(server: Any, payload: str) -> None:
    """A text that is signed properly, and read without the care that the body gets."""
    key = signing.SigningKey.from_text(FIRST.signing_key)
    order = server.order() | {"payload": payload, "signature": signing.sign(payload, key)}
    assert server.allocate(order).status_code == 400


@pytest.mark.parametrize("signature", ["f" * 130, "0" * 130, "1f" + "00" * 64, "f" * DEEP, "\u0661" * 130])
def test_no_signature_breaks_the_verifier(server: Any, signature: str) -> None:
    """Numbers that are no point of the curve, and texts that are no hex."""
    assert server.allocate(server.order() | {"signature": signature}).status_code == 400


@pytest.mark.parametrize("token", [b"\xff" * 60_000, b"\x80", b"a" * 60_000, b",;=\t"])
def test_no_token_breaks_the_comparison(server: Any, token: bytes) -> None:
    """Bytes that are no text, or a comparison that does not take them."""
    head = request("POST", f"{NETWORK}/signing", b"{}").replace(b"\r\n\r\n{}", b"\r\nAuthorization: Bearer ")
    with closing(Peer(server)) as peer:
        peer.send(head + token + b"\r\n\r\n{}")
        assert peer.answer()[0] == 401


@pytest.mark.parametrize(("size", "status"), [(60_000, 404), (200_000, 431)])
def test_a_path_has_a_limit(server: Any, size: int, status: int) -> None:
    """A target that is kept in memory for as long as it comes."""
    with closing(Peer(server)) as peer:
        peer.send(request("GET", "/" + "a" * size))
        assert peer.answer()[0] == status


def test_who_asks_and_never_reads_is_not_heard_and_cut_off(server: Any) -> None:
    """A client whose answers pile up, or who keeps its connection for ever."""
    asks = request("OPTIONS") * 500_000
    with closing(socket.socket()) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.settimeout(0.3)
        with pytest.raises(TimeoutError):
            deaf.sendall(asks)
        assert server.run(unsent, server) < 2_000_000
        assert server.create().status_code == 200
        look(server, KEEP_ALIVE_S + 1)
        assert server.run(unsent, server) == 0


async def unsent(server: Any) -> int:
    """The bytes of answers that wait in memory for their clients."""
    return sum(connection._transport.get_write_buffer_size() for connection in server.connections)


def test_clients_who_say_nothing_are_cut_off_and_hold_nobody_up(server: Any) -> None:
    """Connections that are opened and forgotten, until there is none left for anybody else."""
    silent = [socket.create_connection(("127.0.0.1", server.port), 10) for _ in range(100)]
    assert server.create().status_code == 200
    assert len(server.connections) == 101
    look(server, KEEP_ALIVE_S + 1)
    assert server.create().status_code == 200
    assert len(server.connections) == 1
    for client in silent:
        with suppress(ConnectionError):
            assert client.recv(1) == b""
        client.close()
