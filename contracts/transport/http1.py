"""One HTTP/1.1 connection: exactly the bytes of a request out, one framed response in.

Written on sockets because the judges need what clients hide: bytes behind the announced end of a body, a body that
ends early, the moment at which the last byte of a burst leaves. The parsing is httptools' (llhttp), not ours.
"""

import contextlib
import select
import socket
import ssl
import time
from dataclasses import dataclass, field
from functools import lru_cache

import httptools

from contracts.exchange import Flaw, Headers, Loss, Lost, Request, Response
from contracts.settings.proxies import Proxy
from contracts.transport.connecting import connect
from contracts.transport.route import DIRECT, ExchangeLost, Origin, Route
from contracts.transport.tls import lost_by

# No honest answer of these operations comes near it; what goes on behind it is no longer read.
BODY_LIMIT = 1024 * 1024
# What is kept of a body beyond the limit: it shows what came, and nobody reads more of it.
SHOWN_OF_ENDLESS = 4 * 1024
# Of everything but bodies: interim answers, the head, sizes of chunks, trailers.
HEADERS_LIMIT = 256 * 1024
# Bodies from here on are sent piecewise with an eye on an early answer (413), which would else be lost in a reset.
WATCHED_FROM = 16 * 1024


# A server that writes head and body apart, with Nagle's algorithm on, waits for the acknowledgement of the first: 40 ms
# an answer, if ours is delayed. Linux forgets the option at once, so it is set for each read.
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


def serialise(request: Request, origin: Origin, proxy: Proxy | None = None) -> bytes:
    """The request's bytes on the wire; header values are sent as latin-1, as HTTP has them."""
    if proxy is not None and origin.scheme == "http":
        request = _for_proxy(request, origin, proxy)
    head, has_length = _head(request.method, request.target, request.headers, origin)
    if request.body is None:
        return b"%b\r\n" % head
    if has_length:
        return b"%b\r\n%b" % (head, request.body)
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(request.body), request.body)


def _for_proxy(request: Request, origin: Origin, proxy: Proxy) -> Request:
    """The request as a proxy takes it that passes it on by itself (RFC 9112, 3.2.2 and 3.2.4)."""
    target = {"*": str(origin)}.get(request.target, f"{origin}{request.target}")
    headers = request.headers
    if proxy.authorization is not None:
        headers = (*headers, ("Proxy-Authorization", proxy.authorization))
    return request.but(target=target, headers=headers)


@lru_cache(64)  # a question sends most of its requests under one head
def _head(method: str, target: str, headers: Headers, origin: Origin) -> tuple[bytes, bool]:
    """A request's head without its empty line, and whether it says itself how long the body is."""
    names = {name.lower() for name, _ in headers}
    host = () if "host" in names else (("Host", origin.authority),)
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in (*host, *headers)), ""]
    return "\r\n".join(lines).encode("latin-1"), bool(names & {"content-length", "transfer-encoding"})


@dataclass
class _Reader:
    """Collects what httptools calls out for one response, interim (1xx) answers dropped."""

    status: int = 0
    reason: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    body_bytes: int = 0
    bytes_read: int = 0
    has_head: bool = False
    complete: bool = False
    surplus: bool = False
    head_only: bool = False
    parser: httptools.HttpResponseParser | None = None

    def on_message_begin(self) -> None:
        if self.complete:
            self.surplus = True
        self.headers, self.reason = [], b""

    def on_status(self, reason: bytes) -> None:
        self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        assert self.parser is not None  # set by read(), for the type checker
        self.status = self.parser.get_status_code()
        self.has_head = self.status >= 200 or self.status == 101
        self.complete = self.has_head and self.head_only

    def on_body(self, piece: bytes) -> None:
        if self.complete:
            self.surplus = True
            return
        self.body_bytes += len(piece)
        self.body.append(piece)

    def on_message_complete(self) -> None:
        self.complete = self.complete or self.has_head
        if not self.complete:  # an interim answer, of which nothing is left to tell
            self.headers, self.reason = [], b""

    @property
    def announces_length(self) -> bool:
        names = {name.lower() for name, _ in self.headers}
        return bool(names & {"content-length", "transfer-encoding"})

    @property
    def is_endless(self) -> bool:
        """Whether the body has not ended, and is longer than is read, or says that it will be."""
        if self.complete:
            return False
        announced = next((value for name, value in self.headers if name.lower() == "content-length"), "0")
        return self.body_bytes > BODY_LIMIT or int(announced) > BODY_LIMIT

    def response(self, version: str, flaw: Flaw | None) -> Response:
        body = b"".join(self.body)
        if flaw is Flaw.ENDLESS:
            body = body[:SHOWN_OF_ENDLESS]
        return Response(self.status, self.reason.decode("latin-1"), tuple(self.headers), body, version, flaw)


