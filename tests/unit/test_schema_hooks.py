"""The schemathesis lane: what a body's bytes deserve, how cases become requests, how fuzzing hunts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contracts import signing, wire
from contracts.asking.fresh import Fresh
from contracts.exchange import Request, Trait
from contracts.schema_hooks.drawing import SHRINKING_CASES, Fuzzing, listed, operation_named
from contracts.schema_hooks.dressing import Dresser, Outgoing
from contracts.schema_hooks.judging import expectation
from contracts.settings import restore_settings
from contracts.violation import ContractBroken, Violation

KEY = "11" * 32
ENTERPRISE, CONNECTION = "5f0c1e0a9b7d4c00a1b2c3d4", "3f2b8c1e-6d4a-4f7b-9c2d-1a5e8f0b7c6d"
TARGET = {
    "BASE_URL": "http://127.0.0.1:9",
    "ACCESS_TOKEN": "token-of-the-tests",
    "ENTERPRISE_ID": ENTERPRISE,
    "CONNECTION_ID": CONNECTION,
    "SIGNING_KEY": KEY,
    "CURRENCY": "tfund",
}

ASSET = {"symbol": "S", "display_name": "D", "type": "COIN", "entity_status": "ACTIVE"}
CONTENT = {"amount": {"currency": "tbtc", "quantity": "1"}, "clientExternalId": "c", "nonce": "n"}
SIGNED = {**CONTENT, "payload": "p" * 300, "signature": "s" * 130}
WHOLE: dict[str, dict[str, Any]] = {
    "createAsset": ASSET,
    "signingPayload": CONTENT,
    "signingPayloadByGet": CONTENT,
    "createAllocation": SIGNED,
}


def expected(operation: str, **changes: Any) -> tuple[str, set[int]] | None:
    body = {name: value for name, value in {**WHOLE[operation], **changes}.items() if value is not ...}
    found = expectation(operation, json.dumps(body).encode())
    return None if found is None else (found.clause, set(found.statuses))


@pytest.mark.parametrize(
    ("operation", "clause", "statuses"),
    [
        ("createAsset", "AST-01", {200}),
        ("signingPayload", "SIG-01", {200}),
        ("signingPayloadByGet", "SIG-01", {200}),
        ("createAllocation", "ALC-01", {200, 422}),
    ],
)
def test_a_valid_body_has_to_be_taken(operation: str, clause: str, statuses: set[int]) -> None:
    """Against a lane that only ever expects refusals, or mistakes a long payload for an unpromised text."""
    assert expected(operation) == (clause, statuses)


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"symbol": ...}, "AST-11"),
        ({"symbol": ""}, "AST-12"),
        ({"type": "coin"}, "AST-13"),
        ({"entity_status": None}, "AST-13"),
        ({"display_name": 1}, "AST-14"),
        ({"contract_address": 1.5e47}, "AST-14"),
        ({"metadata": []}, "AST-15"),
        ({"symbol_mappings": {"lukka": [None]}}, "AST-15"),
        ({"symbol": "", "type": ...}, "AST-11"),
    ],
)
def test_a_broken_asset_is_charged_to_the_clause_it_breaks(changes: dict[str, Any], clause: str) -> None:
    """Against findings that name a clause which the target has kept."""
    assert expected("createAsset", **changes) == (clause, {400})


def test_a_broken_allocation_is_charged_to_the_clause_it_breaks() -> None:
    """Against asking for 400 where ALC-17 leaves the 4xx open, and the reverse."""
    clause, statuses = expected("createAllocation", amount={"currency": "tbtc", "quantity": "1e3"}) or (
        "",
        set(),
    )
    assert clause == "ALC-17"
    assert {400, 401, 409, 422} <= statuses
    assert expected("createAllocation", amount={"currency": "tbtc", "quantity": ""}) == ("ALC-16", {400})
    assert expected("createAllocation", signature="") == ("ALC-16", {400})


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff", b"{", b"[]", b"null", b'"x"', b'{"symbol":NaN}'])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    """Against a lane that drops a body which it cannot parse, where the documents promise 400."""
    for operation, clause in {
        "createAsset": "AST-17",
        "signingPayload": "SIG-06",
        "createAllocation": "ALC-16",
    }.items():
        found = expectation(operation, body)
        assert found is not None
        assert (found.clause, set(found.statuses)) == (clause, {400})


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("createAsset", {"unknown": 1}),
        ("createAsset", {"contract_address": None}),
        ("createAsset", {"symbol": "x" * 65}),
        ("createAsset", {"display_name": "a\u0085b"}),
        ("createAsset", {"metadata": {"__proto__": 1}}),
        ("createAsset", {"metadata": {"deep": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}),
        ("createAsset", {"metadata": {"x": ["y" * 60] * 300}}),
        ("signingPayload", {"amount": {"currency": "tbtc", "quantity": "1.5"}}),
        ("signingPayload", {"amount": {"currency": "tbtc", "quantity": "1", "more": 1}}),
        ("createAllocation", {"notes": None}),
        ("createAllocation", {"amount": {"currency": "tbtc", "quantity": "01"}}),
        ("createAllocation", {"amount": {"currency": "tbtc", "quantity": "9" * 41}}),
    ],
)
def test_where_the_documents_are_silent_nothing_is_expected(operation: str, changes: dict[str, Any]) -> None:
    """Against false alarms on honest servers: sizes and oddities that nobody promised to take."""
    assert expected(operation, **changes) is None


@pytest.fixture(scope="module")
def dresser() -> Dresser:
    return Dresser(restore_settings(TARGET), Fresh("RUN"))


def dressed(dresser: Dresser, operation: str, phase: Any = "coverage") -> Iterator[tuple[Any, Outgoing]]:
    for case in listed(operation_named(operation), phase):
        yield case, dresser.dress(case, operation)


def test_an_allocation_goes_out_truthful_signed_and_harmless(dresser: Dresser) -> None:
    """Against cases that never get past the signature, disagree with their payload, or lock a fortune."""
    key = signing.SigningKey.from_text(KEY)
    checked = 0
    for _, outgoing in dressed(dresser, "createAllocation"):
        body = outgoing.request.fields
        signature, payload = body.get("signature"), body.get("payload")
        if not (isinstance(signature, str) and signature and isinstance(payload, str) and payload):
            continue
        said = wire.parse(payload)
        assert isinstance(said, dict)
        assert {name: said.get(name) for name in CONTENT} == {name: body.get(name) for name in CONTENT}
        assert said.get("notes") == body.get("notes")
        assert signature == signing.sign(payload, key)
        amount = body.get("amount")
        quantity = amount.get("quantity") if isinstance(amount, dict) else None
        if isinstance(quantity, str):
            assert quantity in {"", "1"} or len(quantity) >= 30
        checked += 1
    assert checked > 50


def test_unique_keys_are_never_sent_twice(dresser: Dresser) -> None:
    """Against cases that meet each other's symbols and nonces and prove nothing."""
    bodies = [out.request.fields for _ in range(2) for _, out in dressed(dresser, "createAllocation")]
    for name in ("nonce", "clientExternalId"):
        sent = [body[name] for body in bodies if isinstance(body.get(name), str) and body[name]]
        assert len(sent) == len(set(map(str, sent))) > 100


