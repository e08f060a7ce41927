"""A HAR entry as an exchange: what it shows becomes bytes and times, and what it cannot show is named, so that nobody judges it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from contracts.exchange import Exchange, Headers, Loss, Lost, Request, Response, Trait, header
from contracts.recorded.addresses import Meant, meant, origin_of
from contracts.recorded.archive import (
    BadEntry,
    Object,
    number_of,
    object_of,
    optional_object,
    optional_text,
    pairs_of,
    text_of,
)
from contracts.recorded.bodies import Body, request_body, response_body


class Part(StrEnum):
    """A part of an exchange that an archive may leave out."""

    REQUEST = "the request's body"
    RESPONSE = "the answer's body"
    HEADERS = "the answer's headers"
    CLOCK = "the time of the request"
    DURATION = "how long the answer took"
    CREDENTIAL = "the credential"


@dataclass(frozen=True)
class Recorded:
    """An exchange that somebody recorded, with its origin, its place in the archive (for people), and which archive that is."""

    exchange: Exchange
    origin: str
    place: str
    unseen: frozenset[Part] = frozenset()
    archive: int = 0


# What HTTP defines; any other token is refused by a server itself, in its own words.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# A cache's own conversation with a server: 304, 206, 412 and 416 belong to HTTP.
_CONDITIONS = ("if-none-match", "if-modified-since", "range")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~/-]+")
# They describe the wire; what an archive holds is free of them.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "host"})
_PLACEHOLDER = re.compile("redact|remov|hidden|mask|filter|saniti|secret|token|xxx", re.IGNORECASE)
_TOKEN = re.compile(r"[\w.~+/-]{16,}=*", re.ASCII)


def recorded(entry: Any, place: str, *, ours: bool = False) -> Recorded | None:
    """The exchange of an entry; None where it asked for nothing under contract. Raises BadEntry.

    `ours`: the archive is our own, which says why an answer was lost.
    """
    if not isinstance(entry, dict):
        raise BadEntry("it is no object")
    request = object_of(entry, "request")
    method, url = text_of(request, "method"), text_of(request, "url")
    found = meant(method, url)
    if found is None:
        return None
    asked, unseen = _request(request, method, found, ours=ours)
    response, lost, also_unseen = _answer(object_of(entry, "response"), method, ours=ours)
    at, no_clock = _time(entry)
    elapsed = _elapsed_ms(entry)
    unseen |= also_unseen | ({Part.CLOCK} if no_clock else set()) | (set() if elapsed else {Part.DURATION})
    began = at.timestamp()
    exchange = Exchange(asked, response, lost, began, began + (elapsed or 0.0) / 1000, at)
    return Recorded(exchange, found.origin, f"{place}: {method} {found.target}", frozenset(unseen))


def _request(request: Object, method: str, found: Meant, *, ours: bool) -> tuple[Request, set[Part]]:
    headers = _headers(request)
    body = request_body(request, headers, ours=ours)
    kind = optional_text(optional_object(request, "postData"), "mimeType")
    if kind and header(headers, "content-type") is None:
        headers = (*headers, ("Content-Type", kind))
    traits = _traits(method, found.target, headers)
    told = Request(method, found.target, _beyond_the_wire(headers), _known(body), found.operation.id, traits)
    missing = {Part.REQUEST: isinstance(body, bytes | None), Part.CREDENTIAL: _shows_credential(headers)}
    return told, {part for part, is_there in missing.items() if not is_there}


@dataclass(frozen=True)
class Write:
    """A request beside the contract that may have changed what its services keep: where, and when."""

    origin: str
    at: float
    archive: int = 0


def write(entry: Any) -> Write | None:
    """What an entry that `recorded` passed over may have changed; None for one that only reads."""
    try:
        request = object_of(entry, "request")
        method, origin = text_of(request, "method"), origin_of(text_of(request, "url"))
        at, _ = _time(entry)
    except ValueError:
        return None
    return None if method in _SAFE else Write(origin, at.timestamp())


def _headers(message: Object) -> Headers:
    """The headers as they were sent: those of HTTP/2's frames left out, those that a browser joined taken apart."""
    return tuple(
        (name, value.strip())
        for name, joined in pairs_of(message, "headers")
        for value in joined.split("\n")
        if not name.startswith(":")
    )


def _traits(method: str, target: str, headers: Headers) -> frozenset[Trait]:
    """Whether a request is one that servers answer by themselves, below the application."""
    length = header(headers, "content-length") or "0"
    odd = (
        method not in _METHODS
        or header(headers, "expect") is not None
        or header(headers, "host") == ""
        or not length.isdecimal()
        or _PLAIN_PATH.fullmatch(target.partition("?")[0]) is None
        or (method in _SAFE and any(header(headers, name) is not None for name in _CONDITIONS))
    )
    return frozenset({Trait.BELOW}) if odd else frozenset()


def _answer(response: Object, method: str, *, ours: bool) -> tuple[Response | None, Lost | None, set[Part]]:
    status = response.get("status")
    if isinstance(status, bool) or not isinstance(status, int) or not -1 <= status <= 999:
        raise BadEntry("the status of its response is no number of an HTTP status")
    if status <= 0:  # Playwright writes -1
        return None, _lost(response, ours=ours), set()
    headers = _headers(response)
    body = response_body(response, headers, method=method, ours=ours)
    unseen = {
        part
        for part, is_missing in (
            (Part.RESPONSE, not isinstance(body, bytes | None)),
            (Part.HEADERS, not headers),
        )
        if is_missing
    }
    reason = str(response.get("statusText") or "")
    return Response(status, reason, _beyond_the_wire(headers), _known(body) or b""), None, unseen


def _beyond_the_wire(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_WIRE)


def _known(body: Body) -> bytes | None:
    return body if isinstance(body, bytes) else None


def _lost(response: Object, *, ours: bool) -> Lost:
    """Why there is no answer. A browser writes 0 also for what it blocked or gave up itself, which is no fault of a server."""
    said = str(response.get("comment") or response.get("_error") or "")
    kind = (
        next((kind for kind in Loss if said.startswith(kind.value)), Loss.UNREACHABLE)
        if ours
        else Loss.UNREACHABLE
    )
    return Lost(kind, said.removeprefix(kind.value).removeprefix(": "))


def _time(entry: Object) -> tuple[datetime, bool]:
    """When the request was sent, and whether that is not known: a time without an offset is some time of some day."""
    text = text_of(entry, "startedDateTime")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadEntry(f"its startedDateTime {text[:40]!r} is no ISO 8601 date-time") from None
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC), True
    return at.astimezone(UTC), False


def _elapsed_ms(entry: Object) -> float | None:
    """From the first byte sent to the last received: without the connection being made, and without waiting for a free one."""
    timings: Mapping[str, Any] = optional_object(entry, "timings")
    wait = number_of(timings, "wait")
    if not wait:
        number_of(entry, "time")  # only looked at: it may hold what no server is to blame for
        return None
    return (number_of(timings, "send") or 0.0) + wait + (number_of(timings, "receive") or 0.0)


def _shows_credential(headers: Headers) -> bool:
    """Whether Authorization holds a token, and not what a recorder puts in the place of one."""
    credential = (header(headers, "authorization") or "").rpartition(" ")[2]
    return (
        _TOKEN.fullmatch(credential) is not None
        and _PLACEHOLDER.search(credential) is None
        and len(set(credential)) > 5
    )
