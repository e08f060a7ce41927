"""Whether an answer carries what the request said: compared as JSON values, from the bytes that were sent."""

from collections.abc import Mapping
from decimal import Decimal

from contracts import wire
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.checks.shapes import was_valid
from contracts.exchange import Exchange, Trait
from contracts.violation import Violation

ASSET_FIELDS = (
    "symbol",
    "display_name",
    "type",
    "entity_status",
    "contract_address",
    "metadata",
    "symbol_mappings",
)
ASSET_OPTIONAL = ("contract_address", "metadata", "symbol_mappings")


def same(sent: wire.Json, received: wire.Json) -> bool:
    """Deep JSON equality, where fractions may have gone through a double.

    Whole numbers are exact at any size: they carry amounts. RFC 8259 (6) promises no more than a double for the rest.
    """
    if wire.equal(sent, received):
        return True
    try:
        return wire.equal(_as_doubles(sent), _as_doubles(received))
    except RecursionError:  # nothing that deep was promised to pass through doubles
        return False


def _as_doubles(value: wire.Json) -> wire.Json:
    if isinstance(value, Decimal) and value != value.to_integral_value():
        return Decimal(float(value))
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_doubles(item) for key, item in value.items()}
    return value


def _created(exchange: Exchange) -> tuple[Mapping[str, wire.Json], Mapping[str, wire.Json]] | None:
    """What was sent and what came back, when the asset was created from an unambiguous body."""
    sent = exchange.request.fields
    if not exchange.request.is_strict or not sent or not exchange.fields or not was_valid(exchange):
        return None  # that it was taken at all is for the clause that it breaks
    return sent, exchange.fields


@check("AST-02", "createAsset", status=200)
def asset_carries_what_was_sent(exchange: Exchange, _: Context) -> Judgement:
    """Without it prices are looked up under a symbol, address or vendor id that nobody entered."""
    pair = _created(exchange)
    if pair is None:
        return None
    sent, received = pair
    found = []
    for name in ASSET_FIELDS:
        # An optional field sent as null is AST-14's observation; a required one that is missing is AST-01's.
        if sent.get(name) is None or (name not in received and name not in ASSET_OPTIONAL):
            continue
        if not same(sent[name], received.get(name)):
            found.append(_changed("AST-02", exchange, name, sent[name], received.get(name)))
    return found


@check("AST-16", "createAsset", status=200)
def unsent_stays_absent(exchange: Exchange, _: Context) -> Judgement:
    """Without it one asset shows another one's address or metadata, or a null that a typed client cannot read."""
    pair = _created(exchange)
    if pair is None:
        return None
    sent, received = pair
    found, asked = [], False
    for name in ASSET_OPTIONAL:
        if name in sent:
            continue
        asked = True
        if name not in received or (name != "contract_address" and received[name] == {}):
            continue
        kind = f"{name} is null" if received[name] is None else f"{name} out of nowhere"
        found.append(
            broken("AST-16", exchange, kind, f"no {name}, which was not sent", _short(received[name]))
        )
    return found if asked else None


@check("ALC-02", "createAllocation", status=200)
def allocation_carries_what_was_sent(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client books an amount, or files an allocation under a reference, that it never sent."""
    allocation = exchange.fields.get("allocation")
    if not isinstance(allocation, dict):
        return None
    if Trait.REPEATED_KEY in exchange.request.traits or not was_valid(exchange):
        return None  # the answer may speak of an earlier request; or nobody promised what it carries
    sent = exchange.request.fields
    found = []
    for name in ("amount.currency", "amount.quantity", "clientExternalId", "notes", "connectionId"):
        expected = _connection(exchange) if name == "connectionId" else _at(sent, name)
        received = _at(allocation, name)
        if expected is None or (received is None and name != "notes"):
            continue  # what is missing altogether is ALC-01's matter
        alike = expected == received
        if name == "connectionId" and isinstance(received, str) and isinstance(expected, str):
            alike = expected.lower() == received.lower()  # UUIDs are the same in either case
        if not alike:
            found.append(_changed("ALC-02", exchange, name, expected, received))
    return found


def _at(fields: Mapping[str, wire.Json], name: str) -> wire.Json:
    value: wire.Json = dict(fields)
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _connection(exchange: Exchange) -> str:
    return exchange.request.path.partition("/connections/")[2].partition("/")[0]


def _changed(clause: str, exchange: Exchange, name: str, sent: wire.Json, received: wire.Json) -> Violation:
    difference = wire.difference(sent, received) or ""
    return broken(
        clause, exchange, f"{name} changed", f"{name}: {_short(sent)}", f"{_short(received)} ({difference})"
    )


def _short(value: wire.Json) -> str:
    try:
        text = wire.dumps(value)
    except wire.TooDeep as problem:
        return f"a value that is {problem.reason}"
    return text if len(text) <= 160 else f"{text[:150]}... ({len(text)} characters)"
