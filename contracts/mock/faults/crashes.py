"""Faults in which the server fails, or shows how it is made (HTP-01, HTP-06)."""

import re
from collections.abc import Callable
from decimal import Decimal

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after, before, render
from contracts.mock.messages import Answer, Asked, Rendered
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
    lone = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
    crash_if(mock, lambda asked: lone.search(_text(asked)) is not None)


@fault("http-deep-body-answers-500", breaks="HTP-01")
def deep_body_answers_500(mock: Behaviour) -> None:
    """A body nested more than 50 levels deep is answered 500: the parser calls itself."""
    crash_if(mock, lambda asked: (asked.body or b"").count(b"[") > 50 or (asked.body or b"").count(b"{") > 50)


@fault("http-large-number-answers-500", breaks="HTP-01", falls_with=["AST-02"])
def large_number_answers_500(mock: Behaviour) -> None:
    """A number of more than 300 digits, or with an exponent of three digits, is answered 500."""
    crash_if(
        mock,
        lambda asked: re.search(r"[0-9]{301}|[:,\[]\s*-?[0-9.]+[eE][+-]?[0-9]{3}", _text(asked)) is not None,
    )


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


@fault("http-drops-malformed", breaks="HTP-01", falls_with=["AST-17", "AST-18", "SIG-06", "ALC-16", "HTP-03"])
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


@fault("http-expectation-answers-500", breaks="HTP-01")
def expectation_answers_500(mock: Behaviour) -> None:
    """A request that expects what the server does not know is answered 500, not 417."""
    crash_if(mock, lambda asked: asked.headers.get("expect", "100-continue") != "100-continue")


@fault("http-authorization-of-three-words-answers-500", breaks="HTP-01", falls_with=["AUT-02"])
def three_words_answer_500(mock: Behaviour) -> None:
    """An Authorization header of more than two words is answered 500: it is split into two variables."""
    crash_if(mock, lambda asked: len(asked.headers.get("authorization", "").split()) > 2)


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
