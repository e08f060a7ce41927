"""What HTTP itself asks of every answer, whatever the operation (the HTP clauses)."""

from contracts import specs, wire
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.exchange import BadCoding, Exchange, Flaw, Loss, Request, Trait
from contracts.violation import Violation

BODILESS = frozenset({204, 304})
PROMISED_BODY_BYTES = 16 * 1024
PROMISED_TEXT_CHARACTERS = 64
PROMISED_TARGET_CHARACTERS = 1024
PROMISED_HEADER_CHARACTERS = 1024


@check("HTP-01")
def not_a_server_error(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client cannot tell its own mistake from an outage, and retries what can never succeed."""
    below = Trait.BELOW in exchange.request.traits
    if exchange.lost is not None:
        dropped = exchange.lost.kind in {Loss.CLOSED, Loss.MALFORMED}
        if not dropped or below or exchange.lost.partly_sent or exchange.lost.sent_again is not None:
            return None
        return [broken("HTP-01", exchange, "no answer", "an answer", str(exchange.lost))]
    response = exchange.response
    if response is None or response.asks_for_patience:
        return None
    if response.flaw is Flaw.SHORT and not response.body and not below:
        return [broken("HTP-01", exchange, "answer cut off", "a whole answer", response.flaw.value)]
    if response.status < 500 or (below and response.status in {501, 505}):
        return []
    if response.status == 501 and method_is_undefined(exchange.request):
        return []
    return [broken("HTP-01", exchange, f"status {response.status}", "no 5xx", _said(exchange))]


@check("HTP-02")
def status_is_documented(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client meets answers that its code has no branch for."""
    operation = specs.operations().get(exchange.request.operation or "")
    response = exchange.response
    if operation is None or response is None or Trait.BELOW in exchange.request.traits:
        return None
    if response.status in operation.statuses or response.status >= 500:
        return []
    if _fits(response.status, exchange):
        return []
    documented = ", ".join(str(status) for status in sorted(operation.statuses))
    return [
        broken("HTP-02", exchange, f"status {response.status}", f"one of {documented}", _said(exchange)),
    ]


def _fits(status: int, exchange: Exchange) -> bool:
    """Whether a status that the operation does not document is the protocol's own, and fits this request."""
    request = exchange.request
    if method_is_undefined(request):
        return 400 <= status < 500 or (request.method in {"OPTIONS", "HEAD"} and status in {200, 204})
    fitting = {
        401: True,  # the documents name no token for asset pricing; a deployment may ask for one (AST-20)
        403: True,
        404: request.operation == "signingPayloadByGet",
        405: request.operation == "signingPayloadByGet",
        406: request.header("accept") not in {None, "*/*", "application/json"},
        408: exchange.elapsed_ms > 1000,
        # Also a bad signature, or a payload that disagrees, may be answered so (which 4xx is open).
        409: Trait.REPEATED_KEY in request.traits or request.operation == "createAllocation",
        411: request.header("content-length") is None and request.body is None,
        413: len(request.body or b"") > PROMISED_BODY_BYTES or _holds_long_text(request),
        414: len(request.target) > PROMISED_TARGET_CHARACTERS,
        415: not is_plain_json(request),
        417: request.header("expect") is not None,
        429: True,
        431: any(len(value) > PROMISED_HEADER_CHARACTERS for _, value in request.headers),
    }
    return fitting.get(status, False)


def _holds_long_text(request: Request) -> bool:
    """Whether a text in the body is longer than anybody promised to take (payload and signature are long by nature)."""
    todo: list[wire.Json] = [
        value for name, value in request.fields.items() if name not in {"payload", "signature"}
    ]
    while todo:
        value = todo.pop()
        if isinstance(value, str) and len(value) > PROMISED_TEXT_CHARACTERS:
            return True
        if isinstance(value, dict):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value
    return False


def is_plain_json(request: Request) -> bool:
    """Whether the body is declared as JSON in the plainest way, and in no coding."""
    declared = (request.header("content-type") or "").replace(" ", "").replace('"', "").lower()
    return request.header("content-encoding") is None and declared in {
        "application/json",
        "application/json;charset=utf-8",
    }


def method_is_undefined(request: Request) -> bool:
    """Whether the path is documented, and this method of it is not (or need not exist)."""
    if request.operation == "signingPayloadByGet":
        return True  # the GET variant need not exist (SIG-07)
    documented = specs.documented_methods(request.path)
    return bool(documented) and request.method not in documented


@check("HTP-03")
def body_is_what_its_headers_say(exchange: Exchange, _: Context) -> Judgement:
    """Without it parsers disagree about an answer: one sees an amount, the other an error."""
    response, request = exchange.response, exchange.request
    if response is None or request.method == "HEAD" or Trait.BELOW in request.traits:
        return None
    if response.flaw is not None:
        kinds = {
            Flaw.SHORT: "body too short",
            Flaw.STALLED: "body too short",
            Flaw.SURPLUS: "body too long",
            Flaw.BROKEN: "broken framing",
        }
        kind = kinds.get(response.flaw, "endless body")
        return [broken("HTP-03", exchange, kind, "a body as announced", response.flaw.value)]
    coding = (response.header("content-encoding") or "identity").strip().lower()
    if not _may_use(request, coding):
        expected = f"a coding out of Accept-Encoding: {request.header('accept-encoding')}"
        return [broken("HTP-03", exchange, "unwanted coding", expected, f"Content-Encoding: {coding}")]
    try:
        content = response.content
    except BadCoding as problem:
        return [
            broken("HTP-03", exchange, "wrong coding", f"{coding}, as Content-Encoding says", str(problem))
        ]
    return _json_problem(exchange, content)


def _json_problem(exchange: Exchange, content: bytes) -> Judgement:
    response = exchange.response
    assert response is not None  # the caller has looked
    if response.is_json:
        try:
            response.json  # noqa: B018  # parsed once, kept for the other checks
        except wire.TooDeep as problem:
            if not exchange.request.is_strict:
                return None  # perhaps an echo of a depth that we sent
            return [broken("HTP-03", exchange, "too deep", "JSON that its readers can follow", str(problem))]
        except wire.NotHeld:
            return None
        except wire.NotJson as problem:
            if not content and response.status in BODILESS:
                return []
            kind = f"not JSON: {type(problem).__name__}" if content else "not JSON: empty"
            return [broken("HTP-03", exchange, kind, "strict JSON (RFC 8259)", str(problem))]
        return _charset_problem(exchange, content)
    declared = response.media_type
    if declared is None or not _should_be_json(exchange):
        return []
    return [broken("HTP-03", exchange, "not declared JSON", "application/json", f"Content-Type: {declared}")]


def _charset_problem(exchange: Exchange, content: bytes) -> list[Violation]:
    """JSON is UTF-8, whatever else is declared; who reads it as declared gets other characters, but in ASCII."""
    response = exchange.response
    declared = (response.header("content-type") or "").lower().replace(" ", "") if response else ""
    _, _, charset = declared.replace('"', "").partition("charset=")
    if content.isascii() or charset.partition(";")[0] in {"", "utf-8", "utf8"}:
        return []
    return [
        broken("HTP-03", exchange, "UTF-8 declared as another charset", "charset=utf-8, or none", declared)
    ]


def _should_be_json(exchange: Exchange) -> bool:
    """Whether this is the application's own answer, which the documents describe as JSON.

    A refusal counts if its body is JSON after all: what is not may come from the server below (a text/plain 400).
    """
    request, response = exchange.request, exchange.response
    if response is None or not request.operation or method_is_undefined(request):
        return False
    if response.status == 200:
        return request.method != "OPTIONS"
    if response.status not in {400, 401, 403, 404, 409, 422} or not response.is_strict:
        return False
    return isinstance(response.json, dict | str)  # a bare 404 in plain text would be a JSON number


def _may_use(request: Request, coding: str) -> bool:
    accepted = request.header("accept-encoding")
    if coding == "identity" or accepted is None:
        return True
    weights = dict(map(_weighed, accepted.split(",")))
    usual = weights.get("gzip", "") if coding == "x-gzip" else ""
    return _counts(weights.get(coding) or usual or weights.get("*", "0"))


def _weighed(part: str) -> tuple[str, str]:
    """One element of Accept-Encoding: the coding and its weight, 1 where none is given."""
    name, _, weight = part.partition(";")
    return name.strip().lower(), weight.replace(" ", "").lower().removeprefix("q=") or "1"


def _counts(weight: str) -> bool:
    return weight.strip("0.") != ""  # q=0 means "not acceptable" (RFC 9110, 12.4.2)


@check("HTP-04")
def refused_method_names_the_allowed(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client cannot find out what a resource offers."""
    response, request = exchange.response, exchange.request
    if response is None or response.status != 405 or Trait.BELOW in request.traits:
        return None
    allow = ", ".join(value for name, value in response.headers if name.lower() == "allow")
    if response.header("allow") is None:
        return [broken("HTP-04", exchange, "405 without Allow", "an Allow header (RFC 9110, 15.5.6)", "none")]
    named = {method.strip().upper() for method in allow.split(",") if method.strip()}
    found = []
    if request.method in named:
        expected = f"Allow without {request.method}, which was just refused"
        found.append(
            broken("HTP-04", exchange, "Allow names the refused method", expected, f"Allow: {allow}")
        )
    missing = (specs.documented_methods(request.path) & {"POST"}) - named
    if missing:
        found.append(broken("HTP-04", exchange, "Allow hides a method", "Allow with POST", f"Allow: {allow}"))
    return found


@check("HTP-08")
def answers_in_time(exchange: Exchange, context: Context) -> Judgement:
    """Without it a client's own time-out fires, and it no longer knows whether its money moved."""
    limit = f"an answer within {context.time_limit:g} s"
    if exchange.lost is not None:
        # A server may wait for the rest of a body that is shorter than announced.
        if exchange.lost.kind is not Loss.TIMEOUT or Trait.BELOW in exchange.request.traits:
            return None
        return [broken("HTP-08", exchange, "no answer in time", limit, str(exchange.lost))]
    if exchange.elapsed_ms > context.time_limit * 1000:
        return [broken("HTP-08", exchange, "late answer", limit, f"after {exchange.elapsed_ms / 1000:.1f} s")]
    return []


def _said(exchange: Exchange) -> str:
    response = exchange.response
    if response is None:
        return "no answer"
    return f"{response.status} {response.text(160)}".rstrip()
