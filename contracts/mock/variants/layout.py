"""Legal ways to write the same answer: JSON layout, headers, codings, wording, times (docs/freedom.md, "More")."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid1

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after, edit_assets, edit_cleared, render, rewrite
from contracts.mock.faults.loss import each_map, each_scalar
from contracts.mock.messages import Answer, Asked, Rendered
from contracts.mock.rules.records import now
from contracts.mock.switches import variant
from contracts.wire import Json

# JSON


def _relay(mock: Behaviour, change: Callable[[Json], str]) -> None:
    """Every JSON body is written in another way."""
    rewrite(mock, lambda text: change(wire.parse(text)) if text else text)


@variant("json-pretty-printed")
def pretty_printed(mock: Behaviour) -> None:
    """Bodies are laid out over several lines, with a line feed at the end."""
    rewrite(mock, lambda text: f"{spaced(text)}\n" if text else text)


def spaced(text: str) -> str:
    """Space after every bracket, comma and colon outside of strings; numbers are not touched."""
    spaced, quoted, escaped = [], False, False
    for character in text:
        quoted = quoted != (character == '"' and not escaped)
        escaped = character == "\\" and not escaped
        spaced.append(f"{character}\n  " if not quoted and character in "{[,:" else character)
    return "".join(spaced)


@variant("json-keys-sorted")
def keys_sorted(mock: Behaviour) -> None:
    """The members of every object come in alphabetical order."""
    _relay(mock, lambda value: wire.dumps(each_map(value, lambda members: dict(sorted(members.items())))))


@variant("json-keys-reversed")
def keys_reversed(mock: Behaviour) -> None:
    """The members of every object come in reverse order."""
    _relay(mock, lambda value: wire.dumps(each_map(value, lambda members: dict(reversed(members.items())))))


@variant("json-ascii-escapes")
def ascii_escapes(mock: Behaviour) -> None:
    """Everything outside ASCII is escaped."""
    _relay(mock, lambda value: wire.dumps(value, ascii=True))


@variant("json-slashes-escaped")
def slashes_escaped(mock: Behaviour) -> None:
    """Slashes are escaped, as PHP does."""
    rewrite(mock, lambda text: text.replace("/", "\\/"))


@variant("json-numbers-respelled")
def numbers_respelled(mock: Behaviour) -> None:
    """Numbers keep their value, but not their spelling: 1.50 comes back as 1.5, 100 as 1E+2."""
    mock.assets.echo["metadata"] = lambda value: each_scalar(value, _respelled)


def _respelled(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    exact = Decimal(value)
    digits = exact.as_tuple().digits
    fits = len(digits) <= 28 and abs(exact.adjusted()) < 1000  # what normalize() keeps exactly
    return exact.normalize() if exact and fits else value


# HTTP


def _header(mock: Behaviour, name: str, value: str) -> None:
    render(
        mock,
        lambda asked, answer: (
            Rendered(answer.status, answer.headers | {name: value}, answer.chunks)
            if any(answer.chunks)
            else answer
        ),
    )


@variant("http-gzip")
def zipped(mock: Behaviour) -> None:
    """Bodies are compressed for clients that can read that."""

    def compressed(asked: Asked, answer: Rendered) -> Rendered:
        content = b"".join(answer.chunks)
        if not content or not _takes_gzip(asked.headers.get("accept-encoding", "")):
            return answer
        content = gzip.compress(content)
        coded = {"content-encoding": "gzip", "vary": "accept-encoding", "content-length": str(len(content))}
        return Rendered(answer.status, answer.headers | coded, [content])

    render(mock, compressed)


def _takes_gzip(accepted: str) -> bool:
    codings = {part.partition(";")[0].strip(): part.replace(" ", "") for part in accepted.lower().split(",")}
    return "gzip" in codings and not codings["gzip"].endswith((";q=0", ";q=0.0"))


@variant("http-chunked")
def chunked(mock: Behaviour) -> None:
    """Bodies come in chunks of seven bytes, without a length."""

    def cut(asked: Asked, answer: Rendered) -> Rendered:
        content = b"".join(answer.chunks)
        if not content:
            return answer
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        chunks = [content[start : start + 7] for start in range(0, len(content), 7)]
        return Rendered(answer.status, headers | {"transfer-encoding": "chunked"}, chunks)

    render(mock, cut)


@variant("http-charset")
def charset(mock: Behaviour) -> None:
    """The media type names its charset, in capitals."""
    _header(mock, "content-type", "application/json; charset=UTF-8")


@variant("http-closes-connections")
def closes_connections(mock: Behaviour) -> None:
    """Every connection is closed after one answer."""
    render(
        mock,
        lambda asked, answer: Rendered(
            answer.status, answer.headers | {"connection": "close"}, answer.chunks
        ),
    )


@variant("http-more-headers")
def more_headers(mock: Behaviour) -> None:
    """Answers carry the headers of a proxy, a cookie among them."""
    extra = {
        "x-request-id": "7b1f4c1e-3a52-4a58-9e57-5a5b2b0d7f10",
        "strict-transport-security": "max-age=31536000",
        "cache-control": "no-store",
        "set-cookie": "__cf_bm=abc; path=/; HttpOnly",
        "server": "nginx",
    }
    render(mock, lambda asked, answer: Rendered(answer.status, answer.headers | extra, answer.chunks))


@variant("http-405-with-a-body")
def wrong_method_with_a_body(mock: Behaviour) -> None:
    """A 405 explains itself in JSON."""
    after(
        mock,
        lambda asked, answer: (
            Answer(405, {"error": "no such method here"}, answer.headers) if answer.status == 405 else answer
        ),
    )


@variant("http-options-answers-200")
def options_answers_200(mock: Behaviour) -> None:
    """OPTIONS is answered 200 without a body."""
    after(
        mock,
        lambda asked, answer: (
            Answer(200, headers=answer.headers, raw=b"") if asked.method == "OPTIONS" else answer
        ),
    )


@variant("http-unknown-path-plain-text")
def unknown_path_plain_text(mock: Behaviour) -> None:
    """A path that nothing is served under is answered 404 in plain text."""
    plain = Answer(404, headers={"content-type": "text/plain"}, raw=b"not found")
    mock.protocol.no_such_path = lambda method, path: plain


# More


@variant("answers-carry-more")
def carry_more(mock: Behaviour) -> None:
    """Every object that is answered has undocumented members."""

    def more(asked: Asked, answer: Answer) -> Answer:
        if not isinstance(answer.body, dict) or answer.raw is not None:
            return answer
        extra: dict[str, Json] = {"_links": {"self": "/"}, "schemaVersion": 3, "tags": [], "parent": None}
        return Answer(answer.status, answer.body | extra, answer.headers)

    after(mock, more)


@variant("asset-carries-more")
def asset_carries_more(mock: Behaviour) -> None:
    """Assets have a version and their vendors' number."""
    edit_assets(mock, lambda asset: asset | {"version": 1, "vendor_count": 0, "deleted_at": None})


