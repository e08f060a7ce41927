"""Whether a signing payload says what was asked for: read as JSON text, in any layout."""

from collections.abc import Mapping

from contracts import wire
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.checks.shapes import was_valid
from contracts.exchange import Exchange

DOCUMENTED = ("amount", "clientExternalId", "nonce", "notes", "connectionId", "enterpriseId")


def content_of(payload: object) -> Mapping[str, wire.Json] | None:
    """Everything that a payload's JSON text says, or None when it is no JSON object."""
    try:
        value = wire.parse(payload) if isinstance(payload, str) else None
    except wire.NotJson:
        return None
    return value if isinstance(value, dict) else None


def said_by(payload: object) -> Mapping[str, wire.Json] | None:
    """The documented members of a payload's JSON text, or None when it is no JSON object."""
    value = content_of(payload)
    return None if value is None else {name: value[name] for name in DOCUMENTED if name in value}


@check("SIG-02", "signingPayload", "signingPayloadByGet", status=200)
def payload_says_what_was_asked(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client signs an amount, or a destination, that it did not ask for."""
    payload = exchange.fields.get("payload")
    if not isinstance(payload, str) or not payload or not was_valid(exchange):
        return None
    said = said_by(payload)
    if said is None:
        return [broken("SIG-02", exchange, "no JSON object", "JSON text of an object", payload[:160])]
    return [
        broken("SIG-02", exchange, f"{name} differs", f"{name}: {expected!r}", f"{received!r}")
        for name, expected, received in _compared(exchange, said)
        if expected != received
    ]


def _compared(exchange: Exchange, said: Mapping[str, wire.Json]) -> list[tuple[str, wire.Json, wire.Json]]:
    """(name, asked, said) for every field that the payload has to carry."""
    asked, amount = exchange.request.fields, said.get("amount")
    wanted = asked.get("amount")
    told = amount if isinstance(amount, dict) else {}
    pairs = [
        (f"amount.{name}", value, told.get(name))
        for name, value in _members(wanted)
        if name in {"currency", "quantity"}
    ]
    pairs += [(name, asked.get(name), said.get(name)) for name in ("clientExternalId", "nonce")]
    if asked.get("notes") is not None or said.get("notes"):
        pairs.append(("notes", asked.get("notes"), said.get("notes")))
    _, _, rest = exchange.request.path.partition("/enterprises/")
    enterprise, _, rest = rest.partition("/")
    connection = rest.partition("/connections/")[2].partition("/")[0]
    pairs.append(("connectionId", connection.lower(), _lower(said.get("connectionId"))))
    if said.get("enterpriseId") is not None:
        pairs.append(("enterpriseId", enterprise, said["enterpriseId"]))
    return pairs


def _members(value: wire.Json) -> list[tuple[str, wire.Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _lower(value: wire.Json) -> wire.Json:
    """UUIDs are the same in either case."""
    return value.lower() if isinstance(value, str) else value
