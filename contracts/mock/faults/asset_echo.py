"""Faults in how create asset gives back what was sent (AST-02)."""

import html
import re
from collections.abc import Callable

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_assets, without
from contracts.mock.faults.loss import (
    as_float,
    ascii_only,
    composed,
    each_list,
    each_map,
    each_scalar,
    each_text,
    three_bytes,
    unrepeated,
)
from contracts.mock.switches import fault
from contracts.wire import Json

# AST-02: echo


def _echo(mock: Behaviour, name: str, change: Callable[[Json], Json]) -> None:
    mock.assets.echo[name] = change


@fault("asset-echo-upper-cases-symbol", breaks="AST-02", falls_with=["HTP-07"])
def upper_cases_symbol(mock: Behaviour) -> None:
    """symbol comes back in upper case."""
    _echo(mock, "symbol", each_text(str.upper))


@fault("asset-echo-trims-symbol", breaks="AST-02", falls_with=["HTP-07"])
def trims_symbol(mock: Behaviour) -> None:
    """symbol comes back without the spaces around it."""
    _echo(mock, "symbol", each_text(str.strip))


@fault("asset-echo-trims-display-name", breaks="AST-02", falls_with=["HTP-07"])
def trims_display_name(mock: Behaviour) -> None:
    """display_name comes back without the spaces around it."""
    _echo(mock, "display_name", each_text(str.strip))


@fault("asset-echo-collapses-spaces", breaks="AST-02", falls_with=["HTP-07"])
def collapses_spaces(mock: Behaviour) -> None:
    """Runs of spaces in display_name become one."""
    _echo(mock, "display_name", each_text(lambda text: re.sub(" +", " ", text)))


@fault("asset-echo-normalises-unicode", breaks="AST-02", falls_with=["HTP-07"])
def normalises_unicode(mock: Behaviour) -> None:
    """display_name comes back in normal form C."""
    _echo(mock, "display_name", each_text(composed))


@fault("asset-echo-truncates-at-255", breaks="AST-02", falls_with=["HTP-07"])
def truncates_at_255(mock: Behaviour) -> None:
    """Texts longer than a VARCHAR(255) are cut, silently."""
    for name in ("symbol", "display_name", "contract_address"):
        _echo(mock, name, each_text(lambda text: text[:255]))


@fault("asset-echo-truncates-symbol-at-32", breaks="AST-02", falls_with=["HTP-07"])
def truncates_symbol_at_32(mock: Behaviour) -> None:
    """symbol is cut after 32 characters, silently."""
    _echo(mock, "symbol", each_text(lambda text: text[:32]))


@fault("asset-echo-loses-emoji", breaks="AST-02", falls_with=["HTP-07"])
def loses_emoji(mock: Behaviour) -> None:
    """Characters beyond U+FFFF in display_name become question marks."""
    _echo(mock, "display_name", each_text(three_bytes))


@fault("asset-echo-loses-non-ascii", breaks="AST-02", falls_with=["HTP-07"])
def loses_non_ascii(mock: Behaviour) -> None:
    """Characters outside ASCII in metadata become question marks."""
    _echo(mock, "metadata", each_text(ascii_only))


@fault("asset-echo-escapes-html", breaks="AST-02", falls_with=["HTP-07"])
def escapes_html(mock: Behaviour) -> None:
    """Texts come back escaped for HTML."""
    for name in ("symbol", "display_name"):
        _echo(mock, name, each_text(html.escape))


@fault("asset-echo-lower-cases-address", breaks="AST-02")
def lower_cases_address(mock: Behaviour) -> None:
    """contract_address loses the capitals that are its checksum (EIP-55)."""
    _echo(mock, "contract_address", each_text(str.lower))


@fault("asset-echo-address-as-number", breaks="AST-02")
def address_as_number(mock: Behaviour) -> None:
    """A hexadecimal contract_address comes back as the decimal number that a YAML tool would make of it."""
    _echo(mock, "contract_address", _as_decimal)


def _as_decimal(value: Json) -> Json:
    text = str(value)
    try:
        return str(float(int(text, 16))) if text.startswith("0x") else text
    except (ValueError, OverflowError):
        return text


@fault("asset-echo-drops-address-of-coins", breaks="AST-02")
def drops_address_of_coins(mock: Behaviour) -> None:
    """contract_address is only kept for tokens."""
    edit_assets(mock, lambda asset: asset if asset["type"] == "TOKEN" else without(asset, "contract_address"))


