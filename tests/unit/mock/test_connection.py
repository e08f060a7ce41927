"""The mock's own side of HTTP/1.1, byte for byte: order, limits, ends."""

import asyncio
import gc
import json
import re
import socket
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from contracts.mock.app import Mock
from contracts.mock.connection import KEEP_ALIVE_S, REQUEST_S, Connection
from contracts.mock.identities import FIRST
from contracts.mock.messages import Answer, Asked, Rendered
from contracts.mock.reader import HEAD_LIMIT
from contracts.mock.watch import Watch

ASSETS = "/api/assetpricing/v1/internal/assets"
NETWORK = f"/api/network/v1/enterprises/{FIRST.enterprise_id}/clients/connections/{FIRST.connection_ids[0]}/allocations"


def request(
    method: str = "POST",
    target: str = ASSETS,
    body: bytes = b"",
    *headers: str,
    version: str = "1.1",
    counted: bool = True,
) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/{version}", "Host: mock", *headers]
    lines += [f"Content-Length: {len(body)}"] if counted else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def asset(symbol: str) -> bytes:
    return json.dumps(
        {"symbol": symbol, "display_name": "N", "type": "COIN", "entity_status": "ACTIVE"}
    ).encode()


def chunked(body: bytes, size: int, *trailers: str) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    written = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return written + "\r\n".join(["0", *trailers, "", ""]).encode()


class Peer:
    """A client of few words: bytes out, bytes in."""

    def __init__(self, server: Any) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self._read = self.socket.makefile("rb")

    def close(self) -> None:
        self._read.close()
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer, whose body has a length."""
        status = int(self._read.readline().split()[1])
        headers = dict(line.decode().strip().split(": ", 1) for line in iter(self._read.readline, b"\r\n"))
        return status, headers, self._read.read(int(headers.get("content-length", 0)))

    def rest(self) -> bytes:
        """All that comes until the server ends the connection."""
        return self._read.read()

    def ask(self, *pieces: bytes) -> bytes:
        """What is answered to all there is to ask."""
        self.send(*pieces)
        self.socket.shutdown(socket.SHUT_WR)
        return self.rest()


@pytest.fixture
def peer(server: Any) -> Iterator[Peer]:
    with closing(Peer(server)) as peer:
        yield peer


def statuses(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", answers)]


def hold(server: Any) -> Callable[[], None]:
    """Requests with "held" in them wait until the function that this gives is called."""
    gate = asyncio.Event()

    async def before(asked: Asked) -> Answer | None:
        if b"held" in (asked.body or b""):
            await gate.wait()
        return None

    server.mock.behaviour.protocol.before = before
    return lambda: server.loop.call_soon_threadsafe(gate.set)


def symbols(answers: bytes) -> list[str]:
    return [part.partition(b'"')[0].decode() for part in answers.split(b'"symbol":"')[1:]]


def test_answers_come_in_the_order_of_their_requests(serve: Any) -> None:
    """A quick answer that overtakes a slow one: the client takes each for the other's."""
    with closing(Peer(serve(variants=["answers-out-of-order"]))) as peer:
        names = [f"s{number}" for number in range(9)]
        answers = peer.ask(b"".join(request("POST", ASSETS, asset(name)) for name in names))
    assert symbols(answers) == names


def test_what_is_no_http_is_refused_behind_the_answers_before_it(server: Any, peer: Peer) -> None:
    """A refusal in the place of another request's answer."""
    release = hold(server)
    peer.send(request("POST", ASSETS, asset("held")) + b"\x00\r\n\r\n")
    release()
    answers = peer.rest()
    assert statuses(answers) == [200, 400]
    assert answers.endswith(b"connection: close\r\n\r\nInvalid HTTP request received.")


def test_an_answer_that_waits_holds_up_nobody_else(server: Any, peer: Peer) -> None:
    """A wait in the event loop itself."""
    release = hold(server)
    peer.send(request("POST", ASSETS, asset("held")))
    with closing(Peer(server)) as other:
        assert symbols(other.ask(request("POST", ASSETS, asset("quick")))) == ["quick"]
    release()
    assert peer.answer()[0] == 200


def test_a_client_that_ended_its_side_gets_its_answers(server: Any, peer: Peer) -> None:
    """A half-closed connection that is taken for a lost one."""
    release = hold(server)
    peer.send(request("POST", ASSETS, asset("held")), request("POST", ASSETS, asset("next")))
    peer.socket.shutdown(socket.SHUT_WR)
    release()
    assert symbols(peer.rest()) == ["held", "next"]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_may_come_in_chunks(peer: Peer, size: int) -> None:
    """A piece that is lost or doubled, or a time that grows with the square of their number."""
    body = asset("x" * 20_000)
    head = request("POST", ASSETS, b"", "Transfer-Encoding: chunked", counted=False)
    assert statuses(peer.ask(head, chunked(body, size))) == [200]


