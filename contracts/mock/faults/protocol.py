"""Faults in HTTP itself (HTP-01 to HTP-08)."""

import asyncio
import gzip
import re
from collections.abc import Callable
from decimal import Decimal

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after, before, deny, render, rewrite
from contracts.mock.messages import (
    CREATE_ALLOCATION,
    CREATE_ASSET,
    SIGNING_PAYLOAD,
    Answer,
    Asked,
    Refused,
    Rendered,
)
from contracts.mock.switches import fault
from contracts.wire import Json

TRACE = """Traceback (most recent call last):
  File "/srv/app/network/handlers.py", line 214, in handle
    body = schema.load(request.json)
  File "/srv/app/lib/schema.py", line 88, in load
    raise ValidationError(problems)
ValidationError: invalid request"""


def crash_if(mock: Behaviour, applies: Callable[[Asked], bool]) -> None:
    """Requests to which `applies` says yes are answered 500."""
    before(mock, lambda asked: Answer(500, {"error": "internal error"}) if applies(asked) else None)


def _text(asked: Asked) -> str:
    return (asked.body or b"").decode(errors="replace")


def _parsed(asked: Asked) -> Json:
    try:
        return wire.parse_lenient(asked.body or b"")
    except wire.NotJson:
        return None


# HTP-01


@fault(
    "http-emoji-answers-500",
    breaks="HTP-01",
    falls_with=["AST-02", "AST-07", "ALC-18", "SIG-01", "SIG-02", "AST-01"],
)
def emoji_answers_500(mock: Behaviour) -> None:
    """A character beyond U+FFFF in a body is answered 500: the database's text type has three bytes."""
    crash_if(mock, lambda asked: any(ord(character) > 0xFFFF for character in str(_parsed(asked))))


@fault("http-null-body-answers-500", breaks="HTP-01", falls_with=["AST-17", "SIG-06", "ALC-16"])
def null_body_answers_500(mock: Behaviour) -> None:
    """A body that is JSON, but no object, is answered 500."""
    crash_if(mock, lambda asked: bool(asked.body) and (asked.body or b" ")[:1] in b'[n0123456789t"f')


@fault("http-empty-body-answers-500", breaks="HTP-01", falls_with=["AST-17", "SIG-06", "ALC-16"])
def empty_body_answers_500(mock: Behaviour) -> None:
    """An empty body is answered 500."""
    crash_if(mock, lambda asked: asked.method == "POST" and not asked.body)


@fault("http-malformed-answers-500", breaks="HTP-01", falls_with=["AST-17", "SIG-06", "ALC-16"])
def malformed_answers_500(mock: Behaviour) -> None:
    """A body that is no JSON is answered 500."""
    crash_if(
        mock,
        lambda asked: (
            bool(asked.body) and (asked.body or b"").lstrip()[:1] == b"{" and _parsed(asked) is None
        ),
    )


@fault("http-invalid-utf8-answers-500", breaks="HTP-01", falls_with=["AST-17", "SIG-06", "ALC-16"])
def invalid_utf8_answers_500(mock: Behaviour) -> None:
    """A body that is no UTF-8 is answered 500."""
    crash_if(mock, lambda asked: "\ufffd" in _text(asked))


@fault(
    "http-wrong-type-answers-500",
    breaks="HTP-01",
    falls_with=["AST-14", "AST-13", "SIG-06", "ALC-16", "ALC-17"],
)
def wrong_type_answers_500(mock: Behaviour) -> None:
    """A number where a text belongs is answered 500: a number has no length."""

    def applies(asked: Asked) -> bool:
        body = _parsed(asked)
        names = ("symbol", "display_name", "nonce", "clientExternalId")
        return isinstance(body, dict) and any(isinstance(body.get(name), int | Decimal) for name in names)

    crash_if(mock, applies)


