"""Faults in HTTP itself: statuses, codings, methods, media types (HTP-02 to HTP-05)."""

import gzip
from collections.abc import Callable, Hashable
from urllib.parse import parse_qsl

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
from contracts.mock.state import Object, Settled, State
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


@fault("http-missing-field-answers-422", breaks="HTP-02", falls_with=["AST-11", "AST-18", "SIG-06"])
def missing_field_answers_422(mock: Behaviour) -> None:
    """A missing field is answered 422, as web frameworks have it, where 400 is documented."""

    def answered(asked: Asked, answer: Answer) -> Answer:
        missing = asked.operation != CREATE_ALLOCATION and "is required" in str(answer.body)
        return Answer(422, answer.body) if answer.status == 400 and missing else answer

    after(mock, answered)


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


@fault("http-allow-hides-get", breaks="HTP-04")
def allow_hides_get(mock: Behaviour) -> None:
    """Allow is written by hand, and nobody added the GET variant."""
    mock.protocol.allowed = lambda methods: "OPTIONS, POST"


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


@fault("http-unknown-method-answers-200", breaks="HTP-04", falls_with=["HTP-02"])
def unknown_method_answers_200(mock: Behaviour) -> None:
    """A method that the server has never heard of is answered 200, and does nothing."""
    known = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
    after(mock, lambda asked, honest: honest if asked.method in known else Answer(200, {}))


@fault("http-delete-frees-keys", breaks="HTP-04")
def delete_frees_keys(mock: Behaviour) -> None:
    """DELETE is answered 405, but what was made under the body's symbol or clientExternalId is forgotten."""
    freed = set[Json]()
    honest_known, honest_settled = mock.assets.is_known, mock.allocations.find_settled
    honest_used, honest_keep = mock.allocations.nonce_used, mock.allocations.keep
    honest_remember = mock.assets.remember

    def forget(asked: Asked, answer: Answer) -> Answer:
        body = _parsed(asked)
        if asked.method == "DELETE" and isinstance(body, dict):
            freed.update(str(body.get(name)) for name in ("symbol", "clientExternalId", "nonce"))
        return answer

    def keep(state: State, key: Hashable, settled: Settled) -> None:
        freed.difference_update((settled.order.client_external_id, settled.order.nonce))
        honest_keep(state, key, settled)

    def remember(state: State, key: Hashable, asset: Object) -> None:
        freed.discard(str(asset["symbol"]))
        honest_remember(state, key, asset)

    def find_settled(state: State, key: Hashable) -> Settled | None:
        earlier = honest_settled(state, key)
        return None if earlier and earlier.order.client_external_id in freed else earlier

    after(mock, forget)
    mock.assets.is_known = lambda state, key, asset: (
        honest_known(state, key, asset) and str(asset["symbol"]) not in freed
    )
    mock.assets.remember, mock.allocations.keep = remember, keep
    mock.allocations.find_settled = find_settled
    mock.allocations.nonce_used = lambda state, key, order: (
        honest_used(state, key, order) and order.nonce not in freed
    )


@fault("http-patch-allocates-and-is-refused", breaks="HTP-04")
def patch_allocates_and_is_refused(mock: Behaviour) -> None:
    """PATCH does what POST does, and is then answered 405."""
    _take_method(mock, "PATCH")
    refused = Answer(405, headers={"allow": "OPTIONS, POST"}, raw=b"")
    _answer_method(mock, "PATCH", refused)


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


@fault("http-form-is-read", breaks="HTP-05", falls_with=["AST-17"])
def form_is_read(mock: Behaviour) -> None:
    """A form is read as one: each of its fields becomes a member."""
    _also_type(mock, lambda declared: "form" in declared)
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        pairs = parse_qsl(body.decode("latin-1"))
        return honest(body) if body.lstrip()[:1] in b'{["' or not pairs else dict(pairs)

    mock.protocol.parse = parse


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


@fault("http-json-anywhere-in-the-type", breaks="HTP-05")
def json_anywhere_in_the_type(mock: Behaviour) -> None:
    """Whatever media type has "json" in it, or in its parameters, is read as JSON."""
    _also_type(mock, lambda declared: "json" in declared)


@fault("http-allocates-from-a-form", breaks="HTP-05")
def allocates_from_a_form(mock: Behaviour) -> None:
    """An allocation declared as a form is made, and then answered 415."""
    after(
        mock,
        lambda asked, answer: (
            Answer(415, {"error": "the body must be application/json"})
            if answer.status == 200 and "form" in asked.headers.get("content-type", "")
            else answer
        ),
    )
    _also_type(mock, lambda declared: "form" in declared)