def test_a_trailer_says_nothing(peer: Peer) -> None:
    """A token in a trailer that counts for this request, or for the next one on the connection."""
    head = request("POST", f"{NETWORK}/signing", b"", "Transfer-Encoding: chunked", counted=False)
    trailer = f"Authorization: Bearer {FIRST.token}"
    answers = peer.ask(
        head + chunked(b"{}", 1, trailer, "A: b"), request("POST", f"{NETWORK}/signing", b"{}")
    )
    assert statuses(answers) == [401, 401]


@pytest.mark.parametrize(("size", "status"), [(HEAD_LIMIT - 1000, 404), (3 * HEAD_LIMIT, 431)])
@pytest.mark.parametrize("number", [1, 50])
def test_a_head_has_a_limit(peer: Peer, size: int, status: int, number: int) -> None:
    """Headers without end, which are kept in memory; or a limit that an honest client meets."""
    headers = [f"X-{count}: {'x' * (size // number - 10)}" for count in range(number)]
    peer.send(request("GET", "/nowhere", b"", *headers))
    answered, said, _ = peer.answer()
    assert answered == status
    assert ("connection" in said) == (status == 431)


@pytest.mark.parametrize(("seconds", "ends"), [(REQUEST_S - 1, False), (REQUEST_S + 1, True)])
@pytest.mark.parametrize("cut", [30, -5], ids=["head", "body"])
def test_a_request_that_does_not_arrive_is_cut_off(
    server: Any, peer: Peer, seconds: float, cut: int, *, ends: bool
) -> None:
    """A client that sends a byte a minute and keeps a connection for ever; or one that is slow, and is cut off."""
    late = request("POST", ASSETS, asset("late"))
    peer.send(request("POST", ASSETS, asset("first")) + late[:cut])
    assert peer.answer()[0] == 200
    look(server, seconds)
    if ends:
        assert is_over(peer)
    else:
        peer.send(late[cut:])
        assert peer.answer()[0] == 200


def test_an_idle_connection_is_kept_for_minutes_and_a_waiting_one_longer(server: Any, peer: Peer) -> None:
    """A connection that ends between two questions, or before its answer."""
    peer.send(request("POST", ASSETS, asset("first")))
    assert peer.answer()[0] == 200
    look(server, KEEP_ALIVE_S - 1)
    release = hold(server)
    peer.send(request("POST", ASSETS, asset("held")))
    with closing(Peer(server)) as other:
        other.ask(
            request("POST", ASSETS, asset("other"))
        )  # what was sent before has arrived when this is answered
    look(server, 2 * KEEP_ALIVE_S)
    release()
    assert peer.answer()[0] == 200
    look(server, 4 * KEEP_ALIVE_S)
    assert is_over(peer)


def look(server: Any, seconds: float) -> None:
    """The watch's look at so many seconds from now."""

    async def then() -> None:
        server.watch.look(server.connections, server.start + seconds)

    server.run(then)


def is_over(peer: Peer) -> bool:
    try:
        return peer.socket.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_body_that_nobody_reads_does_not_cost_the_client_its_answer(serve: Any) -> None:
    """A connection that is reset while the client still sends: the 413 is lost with it."""
    with closing(Peer(serve(variants=["limit-413-closes"]))) as peer:
        peer.send(request("POST", ASSETS, b"x" * 3_000_000))
        status, headers, _ = peer.answer()
        assert (status, headers["connection"]) == (413, "close")
        assert peer.rest() == b""


@pytest.mark.parametrize(
    ("declared", "said"), [("5", b"HTTP/1.1 100 Continue\r\n\r\n"), ("99999999", b"HTTP/1.1 413 ")]
)
def test_who_waits_to_be_told_is_told(peer: Peer, declared: str, said: bytes) -> None:
    """A client that waits for 100 before it sends its body, or that is asked for a body which nobody will read."""
    headers = ("Expect: 100-continue", f"Content-Length: {declared}")
    peer.send(request("POST", ASSETS, b"", *headers, counted=False))
    assert peer.socket.recv(len(said)) == said


