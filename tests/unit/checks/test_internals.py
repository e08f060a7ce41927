"""HTP-06: each platform's way to give itself away is seen, and no service's own words are taken for one."""

import json

import pytest

from contracts.checks.internals import shows_no_internals
from contracts.checks.registry import Context
from contracts.exchange import Exchange, Headers, Loss, Request
from tests.fixtures.exchanges import (
    ASSETS,
    JSON,
    allocate,
    allocation_made,
    answered,
    ask_payload,
    asset,
    asset_body,
    asset_made,
    below,
    content,
    create_asset,
    kinds,
    lost,
    payload_given,
)

PAGE: Headers = (("Content-Type", "text/html; charset=utf-8"),)

TRACES = {
    "Python": 'Traceback (most recent call last):\n  File "app.py", line 3, in create\nKeyError: 1',
    "a Python frame": 'File "service.py", line 12, in create',
    "Java": "java.lang.NullPointerException: x\n\tat com.example.Assets.create(Assets.java:42)",
    "a Java frame": "\tat com.example.Assets$Inner.create(Assets.java:42)",
    "a Kotlin frame": " at example.AssetsKt.create(Assets.kt:42)",
    "Spring": "org.springframework.dao.DataIntegrityViolationException: could not execute statement",
    "Jackson": "com.fasterxml.jackson.core.JsonParseException: Unexpected character",
    "Node": "TypeError: x is undefined\n    at Object.<anonymous> (C/assets.js:10:15)",
    "Node's own": "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "an async Node frame": "    at async /workdir/assets.mjs:3:9",
    "a Node module": "at file:///data/assets.mjs:3:9",
    ".NET": "System.NullReferenceException: Object reference not set to an instance of an object.",
    "a .NET frame": "   at Api.Assets.Create(AssetDto dto) in Assets.cs:line 42",
    "Go": "goroutine 1 [running]:\nmain.main()",
    "a Go frame": "main.go:42 +0x1d",
    "a Go panic": "panic: runtime error: index out of range [3] with length 3",
    "Rust": "thread 'tokio-runtime-worker' panicked at src/main.rs:3:5",
    "Ruby": "app/controllers/assets_controller.rb:12:in `create'",
    "PHP": "Uncaught TypeError in index.php on line 12",
    "PHP's exception": "Error in index.php:12",
}
PATHS = {
    "Linux": "cannot open /usr/share/service/schema.json",
    "a container": "/app/src/assets/create",
    "a home": "see /home/deploy/service",
    "macOS": "/Users/dev/service/assets",
    "Windows": "C:\\inetpub\\wwwroot\\api\\web.config",
    "npm": "node_modules/express/lib/router",
    "pip": "site-packages/flask/app",
}
QUERIES = {
    "select": "SELECT id FROM assets WHERE symbol = 'X'",
    "select over lines": "SELECT id,\n  symbol\nFROM assets\nWHERE 1",
    "insert": "INSERT INTO assets (symbol) VALUES ($1)",
    "update": "UPDATE assets SET symbol = 'X'",
    "delete": "DELETE FROM assets",
    "SQLSTATE": "SQLSTATE[23000]: Integrity constraint violation",
    "Oracle": "ORA-00001: unique constraint violated",
    "PostgreSQL": 'duplicate key value violates unique constraint "assets_symbol_key"',
    "PostgreSQL's parser": 'syntax error at or near "x"',
    "PostgreSQL's null": 'null value in column "symbol" violates not-null constraint',
    "PostgreSQL's schema": 'relation "assets" does not exist',
    "MySQL": "Duplicate entry 'BTC' for key 'assets.symbol'",
    "SQLite": "UNIQUE constraint failed: assets.symbol",
    "SQLite's parser": 'near "x": syntax error',
    "MongoDB": "E11000 duplicate key error collection: db.assets",
    "a driver": "psycopg.errors.UniqueViolation",
    "an ORM": "(sqlalchemy) error",
}
PAGES = {
    "Werkzeug": "// Werkzeug Debugger",
    "Spring Boot": "Whitelabel Error Page",
    "Django": "You're seeing this error because you have DEBUG = True in your settings file.",
    "ASP.NET": "<h1>Server Error in '/' Application.",
    "a plain 500": "<title>500 Internal Server Error</title>",
    "Laravel": "Whoops, looks like something went wrong.",
    "Rails": "Action Controller: Exception caught",
    "Tomcat": "Apache Tomcat/9.0.1",
    "Express": "<pre>SyntaxError: Unexpected token",
    "Symfony": "Symfony Exception",
}
LEAKS = {
    f"{kind}: {label}": (kind, text)
    for kind, texts in {
        "stack trace": TRACES,
        "file path": PATHS,
        "database query": QUERIES,
        "framework page": PAGES,
    }.items()
    for label, text in texts.items()
}