@fault("asset-echo-metadata-through-floats", breaks="AST-02")
def metadata_through_floats(mock: Behaviour) -> None:
    """Numbers in metadata pass through 64-bit floats: 9007199254740993 comes back as 9007199254740992."""
    _echo(mock, "metadata", lambda value: each_scalar(value, as_float))


@fault("asset-echo-metadata-drops-nulls", breaks="AST-02")
def metadata_drops_nulls(mock: Behaviour) -> None:
    """Members of metadata that are null are dropped."""
    _echo(
        mock,
        "metadata",
        lambda value: each_map(
            value, lambda members: {key: member for key, member in members.items() if member is not None}
        ),
    )


@fault("asset-echo-metadata-drops-empty", breaks="AST-02")
def metadata_drops_empty(mock: Behaviour) -> None:
    """Empty maps and lists inside metadata are dropped."""
    _echo(
        mock,
        "metadata",
        lambda value: each_map(
            value, lambda members: {key: member for key, member in members.items() if member not in ({}, [])}
        ),
    )


@fault("asset-echo-metadata-as-text", breaks="AST-02")
def metadata_as_text(mock: Behaviour) -> None:
    """Numbers and booleans in metadata come back as strings."""
    _echo(
        mock, "metadata", lambda value: each_scalar(value, lambda item: item if item is None else str(item))
    )


@fault("asset-echo-metadata-bools-as-numbers", breaks="AST-02")
def metadata_bools_as_numbers(mock: Behaviour) -> None:
    """true and false in metadata come back as 1 and 0."""
    _echo(
        mock,
        "metadata",
        lambda value: each_scalar(value, lambda item: int(item) if isinstance(item, bool) else item),
    )


@fault("asset-echo-metadata-lower-cases-keys", breaks="AST-02")
def metadata_lower_cases_keys(mock: Behaviour) -> None:
    """Keys of metadata come back in lower case."""
    _echo(
        mock,
        "metadata",
        lambda value: each_map(
            value, lambda members: {key.lower(): member for key, member in members.items()}
        ),
    )


@fault("asset-echo-metadata-flattens", breaks="AST-02")
def metadata_flattens(mock: Behaviour) -> None:
    """Only the first level of metadata is kept as JSON; what lies deeper comes back as its text."""

    def flattened(value: Json) -> Json:
        members = value if isinstance(value, dict) else {}
        return {
            key: str(member) if isinstance(member, dict | list) else member for key, member in members.items()
        }

    _echo(mock, "metadata", flattened)


@fault("asset-echo-mappings-drop-repeats", breaks="AST-02")
def mappings_drop_repeats(mock: Behaviour) -> None:
    """Repeated entries of a mapping's list come back once."""
    _echo(mock, "symbol_mappings", lambda value: each_list(value, unrepeated))


@fault("asset-echo-mappings-sorted", breaks="AST-02")
def mappings_sorted(mock: Behaviour) -> None:
    """The lists of symbol_mappings come back sorted."""
    _echo(mock, "symbol_mappings", lambda value: each_list(value, lambda items: sorted(items, key=str)))


@fault("asset-echo-mappings-drop-empty", breaks="AST-02")
def mappings_drop_empty(mock: Behaviour) -> None:
    """A vendor with an empty list of symbols is left out of symbol_mappings."""
    _echo(
        mock,
        "symbol_mappings",
        lambda value: each_map(
            value, lambda vendors: {vendor: items for vendor, items in vendors.items() if items}
        ),
    )


@fault("asset-echo-mappings-first-only", breaks="AST-02")
def mappings_first_only(mock: Behaviour) -> None:
    """Of each vendor's symbols only the first comes back."""
    _echo(mock, "symbol_mappings", lambda value: each_list(value, lambda items: items[:1]))


@fault("asset-echo-always-active", breaks="AST-02")
def always_active(mock: Behaviour) -> None:
    """entity_status is ACTIVE whatever was sent."""
    _echo(mock, "entity_status", lambda value: "ACTIVE")


@fault("asset-echo-nft-becomes-token", breaks="AST-02")
def nft_becomes_token(mock: Behaviour) -> None:
    """An NFT comes back as a TOKEN."""
    _echo(mock, "type", lambda value: "TOKEN" if value == "NFT" else value)
