"""Faults in what create asset refuses, and in what a refusal leaves (AST-10 to AST-15, AST-17)."""

import re
from collections.abc import Callable
from decimal import Decimal

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.faults.loss import is_number
from contracts.mock.messages import Answer, Refused
from contracts.mock.rules.fields import any_map, any_text, map_of_lists, text
from contracts.mock.state import State
from contracts.mock.switches import fault
from contracts.wire import Json


def accept(mock: Behaviour, name: str, change: Callable[[Json], Json]) -> None:
    """A field's value is changed before it is read, so that more of them are valid."""
    field = mock.assets.fields[name]
    honest = field.read
    field.read = lambda value: honest(change(value))


def optional(mock: Behaviour, name: str, default: Json) -> None:
    """A required field may be left out."""
    field = mock.assets.fields[name]
    field.required, field.default = False, default


# AST-10


def _leave_symbol(mock: Behaviour, applies: Callable[[dict[str, Json]], bool]) -> None:
    """A refused request to which `applies` says yes takes its symbol."""

    def after_refusal(state: State, body: Json) -> None:
        if isinstance(body, dict) and isinstance(body.get("symbol"), str) and applies(body):
            state.assets.setdefault(str(body["symbol"]), body)

    mock.assets.after_refusal = after_refusal


@fault("asset-refusal-takes-symbol", breaks="AST-10", falls_with=["AST-19"])
def refusal_takes_symbol(mock: Behaviour) -> None:
    """A refused request takes its symbol: the corrected one is a conflict."""
    _leave_symbol(mock, lambda body: True)


@fault("asset-malformed-takes-symbol", breaks="AST-10", falls_with=["AST-19"])
def malformed_takes_symbol(mock: Behaviour) -> None:
    """The symbol is taken while the body is still being read: one that turns out to be no JSON leaves it taken."""
    taken = set[str]()
    honest, known = mock.protocol.parse, mock.assets.is_known

    def parse(body: bytes) -> Json:
        try:
            return honest(body)
        except Refused:
            taken.update(re.findall(r'"symbol":"(\w+)"', body.decode(errors="replace")))
            raise

    mock.protocol.parse = parse
    mock.assets.is_known = lambda state, key, asset: asset["symbol"] in taken or known(state, key, asset)


@fault("asset-refused-type-takes-symbol", breaks="AST-10", falls_with=["AST-19"])
def refused_type_takes_symbol(mock: Behaviour) -> None:
    """A request that was refused for its type takes its symbol."""
    _leave_symbol(mock, lambda body: body.get("type") not in ("FIAT", "COIN", "TOKEN", "NFT"))


@fault("asset-refused-mappings-take-symbol", breaks="AST-10", falls_with=["AST-19"])
def refused_mappings_take_symbol(mock: Behaviour) -> None:
    """A request that was refused for its mappings takes its symbol: the asset was written before them."""
    _leave_symbol(mock, lambda body: _is_refused(lambda: map_of_lists(body.get("symbol_mappings", {}))))


def _is_refused(read: Callable[[], object]) -> bool:
    try:
        read()
    except Refused:
        return True
    return False


# AST-11


@fault("asset-type-defaults-to-coin", breaks="AST-11")
def type_defaults_to_coin(mock: Behaviour) -> None:
    """type may be left out: COIN."""
    optional(mock, "type", "COIN")


@fault("asset-status-defaults-to-active", breaks="AST-11")
def status_defaults_to_active(mock: Behaviour) -> None:
    """entity_status may be left out: ACTIVE."""
    optional(mock, "entity_status", "ACTIVE")


@fault("asset-name-defaults-to-unnamed", breaks="AST-11")
def name_defaults_to_unnamed(mock: Behaviour) -> None:
    """display_name may be left out: unnamed."""
    optional(mock, "display_name", "unnamed")


@fault("asset-symbol-defaults-to-a-number", breaks="AST-11")
def symbol_defaults_to_a_number(mock: Behaviour) -> None:
    """symbol may be left out: the answer carries a made-up one."""
    optional(mock, "symbol", "UNNAMED")
    honest = mock.assets.key
    numbers = iter(range(1, 10**9))
    mock.assets.key = lambda asset: next(numbers) if asset["symbol"] == "UNNAMED" else honest(asset)


@fault("asset-missing-field-answers-422", breaks="AST-11", falls_with=["HTP-02", "AST-17", "AST-18"])
def missing_field_answers_422(mock: Behaviour) -> None:
    """A missing field is answered 422."""
    honest = mock.assets.refused
    mock.assets.refused = lambda problem: (
        Answer(422, problem.why) if problem.why.endswith("is required") else honest(problem)
    )


