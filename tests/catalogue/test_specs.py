"""openapi/ is valid, agrees with itself and the guide, and contracts/specs.py reads it as it stands."""

import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts import specs, wire

APIS: tuple[specs.Api, ...] = ("asset-pricing", "go-network")
IDS = ("createAsset", "signingPayload", "signingPayloadByGet", "createAllocation")
ASSETS = "/api/assetpricing/v1/internal/assets"
ALLOCATIONS = "/api/network/v1/enterprises/e1/clients/connections/c1/allocations"
FORMATS = {"uuid", "date", "date-time"}

every_api = pytest.mark.parametrize("api", APIS)


def definition(operation: specs.Operation) -> dict[str, Any]:
    item = specs.document(operation.api)["paths"][operation.template]
    found: dict[str, Any] = item[operation.method.lower()]
    return found


def json_content(api: specs.Api, holder: dict[str, Any]) -> dict[str, Any]:
    content = specs.resolve(api, holder)["content"]
    assert set(content) == {"application/json"}
    found: dict[str, Any] = content["application/json"]
    return found


def nodes(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each mapping of a document with its place."""
    if isinstance(node, dict):
        yield path, node
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, member in members:
        yield from nodes(member, f"{path}/{name}")


def reachable(api: specs.Api, node: Any, seen: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """Each mapping below a node, references followed once."""
    seen = set() if seen is None else seen
    for _, mapping in nodes(node):
        yield mapping
        reference = mapping.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen.add(reference)
            yield from reachable(api, specs.resolve(api, mapping), seen)


def bodies() -> Iterator[tuple[str, specs.Api, dict[str, Any]]]:
    """(label, api, JSON media type) of every request body and documented answer."""
    for operation in specs.operations().values():
        entry = definition(operation)
        yield f"{operation.id} request", operation.api, json_content(operation.api, entry["requestBody"])
        for status, answer in entry["responses"].items():
            yield f"{operation.id} {status}", operation.api, json_content(operation.api, answer)


every_body = pytest.mark.parametrize(
    ("api", "media"), [pytest.param(a, m, id=label) for label, a, m in bodies()]
)


def strict(api: specs.Api, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator that judges formats too."""
    bundled = {"allOf": [schema], "components": specs.document(api)["components"]}
    return jsonschema_rs.Draft202012Validator(bundled, validate_formats=True, ignore_unknown_formats=False)


def schema(api: specs.Api, name: str) -> dict[str, Any]:
    found: dict[str, Any] = specs.document(api)["components"]["schemas"][name]
    return found


def allocation(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": "3f2c1d9e-8b4a-4c6f-9a57-1de0b2c3a4f5",
        "amount": {"currency": "tbtc", "quantity": "1"},
        "connectionId": "7a1f4b52-0c3d-4e8f-b6a9-5d2e8c917f30",
        "clientExternalId": "c",
        "initiatedBy": "u",
        "createdAt": "2019-08-24",
        "updatedAt": "2019-08-24",
        "status": "cleared",
    }
    return plain | changes


def asset(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": "1",
        "symbol": "BTC",
        "display_name": "Bitcoin",
        "type": "COIN",
        "entity_status": "ACTIVE",
        "created_at": "2024-01-15T10:30:00.000Z",
        "modified_at": "2024-01-15T10:30:00.000Z",
    }
    return plain | changes


def places(operation: str, status: int, value: wire.Json) -> set[str]:
    """Where an answer deviates from its schema."""
    validator = specs.response_validator(operation, status)
    assert validator is not None
    return {".".join(map(str, error.instance_path)) for error in validator.iter_errors(value)}


# --- the documents ---------------------------------------------------------------------------------------------------


@every_api
def test_document_is_valid_openapi(api: specs.Api) -> None:
    """A document that tools refuse, or read differently from us."""
    problems = [error.message for error in OpenAPIV31SpecValidator(specs.document(api)).iter_errors()]
    assert problems == []
    assert specs.document(api)["openapi"].startswith("3.1.")


@every_api
def test_document_says_whose_it_is_and_where(api: specs.Api) -> None:
    """Production before the test environment, so that a tool's first choice moves real money."""
    document = specs.document(api)
    assert [server["url"] for server in document["servers"]] == [
        "https://app.bitgo-test.com",
        "https://app.bitgo.com",
    ]
    assert document["info"]["license"]["name"]
    assert document["info"]["contact"]["url"]


def test_operation_ids_are_unique() -> None:
    """Two operations under one id: the later silently replaces the earlier in `operations()`."""
    found = [
        entry["operationId"]
        for api in APIS
        for item in specs.document(api)["paths"].values()
        for entry in item.values()
        if isinstance(entry, dict)
    ]
    assert sorted(found) == sorted(IDS)


@every_api
def test_every_operation_is_described(api: specs.Api) -> None:
    """An operation that documentation tools show without words, or under no or an undeclared tag."""
    document = specs.document(api)
    declared = {tag["name"] for tag in document["tags"]}
    for operation in specs.operations().values():
        if operation.api == api:
            entry = definition(operation)
            assert entry["summary"]
            assert entry["description"]
            assert entry["tags"]
            assert set(entry["tags"]) <= declared


@every_api
def test_every_component_is_used(api: specs.Api) -> None:
    """A component left over from an edit, which readers take for part of the contract."""
    document = specs.document(api)
    used = {mapping["$ref"] for _, mapping in nodes(document) if isinstance(mapping.get("$ref"), str)}
    used |= {
        f"#/components/securitySchemes/{name}"
        for operation in specs.operations().values()
        if operation.api == api
        for alternative in definition(operation)["security"]
        for name in alternative
    }
    declared = {
        f"#/components/{kind}/{name}" for kind, members in document["components"].items() for name in members
    }
    assert declared == used


@every_body
def test_body_has_examples_that_fit(api: specs.Api, media: dict[str, Any]) -> None:
    """An example that its own schema or its format refuses, or a documented status without one."""
    examples = [example["value"] for example in media["examples"].values()]
    assert examples
    validator = strict(api, media["schema"])
    for example in examples:
        assert [error.message for error in validator.iter_errors(example)] == []


@every_api
def test_schema_and_parameter_examples_fit(api: specs.Api) -> None:
    """An example beside a schema that the schema refuses: YAML turns an unquoted date or number into another type."""
    document = specs.document(api)
    found = 0
    for place, mapping in nodes(document["components"]):
        if "schema" in mapping and "example" in mapping:
            pairs = [(mapping["schema"], mapping["example"])]
        elif isinstance(mapping.get("examples"), list):
            pairs = [(mapping, example) for example in mapping["examples"]]
        else:
            continue
        for judged, example in pairs:
            found += 1
            assert strict(api, judged).is_valid(example), place
    assert found


@every_api
def test_only_known_formats_are_named(api: specs.Api) -> None:
    """A misspelt format, which every validator skips in silence."""
    named = {
        mapping["format"]
        for _, mapping in nodes(specs.document(api))
        if isinstance(mapping.get("format"), str)
    }
    assert named <= FORMATS


@pytest.mark.parametrize("operation_id", IDS)
def test_no_object_is_closed(operation_id: str) -> None:
    """Closed requests make schema tools alarm on undocumented properties; closed answers forbid legal fields."""
    operation = specs.operations()[operation_id]
    for mapping in reachable(operation.api, definition(operation)):
        assert mapping.get("additionalProperties") is not False
        assert mapping.get("unevaluatedProperties") is not False


# --- the traps of the source documents ---------------------------------------------------------------------------------


def test_contract_address_is_text() -> None:
    """The guide's own bug: a hex literal without quotes that YAML turns into a number."""
    declared = schema("asset-pricing", "ContractAddress")
    assert declared["type"] == "string"
    assert declared["examples"] == ["0x1234567890123456789012345678901234567890"]
    assert "contract_address" in places(
        "createAsset", 200, asset(contract_address=Decimal("1.0392900530792776e+47"))
    )


def test_metadata_takes_the_guides_own_example() -> None:
    """Metadata values read as objects only, as the guide's type says and its example does not."""
    example: dict[str, wire.Json] = {"decimals": 8, "network": "mainnet", "deep": [{"a": None}]}
    assert specs.request_validator("createAsset").is_valid(
        {"symbol": "A", "display_name": "A", "type": "COIN", "entity_status": "ACTIVE", "metadata": example}
    )
    assert places("createAsset", 200, asset(metadata=example)) == set()
    assert places("createAsset", 200, asset(metadata=[])) == {"metadata"}


@pytest.mark.parametrize("status", [400, 409])
def test_create_asset_refuses_in_a_bare_string(status: int) -> None:
    """The usual error object in the place of the documented JSON string."""
    assert places("createAsset", status, "taken") == set()
    assert places("createAsset", status, {"error": "taken"}) == {""}


def test_create_asset_answers_200_and_never_201() -> None:
    """The 201 of habit: the guide says 200."""
    assert specs.operations()["createAsset"].statuses == {200, 400, 409}


@pytest.mark.parametrize("name", ["contract_address", "metadata", "symbol_mappings"])
def test_optional_asset_members_are_absent_and_never_null(name: str) -> None:
    """A nullable optional member, or one that is required."""
    assert places("createAsset", 200, asset()) == set()
    assert places("createAsset", 200, asset(**{name: None})) == {name}


def test_listed_values_are_the_guides() -> None:
    """A value more or less in a list, which no example shows."""
    assert schema("asset-pricing", "AssetType")["enum"] == ["FIAT", "COIN", "TOKEN", "NFT"]
    assert schema("asset-pricing", "EntityStatus")["enum"] == ["ACTIVE", "INACTIVE"]


def test_asset_id_is_any_text() -> None:
    """A UUID demanded where the guide shows one and promises an identifier only."""
    media = json_content("asset-pricing", definition(specs.operations()["createAsset"])["responses"]["200"])
    assert strict("asset-pricing", media["schema"]).is_valid(asset(id="asset-1"))


@pytest.mark.parametrize("when", ["2019-08-24", "2019-08-24T14:15:22Z", "2019-08-24T14:15:22.123456+02:00"])
def test_allocation_times_may_lack_a_time(when: str) -> None:
    """The guide's dates refused for the reference's date-times, or the reverse."""
    assert strict("go-network", schema("go-network", "Allocation")).is_valid(allocation(createdAt=when))


def test_neither_a_date_nor_a_date_time_is_no_allocation_time() -> None:
    """An `Instant` that takes any text once formats are judged."""
    assert not strict("go-network", schema("go-network", "Allocation")).is_valid(
        allocation(createdAt="yesterday")
    )


# --- what answers promise -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        pytest.param({}, set(), id="cleared, retriable absent"),
        pytest.param(
            {"retriable": False, "policyResult": "approved", "new": 1}, set(), id="cleared, more members"
        ),
        pytest.param({"status": "reserved", "retriable": False}, set(), id="reserved"),
        pytest.param({"status": "reserved", "reason": "later"}, set(), id="reserved, with a reason"),
        pytest.param({"evaluationId": None, "pendingApprovalId": 7}, set(), id="ids of no documented type"),
        pytest.param({"amount": {"currency": "x", "quantity": "007"}}, set(), id="leading zeros given back"),
        pytest.param({"reason": "why"}, {"reason"}, id="cleared with a reason"),
        pytest.param({"status": "reserved", "retriable": True}, {"retriable"}, id="reserved and retriable"),
        pytest.param({"status": "released"}, {"status"}, id="released on 200"),
        pytest.param(
            {"amount": {"currency": "x", "quantity": 1}}, {"amount.quantity"}, id="quantity a number"
        ),
        pytest.param({"notes": None}, {"notes"}, id="null notes"),
        pytest.param({"initiatedBy": ""}, {"initiatedBy"}, id="nobody asked"),
        pytest.param({"policyResult": "maybe"}, {"policyResult"}, id="unknown policy result"),
    ],
)
def test_made_allocation(changes: dict[str, Any], wrong: set[str]) -> None:
    """A rule lost or added on 200, or its problem reported at the allocation instead of at the member."""
    found = places("createAllocation", 200, {"allocation": allocation(**changes)})
    assert found == {f"allocation.{name}" for name in wrong}


