"""What a body's own bytes deserve: read back from what was sent, whatever its generator meant it to be.

A value can be wrong by schema and right on the wire. Where the documents leave it open, nothing is expected.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from contracts import specs, wire
from contracts.asking.asker import LIMIT_REFUSALS, REFUSALS

ACCEPTED = {
    "createAsset": "AST-01",
    "signingPayload": "SIG-01",
    "signingPayloadByGet": "SIG-01",
    "createAllocation": "ALC-01",
}
MALFORMED = {
    "createAsset": "AST-17",
    "signingPayload": "SIG-06",
    "signingPayloadByGet": "SIG-06",
    "createAllocation": "ALC-16",
}
# A body may break several clauses and be accepted all the same: the plainest one is named.
PLAINEST_FIRST = ("AST-17", "AST-11", "AST-14", "AST-13", "AST-15", "AST-12", "SIG-06", "ALC-16", "ALC-17")
MAPS = ("metadata", "symbol_mappings")
OPTIONAL = ("contract_address", "metadata", "symbol_mappings", "notes")

# docs/freedom.md, Limits: nobody promised to take more than this.
BODY_BYTES, TEXT_CHARACTERS, LEVELS, QUANTITY_DIGITS = 16 * 1024, 64, 16, 40
# Controls and surrogates by docs/freedom.md; unassigned, private and invisible characters on the side of caution.
_ODD_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp"})
_RUNTIME_NAMES = frozenset({"__proto__", "constructor", "prototype"})
# ALC-19: whether these are whole numbers is for the target to say.
_ARGUABLE = re.compile(r"\+?0*[1-9][0-9]*(\.0*)?")
_TEXTS_OF_ANY_LENGTH = frozenset({"payload", "signature"})
_SAID: Mapping[str, str] = {
    "required": "is missing",
    "type": "is of the wrong type",
    "enum": "is not on its list",
    "minLength": "is empty",
}


@dataclass(frozen=True)
class Expectation:
    """The statuses that a clause promises for a body, and in few words, without values, why."""

    clause: str
    statuses: frozenset[int]
    about: str


def expectation(operation: str, body: bytes) -> Expectation | None:
    """What an operation has to answer to a body of JSON, or None where that is open."""
    try:
        value = wire.parse(body)
    except (wire.RepeatedKey, wire.NotHeld):
        return None
    except wire.NotJson:
        return Expectation(
            MALFORMED[operation], _refusals(beyond=len(body) > BODY_BYTES), "the body is malformed"
        )
    if not isinstance(value, dict):
        return Expectation(
            MALFORMED[operation], _refusals(beyond=len(body) > BODY_BYTES), "the body is no object"
        )
    beyond = _is_beyond_promise(operation, value, body)
    found = list(_broken_rules(operation, value, _refusals(beyond=beyond)))
    firm = [expected for expected in found if expected is not None]
    if firm:
        plainest = min(firm, key=lambda expected: PLAINEST_FIRST.index(expected.clause))
        allowed = frozenset().union(*(expected.statuses for expected in firm))
        return Expectation(plainest.clause, allowed, plainest.about)
    if found or beyond:
        return None
    accepted = {200, 422} if operation == "createAllocation" else {200}
    return Expectation(ACCEPTED[operation], frozenset(accepted), "the request is valid")


def _refusals(*, beyond: bool) -> frozenset[int]:
    return LIMIT_REFUSALS if beyond else frozenset({400})


def _broken_rules(
    operation: str, value: dict[str, wire.Json], refusals: frozenset[int]
) -> Iterator[Expectation | None]:
    """One expectation for each rule of the schema that a body breaks; None for a rule that is not firm."""
    for error in specs.request_validator(operation).iter_errors(value):
        place, keyword = tuple(map(str, error.instance_path)), str(error.kind.name)
        if keyword == "required":
            place = (*place, error.message.split('"')[1])  # the error is put at the parent
        if (
            place == ("amount", "quantity")
            and keyword in {"type", "pattern"}
            and error.instance not in (None, "")
        ):
            yield _quantity(operation, error.instance)
        elif len(place) == 1 and place[0] in OPTIONAL and error.instance is None:
            yield None
        else:
            name = place[0] if place[0] in MAPS else ".".join(place)
            clause = _clause(operation, place[0], keyword)
            yield Expectation(clause, refusals, f"{name} {_SAID.get(keyword, 'breaks its schema')}")


def _clause(operation: str, field: str, keyword: str) -> str:
    if operation != "createAsset":
        return MALFORMED[operation]
    if keyword == "required":
        return "AST-11"
    if field in {"type", "entity_status"}:
        return "AST-13"
    if field in MAPS:
        return "AST-15"
    return "AST-12" if keyword == "minLength" else "AST-14"


def _quantity(operation: str, quantity: object) -> Expectation | None:
    """The form of a quantity: ALC-17's matter when funds are to move, open when a payload is asked for."""
    if operation != "createAllocation" or (isinstance(quantity, str) and _ARGUABLE.fullmatch(quantity)):
        return None
    return Expectation("ALC-17", REFUSALS, "the quantity is no positive whole number")


def _is_beyond_promise(operation: str, value: dict[str, wire.Json], body: bytes) -> bool:
    amount = value.get("amount")
    members = amount if isinstance(amount, dict) else {}
    quantity = members.get("quantity")
    return (
        len(body) > BODY_BYTES
        or not value.keys() <= documented(operation)
        or not members.keys() <= {"currency", "quantity"}
        or (isinstance(quantity, str) and len(quantity) > QUANTITY_DIGITS)
        or any(map(_is_odd, _texts(value)))
        or _levels(value) > LEVELS
    )


@cache
def documented(operation: str) -> frozenset[str]:
    """The members of a body that its schema names."""
    known = specs.operations()[operation]
    definition = specs.document(known.api)["paths"][known.template][known.method.lower()]
    body = specs.resolve(known.api, definition["requestBody"])
    schema = specs.resolve(known.api, body["content"]["application/json"]["schema"])
    parts = [schema, *(specs.resolve(known.api, part) for part in schema.get("allOf", ()))]
    return frozenset(name for part in parts for name in part.get("properties", ()))


def _texts(value: wire.Json) -> Iterator[str]:
    """Every key and text in a value, but for payload and signature, which are as long as what they say."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            if key not in _TEXTS_OF_ANY_LENGTH:
                yield from _texts(item)


def _is_odd(text: str) -> bool:
    return len(text) > TEXT_CHARACTERS or text in _RUNTIME_NAMES or any(map(is_odd_character, text))


def is_odd_character(character: str) -> bool:
    """Whether nobody promised to take a character: a control, a surrogate, an unassigned or unseen one."""
    return unicodedata.category(character) in _ODD_CATEGORIES


def _levels(value: wire.Json) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_levels, inner), default=0) if isinstance(value, dict | list) else 0