@variant("allocation-carries-more")
def allocation_carries_more(mock: Behaviour) -> None:
    """Allocations have the documented optional fields, and undocumented ones."""
    edit_cleared(
        mock,
        lambda allocation: (
            allocation
            | {
                "partnerExternalId": "partner-1",
                "evaluationId": "5a0d5d8e-9d4f-4b43-bd1e-6c1f0e1b7f55",
                "pendingApprovalId": "c0ffee00-0000-4000-8000-000000000000",
                "policyResult": "approved",
                "type": "allocation",
                "fee": {"currency": "tbtc", "quantity": "0"},
            }
        ),
    )


@variant("errors-in-other-words")
def errors_in_other_words(mock: Behaviour) -> None:
    """Errors are explained at length, in French, with a code."""

    def reworded(asked: Asked, answer: Answer) -> Answer:
        if answer.status < 400 or answer.raw is not None:
            return answer
        words = "la requête a été refusée : « valeur invalide » 🚫"
        if isinstance(answer.body, str):
            return Answer(answer.status, words, answer.headers)
        body = answer.body if isinstance(answer.body, dict) else {}
        return Answer(
            answer.status, body | {"error": words, "code": "E-17", "requestId": "r-1"}, answer.headers
        )

    after(mock, reworded)


@variant("network-400-without-error")
def malformed_without_error(mock: Behaviour) -> None:
    """A network 400 or 409 is an object of another shape, since its fields are not documented."""

    def reshaped(asked: Asked, answer: Answer) -> Answer:
        if answer.status not in (400, 409) or not isinstance(answer.body, dict):
            return answer
        return Answer(
            answer.status, {"name": "BadRequest", "issues": [{"path": [], "code": "custom"}]}, answer.headers
        )

    after(mock, reshaped)


# Ids and times


@variant("ids-upper-case")
def ids_upper_case(mock: Behaviour) -> None:
    """Ids are UUIDs in capitals."""
    asset_id, allocation_id = mock.assets.id, mock.allocations.id
    mock.assets.id = lambda state, asset: str(asset_id(state, asset)).upper()
    mock.allocations.id = lambda state, order: str(allocation_id(state, order)).upper()


@variant("ids-of-version-1")
def ids_of_version_1(mock: Behaviour) -> None:
    """Ids are UUIDs of version 1."""
    mock.assets.id = lambda state, asset: str(uuid1())
    mock.allocations.id = lambda state, order: str(uuid1())


def _times(mock: Behaviour, moment: Callable[[], str]) -> None:
    def both() -> tuple[Json, Json]:
        at = moment()
        return at, at

    mock.assets.times = both
    mock.allocations.times = both


@variant("times-with-offset")
def times_with_offset(mock: Behaviour) -> None:
    """Times are those of Kathmandu, with their offset."""
    _times(mock, lambda: datetime.now(timezone(timedelta(hours=5, minutes=45))).isoformat())


@variant("times-with-plus-zero")
def times_with_plus_zero(mock: Behaviour) -> None:
    """Times have microseconds, and +00:00 instead of Z."""
    _times(mock, lambda: datetime.now(UTC).isoformat())


@variant("times-in-seconds")
def times_in_seconds(mock: Behaviour) -> None:
    """Times have whole seconds."""
    _times(mock, lambda: f"{now()[:19]}Z")


@variant("times-in-nanoseconds")
def times_in_nanoseconds(mock: Behaviour) -> None:
    """Times have nine digits of a second."""
    _times(mock, lambda: f"{now()[:23]}123456Z")


@variant("times-ahead")
def times_ahead(mock: Behaviour) -> None:
    """The service's clock is two minutes ahead."""
    _times(mock, lambda: now(timedelta(minutes=2)))


@variant("times-modified-later")
def times_modified_later(mock: Behaviour) -> None:
    """A record is modified some milliseconds after it was created."""
    mock.assets.times = lambda: (now(), now(timedelta(milliseconds=7)))
    mock.allocations.times = lambda: (now(), now(timedelta(milliseconds=7)))


@variant("allocation-times-are-dates")
def allocation_times_are_dates(mock: Behaviour) -> None:
    """Times of allocations are dates alone, as in the guide's example."""
    mock.allocations.times = lambda: (now()[:10], now()[:10])