@pytest.mark.parametrize("name", sorted(allocation()))
@pytest.mark.parametrize("status", [200, 422])
def test_each_required_member_is_required(status: int, name: str) -> None:
    """A required member of an allocation that the schema lets go."""
    plain = allocation() if status == 200 else allocation(status="released", reason="no")
    validator = specs.response_validator("createAllocation", status)
    assert validator is not None
    assert validator.is_valid({"allocation": plain, "error": "no"})
    del plain[name]
    assert not validator.is_valid({"allocation": plain, "error": "no"})


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        pytest.param(
            {"allocation": {"status": "released", "reason": "no"}, "error": "no"}, True, id="released"
        ),
        pytest.param({"allocation": {"status": "released", "reason": "no"}}, False, id="no error"),
        pytest.param(
            {"allocation": {"status": "released", "reason": "no"}, "error": {}}, False, id="error no text"
        ),
        pytest.param({"allocation": {"status": "released"}, "error": "no"}, False, id="no reason"),
        pytest.param(
            {"allocation": {"status": "released", "reason": ""}, "error": "no"}, False, id="empty reason"
        ),
        pytest.param({"allocation": {"reason": "no"}, "error": "no"}, False, id="cleared"),
        pytest.param(
            {"allocation": {"status": "released", "reason": "no", "retriable": True}, "error": "no"},
            False,
            id="retriable",
        ),
        pytest.param({"error": "no"}, False, id="no allocation"),
    ],
)
def test_released_allocation(body: dict[str, Any], *, fits: bool) -> None:
    """A 422 that leaves a client in doubt whether funds are locked, or why not."""
    if "allocation" in body:
        body = body | {"allocation": allocation(**body["allocation"])}
    assert (places("createAllocation", 422, body) == set()) is fits


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        pytest.param({"error": "oops"}, True, id="error"),
        pytest.param({"allocation": allocation(status="reserved", retriable=True)}, True, id="retriable"),
        pytest.param(
            {"allocation": allocation(status="reserved", retriable=False)}, False, id="not retriable"
        ),
        pytest.param({"allocation": allocation()}, False, id="cleared"),
        pytest.param({}, False, id="neither"),
    ],
)
def test_internal_error_has_one_of_two_forms(body: dict[str, Any], *, fits: bool) -> None:
    """A documented form of 500 refused, or an undocumented one taken."""
    assert (places("createAllocation", 500, body) == set()) is fits


