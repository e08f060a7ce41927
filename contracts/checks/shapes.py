"""Whether an answer has the documented form, by the response schemas of openapi/, sorted by the clause that says so."""

from collections.abc import Callable, Iterator

from contracts import specs, wire
from contracts.checks.protocol import PROMISED_BODY_BYTES, is_plain_json
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.exchange import Exchange, Request
from contracts.violation import Violation

ASSET_REQUIRED = frozenset(
    {"id", "symbol", "display_name", "type", "entity_status", "created_at", "modified_at"}
)
ALLOCATION_REQUIRED = frozenset(
    {"status", "id", "amount", "connectionId", "clientExternalId", "initiatedBy", "createdAt", "updatedAt"}
)

Keep = Callable[[tuple[str, ...]], bool]


def was_valid(exchange: Exchange) -> bool:
    """Whether the request's body is valid by its schema: of another one, nobody promised what the answer carries."""
    operation = exchange.request.operation
    return bool(operation) and specs.request_validator(operation).is_valid(dict(exchange.request.fields))


def _schema_problems(exchange: Exchange, operation: str, keep: Keep) -> Iterator[tuple[str, str, str]]:
    """(kind, expected, received) for each deviation from the schema whose place `keep` accepts."""
    response = exchange.response
    if response is None or not was_valid(exchange):
        return
    validator = specs.response_validator(operation, response.status)
    if validator is None:
        return
    if not response.fields:
        yield "no object", "a JSON object", response.text(120)
        return
    for error in validator.iter_errors(dict(response.fields)):
        place = tuple(str(part) for part in error.instance_path)
        if operation == "createAllocation" and error.kind.name in {"minLength", "const", "enum"}:
            continue  # what an allocation says, not its form: ALC-03 and ALC-04 know what it means
        for path in _missing(error.message, place) or (place,):
            if keep(path):
                where = ".".join(path) or "the body"
                yield f"{where} has the wrong form", f"{where} as in openapi/", error.message[:200]