@fault("http-long-symbol-answers-500", breaks="HTP-01", falls_with=["AST-02", "AST-07"])
def long_symbol_answers_500(mock: Behaviour) -> None:
    """A symbol of more than 255 characters is answered 500: it does not fit its column."""

    def applies(asked: Asked) -> bool:
        body = _parsed(asked)
        return isinstance(body, dict) and len(str(body.get("symbol", ""))) > 255

    crash_if(mock, applies)


@fault("http-nul-answers-500", breaks="HTP-01")
def nul_answers_500(mock: Behaviour) -> None:
    """The character U+0000 in a body is answered 500: PostgreSQL's text has no place for it."""
    crash_if(mock, lambda asked: "\\u0000" in _text(asked))


@fault("http-surrogate-answers-500", breaks="HTP-01")
def surrogate_answers_500(mock: Behaviour) -> None:
    """A lone surrogate in a body is answered 500: it cannot be encoded."""
    crash_if(mock, lambda asked: any(0xD800 <= ord(character) < 0xE000 for character in str(_parsed(asked))))


@fault("http-deep-body-answers-500", breaks="HTP-01")
def deep_body_answers_500(mock: Behaviour) -> None:
    """A body nested more than 50 levels deep is answered 500: the parser calls itself."""
    crash_if(mock, lambda asked: (asked.body or b"").count(b"[") > 50 or (asked.body or b"").count(b"{") > 50)


@fault("http-large-number-answers-500", breaks="HTP-01", falls_with=["AST-02"])
def large_number_answers_500(mock: Behaviour) -> None:
    """A number of more than 300 digits, or with an exponent of three digits, is answered 500."""
    crash_if(mock, lambda asked: re.search("[0-9]{301}|[0-9][eE][+-]?[0-9]{3}", _text(asked)) is not None)


@fault(
    "http-large-quantity-answers-500", breaks="HTP-01", falls_with=["ALC-02", "ALC-14", "SIG-01", "SIG-02"]
)
def large_quantity_answers_500(mock: Behaviour) -> None:
    """A quantity beyond 2^63 is answered 500: it does not fit its column."""

    def applies(asked: Asked) -> bool:
        body = _parsed(asked)
        amount = body.get("amount") if isinstance(body, dict) else None
        quantity = amount.get("quantity") if isinstance(amount, dict) else None
        return (
            isinstance(quantity, str)
            and quantity.isdigit()
            and len(quantity) > 18
            and int(quantity[:4000]) >= 2**63
        )

    crash_if(mock, applies)


@fault("http-bad-signature-answers-500", breaks="HTP-01", falls_with=["ALC-05", "ALC-08"])
def bad_signature_answers_500(mock: Behaviour) -> None:
    """A signature that is not hexadecimal is answered 500."""

    def applies(asked: Asked) -> bool:
        body = _parsed(asked)
        signature = body.get("signature") if isinstance(body, dict) else None
        return isinstance(signature, str) and bool(signature.strip("0123456789abcdefABCDEF"))

    crash_if(mock, applies)


@fault("http-payload-no-object-answers-500", breaks="HTP-01", falls_with=["ALC-05", "ALC-16"])
def payload_no_object_answers_500(mock: Behaviour) -> None:
    """A payload that is not the text of an object is answered 500."""

    def applies(asked: Asked) -> bool:
        body = _parsed(asked)
        payload = body.get("payload") if isinstance(body, dict) else None
        return isinstance(payload, str) and payload != "" and not payload.lstrip().startswith("{")

    crash_if(mock, applies)


@fault("http-drops-malformed", breaks="HTP-01", falls_with=["AST-17", "AST-18", "SIG-06", "ALC-16"])
def drops_malformed(mock: Behaviour) -> None:
    """A connection that brings a body that is no JSON is closed without an answer."""
    render(
        mock,
        lambda asked, answer: (
            answer
            if _parsed(asked) is not None or answer.status != 400
            else Rendered(400, {"content-length": "1"}, [])
        ),
    )


# HTP-02