@pytest.mark.parametrize("operation_id", IDS[1:])
@pytest.mark.parametrize("status", [401, 403, 404])
def test_network_refusals_carry_an_error(operation_id: str, status: int) -> None:
    """A refusal without its text, or with the asset service's bare string."""
    assert places(operation_id, status, {"error": "no", "more": 1}) == set()
    assert places(operation_id, status, {"error": 1}) == {"error"}
    assert places(operation_id, status, "no") == {""}
    assert places(operation_id, status, {}) == {""}


# --- what requests are promised -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["1", "150000", "340282366920938463463374607431768211457", "9" * 40])
def test_whole_quantities_are_promised(quantity: str) -> None:
    """A largest value, which wei would exceed."""
    assert specs.request_validator("signingPayload").is_valid(request(quantity))


@pytest.mark.parametrize(
    "quantity", ["", "0", "-1", "1.5", "1e3", "0x10", " 1", "1\n", "007", "\u0661", 1, Decimal("1.0")]
)
def test_other_quantities_are_not_promised(quantity: wire.Json) -> None:
    """A pattern that is not anchored at both ends, or takes digits of other scripts; leading zeros are open."""
    assert not specs.request_validator("signingPayload").is_valid(request(quantity))


def request(quantity: wire.Json = "1") -> dict[str, wire.Json]:
    return {"amount": {"currency": "tbtc", "quantity": quantity}, "clientExternalId": "c", "nonce": "n"}


