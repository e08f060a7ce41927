"""Faults of create asset that show in some cases only: conflicts, wrong values let through, what a refusal leaves (AST-09 to AST-19)."""

import re
import time
import unicodedata
from binascii import crc_hqx
from collections.abc import Callable, Hashable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_assets
from contracts.mock.faults.asset_refusals import accept
from contracts.mock.messages import Answer, Refused
from contracts.mock.rules.fields import read_object
from contracts.mock.state import Object, State
from contracts.mock.switches import fault
from contracts.wire import Json

_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)
WORDS = "an asset with this symbol already exists"


def _symbol(asset: Object) -> str:
    return str(asset["symbol"])


# AST-09


@fault("asset-409-carries-the-asset-in-words", breaks="AST-09")
def conflict_carries_the_asset_in_words(mock: Behaviour) -> None:
    """A 409's text ends with the asset that exists, as JSON."""
    mock.assets.conflict = lambda state, key, asset: Answer(409, f"{WORDS}: {_made(asset)}")


def _made(asset: Object) -> str:
    return wire.dumps({"id": "1", **asset, "created_at": "2024-01-15T10:30:00Z"})


@fault("asset-409-pasted-together", breaks="AST-09", falls_with=["HTP-03"])
def conflict_pasted_together(mock: Behaviour) -> None:
    """A 409's text is pasted together: a symbol with a quote or a backslash makes it invalid JSON."""
    mock.assets.conflict = lambda state, key, asset: Answer(
        409,
        headers={"content-type": "application/json"},
        raw=f'"{_symbol(asset)} already exists"'.encode(errors="replace"),
    )


@fault("asset-409-is-an-object-for-tokens", breaks="AST-09")
def conflict_is_an_object_for_tokens(mock: Behaviour) -> None:
    """A 409 carries an object where the asset that is refused is a TOKEN."""
    mock.assets.conflict = lambda state, key, asset: Answer(
        409, {"error": WORDS} if asset["type"] == "TOKEN" else WORDS
    )


# AST-10


@fault("asset-refusal-is-remembered", breaks="AST-10", falls_with=["AST-01"])
def refusal_is_remembered(mock: Behaviour) -> None:
    """A symbol that was refused is refused again for two seconds, whatever the request then says."""
    refused: dict[str, float] = {}
    honest = mock.assets.key

    def after_refusal(state: State, body: Json) -> None:
        if isinstance(body, dict):
            refused[str(body.get("symbol"))] = time.monotonic() + 2

    def key(asset: Object) -> Hashable:
        if refused.get(_symbol(asset), 0) > time.monotonic():
            raise Refused(400, "refused before")
        return honest(asset)

    mock.assets.after_refusal, mock.assets.key = after_refusal, key


@fault("asset-refusal-leaves-a-draft", breaks="AST-10", falls_with=["AST-16", "AST-02"])
def refusal_leaves_a_draft(mock: Behaviour) -> None:
    """What a refused request said about the optional fields is filled in when the symbol is created."""
    drafts: dict[str, Object] = {}

    def after_refusal(state: State, body: Json) -> None:
        if isinstance(body, dict):
            drafts[str(body.get("symbol"))] = {
                name: body[name]
                for name, kind in (("contract_address", str), ("metadata", dict))
                if isinstance(body.get(name), kind)
            }

    mock.assets.after_refusal = after_refusal
    edit_assets(mock, lambda asset: drafts.get(_symbol(asset), {}) | asset)


# AST-11, AST-12, AST-13