@fault("http-conflict-answers-412", breaks="HTP-02", falls_with=["ALC-09", "ALC-11"])
def conflict_answers_412(mock: Behaviour) -> None:
    """A used nonce or clientExternalId is answered 412."""
    deny(mock, 409, lambda answer, asked: Answer(412, answer.body))


@fault("http-bad-signature-answers-418", breaks="HTP-02", falls_with=["ALC-05", "ALC-08"])
def bad_signature_answers_418(mock: Behaviour) -> None:
    """A bad signature is answered 418."""
    deny(
        mock,
        400,
        lambda answer, asked: (
            Answer(418, answer.body)
            if isinstance(answer.body, dict) and "signature is not" in str(answer.body.get("error"))
            else answer
        ),
    )


@fault("http-wrong-method-answers-403", breaks="HTP-02", falls_with=["HTP-04"])
def wrong_method_answers_403(mock: Behaviour) -> None:
    """An undefined method is answered 403, with no token at issue."""
    after(mock, lambda asked, answer: Answer(403, {"error": "denied"}) if answer.status == 405 else answer)


@fault("http-media-type-answers-422", breaks="HTP-02", falls_with=["HTP-05"])
def media_type_answers_422(mock: Behaviour) -> None:
    """Another media type is answered 422."""
    after(mock, lambda asked, answer: Answer(422, answer.body) if answer.status == 415 else answer)


# HTP-03


def _as_type(mock: Behaviour, content_type: str, applies: Callable[[Answer], bool]) -> None:
    after(
        mock,
        lambda asked, answer: (
            Answer(answer.status, answer.body, {**answer.headers, "content-type": content_type}, answer.raw)
            if applies(answer)
            else answer
        ),
    )


@fault("http-json-as-html", breaks="HTP-03")
def json_as_html(mock: Behaviour) -> None:
    """JSON is declared as text/html."""
    _as_type(mock, "text/html; charset=utf-8", lambda answer: answer.raw is None)


@fault("http-error-as-plain-text", breaks="HTP-03", falls_with=["AST-09", "AST-18"])
def error_as_plain_text(mock: Behaviour) -> None:
    """The text of a 400 or 409 is declared as JSON, but is no JSON string."""
    after(
        mock,
        lambda asked, answer: (
            Answer(answer.status, None, {"content-type": "application/json"}, answer.body.encode())
            if isinstance(answer.body, str)
            else answer
        ),
    )


@fault("http-declares-gzip", breaks="HTP-03", falls_with=["AST-01", "SIG-01", "ALC-01"])
def declares_gzip(mock: Behaviour) -> None:
    """A 200 is declared as compressed, but is not."""
    after(
        mock,
        lambda asked, answer: (
            Answer(answer.status, answer.body, {**answer.headers, "content-encoding": "gzip"}, answer.raw)
            if answer.status == 200
            else answer
        ),
    )


@fault("http-gzip-unasked", breaks="HTP-03", falls_with=["AST-01", "SIG-01", "ALC-01"])
def gzip_unasked(mock: Behaviour) -> None:
    """Bodies are compressed for clients that did not say they could read that, or said they could not."""

    def zipped(asked: Asked, answer: Rendered) -> Rendered:
        if answer.status == 204 or "gzip" in asked.headers.get("accept-encoding", ""):
            return answer
        content = gzip.compress(b"".join(answer.chunks))
        headers = answer.headers | {"content-encoding": "gzip", "content-length": str(len(content))}
        return Rendered(answer.status, headers, [content])

    render(mock, zipped)


@fault("http-answers-latin-1", breaks="HTP-03", falls_with=["AST-02", "ALC-02", "ALC-18", "SIG-02", "AST-01"])
def answers_latin_1(mock: Behaviour) -> None:
    """Answers are written in Latin-1 where they fit into it."""

    def recoded(asked: Asked, answer: Rendered) -> Rendered:
        try:
            content = b"".join(answer.chunks).decode().encode("latin-1")
        except UnicodeEncodeError:
            return answer
        return Rendered(answer.status, answer.headers | {"content-length": str(len(content))}, [content])

    render(mock, recoded)