@pytest.mark.parametrize("name", ["amount", "clientExternalId", "nonce", "payload", "signature"])
def test_signed_request_requires_its_members(name: str) -> None:
    """The payload or signature forgotten among what is required: the request is spelt out apart from the unsigned one."""
    signed = request() | {"payload": "{}", "signature": "00"}
    validator = specs.request_validator("createAllocation")
    assert validator.is_valid(signed)
    assert not validator.is_valid({key: value for key, value in signed.items() if key != name})
    assert name == "amount" or not validator.is_valid(signed | {name: ""})


def test_signed_request_is_the_unsigned_one_and_two_members() -> None:
    """The two spellings of the shared members drifting apart."""
    plain, signed = (schema("go-network", name) for name in ("AllocationContent", "SignedAllocationContent"))
    assert signed["required"] == [*plain["required"], "payload", "signature"]
    shared = {
        name: rule for name, rule in signed["properties"].items() if name not in {"payload", "signature"}
    }
    assert shared == plain["properties"]


def test_example_payloads_tell_the_truth() -> None:
    """A documented payload that disagrees with the request that it stands for, or an example signature of another form."""
    post = definition(specs.operations()["createAllocation"])
    asked = json_content("go-network", post["requestBody"])["examples"]["usual"]["value"]
    answer = definition(specs.operations()["signingPayload"])["responses"]["200"]
    given = json_content("go-network", answer)["examples"]["usual"]["value"]["payload"]
    parameters = specs.document("go-network")["components"]["parameters"]
    path = {
        name: parameters[name[0].upper() + name[1:]]["example"] for name in ("enterpriseId", "connectionId")
    }
    content = {name: asked[name] for name in ("amount", "clientExternalId", "nonce", "notes")}
    assert wire.parse(given) == content | path
    assert wire.parse(asked["payload"]) == content | {"connectionId": path["connectionId"]}
    assert re.fullmatch(r"[0-9a-f]{130}", asked["signature"])