# AST-12


@fault("asset-empty-symbol-accepted", breaks="AST-12")
def empty_symbol_accepted(mock: Behaviour) -> None:
    """An empty symbol is taken."""
    mock.assets.fields["symbol"].read = any_text
    honest = mock.assets.is_known
    mock.assets.is_known = lambda state, key, asset: asset["symbol"] != "" and honest(state, key, asset)


@fault("asset-empty-name-accepted", breaks="AST-12")
def empty_name_accepted(mock: Behaviour) -> None:
    """An empty display_name is taken."""
    mock.assets.fields["display_name"].read = any_text


# AST-13


@fault("asset-type-any-case", breaks="AST-13")
def type_any_case(mock: Behaviour) -> None:
    """type is taken in any case."""
    accept(mock, "type", lambda value: value.upper() if isinstance(value, str) else value)


@fault("asset-type-padded", breaks="AST-13")
def type_padded(mock: Behaviour) -> None:
    """type is taken with spaces around it."""
    accept(mock, "type", lambda value: value.strip() if isinstance(value, str) else value)


@fault("asset-type-any-text", breaks="AST-13")
def type_any_text(mock: Behaviour) -> None:
    """type may be any text."""
    mock.assets.fields["type"].read = text


@fault("asset-type-takes-more", breaks="AST-13")
def type_takes_more(mock: Behaviour) -> None:
    """type may be null or empty, and is a COIN then."""
    accept(mock, "type", lambda value: "COIN" if value is None or value == "" else value)


@fault("asset-status-any-case", breaks="AST-13")
def status_any_case(mock: Behaviour) -> None:
    """entity_status is taken in any case."""
    accept(mock, "entity_status", lambda value: value.upper() if isinstance(value, str) else value)


@fault("asset-status-any-text", breaks="AST-13")
def status_any_text(mock: Behaviour) -> None:
    """entity_status may be any text."""
    mock.assets.fields["entity_status"].read = any_text


@fault("asset-status-by-number", breaks="AST-13", falls_with=["AST-14"])
def status_by_number(mock: Behaviour) -> None:
    """entity_status may be a number: zero is inactive, any other active."""
    accept(
        mock,
        "entity_status",
        lambda value: ("ACTIVE" if value else "INACTIVE") if is_number(value) else value,
    )


# AST-14


@fault("asset-symbol-coerced", breaks="AST-14")
def symbol_coerced(mock: Behaviour) -> None:
    """A symbol that is a number or a boolean becomes its text."""
    accept(mock, "symbol", lambda value: wire.dumps(value) if isinstance(value, int | Decimal) else value)


@fault("asset-name-coerced", breaks="AST-14")
def name_coerced(mock: Behaviour) -> None:
    """A display_name of any type becomes its text."""
    accept(mock, "display_name", lambda value: value if isinstance(value, str) else wire.dumps(value))


@fault("asset-address-as-number-accepted", breaks="AST-14")
def address_as_number_accepted(mock: Behaviour) -> None:
    """contract_address may be a number, as in the document's broken example."""
    accept(mock, "contract_address", lambda value: wire.dumps(value) if is_number(value) else value)


@fault("asset-address-any-type", breaks="AST-14")
def address_any_type(mock: Behaviour) -> None:
    """contract_address is not looked at: whatever was sent comes back."""
    mock.assets.fields["contract_address"].read = lambda value: value


@fault("asset-listed-values-by-number", breaks="AST-14", falls_with=["AST-13"])
def listed_values_by_number(mock: Behaviour) -> None:
    """type and entity_status may be numbers, as protobuf's JSON has it: places in their lists, unknown ones the first."""
    for name, listed in (
        ("type", ("FIAT", "COIN", "TOKEN", "NFT")),
        ("entity_status", ("ACTIVE", "INACTIVE")),
    ):
        accept(
            mock,
            name,
            lambda value, listed=listed: listed[0] if is_number(value) else value,  # type: ignore[misc]
        )


# AST-15


@fault("asset-metadata-any-value", breaks="AST-15", falls_with=["AST-14"])
def metadata_any_value(mock: Behaviour) -> None:
    """metadata may be any JSON value."""
    mock.assets.fields["metadata"].read = lambda value: value