@fault("http-answers-repeat-a-key", breaks="HTP-03")
def answers_repeat_a_key(mock: Behaviour) -> None:
    """An asset's answer has its symbol twice."""
    rewrite(
        mock,
        lambda text: text.replace('{"id":', '{"symbol":"","id":', 1) if text.startswith('{"id":') else text,
    )


@fault("http-answers-nan", breaks="HTP-03", falls_with=["AST-02"])
def answers_nan(mock: Behaviour) -> None:
    """Metadata comes back with a score of NaN in it."""
    rewrite(
        mock,
        lambda text: text.replace('"metadata":{', '"metadata":{"score":NaN,', 1).replace("NaN,}", "NaN}"),
    )


@fault("http-answers-start-with-bom", breaks="HTP-03")
def answers_start_with_bom(mock: Behaviour) -> None:
    """Answers begin with a byte-order mark."""
    rewrite(mock, lambda text: f"\ufeff{text}" if text else text)


@fault("http-answers-stop-short", breaks="HTP-03", falls_with=["HTP-01", "AST-01", "ALC-01", "SIG-01"])
def answers_stop_short(mock: Behaviour) -> None:
    """Answers with characters outside ASCII declare their length in characters, and are cut there."""

    def cut(asked: Asked, answer: Rendered) -> Rendered:
        content = b"".join(answer.chunks)
        length = len(content.decode(errors="replace"))
        headers = answer.headers | ({"content-length": str(length)} if content else {})
        return Rendered(answer.status, headers, [content[:length]])

    render(mock, cut)


# HTP-04


@fault("http-405-without-allow", breaks="HTP-04")
def wrong_method_without_allow(mock: Behaviour) -> None:
    """A 405 does not say what is allowed."""
    after(mock, lambda asked, answer: Answer(405, raw=b"") if answer.status == 405 else answer)


@fault("http-allow-lies", breaks="HTP-04")
def allow_lies(mock: Behaviour) -> None:
    """Allow names methods that are then refused."""
    mock.protocol.allowed = lambda methods: "DELETE, GET, OPTIONS, PATCH, POST, PUT"


@fault("http-allow-names-get-only", breaks="HTP-04")
def allow_names_get_only(mock: Behaviour) -> None:
    """Allow does not name POST, which is defined."""
    mock.protocol.allowed = lambda methods: "GET, HEAD"


def _take_method(mock: Behaviour, method: str) -> None:
    for operation in (CREATE_ASSET, SIGNING_PAYLOAD, CREATE_ALLOCATION):
        mock.protocol.methods[operation] += (method,)
        mock.access.needs[operation, method] = mock.access.needs.get((operation, "POST"), frozenset())


@fault("http-put-creates", breaks="HTP-04", falls_with=["HTP-02"])
def put_creates(mock: Behaviour) -> None:
    """PUT does what POST does, and Allow does not say so."""
    allow = mock.protocol.allowed
    _take_method(mock, "PUT")
    mock.protocol.allowed = lambda methods: allow(tuple(method for method in methods if method != "PUT"))


@fault("http-patch-creates", breaks="HTP-04", falls_with=["HTP-02"])
def patch_creates(mock: Behaviour) -> None:
    """PATCH does what POST does."""
    _take_method(mock, "PATCH")


@fault("http-delete-answers-200", breaks="HTP-04", falls_with=["HTP-02"])
def delete_answers_200(mock: Behaviour) -> None:
    """DELETE is answered 200, and does nothing."""
    _answer_method(mock, "DELETE", Answer(200, {}))


@fault("http-head-answers-500", breaks="HTP-04", falls_with=["HTP-01"])
def head_answers_500(mock: Behaviour) -> None:
    """HEAD is answered 500."""
    _answer_method(mock, "HEAD", Answer(500, {"error": "internal error"}))