class Connection:
    """A persistent connection to an origin; not shared between threads."""

    def __init__(self, origin: Origin, *, connect_timeout: float, route: Route = DIRECT) -> None:
        self.origin = origin
        self._ahead = b""
        self._socket = connect(origin, route, connect_timeout)

    def close(self) -> None:
        """Close the socket; safe to call twice."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def fileno(self) -> int:
        """The socket's descriptor, for waiting on several connections."""
        return self._socket.fileno()

    @property
    def is_stale(self) -> bool:
        """Whether the peer has closed the idle connection, or sent what nobody asked for."""
        try:
            if not select.select([self._socket], [], [], 0)[0]:
                return False
            return not isinstance(self._socket, ssl.SSLSocket) or self._has_spoken(self._socket)
        except (OSError, ValueError):
            return True

    def _has_spoken(self, peer: ssl.SSLSocket) -> bool:
        """Whether what arrived is more than TLS's own: a session ticket, which comes after every handshake of TLS 1.3."""
        waits = peer.gettimeout()
        peer.settimeout(0)
        try:
            self._ahead += peer.recv(65536)
        except ssl.SSLWantReadError:
            return False
        finally:
            peer.settimeout(waits)
        return True

    def send(self, data: bytes) -> bool:
        """Write all bytes, or stop when the peer answers or closes before it has read them.

        Returns whether all of them were handed over. A closed peer is no error here: `receive` tells what it said.
        """
        try:
            if len(data) < WATCHED_FROM:
                self._socket.sendall(data)
                return True
            view = memoryview(data)
            for start in range(0, len(view), WATCHED_FROM):
                if self.is_stale:
                    return False
                self._socket.sendall(view[start : start + WATCHED_FROM])
        except OSError:
            return False
        return True

    def receive(self, *, deadline: float, head_only: bool = False) -> Response:
        """Read one response; `deadline` is a monotonic time for its last byte. Raises `ExchangeLost`."""
        reader = _Reader(head_only=head_only)
        parser = reader.parser = httptools.HttpResponseParser(reader)
        try:
            flaw = self._fill(reader, parser, deadline)
        finally:
            reader.parser = None  # they hold each other: each body would stay until the garbage is collected
        if flaw is None and reader.surplus:
            flaw = Flaw.SURPLUS
        return reader.response(parser.get_http_version() if reader.has_head else "", flaw)

    def _fill(self, reader: _Reader, parser: httptools.HttpResponseParser, deadline: float) -> Flaw | None:
        """Read until the reader has a whole response; returns what is wrong where it never will have."""
        while not reader.complete:
            try:
                piece = self._read(deadline, started=reader.bytes_read > 0)
            except ExchangeLost:
                if not reader.has_head:
                    raise
                return Flaw.STALLED
            if piece == b"":
                return _ended(reader)
            reader.bytes_read += len(piece)
            try:
                parser.feed_data(piece)
            except (httptools.HttpParserError, httptools.HttpParserUpgrade) as problem:
                return _unreadable(reader, problem)
            # httptools tells of a header when it has ended: one without an end is seen by what was read alone.
            if reader.bytes_read - reader.body_bytes > HEADERS_LIMIT:
                raise ExchangeLost(Lost(Loss.MALFORMED, f"over {HEADERS_LIMIT} bytes of headers"))
            if reader.is_endless:
                return Flaw.ENDLESS
        return None

    def keeps_alive(self, request: Request, response: Response) -> bool:
        """Whether both sides leave the connection open for another request."""
        if response.flaw or request.method == "HEAD" or response.version == "1.0" or response.status == 101:
            return False
        framed = response.header("content-length") or response.header("transfer-encoding")
        if framed is None and response.status not in {204, 304}:
            return False
        said = f"{request.header('connection')},{response.header('connection')}"
        return "close" not in said.lower()

    def _read(self, deadline: float, *, started: bool) -> bytes:
        if self._ahead:
            ahead, self._ahead = self._ahead, b""
            return ahead
        left = deadline - time.monotonic()
        if left <= 0:
            raise ExchangeLost(Lost(Loss.TIMEOUT, "the answer began but did not end" if started else ""))
        self._socket.settimeout(left)
        if _QUICK_ACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        try:
            return self._socket.recv(65536)
        except TimeoutError:
            detail = "the answer began but did not end" if started else ""
            raise ExchangeLost(Lost(Loss.TIMEOUT, detail)) from None
        except OSError as problem:
            if started:
                return b""
            raise ExchangeLost(lost_by(problem)) from None


def _ended(reader: _Reader) -> Flaw | None:
    if not reader.has_head:
        cut = Lost(Loss.MALFORMED, "it ends in its head")
        raise ExchangeLost(cut if reader.bytes_read else Lost(Loss.CLOSED))
    return Flaw.SHORT if reader.announces_length else None


def _unreadable(reader: _Reader, problem: Exception) -> Flaw | None:
    if reader.complete:
        return Flaw.SURPLUS
    if not reader.has_head:
        raise ExchangeLost(Lost(Loss.MALFORMED, str(problem))) from None
    return Flaw.BROKEN
