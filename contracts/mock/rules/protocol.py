"""Decisions about HTTP itself: methods, media types, size, JSON in and out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from contracts import wire
from contracts.mock.messages import (
    CREATE_ALLOCATION,
    CREATE_ASSET,
    SIGNING_PAYLOAD,
    Answer,
    Asked,
    Refused,
    Rendered,
)
from contracts.wire import Json

_JSON = "application/json"


async def no_early_answer(asked: Asked) -> Answer | None:
    """Every request goes on to its operation at once."""
    return None


async def unchanged(asked: Asked, answer: Answer) -> Answer:
    """The answer leaves as the operation gave it."""
    return answer


def check_media_type(asked: Asked) -> None:
    """JSON in UTF-8 is taken, declared or not; anything else declared is a 415, and so is a coded body."""
    declared = asked.headers.get("content-type", _JSON)
    if declared != _JSON and not _is_json(declared):
        raise Refused(415, "the body must be application/json in UTF-8")
    if "content-encoding" in asked.headers and asked.headers["content-encoding"].lower() != "identity":
        raise Refused(415, "the body must not be compressed")


def _is_json(declared: str) -> bool:
    name, _, parameters = declared.partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    return name.strip().lower() == _JSON and charset in ("", "charset=utf-8")


def parse(body: bytes) -> Json:
    """Strict JSON without loss; refused with 400 otherwise."""
    try:
        return wire.parse(body)
    except wire.NotJson as problem:
        raise Refused(400, f"the body is not valid JSON: {problem.reason}") from None


def render(asked: Asked, answer: Answer) -> Rendered:
    """Compact JSON in UTF-8 with its length; `raw` bytes go out as they are."""
    headers, content = answer.headers, answer.raw
    if content is None:
        content = wire.dumps(answer.body).encode()
        headers = {"content-type": _JSON, **headers}
    if answer.status != 204:  # RFC 9110, 8.6: no Content-Length there
        headers = {"content-length": str(len(content)), **headers}
    return Rendered(answer.status, headers, [content])


def crashed(asked: Asked, error: Exception) -> Answer:
    """A bug in the mock is said to the client in two words; the traceback goes to stderr."""
    return Answer(500, {"error": "internal error"})


def no_such_path(method: str, path: str) -> Answer:
    """Nothing is served under the path."""
    return Answer(404, {"error": "no such path"})


@dataclass(slots=True)
class ProtocolRules:
    """How requests become bodies and answers become bytes. Limits are in bytes.

    A body over `size_limit` is answered 413: when it has been read, or at once and with an end to the connection where it is over
    `discard_limit` as well.
    """

    methods: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            CREATE_ASSET: ("POST",),
            SIGNING_PAYLOAD: ("GET", "HEAD", "POST"),
            CREATE_ALLOCATION: ("POST",),
        }
    )
    allowed: Callable[[tuple[str, ...]], str] = lambda methods: ", ".join(sorted({*methods, "OPTIONS"}))
    size_limit: int = 1024 * 1024
    discard_limit: int = 16 * 1024 * 1024
    check_media_type: Callable[[Asked], None] = check_media_type
    parse: Callable[[bytes], Json] = parse
    before: Callable[[Asked], Awaitable[Answer | None]] = no_early_answer
    after: Callable[[Asked, Answer], Awaitable[Answer]] = unchanged
    render: Callable[[Asked, Answer], Rendered] = render
    crashed: Callable[[Asked, Exception], Answer] = crashed
    no_such_path: Callable[[str, str], Answer] = no_such_path