# --- link and security --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation_id", ["signingPayload", "signingPayloadByGet"])
def test_payload_leads_to_an_allocation(operation_id: str) -> None:
    """A link that misses a required member or parameter, or whose body schemathesis mixes with drawn members."""
    answer = definition(specs.operations()[operation_id])["responses"]["200"]
    links = specs.resolve("go-network", answer)["links"]
    link = specs.resolve("go-network", links["allocate"])
    required = schema("go-network", "SignedAllocationContent")["required"]
    assert link["operationId"] in specs.operations()
    assert link["parameters"] == {
        "path.enterpriseId": "$request.path.enterpriseId",
        "path.connectionId": "$request.path.connectionId",
    }
    assert sorted(link["requestBody"]) == sorted(required)
    assert link["requestBody"]["payload"] == "$response.body#/payload"
    assert link["x-schemathesis"] == {"merge_body": False}


def test_scopes_are_those_of_the_reference() -> None:
    """The GET variant asking for the write scope, which a read-only token lacks; or create asset for a token."""
    both = [{"bearer": ["settlement_network_read", "settlement_network_write"]}]
    assert {name: definition(operation)["security"] for name, operation in specs.operations().items()} == {
        "createAsset": [{}, {"bearer": []}],
        "signingPayload": both,
        "signingPayloadByGet": [{"bearer": ["settlement_network_read"]}],
        "createAllocation": both,
    }


# --- contracts/specs.py -------------------------------------------------------------------------------------------------


def test_operations_are_read_from_the_documents() -> None:
    """A status, method or need for a token that code and documents tell differently."""
    network = frozenset({200, 400, 401, 403, 404, 500})
    template = "/api/network/v1/enterprises/{enterpriseId}/clients/connections/{connectionId}/allocations"
    signing = f"{template}/signing"
    told = (
        specs.Operation(
            "createAsset", "asset-pricing", "POST", ASSETS, frozenset({200, 400, 409}), needs_token=False
        ),
        specs.Operation("signingPayload", "go-network", "POST", signing, network, needs_token=True),
        specs.Operation("signingPayloadByGet", "go-network", "GET", signing, network, needs_token=True),
        specs.Operation(
            "createAllocation", "go-network", "POST", template, network | {422}, needs_token=True
        ),
    )
    assert dict(specs.operations()) == {operation.id: operation for operation in told}


@pytest.mark.parametrize(
    ("method", "path", "operation_id"),
    [
        ("POST", ASSETS, "createAsset"),
        ("POST", f"{ASSETS}?a=/b", "createAsset"),
        ("POST", f"{ALLOCATIONS}/signing", "signingPayload"),
        ("GET", f"{ALLOCATIONS}/signing?x", "signingPayloadByGet"),
        ("POST", ALLOCATIONS, "createAllocation"),
        ("POST", ALLOCATIONS.replace("c1", "%2F é"), "createAllocation"),
        ("GET", ALLOCATIONS, None),
        ("post", ALLOCATIONS, None),  # methods are case-sensitive (RFC 9110, 9.1)
        ("POST", f"{ALLOCATIONS}/", None),
        ("POST", ALLOCATIONS.replace("c1", ""), None),
        ("POST", ALLOCATIONS.replace("c1", "c/1"), None),
        ("POST", f"/x{ASSETS}", None),
        ("POST", f"{ASSETS}\n", None),
        ("POST", "", None),
    ],
)
def test_operation_for(method: str, path: str, operation_id: str | None) -> None:
    """A template matched in part, across a slash, with the query, or the signing path taken for the other."""
    found = specs.operation_for(method, path)
    assert (found.id if found is not None else None) == operation_id