@fault("http-options-answers-500", breaks="HTP-04", falls_with=["HTP-01"])
def options_answers_500(mock: Behaviour) -> None:
    """OPTIONS is answered 500."""
    _answer_method(mock, "OPTIONS", Answer(500, {"error": "internal error"}))


def _answer_method(mock: Behaviour, method: str, answer: Answer) -> None:
    after(mock, lambda asked, honest: answer if asked.method == method else honest)


# HTP-05


def _also_type(mock: Behaviour, applies: Callable[[str], bool]) -> None:
    honest = mock.protocol.check_media_type

    def check(asked: Asked) -> None:
        if not applies(asked.headers.get("content-type", "")):
            honest(asked)

    mock.protocol.check_media_type = check


@fault("http-any-media-type", breaks="HTP-05")
def any_media_type(mock: Behaviour) -> None:
    """The declared media type is not looked at."""
    _also_type(mock, lambda declared: True)


@fault("http-text-is-json", breaks="HTP-05")
def text_is_json(mock: Behaviour) -> None:
    """JSON declared as text/plain is taken, so that any web page can send it without being asked."""
    _also_type(mock, lambda declared: declared.startswith("text/"))


@fault("http-form-is-json", breaks="HTP-05")
def form_is_json(mock: Behaviour) -> None:
    """JSON declared as a form is taken."""
    _also_type(mock, lambda declared: "form" in declared)


@fault("http-wrong-type-has-effect", breaks="HTP-05", falls_with=["AST-10", "AST-19"])
def wrong_type_has_effect(mock: Behaviour) -> None:
    """A body of another media type is refused, but an asset in it is created all the same."""
    mock.assets.after_refusal = lambda state, body: None
    honest = mock.protocol.check_media_type
    known = mock.assets.is_known
    created = set[str]()

    def check(asked: Asked) -> None:
        try:
            honest(asked)
        except Refused:
            body = _parsed(asked)
            if isinstance(body, dict):
                created.add(str(body.get("symbol")))
            raise

    mock.protocol.check_media_type = check
    mock.assets.is_known = lambda state, key, asset: (
        known(state, key, asset) or str(asset["symbol"]) in created
    )


# HTP-06


def _show(mock: Behaviour, status: int, text: str) -> None:
    """Answers with this status show something; a JSON string stays one, an object gets a member."""

    def shown(asked: Asked, answer: Answer) -> Answer:
        if answer.status != status or answer.raw is not None:
            return answer
        body = answer.body | {"debug": text} if isinstance(answer.body, dict) else f"{answer.body}: {text}"
        return Answer(status, body, answer.headers)

    after(mock, shown)


@fault("http-400-shows-trace", breaks="HTP-06")
def malformed_shows_trace(mock: Behaviour) -> None:
    """A 400 shows a Python traceback."""
    _show(mock, 400, TRACE)


@fault("http-409-shows-query", breaks="HTP-06")
def conflict_shows_query(mock: Behaviour) -> None:
    """A 409 shows the database's query."""
    _show(
        mock,
        409,
        'duplicate key value violates unique constraint "assets_symbol_key": '
        "INSERT INTO assets (id, symbol, display_name) VALUES ($1, $2, $3)",
    )


@fault("http-400-shows-path", breaks="HTP-06")
def malformed_shows_path(mock: Behaviour) -> None:
    """A 400 shows where the service's files are."""
    _show(mock, 400, "at Object.validate (/usr/src/app/node_modules/express-validator/lib/index.js:41:17)")


@fault("http-404-shows-page", breaks="HTP-06", falls_with=["AUT-06", "HTP-03"])
def not_found_shows_page(mock: Behaviour) -> None:
    """A 404 is the framework's own page, with its version."""
    page = b"<!doctype html><html><title>404 Not Found</title><h1>Not Found</h1><p>Werkzeug/2.0.1 Python/3.9</p></html>"
    after(
        mock,
        lambda asked, answer: (
            Answer(404, headers={"content-type": "text/html"}, raw=page) if answer.status == 404 else answer
        ),
    )