every_leak = pytest.mark.parametrize(("kind", "text"), LEAKS.values(), ids=LEAKS)


def said(text: str, *, request: Request | None = None, ascii_only: bool = False) -> Exchange:
    """A refusal in these words, as a JSON string."""
    body = json.dumps({"error": text}, ensure_ascii=ascii_only).encode()
    return answered(request or allocate(), 400, body)


def found(judged: Exchange) -> list[str]:
    kinds_found = kinds(shows_no_internals, judged)
    assert kinds_found is not None
    return kinds_found


@every_leak
def test_finds_each_platforms_form_in_json(kind: str, text: str) -> None:
    """A form that is looked for in a way in which JSON never writes it."""
    assert kind in found(said(text))


@every_leak
def test_finds_each_platforms_form_behind_escapes(kind: str, text: str) -> None:
    """A form that hides behind escaped slashes, quotes or non-ASCII characters, as PHP and .NET write them."""
    body = json.dumps(f"ошибка: {text}").replace("/", "\\/").replace('\\"', "\\u0022").replace("<", "\\u003c")
    assert kind in found(answered(create_asset(), 409, body.encode()))


@every_leak
def test_finds_each_platforms_form_in_plain_text(kind: str, text: str) -> None:
    """A form that is found in JSON only, though the error handler that shows it writes no JSON."""
    judged = answered(create_asset(method="PUT"), 405, text.encode(), (("Content-Type", "text/plain"),))
    assert kind in found(judged)


@every_leak
def test_an_echo_shows_nothing(kind: str, text: str) -> None:
    """The service charged with what this suite sent it: notes may mention paths and queries."""
    sent = asset_body(display_name=text, metadata={"a": [text]})
    assert found(asset_made(sent)) == []
    assert found(said(f"invalid value: {text}", request=create_asset(sent))) == []


@pytest.mark.parametrize("text", [text for _, text in LEAKS.values()], ids=LEAKS)
def test_an_echo_in_a_payload_shows_nothing(text: str) -> None:
    """A payload, JSON text within JSON, whose doubled escapes make an echo look like something else."""
    assert found(payload_given(content(notes=text))) == []


def test_a_leak_beside_an_echo_is_found() -> None:
    """An echo that excuses what stands beside it."""
    sent = create_asset(asset_body(display_name="/srv/a"))
    assert found(said("/srv/a is not in /var/lib/service", request=sent)) == ["file path"]


@pytest.mark.parametrize(
    "text",
    [
        "symbol must not be empty",
        "metadata must be an object, at metadata.a.b (got list)",
        "Unexpected token } in JSON at position 12",
        "invalid JSON at line (1:5)",
        "expected value at line 1 column 5",
        "asset 12:30:45 failed: server error, try again",
        "select a value from the list",
        "cannot update the set of symbols",
        "delete from your request what is not documented",
        "unknown path /api/network/v1/enterprises/x/clients/connections/y/allocations",
        "see https://app.bitgo-test.com/var/docs and https://docs.example.rs:8080/errors",
        "Error: InsufficientFundsError",
        "an Exception was made for COIN",
        "b:\u0437\u043d\u0430\u0447\u0435\u043d\u0438\u0435 a:\u00e9\u00e8\u00ea",
        "a:\\b",
        "C: drive, or A:\\",
        "ratio 1/2, date 2024/01/15, and/or, opt-in/opt-out",
        "Traceability is required",
        "the file is on line 12",
        "thread pool exhausted",
        "etc/usr/var",
        "quantity must match ^[1-9][0-9]*$",
        "",
    ],
)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_services_own_words_pass(text: str, *, ascii_only: bool) -> None:
    """Ordinary wording, a parser's position or a link charged as a leak; any wording is legal."""
    assert found(said(text, ascii_only=ascii_only)) == []