def test_the_shortest_symbols_go_out_bare_and_marked(dresser: Dresser) -> None:
    """Against losing the least length of a symbol, or calling its 409 a violation."""
    outgoing = [out for _, out in dressed(dresser, "createAsset") if out.focus == "body"]
    symbols = [(out, out.request.fields.get("symbol")) for out in outgoing]
    bare = [out for out, symbol in symbols if isinstance(symbol, str) and 0 < len(symbol) < 3]
    assert bare
    assert all(not out.fresh and Trait.REPEATED_KEY in out.request.traits for out in bare)


def test_each_focus_keeps_what_it_is_about(dresser: Dresser) -> None:
    """Against a path, token or media type case that goes out as a good request."""
    seen: dict[str, list[tuple[Any, Request]]] = {}
    for case, outgoing in dressed(dresser, "signingPayload"):
        seen.setdefault(outgoing.focus, []).append((case, outgoing.request))
    assert seen.keys() == {"body", "path", "token", "method", "media type"}
    own = f"/enterprises/{ENTERPRISE}/clients/connections/{CONNECTION}/"
    assert all(own in request.target for _, request in seen["body"])
    assert not any(own in request.target for _, request in seen["path"])
    assert all(request.header("authorization") == "Bearer token-of-the-tests" for _, request in seen["body"])
    assert all(request.header("authorization") is None for _, request in seen["token"])
    assert {request.media_type for _, request in seen["media type"]} == {"text/plain", "multipart/form-data"}
    assert not {"POST", "GET", "TRACE", "CONNECT"} & {request.method for _, request in seen["method"]}


def test_each_broken_allocation_breaks_one_rule(dresser: Dresser) -> None:
    """Against listing the halves of an allOf: bodies without payload are refused whatever else is wrong."""
    short = [
        out for _, out in dressed(dresser, "createAllocation") if len(out.request.fields.keys() & SIGNED) < 4
    ]
    assert all(out.request.fields == {} for out in short)


def drawn(seed: int) -> list[object]:
    seen: list[object] = []
    hunt = Fuzzing(lambda case: seen.append(case.body), lambda _: None, {})
    hunt.run(operation_named("createAsset"), cases=30, seed=seed)
    return seen


def test_a_seed_repeats_its_cases() -> None:
    """Against a run that cannot be asked again."""
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def violated(kind: str) -> ContractBroken:
    return ContractBroken([Violation("AST-01", kind, "", "")])


def test_fuzzing_finds_a_small_case_and_sets_others_aside() -> None:
    """Against a hunt that slips from one bug to another, never ends, or loses what it meets on the way."""
    last: list[Any] = []
    asked, aside = [0], []

    def put(case: Any) -> None:
        asked[0] += 1
        if isinstance(case.body, dict) and case.body.get("type") == "COIN":
            last.append(case.body)
            raise violated("a coin")
        if isinstance(case.body, bytes):
            raise violated("no JSON")

    hunt = Fuzzing(put, lambda broken: aside.append(str(broken)), {})
    with pytest.raises(ContractBroken) as caught:
        hunt.run(operation_named("createAsset"), cases=100, seed=3)
    hunted = caught.value.violations[0].kind
    assert hunted in {"a coin", "no JSON"}
    assert all(hunted not in other for other in aside)
    assert asked[0] <= 100 + SHRINKING_CASES
