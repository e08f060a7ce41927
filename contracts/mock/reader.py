"""What arrives on a connection, as requests: httptools parses, and here is what HTTP leaves to a server."""

from typing import Final, Protocol

import httptools

from contracts.mock.app import OPERATIONS, Mock
from contracts.mock.messages import Asked, Rendered
from contracts.mock.places import Place, place_of

HEAD_LIMIT: Final = 64 * 1024
_PIECE: Final = (
    16 * 1024
)  # what arrives is parsed by so much, so that a head that is too long is known soon after it is

_NO_HTTP = Rendered(
    400,
    {"content-type": "text/plain; charset=utf-8", "content-length": "30"},
    [b"Invalid HTTP request received."],
)
_NO_HOST = Rendered(400, {"content-length": "0"}, [b""])
_LONG_HEAD = Rendered(431, {"content-length": "0"}, [b""])


class Audience(Protocol):
    """Who is told what arrives: a connection. `keeps` says whether it goes on behind the answer."""

    def begin(self) -> None:
        """A request has begun to arrive."""

    def invite(self) -> None:
        """The client waits to be told that it may send its body."""

    def serve(self, asked: Asked, *, keeps: bool) -> None:
        """A request for an operation has arrived."""

    def serve_aside(self, place: Place, method: str, *, keeps: bool) -> None:
        """A request for no operation has arrived, or its head; its body is of no interest."""

    def refuse(self, answer: Rendered) -> None:
        """What arrived is no request: there is this answer to it, and nothing behind it."""


class Reader:
    """The requests of one connection. `deaf` to all that arrives, once it is set; `receiving` while a request is under way."""

    def __init__(self, mock: Mock, audience: Audience) -> None:
        self._mock = mock
        self._audience = audience
        self._parser = httptools.HttpRequestParser(self)
        self.deaf = self.receiving = self._in_head = False
        self._place: Place | None = None  # of the request whose body is being read

    def read(self, data: bytes) -> None:
        """Take what has arrived."""
        if len(data) <= _PIECE and not self.deaf:
            self._parse(data)
            return
        for start in range(0, len(data), _PIECE):
            if not self.deaf:
                self._parse(data[start : start + _PIECE])

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # to nothing that is known here: HTTP goes on
        except httptools.HttpParserCallbackError:
            raise  # a bug of ours: the loop tells it, and ends the connection
        except httptools.HttpParserError:
            self._refuse(_NO_HTTP)
        if self._in_head:
            self._head_size += len(piece)
            if self._head_size > HEAD_LIMIT:
                self._refuse(_LONG_HEAD)

    def close(self) -> None:
        """Let go of parser and audience. All three know each other, and would wait for the collector: 2 KB a connection."""
        self.deaf = True
        del self._parser, self._audience

    # What the parser calls

    def on_message_begin(self) -> None:
        self._audience.begin()
        self.receiving = self._in_head = True
        self._head_size = -_PIECE  # the piece in which it begins may hold other requests
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # a trailer's fields are dropped (RFC 9110, 6.5.1): they might name a token
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self.deaf:
            return
        self._method = self._parser.get_method().decode()
        self._keeps = self._parser.should_keep_alive()
        if self._keeps and "connection" in self._headers:
            self._keeps = self._parser.get_http_version() != "1.0"
        try:
            place = place_of(self._target)
        except httptools.HttpParserInvalidURLError:
            self._refuse(_NO_HTTP)
            return
        if place.operation not in OPERATIONS:
            self._audience.serve_aside(place, self._method, keeps=self._keeps)
        elif "host" not in self._headers and self._parser.get_http_version() == "1.1":
            self._refuse(_NO_HOST)  # RFC 9112, 3.2: it must be
        else:
            self._expect_body(place)

    def on_body(self, body: bytes) -> None:
        if self._place is None:
            return
        self._size += len(body)
        limits = self._mock.behaviour.protocol
        if self._size <= limits.size_limit:
            self._body.append(body)
        elif self._size > limits.discard_limit:
            self._serve_unread(self._place)

    def on_message_complete(self) -> None:
        self.receiving = False
        if self._place is not None:
            asked, self._place = self._asked(self._place), None
            self.deaf = not self._keeps
            self._audience.serve(asked, keeps=self._keeps)

    # A request's parts

    def _expect_body(self, place: Place) -> None:
        self._place = place
        limits = self._mock.behaviour.protocol
        declared = int(self._headers.get("content-length", "0"))  # digits: the parser saw to it
        if declared > limits.size_limit and declared > limits.discard_limit:
            self._size = declared
            self._serve_unread(place)
        elif "expect" in self._headers and self._headers["expect"].lower() == "100-continue":
            self._audience.invite()

    def _serve_unread(self, place: Place) -> None:
        """Have it answered at once, and last: what is left of the body must not be taken for the next request."""
        asked, self._place, self.deaf = self._asked(place), None, True
        self._audience.serve(asked, keeps=False)

    def _asked(self, place: Place) -> Asked:
        small = self._size <= self._mock.behaviour.protocol.size_limit
        return Asked(
            place.operation,
            self._method,
            self._headers,
            b"".join(self._body) if small else None,
            place.enterprise_id,
            place.connection_id,
            place.query,
        )

    def _refuse(self, answer: Rendered) -> None:
        if not self.deaf:
            self.deaf = self.receiving = True
            self._audience.refuse(answer)
