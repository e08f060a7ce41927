"""Faults in answers that are rarely asked for: to odd values, beyond sizes, in codings, about paths (HTP-01 to HTP-03, HTP-06)."""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after, render, rewrite
from contracts.mock.faults.crashes import crash_if
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Answer, Asked, Rendered
from contracts.mock.state import Object
from contracts.mock.switches import fault
from contracts.wire import NotJson, dumps, parse_lenient


def _parsed(asked: Asked) -> Object:
    """The members of a request; none where its body is no object."""
    try:
        body = parse_lenient(asked.body or b"")
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def _amount(asked: Asked) -> str:
    """The digits of a request's quantity; none where there are no such."""
    amount = _parsed(asked).get("amount")
    quantity = amount.get("quantity") if isinstance(amount, dict) else None
    return quantity if isinstance(quantity, str) and quantity.isdigit() else ""


# HTP-01


@fault("http-amount-beyond-78-digits-answers-500", breaks="HTP-01")
def amount_beyond_78_digits_answers_500(mock: Behaviour) -> None:
    """A quantity of more than 78 digits is answered 500: it does not fit a 256-bit integer."""
    crash_if(mock, lambda asked: len(_amount(asked)) > 78)


@fault("http-odd-member-of-metadata-answers-500", breaks="HTP-01", falls_with=["AST-01", "AST-02"])
def odd_member_of_metadata_answers_500(mock: Behaviour) -> None:
    """A name in metadata with a dollar sign, or none at all, is answered 500: the database refuses such keys."""
    crash_if(mock, lambda asked: re.search(rb'"(?:\$[a-z]+)?":', asked.body or b"") is not None)


# HTP-02


@fault(
    "http-large-allocation-answers-202", breaks="HTP-02", falls_with=["ALC-01", "ALC-02", "ALC-10", "ALC-14"]
)
def large_allocation_answers_202(mock: Behaviour) -> None:
    """An allocation of a million and more is answered 202: somebody has to look at it first."""

    def answered(asked: Asked, answer: Answer) -> Answer:
        large = asked.operation == CREATE_ALLOCATION and len(_amount(asked)) > 6
        return replace(answer, status=202) if large and answer.status == 200 else answer

    after(mock, answered)


@fault(
    "http-asking-beyond-the-balance-answers-422", breaks="HTP-02", falls_with=["SIG-01", "SIG-02", "SIG-04"]
)
def asking_beyond_the_balance_answers_422(mock: Behaviour) -> None:
    """A payload for more than any balance is refused with 422, which is for allocations."""

    def answered(asked: Asked, answer: Answer) -> Answer:
        large = asked.operation == SIGNING_PAYLOAD and len(_amount(asked)) > 30
        return Answer(422, {"error": "insufficient balance"}) if large and answer.status == 200 else answer

    after(mock, answered)


# HTP-03


def _zip(mock: Behaviour, applies: Callable[[Asked, bytes], bool]) -> None:
    def zipped(asked: Asked, answer: Rendered) -> Rendered:
        content = b"".join(answer.chunks)
        if not content or not applies(asked, content):
            return answer
        packed = gzip.compress(content)
        headers = answer.headers | {"content-encoding": "gzip", "content-length": str(len(packed))}
        return Rendered(answer.status, headers, [packed])

    render(mock, zipped)


@fault("http-gzip-though-refused", breaks="HTP-03")
def gzip_though_refused(mock: Behaviour) -> None:
    """Bodies are compressed wherever Accept-Encoding has the word gzip in it, with a weight of 0 too."""
    _zip(mock, lambda asked, content: "gzip" in asked.headers.get("accept-encoding", ""))


@fault("http-large-answers-gzipped", breaks="HTP-03", falls_with=["AST-02"])
def large_answers_gzipped(mock: Behaviour) -> None:
    """Answers of more than 2 KiB are compressed for everybody."""
    _zip(mock, lambda asked, content: len(content) > 2048)


@fault("http-utf-8-declared-as-latin-1", breaks="HTP-03")
def utf_8_declared_as_latin_1(mock: Behaviour) -> None:
    """The framework's default charset is declared, ISO-8859-1, though the bytes are UTF-8."""
    after(
        mock,
        lambda asked, answer: replace(
            answer, headers={"content-type": "application/json;charset=ISO-8859-1", **answer.headers}
        ),
    )


@fault("http-infinity-in-metadata", breaks="HTP-03", falls_with=["AST-02"])
def infinity_in_metadata(mock: Behaviour) -> None:
    """A number beyond the range of a double comes back as Infinity."""
    rewrite(mock, lambda text: re.sub(r"(?<=[:,\[])(-?)\d[\d.]*[eE]\+?\d{3,}(?=[,\]}])", r"\1Infinity", text))


@fault("http-unknown-properties-pasted", breaks="HTP-03", falls_with=["AST-02"])
def unknown_properties_pasted(mock: Behaviour) -> None:
    """Unknown properties are pasted behind the asset in its answer, where their names may stand already."""

    def pasted(asked: Asked, answer: Rendered) -> Rendered:
        sent = _parsed(asked)
        unknown = {name: sent[name] for name in sent if name not in mock.assets.fields}
        if asked.operation != CREATE_ASSET or answer.status != 200 or not unknown:
            return answer
        content = b"".join(answer.chunks)[:-1] + b"," + dumps(unknown)[1:].encode()
        return Rendered(200, answer.headers | {"content-length": str(len(content))}, [content])

    render(mock, pasted)


# HTP-06


@fault("http-unknown-path-shows-maker", breaks="HTP-06")
def unknown_path_shows_maker(mock: Behaviour) -> None:
    """An unknown path is answered with the framework's own page."""

    def page(method: str, path: str) -> Answer:
        text = f"<!DOCTYPE html><html><title>Error</title><pre>Cannot {method} {path}</pre></html>"
        return Answer(404, headers={"content-type": "text/html"}, raw=text.encode(errors="replace"))

    mock.protocol.no_such_path = page


@fault("http-405-shows-maker", breaks="HTP-06")
def wrong_method_shows_maker(mock: Behaviour) -> None:
    """A 405 is the page of the server in front, which names itself and its version."""
    page = b"<html><head><title>405 Not Allowed</title></head><body><hr><center>nginx/1.18.0</center></body></html>"

    def shown(asked: Asked, answer: Answer) -> Answer:
        headers = {**answer.headers, "content-type": "text/html"}
        return Answer(405, headers=headers, raw=page) if answer.status == 405 else answer

    after(mock, shown)


@fault("http-conflict-on-a-quote-shows-query", breaks="HTP-06")
def conflict_on_a_quote_shows_query(mock: Behaviour) -> None:
    """The 409 for a symbol with an apostrophe shows the query that failed."""

    def shown(asked: Asked, answer: Answer) -> Answer:
        quoted = asked.operation == CREATE_ASSET and answer.status == 409 and b"'" in (asked.body or b"")
        text = "in INSERT INTO assets (symbol, display_name) VALUES (...)"
        return replace(answer, body=f"{answer.body} {text}") if quoted else answer

    after(mock, shown)
