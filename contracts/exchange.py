"""The nouns of the wire: a request and its response as bytes, with their times, and histories of them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from contracts import wire

Headers = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str | None:
    """The first value of a header, whatever the case of its name; None when it is not there."""
    return _firsts_of(headers).get(name.lower())


def _firsts_of(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed(headers)}


class Trait(StrEnum):
    """What a judge must know of a request that its bytes do not show."""

    BELOW = "below the application"
    """Meant for the HTTP server itself (framing, Expect, unknown method tokens): its answers follow HTTP alone."""
    REPEATED_KEY = "an earlier request is at issue"
    """Uses a nonce or clientExternalId of an earlier request, so the answer may speak of that one."""


@dataclass(frozen=True, repr=False)
class Request:
    """What is sent, byte for byte; `operation` is an OpenAPI operationId, or None when it means none."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes | None = None
    operation: str | None = None
    traits: frozenset[Trait] = frozenset()

    def __repr__(self) -> str:
        return f"<{self.method} {self.path}>"  # headers and bodies hold tokens and signatures

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name; None when it is not sent."""
        return self._firsts.get(name.lower())

    @cached_property
    def _firsts(self) -> dict[str, str]:
        return _firsts_of(self.headers)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def media_type(self) -> str | None:
        """The declared media type in lower case, without parameters; None when none is declared."""
        declared = self.header("content-type")
        return declared.partition(";")[0].strip().lower() if declared is not None else None

    @cached_property
    def _parsed(self) -> wire.Json | wire.NotJson:
        return _read(self.body or b"")

    @property
    def is_strict(self) -> bool:
        """Whether the body is JSON by RFC 8259, no key repeated."""
        return not isinstance(self._parsed, wire.NotJson)

    @cached_property
    def json(self) -> wire.Json:
        """The body as JSON, repeated keys as the last one says; raises `wire.NotJson`."""
        return (
            wire.parse_lenient(self.body or b"") if isinstance(self._parsed, wire.NotJson) else self._parsed
        )

    @property
    def fields(self) -> Mapping[str, wire.Json]:
        """The body's members, or none when the body is no JSON object."""
        try:
            value = self.json
        except wire.NotJson:
            return {}
        return value if isinstance(value, dict) else {}

    def but(self, **changes: object) -> "Request":
        """The same request with some attributes changed."""
        return replace(self, **changes) if changes else self  # type: ignore[arg-type]

    def with_header(self, name: str, value: str | None) -> "Request":
        """The same request with one header set, or left out when `value` is None."""
        kept = tuple((key, old) for key, old in self.headers if key.lower() != name.lower())
        return self.but(headers=kept if value is None else (*kept, (name, value)))


class Flaw(StrEnum):
    """What is wrong with the framing of a response that arrived."""

    SHORT = "the connection ended before the announced body did"
    STALLED = "the announced body did not end in time"
    SURPLUS = "bytes follow the end of the announced body"
    BROKEN = "the body's framing is broken"
    ENDLESS = "the body is longer than this suite reads"


@dataclass(frozen=True, repr=False)
class Response:
    """What came back: `body` is free of transfer coding and still in its content coding."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    version: str = "1.1"
    flaw: Flaw | None = None

    def __repr__(self) -> str:
        return f"<{self.status}>"  # an answer may repeat what was sent

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name; None when it is not there."""
        return self._firsts.get(name.lower())

    @cached_property
    def _firsts(self) -> dict[str, str]:
        return _firsts_of(self.headers)

    @property
    def media_type(self) -> str | None:
        """The declared media type in lower case, without parameters."""
        declared = self.header("content-type")
        return declared.partition(";")[0].strip().lower() if declared is not None else None

    @property
    def is_json(self) -> bool:
        """Whether the body is declared to be JSON."""
        kind = self.media_type or ""
        return kind == "application/json" or kind.endswith("+json")

    @property
    def content(self) -> bytes:
        """The body free of its content coding; raises `BadCoding` when it is not what it says."""
        if isinstance(self._unpacked, BadCoding):
            raise BadCoding(str(self._unpacked))  # a new one: see `json`
        return self._unpacked

    @cached_property
    def _unpacked(self) -> "bytes | BadCoding":  # once: a bomb takes 14 ms, and ten checks look at it
        coding = (self.header("content-encoding") or "identity").strip().lower()
        return _decoded(self.body, coding)

    def text(self, limit: int = 200) -> str:
        """The beginning of the body as people read it: free of its content coding, odd bytes replaced."""
        content = self.body if isinstance(self._unpacked, BadCoding) else self._unpacked
        return content[:limit].decode("utf-8", "replace")

    @cached_property
    def _parsed(self) -> wire.Json | wire.NotJson:
        content = self._unpacked
        return wire.NotJson(str(content)) if isinstance(content, BadCoding) else _read(content)

    @property
    def json(self) -> wire.Json:
        """The body as strict JSON, parsed once; raises `wire.NotJson`."""
        if isinstance(self._parsed, wire.NotJson):
            # A new one each time: the traceback of the one that is kept would hold this response, and so itself.
            raise type(self._parsed)(self._parsed.reason)
        return self._parsed

    @property
    def is_strict(self) -> bool:
        """Whether the body is JSON by RFC 8259."""
        return not isinstance(self._parsed, wire.NotJson)

    @property
    def fields(self) -> Mapping[str, wire.Json]:
        """The body's members, or none when the body is no JSON object."""
        return self._parsed if isinstance(self._parsed, dict) else {}

    @property
    def asks_for_patience(self) -> bool:
        """Whether this is no answer to the question but a request to come back later."""
        return self.status == 429 or (self.status == 503 and self.header("retry-after") is not None)


