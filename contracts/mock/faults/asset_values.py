"""Faults of create asset that some values show and others hide: lossy echoes, and valid ones refused (AST-01 to AST-03, AST-16)."""

import re
import time
from collections.abc import Callable, Hashable
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before, edit_assets
from contracts.mock.faults.loss import as_float, each_list, each_map, each_scalar, each_text
from contracts.mock.messages import CREATE_ASSET, Answer, Asked, Refused
from contracts.mock.state import Object
from contracts.mock.switches import fault
from contracts.wire import Json


def _refuse(mock: Behaviour, applies: Callable[[Object], bool]) -> None:
    """A valid asset to which `applies` says yes is answered 400."""
    honest = mock.assets.key

    def key(asset: Object) -> Hashable:
        if applies(asset):
            raise Refused(400, "not supported")
        return honest(asset)

    mock.assets.key = key


def _texts(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [text for member in value.values() for text in _texts(member)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


# AST-01


@fault("asset-short-symbol-refused", breaks="AST-01")
def short_symbol_refused(mock: Behaviour) -> None:
    """A symbol needs two characters."""
    _refuse(mock, lambda asset: len(str(asset["symbol"])) < 2)


@fault("asset-address-of-one-chain-only", breaks="AST-01")
def address_of_one_chain_only(mock: Behaviour) -> None:
    """contract_address has to be an EVM address."""
    _refuse(
        mock,
        lambda asset: (
            not re.fullmatch("(0x)?[0-9a-fA-F]+", str(asset.get("contract_address", "0x1")), re.ASCII)
        ),
    )


@fault("asset-empty-vendor-list-refused", breaks="AST-01")
def empty_vendor_list_refused(mock: Behaviour) -> None:
    """A vendor has to have one symbol at least."""

    def applies(asset: Object) -> bool:
        vendors = asset.get("symbol_mappings")
        return isinstance(vendors, dict) and [] in vendors.values()

    _refuse(mock, applies)


@fault("asset-texts-filtered", breaks="AST-01", falls_with=["HTP-02"])
def texts_filtered(mock: Behaviour) -> None:
    """A firewall answers 403 to texts that look like attacks."""
    attack = re.compile("<script|union select|\\.\\./|' or ", re.IGNORECASE)

    def early(asked: Asked) -> Answer | None:
        suspect = asked.operation == CREATE_ASSET and attack.search(
            (asked.body or b"").decode(errors="replace")
        )
        return Answer(403, {"error": "request blocked"}) if suspect else None

    before(mock, early)


@fault("asset-accept-ranges-refused", breaks="AST-01", falls_with=["HTP-02"])
def accept_ranges_refused(mock: Behaviour) -> None:
    """An Accept header that does not name application/json itself is answered 406, ranges included."""

    def early(asked: Asked) -> Answer | None:
        accept = asked.headers.get("accept", "*/*")
        ranges = asked.operation == CREATE_ASSET and "application/*" in accept
        return Answer(406, "not acceptable") if ranges else None

    before(mock, early)


@fault("asset-escaped-names-unknown", breaks="AST-01", falls_with=["AST-11"])
def escaped_names_unknown(mock: Behaviour) -> None:
    """Names of members are compared before their escapes are read."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        value = honest(body)
        if isinstance(value, dict) and b'"payload"' not in body:
            return {
                name: member for name, member in value.items() if not name.isalpha() or name.encode() in body
            }
        return value

    mock.protocol.parse = parse


@fault("asset-name-of-digits-is-a-number", breaks="AST-01", falls_with=["AST-02"])
def name_of_digits_is_a_number(mock: Behaviour) -> None:
    """A display_name of digits alone comes back as a number."""
    mock.assets.echo["display_name"] = lambda value: (
        int(str(value)) if re.fullmatch("[0-9]+", str(value)) else value
    )


# AST-02


@fault("asset-echo-lower-cases-evm-address", breaks="AST-02")
def lower_cases_evm_address(mock: Behaviour) -> None:
    """A contract_address that starts with 0x comes back in lower case."""
    mock.assets.echo["contract_address"] = each_text(
        lambda text: text.lower() if re.fullmatch("0[xX][0-9a-fA-F]+", text) else text
    )


@fault("asset-echo-empty-address-is-absent", breaks="AST-02")
def empty_address_is_absent(mock: Behaviour) -> None:
    """An empty contract_address is taken, and does not come back."""
    edit_assets(
        mock,
        lambda asset: {name: value for name, value in asset.items() if name != "contract_address" or value},
    )


@fault("asset-echo-fractions-at-six-places", breaks="AST-02")
def fractions_at_six_places(mock: Behaviour) -> None:
    """Fractions in metadata are kept to six decimal places."""

    def rounded(value: Json) -> Json:
        return value.quantize(Decimal("1E-6")) if isinstance(value, Decimal) and abs(value) < 10**9 else value

    mock.assets.echo["metadata"] = lambda value: each_scalar(value, rounded)


@fault("asset-echo-floats-in-lists", breaks="AST-02")
def floats_in_lists(mock: Behaviour) -> None:
    """Numbers in the lists of metadata pass through 64-bit floats."""
    mock.assets.echo["metadata"] = lambda value: each_list(value, lambda items: list(map(as_float, items)))


@fault("asset-echo-drops-nested-nulls", breaks="AST-02")
def drops_nested_nulls(mock: Behaviour) -> None:
    """Members that are null are dropped from the maps inside of metadata."""

    def kept(members: dict[str, Json]) -> dict[str, Json]:
        return {key: member for key, member in members.items() if member is not None}

    mock.assets.echo["metadata"] = lambda value: (
        {key: each_map(member, kept) for key, member in value.items()} if isinstance(value, dict) else value
    )


@fault("asset-echo-completes-dates", breaks="AST-02")
def completes_dates(mock: Behaviour) -> None:
    """Texts in metadata that are dates come back as date-times."""
    mock.assets.echo["metadata"] = each_text(
        lambda text: f"{text}T00:00:00.000Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    )


@fault("asset-echo-cuts-lists-at-100", breaks="AST-02")
def cuts_lists_at_100(mock: Behaviour) -> None:
    """Lists come back with 100 entries at most."""
    for name in ("metadata", "symbol_mappings"):
        mock.assets.echo[name] = lambda value: each_list(value, lambda items: items[:100])


@fault("asset-echo-mappings-joined-by-commas", breaks="AST-02")
def mappings_joined_by_commas(mock: Behaviour) -> None:
    """Vendors' lists are kept as text with commas: an entry with a comma comes back as two."""
    mock.assets.echo["symbol_mappings"] = lambda value: each_list(
        value, lambda items: [*(",".join(map(str, items)).split(",") if items else [])]
    )


@fault("asset-echo-mappings-unique-across-vendors", breaks="AST-02")
def mappings_unique_across_vendors(mock: Behaviour) -> None:
    """An entry that an earlier vendor of the same asset has is left out of a later one's list."""

    def unique(value: Json) -> Json:
        seen: set[str] = set()
        mapped: dict[str, Json] = {}
        for vendor, items in value.items() if isinstance(value, dict) else ():
            mapped[vendor] = (
                [item for item in items if item not in seen] if isinstance(items, list) else items
            )
            seen.update(_texts(items))
        return mapped

    mock.assets.echo["symbol_mappings"] = unique


@fault("asset-echo-mappings-drop-nameless-vendor", breaks="AST-02")
def mappings_drop_nameless_vendor(mock: Behaviour) -> None:
    """A vendor whose name is empty is taken, and does not come back."""
    mock.assets.echo["symbol_mappings"] = lambda value: each_map(
        value, lambda vendors: {vendor: items for vendor, items in vendors.items() if vendor}
    )


# AST-03


@fault("asset-id-of-the-symbols-beginning", breaks="AST-03")
def id_of_the_symbols_beginning(mock: Behaviour) -> None:
    """`id` is derived from the first 24 characters of the symbol."""
    mock.assets.id = lambda state, asset: str(
        UUID(sha256(str(asset["symbol"])[:24].encode()).hexdigest()[:32])
    )


@fault("asset-id-of-the-clock", breaks="AST-03")
def id_of_the_clock(mock: Behaviour) -> None:
    """`id` is the clock's milliseconds, as a UUID: two creates within one share it."""
    mock.assets.id = lambda state, asset: str(UUID(int=int(time.time() * 1000)))


@fault("asset-id-wraps-after-400", breaks="AST-03")
def id_wraps_after_400(mock: Behaviour) -> None:
    """The 401st asset gets the id of the first."""
    mock.assets.id = lambda state, asset: str(UUID(int=1 + len(state.assets) % 400))


# AST-16


@fault("asset-token-needs-an-address", breaks="AST-16", falls_with=["AST-01", "AST-10"])
def token_needs_an_address(mock: Behaviour) -> None:
    """A TOKEN without contract_address is refused."""
    _refuse(mock, lambda asset: asset["type"] == "TOKEN" and "contract_address" not in asset)


@fault("asset-tokens-absent-address-as-null", breaks="AST-16")
def tokens_absent_address_as_null(mock: Behaviour) -> None:
    """A contract_address that was left out of a TOKEN comes back as null."""
    edit_assets(mock, lambda asset: {"contract_address": None} | asset if asset["type"] == "TOKEN" else asset)