@pytest.mark.parametrize("judged", [asset_made(), allocation_made(), payload_given()])
def test_honest_answers_pass(judged: Exchange) -> None:
    """A false alarm on the plainest answers."""
    assert found(judged) == []


def test_queries_are_not_found_across_values() -> None:
    """A query pieced together from two values, both of them innocent."""
    body = asset(display_name="SELECT a", contract_address="b FROM c \\")
    assert found(answered(create_asset(), 200, body)) == []


def test_deep_values_are_read() -> None:
    """A deep echo that ends the judge's own stack."""
    deep = b'{"metadata":' + b'{"a":' * 300 + b'"\\u0041"' + b"}" * 301
    assert found(answered(create_asset(deep), 200, deep)) == []


HTML = b"\n<!DOCTYPE html><html><body>Bad Request</body></html>"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_pages_of_the_application_are_found(status: int) -> None:
    """A framework's own page where the service has a form for its refusals, whatever the page says."""
    assert found(answered(allocate(), status, HTML, PAGE)) == ["framework page"]


@pytest.mark.parametrize(
    "says",
    [
        "<pre>Cannot POST /api/x</pre>",
        "<hr><center>nginx/1.18.0</center>",
        "<address>Apache/2.4.1 (Debian) Server at x Port 80</address>",
        "<h3>HTTP Status 404 - Not Found</h3>",
        "<p>Powered by Jetty</p>",
    ],
)
def test_pages_that_name_their_maker_are_found(says: str) -> None:
    """A default page under a path or method that nobody serves, which tells what the service is made of."""
    page = b"<html><title>Error</title>%s</html>" % says.encode()
    assert found(answered(create_asset(operation=None), 404, page, PAGE)) == ["framework page"]
    assert found(answered(create_asset(method="PUT"), 405, page, PAGE)) == ["framework page"]
    assert found(answered(below(create_asset()), 400, b"<html><center>nginx/1.1</center>", PAGE)) == []


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(answered(below(create_asset()), 400, HTML, PAGE), id="bad framing"),
        pytest.param(answered(create_asset(operation=None), 404, HTML, PAGE), id="an unknown path"),
        pytest.param(answered(create_asset(method="PUT"), 400, HTML, PAGE), id="an undefined method"),
        pytest.param(answered(ask_payload(method="GET"), 404, HTML, PAGE), id="no GET variant"),
        pytest.param(answered(create_asset(), 413, HTML, PAGE), id="413"),
        pytest.param(answered(create_asset(), 429, HTML, PAGE), id="429"),
        pytest.param(answered(create_asset(), 502, HTML, PAGE), id="a proxy without its service"),
        pytest.param(
            answered(create_asset(asset_body(display_name="x" * 17_000)), 400, HTML, PAGE), id="too large"
        ),
        pytest.param(
            answered(create_asset().with_header("Content-Encoding", "gzip"), 400, HTML, PAGE),
            id="not in gzip",
        ),
        pytest.param(
            answered(create_asset().with_header("Content-Type", "text/plain"), 415, HTML, PAGE), id="415"
        ),
    ],
)
def test_pages_below_the_application_pass(judged: Exchange) -> None:
    """What a server or a proxy says by itself held against the service's own forms."""
    assert found(judged) == []


def test_no_answer_and_no_coding_give_no_chance() -> None:
    """A clause that counts as held by an answer that nobody could read."""
    unreadable = answered(create_asset(), 200, b"/var/lib/x", (*JSON, ("Content-Encoding", "br")))
    assert kinds(shows_no_internals, unreadable) is None
    assert kinds(shows_no_internals, lost(create_asset(), Loss.CLOSED)) is None


def test_an_echoed_target_shows_nothing() -> None:
    """A path that this suite asked for, percent-encoded, and that the refusal names decoded."""
    odd = create_asset(target=f"{ASSETS}/%2Fetc%2Fhosts")
    assert found(said("nothing at /etc/hosts", request=odd)) == []


def test_each_kind_is_told_once() -> None:
    """A page-long trace that becomes a finding for each of its lines."""
    judged = said("\n".join(TRACES.values()))
    assert found(judged).count("stack trace") == 1
    violations = shows_no_internals(judged, Context()) or []
    assert all(len(violation.received) < 150 for violation in violations)
