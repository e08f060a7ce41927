"""Whether an answer shows how the service is made: traces, file paths, queries, framework pages (HTP-06)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from contracts import wire
from contracts.checks.edges import edges
from contracts.checks.protocol import PROMISED_BODY_BYTES, is_plain_json, method_is_undefined
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.exchange import BadCoding, Exchange, Request, Response, Trait

# Stands between two strings of an answer, so that no form is found across them.
_BETWEEN = "\0"


@dataclass(frozen=True)
class _Form:
    """One way in which a platform gives itself away; no match lacks all of `hints`, and those cost little to look for."""

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _form(kind: str, pattern: str, *hints: str) -> _Form:
    return _Form(kind, hints, re.compile(pattern))


_ROOTS = (
    "usr",
    "home",
    "var",
    "opt",
    "srv",
    "app",
    "root",
    "etc",
    "tmp",
    "mnt",
    "private",
    "Users",
    "workspace",
)
_SOURCES = ("py", "rb", "php", "java", "kt", "go", "js", "ts", "cs", "rs")
_CLASSES = (
    "java|javax|jakarta|kotlin|scala|System|Microsoft|com.fasterxml|org.springframework|org.hibernate|org.apache"
).replace(".", r"\.")
_TABLE = r"[\"`\[]?[\w.$]+"
_QUERIES = (
    r"\bSELECT\s[^\0]{1,200}?\sFROM\s",
    rf"\bINSERT\s+INTO\s+{_TABLE}",
    rf"\bUPDATE\s+{_TABLE}[\"`\]]?\s+SET\s",
    rf"\bDELETE\s+FROM\s+{_TABLE}",
    r"\bSQLSTATE\b",
    r"\bORA-\d{5}\b",
    r"duplicate key value violates unique constraint",
    r"violates (?:not-null|check|foreign key|unique) constraint",
    r"UNIQUE constraint failed",
    r"\bDuplicate entry '[^'\0]*' for key",
    r"\b(?:relation|column) \"[\w.]+\" does not exist",
    r"syntax error at or near",
    r"near \"[^\"\0]*\": syntax error",
    r"\bE11000\b",
    r"\b(?:psycopg|sqlalche|sqlite3\.)",
)
_PAGES = (
    "Werkzeug Debugger",
    "Whitelabel Error Page",
    "DEBUG = True",
    "<h1>Server Error in",
    "Whoops, looks like",
    "Action Controller: Exception",
    "Apache Tomcat/",
    "Symfony Exception",
)

_MAKERS = re.compile(
    rb"<pre>Cannot [A-Z]+ |<center>\s*(?:nginx|openresty|cloudflare)|<address>Apache|\b(?:Werkzeug|Apache|nginx|Jetty|Tomcat|"
    rb"Python|PHP|Express|gunicorn|Microsoft-IIS|WildFly|Undertow|Kestrel|Puma|WEBrick)/\d|Powered by |HTTP ERROR 40|"
    rb"HTTP Status 40|No route matches|Using the URLconf|NotFoundHttpException",
)

# Each is a form that its platform prints and no service says by itself; ordinary words ("error", "failed", "table") are
# left out on purpose, and so are the lines and columns at which a parser met something.
_FORMS = (
    # Python, the JVM, Node, .NET, Go, Rust, PHP
    _form("stack trace", r"Traceback \(most recent call last\)", "Traceback"),
    _form("stack trace", r'\bFile "[^"\n\0]{1,200}", line \d+', ", line "),
    _form(
        "stack trace",
        r"(?:^|[\s\0])at [\w.$<>\[\]/ ]{1,120}\((?:[^()\n\0]{0,200}\.\w{1,6}|node:[\w/]+|<anonymous>):\d+(?::\d+)?\)",
        "at ",
    ),
    _form("stack trace", r'\bat (?:async )?(?:file://)?/[^\s"\0]+:\d+:\d+', "at "),
    _form("stack trace", rf"\b(?:{_CLASSES})(?:\.[\w$]+)+(?:Exception|Error)\b", "Exception", "Error"),
    _form("stack trace", r"goroutine \d+ \[", "goroutine"),
    _form("stack trace", r"panic: runtime error", "panic: "),
    _form("stack trace", r"\bthread '[^'\0]{1,40}' panicked at", "panicked at"),
    _form(
        "stack trace",
        rf"\w\.(?:{'|'.join(_SOURCES)}):(?:line )?\d+\b(?!/)",  # a port and a path behind it make a URL
        *(f".{suffix}:" for suffix in _SOURCES),
    ),
    _form("stack trace", r"\.php on line \d+", ".php on line"),
    _form(
        "file path",
        rf"(?<![\w.:/-])/(?:{'|'.join(_ROOTS)})/[\w.@-]+(?:/[\w.@-]+)*",
        *(f"/{root}/" for root in _ROOTS),
    ),
    _form("file path", r"\b[A-Za-z]:\\+(?:[\w. -]+\\+)+[\w.-]*", ":\\"),
    _form("file path", r"\b(?:node_modules|site-packages)/", "node_modules/", "site-packages/"),
    _form(
        "database query",
        "|".join(_QUERIES),
        *(
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "SQLSTATE",
            "ORA-",
            " constraint",
            "Duplicate entry",
            "does not exist",
            ": syntax error",
        ),
        *("syntax error at", "E11000", "psycopg", "sqlalche", "sqlite3."),
    ),
    _form("framework page", "|".join(map(re.escape, _PAGES)), *_PAGES),
    _form("framework page", r"<title>(?:Internal Server Error|500\b|Error 500)", "<title>"),
    _form("framework page", r"<pre>[^<\0]{0,80}Error: ", "<pre>"),
)

# All forms at once, as one pattern, took 226 us on a body of 528 bytes; looking for the hints first takes a tenth.
_HINTED = tuple((hint, form) for form in _FORMS for hint in form.hints)


@check("HTP-06")
def shows_no_internals(exchange: Exchange, _: Context) -> Judgement:
    """Without it an answer tells an attacker how the service is built and where to press."""
    if exchange.response is None:
        return None
    try:
        text = _said(exchange.response)
    except BadCoding:
        return None  # HTP-03's matter
    expected = "an answer without internals"
    if _is_page(exchange):
        return [broken("HTP-06", exchange, "framework page", expected, text[:120])]
    hinted = [form for hint, form in _HINTED if hint in text]
    if not hinted:
        return []
    asked = _asked(exchange.request)
    found: dict[str, str] = {}
    for form in dict.fromkeys(hinted):
        for shown in _matches(form, text, asked):
            found.setdefault(form.kind, shown[:120])
    return [broken("HTP-06", exchange, kind, expected, f"{kind}: {shown}") for kind, shown in found.items()]


def _matches(form: _Form, text: str, asked: str) -> Iterator[str]:
    """What matches in an answer and was not sent to the service first: an echo shows nothing."""
    for match in form.pattern.finditer(text):
        shown = match.group().strip(" \t\r\n\0.,:;'\"")
        if shown.casefold() not in asked:
            yield shown


def _said(response: Response) -> str:
    """What an answer says: its text, or, where JSON escapes something in it, its strings. Raises `BadCoding`."""
    content = response.content
    searched = edges(content)
    text = searched.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    if searched is content and response.is_strict:
        return _BETWEEN.join(_strings(response.json))
    return text.replace("\\n", "\n").replace("\\/", "/").replace('\\"', '"')


def _asked(request: Request) -> str:
    """Every text of a request in one, in lower case: as it was sent and as it is meant."""
    body = (request.body or b"").decode("utf-8", "replace")
    try:
        strings = list(_strings(request.json))
    except wire.NotJson:
        strings = []
    headers = (value for _, value in request.headers)
    return _BETWEEN.join((body, request.target, unquote(request.target), *headers, *strings)).casefold()


def _strings(value: wire.Json) -> Iterator[str]:
    """The keys and texts in a value, those inside of JSON text (a payload) too. No recursion: values may be deep."""
    todo: list[wire.Json] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            todo += [*item, *item.values()]
        elif isinstance(item, list):
            todo += item
        elif isinstance(item, str):
            inner = _inner(item)
            if inner is None:
                yield item
            else:
                todo.append(inner)


def _inner(text: str) -> wire.Json:
    """The map or list whose JSON text this is, if it is one."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return wire.parse_lenient(text)
    except wire.NotJson:
        return None


def _is_page(exchange: Exchange) -> bool:
    """Whether an application's own answer is an HTML page; what a server or proxy says before it may be one."""
    request, response = exchange.request, exchange.response
    if response is None or Trait.BELOW in request.traits:
        return False
    if not response.content[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return False
    if request.operation is None or method_is_undefined(request):
        # A neutral page may tell that nothing is here; one that names its maker shows how the service is made.
        return response.status in {404, 405} and _MAKERS.search(response.content) is not None
    ordinary = is_plain_json(request) and len(request.body or b"") <= PROMISED_BODY_BYTES
    return ordinary and response.status in {400, 401, 403, 404, 409, 422, 500}