def _fill(mock: Behaviour, name: str, value: str, applies: Callable[[Object], bool]) -> None:
    """Where `applies` says so, a field that is missing or empty gets this value before the body is read."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        said = honest(body)
        if isinstance(said, dict) and "symbol" in said and not said.get(name, "") and applies(said):
            return {**said, name: value}
        return said

    mock.protocol.parse = parse


@fault("asset-status-of-fiat-defaults", breaks="AST-11", falls_with=["AST-13"])
def status_of_fiat_defaults(mock: Behaviour) -> None:
    """entity_status may be left out of FIAT: ACTIVE."""
    _fill(
        mock,
        "entity_status",
        "ACTIVE",
        lambda said: said.get("type") == "FIAT" and "entity_status" not in said,
    )


@fault("asset-empty-name-of-inactive-accepted", breaks="AST-12")
def empty_name_of_inactive_accepted(mock: Behaviour) -> None:
    """display_name may be empty where the asset is INACTIVE."""
    _fill(
        mock,
        "display_name",
        "unnamed",
        lambda said: said.get("entity_status") == "INACTIVE" and said.get("display_name") == "",
    )


@fault("asset-status-names-of-every-object", breaks="AST-13")
def status_names_of_every_object(mock: Behaviour) -> None:
    """The list of statuses is a JavaScript object: constructor and toString are on it."""
    accept(mock, "entity_status", lambda value: "ACTIVE" if value in ("constructor", "toString") else value)


@fault("asset-type-in-any-width", breaks="AST-13")
def type_in_any_width(mock: Behaviour) -> None:
    """type is normalised (NFKC) before it is looked up: fullwidth letters are taken."""
    accept(
        mock, "type", lambda value: unicodedata.normalize("NFKC", value) if isinstance(value, str) else value
    )


# AST-15, AST-17, AST-18


@fault("asset-mappings-first-vendor-checked", breaks="AST-15")
def mappings_first_vendor_checked(mock: Behaviour) -> None:
    """Only the first vendor of symbol_mappings is looked at."""
    honest = mock.assets.fields["symbol_mappings"].read

    def read(value: Json) -> Json:
        honest(dict(list(value.items())[:1]) if isinstance(value, dict) else value)
        return value

    mock.assets.fields["symbol_mappings"].read = read


@fault("asset-mappings-last-entry-unchecked", breaks="AST-15")
def mappings_last_entry_unchecked(mock: Behaviour) -> None:
    """The last of several entries of a vendor's list may be anything."""
    honest = mock.assets.fields["symbol_mappings"].read

    def read(value: Json) -> Json:
        shorter = value
        if isinstance(value, dict):
            shorter = {
                vendor: items[:-1] if isinstance(items, list) and len(items) > 1 else items
                for vendor, items in value.items()
            }
        honest(shorter)
        return value

    mock.assets.fields["symbol_mappings"].read = read


@fault("body-raw-controls-accepted", breaks="AST-17", falls_with=["SIG-06", "ALC-16"])
def raw_controls_accepted(mock: Behaviour) -> None:
    """Line feeds and tabs inside of texts are taken as they are, without their escapes."""
    honest = mock.protocol.parse
    inside = re.compile(rb"(?<=[a-z])[\n\t](?=[a-z])")
    mock.protocol.parse = lambda body: honest(inside.sub(b" ", body))


@fault("asset-400-lists-several-mistakes", breaks="AST-18")
def refusal_lists_several_mistakes(mock: Behaviour) -> None:
    """A 400 about two wrong fields or more carries a list."""
    honest, last = mock.protocol.parse, list[Json]()

    def parse(body: bytes) -> Json:
        last[:] = [honest(body)]
        return last[0]

    def wrong(name: str) -> bool:
        try:
            read_object(last[0], {name: mock.assets.fields[name]})
        except Refused:
            return True
        return False

    def refused(problem: Refused) -> Answer:
        names = [name for name in mock.assets.fields if last and wrong(name)]
        return Answer(problem.status, [problem.why, *names] if len(names) > 1 else problem.why)

    mock.protocol.parse, mock.assets.refused = parse, refused


# AST-19


@fault("asset-conflict-by-number", breaks="AST-19", falls_with=["AST-01"])
def conflict_by_number(mock: Behaviour) -> None:
    """Symbols that are numbers conflict by value: 7, 07 and 7.0."""

    def key(asset: Object) -> Hashable:
        try:
            return str(_EXACT.normalize(Decimal(_symbol(asset))))
        except InvalidOperation:
            return _symbol(asset)

    mock.assets.key = key


@fault("asset-conflict-by-checksum", breaks="AST-19", falls_with=["AST-01", "AST-10"])
def conflict_by_checksum(mock: Behaviour) -> None:
    """Symbols conflict that have the same 16-bit checksum."""
    mock.assets.key = lambda asset: crc_hqx(_symbol(asset).encode(errors="replace"), 0)


@fault("asset-conflict-without-accents", breaks="AST-19")
def conflict_without_accents(mock: Behaviour) -> None:
    """Symbols conflict that differ only in accents."""
    mock.assets.key = lambda asset: "".join(
        letter for letter in unicodedata.normalize("NFD", _symbol(asset)) if not unicodedata.combining(letter)
    )


@fault("asset-conflict-by-pattern", breaks="AST-19")
def conflict_by_pattern(mock: Behaviour) -> None:
    """A symbol is looked up with LIKE: _ and % in it match others."""
    honest = mock.assets.is_known

    def is_known(state: State, key: Hashable, asset: Object) -> bool:
        if not set("_%") & set(_symbol(asset)):
            return honest(state, key, asset)
        pattern = re.escape(_symbol(asset)).replace("_", ".").replace("%", ".*")
        return any(re.fullmatch(pattern, str(known), re.DOTALL) for known in state.assets)

    mock.assets.is_known = is_known
