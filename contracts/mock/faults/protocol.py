"""Faults in HTTP itself: statuses, codings, methods, media types (HTP-02 to HTP-05)."""

import gzip
from collections.abc import Callable

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after, deny, render, rewrite
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


def _parsed(asked: Asked) -> Json:
    try:
        return wire.parse_lenient(asked.body or b"")
    except wire.NotJson:
        return None


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


@fault("http-media-type-answers-422", breaks="HTP-02", falls_with=["HTP-05", "ALC-14"])
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


@fault(
    "http-answers-start-with-bom",
    breaks="HTP-03",
    falls_with=["AST-09", "AST-18", "SIG-06", "ALC-14", "ALC-16", "AUT-06"],
)
def answers_start_with_bom(mock: Behaviour) -> None:
    """Answers begin with a byte-order mark."""
    rewrite(mock, lambda text: f"\ufeff{text}" if text else text)


@fault(
    "http-answers-stop-short", breaks="HTP-03", falls_with=["HTP-01", "AST-01", "ALC-01", "SIG-01", "ALC-14"]
)
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