def test_documented_methods() -> None:
    """A path whose GET is forgotten, so that the GET variant counts as an undefined method."""
    assert specs.documented_methods(f"{ALLOCATIONS}/signing?x=1") == {"GET", "POST"}
    assert specs.documented_methods(ALLOCATIONS) == {"POST"}
    assert specs.documented_methods("/nowhere") == frozenset()


def test_every_documented_answer_and_request_has_a_validator() -> None:
    """A reference that only fails when the first answer of that status arrives in a long run."""
    for operation in specs.operations().values():
        assert not specs.request_validator(operation.id).is_valid(None)
        for status in operation.statuses:
            assert specs.response_validator(operation.id, status) is not None
        assert specs.response_validator(operation.id, 418) is None


def test_unknown_operation_is_refused() -> None:
    """A misspelt operationId that silently judges nothing."""
    with pytest.raises(KeyError, match="createAssets"):
        specs.response_validator("createAssets", 200)
    with pytest.raises(KeyError, match="createAssets"):
        specs.request_validator("createAssets")


def nested(depth: int) -> wire.Json:
    value: wire.Json = 1
    for _ in range(depth):
        value = [value]
    return value


AWKWARD = {
    "40 digits": 10**40,
    "4300 digits": 10**4299,
    "beyond a float": Decimal("1e400"),
    "a fraction of 40 digits": Decimal("0.1000000000000000000000000000000000000001"),
    "a lone surrogate": "\ud800",
    "a lone surrogate as a key": {"\udfff": 1},
    "256 levels": nested(256),
    "800 levels": nested(800),
}


@pytest.mark.parametrize("value", AWKWARD.values(), ids=AWKWARD)
def test_any_json_in_metadata_is_judged(value: wire.Json) -> None:
    """A legal answer that the validator itself cannot hold: an exception instead of a verdict."""
    assert places("createAsset", 200, asset(metadata={"a": value})) == set()
    assert places("createAsset", 200, asset(metadata={"a": value}, type="coin")) == {"type"}
    assert places("createAsset", 200, asset(metadata={"a": value}, symbol=value)) == (
        set() if isinstance(value, str) else {"symbol"}
    )


@pytest.mark.parametrize("value", AWKWARD.values(), ids=AWKWARD)
def test_any_json_in_the_place_of_a_listed_value_is_refused(value: wire.Json) -> None:
    """`is_valid` raising, or passing, where an enum meets what jsonschema-rs cannot read."""
    validator = specs.response_validator("createAsset", 200)
    assert validator is not None
    assert not validator.is_valid(asset(type=value))
    assert {tuple(error.instance_path) for error in validator.iter_errors(asset(type=value))} == {("type",)}


def test_formats_are_left_to_the_clauses() -> None:
    """A UUID or date judged twice, here as a must of the wrong clause."""
    assert places("createAllocation", 200, {"allocation": allocation(id="x", createdAt="y")}) == set()


def test_validators_are_compiled_once() -> None:
    """Compiling on each answer: 100 times the cost of judging it."""
    assert specs.response_validator("createAsset", 200) is specs.response_validator("createAsset", 200)
    assert specs.request_validator("createAsset") is specs.request_validator("createAsset")


def test_digest_covers_both_files() -> None:
    """A digest that stays while one of the documents changes."""
    texts = [(specs.folder() / f"{api}.yaml").read_bytes() for api in APIS]
    assert specs.digest() == hashlib.sha256(b"\0".join(texts)).hexdigest()


def test_folder_of_a_wheel_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unrelated site-packages/openapi read in the place of the documents inside the wheel."""
    monkeypatch.setattr(specs, "__file__", str(tmp_path / "contracts" / "specs.py"))
    for place in ("openapi", "contracts/_openapi"):
        (tmp_path / place).mkdir(parents=True)
        for api in APIS:
            (tmp_path / place / f"{api}.yaml").touch()
    assert specs.folder() == tmp_path / "contracts" / "_openapi"


def test_checkout_is_read_beside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-built _openapi taken for the wheel's; or a missing folder that ends in a message about a path and no more."""
    monkeypatch.setattr(specs, "__file__", str(tmp_path / "contracts" / "specs.py"))
    with pytest.raises(FileNotFoundError, match="install contracts again"):
        specs.folder()
    (tmp_path / "contracts" / "_openapi").mkdir(parents=True)
    (tmp_path / "openapi").mkdir()
    for api in APIS:
        (tmp_path / "openapi" / f"{api}.yaml").touch()
    assert specs.folder() == tmp_path / "openapi"