@pytest.mark.parametrize(
    ("asked", "goes_on"),
    [
        (request("GET"), True),
        (request("GET", ASSETS, b"", "Connection: close"), False),
        (request("GET", version="1.0"), False),
        (request("GET", ASSETS, b"", "Connection: keep-alive", version="1.0"), False),
        (request("GET", ASSETS, b"", "Connection: Upgrade", "Upgrade: websocket"), True),
    ],
)
def test_a_connection_goes_on_or_says_that_it_ends(peer: Peer, asked: bytes, *, goes_on: bool) -> None:
    """A client that sends its next request into a closed connection, or waits for an end that does not come."""
    peer.send(asked)
    status, headers, _ = peer.answer()
    assert (status, "connection" in headers) == (405, not goes_on)
    if goes_on:
        peer.send(request("GET"))
        assert peer.answer()[0] == 405
    else:
        assert peer.rest() == b""


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"{ASSETS}?a=b", 405),
        (ASSETS.replace("assets", "%61ssets"), 405),
        (f"http://elsewhere{ASSETS}", 405),
        (f"{NETWORK}/signing?x", 401),
        (NETWORK.replace("/clients", "%2Fx/clients"), 404),
        (f"{ASSETS}/", 404),
        ("*", 404),
        ("http://elsewhere", 400),
    ],
)
def test_a_target_is_decoded_before_it_is_looked_up(peer: Peer, target: str, status: int) -> None:
    """A path that is compared as it is written, or a slash in an id that becomes two segments."""
    peer.send(request("GET", target))
    assert peer.answer()[0] == status


@pytest.mark.parametrize("header", ["two\r\nlines", "\u20ac"])
def test_a_header_that_is_none_is_a_bug_of_ours(
    server: Any, peer: Peer, header: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path that is echoed in a header and splits the answer in two."""
    server.mock.behaviour.protocol.no_such_path = lambda method, path: Answer(308, headers={"location": path})
    server.mock.behaviour.protocol.render = lambda asked, answer: Rendered(308, {"location": header}, [b""])
    answers = peer.ask(request("GET", "/nowhere"))
    assert statuses(answers) == [500]
    assert b"location" not in answers
    assert "ValueError" in capsys.readouterr().err.replace("UnicodeEncodeError", "ValueError")


@pytest.mark.parametrize("waits", [False, True])
def test_a_bug_of_ours_is_answered_500(
    server: Any, peer: Peer, capsys: pytest.CaptureFixture[str], *, waits: bool
) -> None:
    """A fault that fails itself, and leaves the client without an answer and its author without a trace."""

    async def after(asked: Asked, answer: Answer) -> Answer:
        if waits:
            await asyncio.sleep(0)
        raise LookupError("planted")

    server.mock.behaviour.protocol.after = after
    assert statuses(peer.ask(request("GET"))) == [500]
    assert "LookupError: planted" in capsys.readouterr().err


def test_the_server_ends_when_what_was_asked_is_answered(server: Any, peer: Peer) -> None:
    """A shutdown that cuts off an answer, or that waits for clients who ask nothing."""
    release = hold(server)
    peer.send(request("POST", ASSETS, asset("held")))
    with closing(Peer(server)) as idle:
        idle.send(request("GET"))
        assert idle.answer()[0] == 405
        server.run(shut_down, server)
        assert idle.rest() == b""
    release()
    status, headers, _ = peer.answer()
    assert (status, headers["connection"], peer.rest()) == (200, "close", b"")


async def shut_down(server: Any) -> None:
    for connection in tuple(server.connections):
        connection.shutdown()


class Line(asyncio.Transport):
    """A transport that keeps what is done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str | bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.done.append(bytes(data))

    def is_closing(self) -> bool:
        return "close" in self.done

    def close(self) -> None:
        self.done.append("close")

    def pause_reading(self) -> None:
        self.done.append("pause")

    def resume_reading(self) -> None:
        self.done.append("resume")


def connected() -> tuple[Connection, Line]:
    connection, line = Connection(Mock(), Watch(), set(), set()), Line()
    connection.connection_made(line)
    return connection, line


def test_an_answer_leaves_in_one_write() -> None:
    """A head that travels alone: a client that counts packets, or a delayed ACK, sees it."""
    connection, line = connected()
    connection.data_received(request("POST", ASSETS, asset("one")))
    (answer,) = line.done
    assert isinstance(answer, bytes)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
    assert answer.endswith(b'Z"}')


def test_who_does_not_read_his_answers_is_not_heard() -> None:
    """Answers that pile up in memory for a client that only sends."""
    connection, line = connected()
    connection.pause_writing()
    connection.resume_writing()
    assert line.done == ["pause", "resume"]


def test_a_connection_that_has_ended_waits_for_no_collector() -> None:
    """2 KB for each connection that ever was, until the collector comes round."""
    connection, _ = connected()
    connection.data_received(request("POST", ASSETS, asset("one")) + request("POST", ASSETS, b"{")[:-1])
    gone = weakref.ref(connection)
    gc.disable()
    try:
        connection.connection_lost(None)
        del connection
        assert gone() is None
    finally:
        gc.enable()