def _missing(message: str, place: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The place of the member that a "required" error misses, which the error itself puts at its parent."""
    name, found, _ = message.partition(" is a required property")
    return ((*place, name.strip('"')),) if found else ()


def _form(clause: str, exchange: Exchange, operation: str, keep: Keep) -> Judgement:
    response = exchange.response
    if response is not None and response.is_json and not response.is_strict:
        return None  # what nobody can read has no form, and HTP-03 says so
    return [broken(clause, exchange, *problem) for problem in _schema_problems(exchange, operation, keep)]


@check("AST-01", "createAsset", status=200)
def asset_has_its_form(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client that reads the new asset's id or state stops at a missing or mistyped field."""
    return _form("AST-01", exchange, "createAsset", lambda path: not path or path[0] in ASSET_REQUIRED)


@check("SIG-01", "signingPayload", "signingPayloadByGet", status=200)
def payload_has_its_form(exchange: Exchange, _: Context) -> Judgement:
    """Without it there is nothing to sign."""
    return _form("SIG-01", exchange, exchange.request.operation or "", lambda _: True)


@check("ALC-01", "createAllocation", status=200)
def allocation_has_its_form(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client cannot book what it has just locked."""
    return _form("ALC-01", exchange, "createAllocation", _is_required_of_allocation)


def _is_required_of_allocation(path: tuple[str, ...]) -> bool:
    if len(path) <= 1:
        return path in {(), ("allocation",)}
    return path[1] in ALLOCATION_REQUIRED


@check("ALC-04", "createAllocation", status=200)
def allocation_is_cleared_or_reserved(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client takes funds for available that are not, or asks again for what it already has."""
    allocation = exchange.fields.get("allocation")
    if not isinstance(allocation, dict) or "status" not in allocation:
        return None  # ALC-01's matter
    status, retriable, reason = (allocation.get(name) for name in ("status", "retriable", "reason"))
    if status == "cleared":
        if reason is None:
            return []
        return [
            broken(
                "ALC-04", exchange, "cleared with a reason", "no reason on a cleared allocation", repr(reason)
            )
        ]
    if status != "reserved":
        return [broken("ALC-04", exchange, "other status", "cleared or reserved", repr(status))]
    if retriable is not None and retriable is not False:
        received = f"retriable: {retriable!r}"
        return [broken("ALC-04", exchange, "reserved and retriable", "retriable: false", received)]
    return []


@check("ALC-14", "createAllocation", status=422)
def released_allocation_says_why(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client cannot tell that nothing stayed locked, nor why."""
    if not was_valid(exchange) or not is_plain_json(exchange.request):
        return None  # that it was not answered 400 or 415 is for the clauses that it breaks
    allocation, error = exchange.fields.get("allocation"), exchange.fields.get("error")
    found = []
    if not isinstance(error, str):
        found.append(broken("ALC-14", exchange, "422 without error", 'a string "error"', repr(error)))
    if not isinstance(allocation, dict):
        found.append(broken("ALC-14", exchange, "422 without allocation", "an allocation", repr(allocation)))
        return found
    if allocation.get("status") != "released":
        received = repr(allocation.get("status"))
        found.append(broken("ALC-14", exchange, "422 not released", "status: released", received))
    retriable = allocation.get("retriable")
    if retriable is not None and retriable is not False:
        received = f"retriable: {retriable!r}"
        found.append(broken("ALC-14", exchange, "released and retriable", "retriable: false", received))
    if not isinstance(allocation.get("reason"), str) or not allocation["reason"]:
        received = repr(allocation.get("reason"))
        found.append(broken("ALC-14", exchange, "422 without reason", "a non-empty reason", received))
    return found


def speaks_of_the_body(request: Request) -> bool:
    """Whether a 400 is the application's word on a body that it was promised to look at."""
    return is_plain_json(request) and len(request.body or b"") <= PROMISED_BODY_BYTES


def _is_string(exchange: Exchange) -> bool:
    try:
        return exchange.response is not None and isinstance(exchange.response.json, str)
    except ValueError:
        return False


@check("AST-18", "createAsset", status=400)
def bad_asset_is_answered_in_words(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client that shows the documented string shows nothing, or fails to parse it."""
    if not speaks_of_the_body(exchange.request):
        return None
    return [] if _is_string(exchange) else [_no_string("AST-18", exchange)]


@check("AST-09", "createAsset", status=409)
def conflict_is_answered_in_words(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client mistakes a conflict's body for the asset that it asked for."""
    if not _is_string(exchange):
        return [_no_string("AST-09", exchange)]
    if _holds_an_asset(exchange):
        return [broken("AST-09", exchange, "409 carries an asset", "words, and no asset", exchange.text(160))]
    return []


def _holds_an_asset(exchange: Exchange) -> bool:
    """Whether the JSON text of an asset stands in the string, by itself or among words."""
    said = str(exchange.response.json) if exchange.response is not None else ""
    try:
        value = wire.parse_lenient(said[said.find("{") : said.rfind("}") + 1])
    except wire.NotJson:
        return False
    return isinstance(value, dict) and len(ASSET_REQUIRED & set(value)) > len(ASSET_REQUIRED) // 2


def _no_string(clause: str, exchange: Exchange) -> Violation:
    kind, received = f"{exchange.status} is no JSON string", exchange.text(160) or "no body"
    return broken(clause, exchange, kind, "a JSON string", received)


def _bad_request_object(clause: str, exchange: Exchange) -> Judgement:
    if not speaks_of_the_body(exchange.request):
        return None
    try:
        value = exchange.response.json if exchange.response is not None else None
    except ValueError as problem:
        return [broken(clause, exchange, "400 is no JSON object", "a JSON object", str(problem))]
    if isinstance(value, dict):
        return []
    return [broken(clause, exchange, "400 is no JSON object", "a JSON object", type(value).__name__)]


@check("SIG-06", "signingPayload", status=400)
def bad_ask_is_answered_by_an_object(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client's error handling meets a body that it cannot read."""
    return _bad_request_object("SIG-06", exchange)


@check("ALC-16", "createAllocation", status=400)
def bad_allocation_is_answered_by_an_object(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client's error handling meets a body that it cannot read."""
    return _bad_request_object("ALC-16", exchange)