@fault("http-405-shows-page", breaks="HTP-06", falls_with=["HTP-03"])
def wrong_method_shows_page(mock: Behaviour) -> None:
    """A 405 is a debugging page with a traceback."""
    page = f"<!DOCTYPE html><html><title>MethodNotAllowed</title><pre>{TRACE}</pre></html>".encode()
    after(
        mock,
        lambda asked, answer: (
            Answer(405, headers={"content-type": "text/html", **answer.headers}, raw=page)
            if answer.status == 405
            else answer
        ),
    )


# HTP-07


@fault(
    "http-answers-swapped",
    breaks="HTP-07",
    falls_with=["AST-08", "ALC-12", "AST-02", "AST-03", "ALC-02", "ALC-03", "SIG-02", "SIG-03"],
)
def answers_swapped(mock: Behaviour) -> None:
    """Two answers of 200 that are on their way at the same time are exchanged."""
    _mix_up(mock, CREATE_ASSET, SIGNING_PAYLOAD, CREATE_ALLOCATION)


@fault("http-assets-swapped", breaks="HTP-07", falls_with=["AST-02", "AST-03", "AST-08"])
def assets_swapped(mock: Behaviour) -> None:
    """Two assets that are created at the same time are answered with each other's."""
    _mix_up(mock, CREATE_ASSET)


@fault("http-payloads-swapped", breaks="HTP-07", falls_with=["SIG-02", "SIG-03"])
def payloads_swapped(mock: Behaviour) -> None:
    """Two payloads that are asked for at the same time are exchanged."""
    _mix_up(mock, SIGNING_PAYLOAD)


def _mix_up(mock: Behaviour, *operations: str) -> None:
    """The newest answer of an operation stands in one place; whoever comes to fetch his own gets it."""
    newest: dict[str, Answer] = {}
    honest = mock.protocol.after

    async def mixed(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        if asked.operation not in operations or answer.status != 200:
            return answer
        newest[asked.operation] = answer
        await asyncio.sleep(0.001)
        return newest[asked.operation]

    mock.protocol.after = mixed


# HTP-08: the default limit is 3 s

SLOW_S = 3.6


def _slow(mock: Behaviour, applies: Callable[[Asked, Answer], bool]) -> None:
    honest = mock.protocol.after

    async def slowed(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        if applies(asked, answer):
            await asyncio.sleep(SLOW_S)
        return answer

    mock.protocol.after = slowed


@fault("slow-after-100-assets", breaks="HTP-08")
def slow_after_100_assets(mock: Behaviour) -> None:
    """From the hundredth asset on, every tenth takes seconds: a scan without an index."""
    made = list[None]()

    def applies(asked: Asked, answer: Answer) -> bool:
        if asked.operation == CREATE_ASSET and answer.status == 200:
            made.append(None)
        return (
            len(made) >= 100
            and len(made) % 10 == 0
            and asked.operation == CREATE_ASSET
            and answer.status == 200
        )

    _slow(mock, applies)


@fault("slow-conflicts", breaks="HTP-08")
def slow_conflicts(mock: Behaviour) -> None:
    """Every fifth conflict takes seconds: a lock that is waited for."""
    seen = list[None]()

    def applies(asked: Asked, answer: Answer) -> bool:
        if answer.status == 409:
            seen.append(None)
        return answer.status == 409 and len(seen) % 5 == 1

    _slow(mock, applies)


@fault("slow-long-bodies", breaks="HTP-08")
def slow_long_bodies(mock: Behaviour) -> None:
    """Every fifth body of more than 4 KiB takes seconds to read."""
    seen = list[None]()

    def applies(asked: Asked, answer: Answer) -> bool:
        if len(asked.body or b"") > 4096:
            seen.append(None)
        return len(asked.body or b"") > 4096 and len(seen) % 5 == 1

    _slow(mock, applies)