@fault("asset-metadata-as-list-accepted", breaks="AST-15", falls_with=["AST-14"])
def metadata_as_list_accepted(mock: Behaviour) -> None:
    """A list as metadata becomes a map by number."""
    accept(
        mock,
        "metadata",
        lambda value: {str(at): item for at, item in enumerate(value)} if isinstance(value, list) else value,
    )


@fault("asset-metadata-as-text-accepted", breaks="AST-15", falls_with=["AST-14"])
def metadata_as_text_accepted(mock: Behaviour) -> None:
    """metadata that is no map is dropped instead of refused."""
    accept(mock, "metadata", lambda value: value if isinstance(value, dict) else {})


def _accept_lists(mock: Behaviour, change: Callable[[Json], Json]) -> None:
    """Each vendor's list of symbols is changed before it is read."""
    accept(
        mock,
        "symbol_mappings",
        lambda value: (
            {vendor: change(items) for vendor, items in value.items()} if isinstance(value, dict) else value
        ),
    )


@fault("asset-mapping-of-one-text", breaks="AST-15")
def mapping_of_one_text(mock: Behaviour) -> None:
    """A vendor may map to one string instead of a list."""
    _accept_lists(mock, lambda items: [items] if isinstance(items, str) else items)


@fault("asset-mapping-of-numbers", breaks="AST-15")
def mapping_of_numbers(mock: Behaviour) -> None:
    """The symbols in a mapping may be of any type; they become text."""
    _accept_lists(
        mock,
        lambda items: (
            [item if isinstance(item, str) else wire.dumps(item) for item in items]
            if isinstance(items, list)
            else items
        ),
    )


@fault("asset-mapping-of-null", breaks="AST-15")
def mapping_of_null(mock: Behaviour) -> None:
    """A vendor may map to null: nothing."""
    _accept_lists(mock, lambda items: [] if items is None else items)


@fault("asset-mappings-only-outside-checked", breaks="AST-15")
def mappings_only_outside_checked(mock: Behaviour) -> None:
    """symbol_mappings is a map; what its members are is not looked at."""
    mock.assets.fields["symbol_mappings"].read = any_map


@fault("asset-mappings-as-list", breaks="AST-15", falls_with=["AST-14"])
def mappings_as_list(mock: Behaviour) -> None:
    """symbol_mappings may be a list: nothing is mapped."""
    accept(mock, "symbol_mappings", lambda value: {} if isinstance(value, list) else value)


# AST-17


def _parse(mock: Behaviour, change: Callable[[bytes], bytes]) -> None:
    """A body is mended before it is read. Only assets: a network request is told by its payload."""
    honest = mock.protocol.parse
    mock.protocol.parse = lambda body: honest(body if b'"clientExternalId"' in body else change(body))


@fault("body-truncated-is-mended", breaks="AST-17")
def truncated_is_mended(mock: Behaviour) -> None:
    """A body that lacks its last brace gets one."""
    _parse(mock, lambda body: body + b"}" if body.count(b"{") == body.count(b"}") + 1 else body)


@fault("body-tail-is-ignored", breaks="AST-17")
def tail_is_ignored(mock: Behaviour) -> None:
    """Whatever follows the body's object is ignored."""
    _parse(mock, lambda body: body[: body.rfind(b"}") + 1] if b"}" in body else body)


@fault("body-utf8-is-replaced", breaks="AST-17")
def utf8_is_replaced(mock: Behaviour) -> None:
    """Bytes of an asset that are no UTF-8 become replacement characters."""
    _parse(mock, lambda body: body.decode(errors="replace").encode())


@fault("body-list-of-one-accepted", breaks="AST-17", falls_with=["SIG-06", "ALC-16"])
def list_of_one_accepted(mock: Behaviour) -> None:
    """A list of one asset counts as that asset."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        value = honest(body)
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    mock.protocol.parse = parse


@fault("body-empty-answers-200", breaks="AST-17", falls_with=["AST-01", "AST-12"])
def empty_answers_200(mock: Behaviour) -> None:
    """An empty body is answered 200: there was nothing to do."""
    honest = mock.assets.refused
    mock.assets.refused = lambda problem: (
        Answer(200, {}) if problem.why.endswith("empty") else honest(problem)
    )


@fault("body-malformed-answers-422", breaks="AST-17", falls_with=["AST-18", "HTP-02"])
def malformed_answers_422(mock: Behaviour) -> None:
    """A body that is no JSON is answered 422."""
    honest = mock.assets.refused
    mock.assets.refused = lambda problem: (
        Answer(422, problem.why) if "valid JSON" in problem.why else honest(problem)
    )