def _read(body: bytes) -> wire.Json | wire.NotJson:
    try:
        return wire.parse(body)
    except wire.NotJson as problem:
        return type(problem)(problem.reason)  # without its traceback, which holds the whole text


class BadCoding(ValueError):
    """A body is not in the content coding that it claims."""


# Far above any honest answer of these operations, far below what a gzip bomb unfolds to.
CONTENT_LIMIT = 1024 * 1024


def _decoded(body: bytes, coding: str) -> bytes | BadCoding:
    if coding == "identity" or not body:
        return body
    windows = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}.get(coding)
    if windows is None:
        return BadCoding(f"content coding {coding!r} was not asked for")
    for window in windows:
        content = _unpacked(body, window)
        if content is not None and len(content) > CONTENT_LIMIT:
            return BadCoding(f"the body unfolds to more than {CONTENT_LIMIT} bytes")
        if content is not None:
            return content
    return BadCoding(f"the body is not {coding}, though Content-Encoding says so")


def _unpacked(body: bytes, window: int) -> bytes | None:
    """All members of a stream (RFC 1952, 2.2) one after another, up to a byte beyond the limit; None when it is broken."""
    content = b""
    while body:
        unpacker = zlib.decompressobj(window)
        try:
            content += unpacker.decompress(body, CONTENT_LIMIT + 1 - len(content))
        except zlib.error:
            return None
        if len(content) > CONTENT_LIMIT:
            return content
        if not unpacker.eof:
            return None
        body = unpacker.unused_data
    return content


class Loss(StrEnum):
    """How a request can end without an answer."""

    UNREACHABLE = "no connection"
    CLOSED = "connection closed without an answer"
    TIMEOUT = "no answer in time"
    MALFORMED = "the answer is not HTTP"
    TLS = "TLS refused"
    PROXY = "no way through the proxy"
    WITHHELD = "not sent"
    """It is beyond what the run may do."""


@dataclass(frozen=True)
class Lost:
    """Why there is no response; the request may have taken effect all the same."""

    kind: Loss
    detail: str = ""
    partly_sent: bool = False
    sent_again: int | None = None
    """The status of the same request, sent once more, where it may be the first sending's doing: a conflict with itself."""

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.detail}" if self.detail else self.kind.value


@dataclass(frozen=True, repr=False)
class Exchange:
    """One request and what became of it; `began` and `ended` are monotonic seconds, `at` is the wall clock."""

    request: Request
    response: Response | None = None
    lost: Lost | None = None
    began: float = 0.0
    ended: float = 0.0
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __repr__(self) -> str:
        return f"<{self.request.method} {self.request.path}: {self.status or self.lost}>"

    @property
    def status(self) -> int | None:
        """The answer's status, or None when there was no answer."""
        return self.response.status if self.response is not None else None

    def text(self, limit: int = 200) -> str:
        """The beginning of the answer's body as people read it; nothing where there was no answer."""
        return self.response.text(limit) if self.response is not None else ""

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds from the first byte sent to the last byte received."""
        return (self.ended - self.began) * 1000.0

    @property
    def fields(self) -> Mapping[str, wire.Json]:
        """The answer's members, or none."""
        return self.response.fields if self.response is not None else {}

    @property
    def withheld(self) -> bool:
        """Whether the request was never sent, because it is beyond what the run may do."""
        return self.lost is not None and self.lost.kind is Loss.WITHHELD

    @property
    def inconclusive(self) -> bool:
        """Whether the target has not answered the question at all: lost, or told to come back later."""
        return self.response is None or self.response.asks_for_patience


History = tuple[Exchange, ...]
