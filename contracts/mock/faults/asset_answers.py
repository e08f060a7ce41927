"""Faults in what create asset answers: shape, echo, ids and times (AST-01 to AST-04, AST-16, AST-18)."""

import html
import re
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import count
from uuid import UUID

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
from contracts.mock.messages import Answer, Refused
from contracts.mock.rules.records import new_id, now
from contracts.mock.state import Object, State
from contracts.mock.switches import fault
from contracts.wire import Json

OPTIONAL = ("contract_address", "metadata", "symbol_mappings")


# AST-01: shape


@fault("asset-answers-201", breaks="AST-01", falls_with=["HTP-02"])
def answers_201(mock: Behaviour) -> None:
    """A created asset is answered 201, as REST habits have it, not the documented 200."""
    mock.assets.created = lambda asset: Answer(201, asset)


@fault("asset-answer-empty", breaks="AST-01", falls_with=["AST-02", "HTP-03"])
def answer_empty(mock: Behaviour) -> None:
    """A created asset is answered 200 without a body."""
    mock.assets.created = lambda asset: Answer(200, raw=b"")


@fault("asset-answer-wrapped", breaks="AST-01", falls_with=["AST-02"])
def answer_wrapped(mock: Behaviour) -> None:
    """The asset comes inside of another object, under `asset`."""
    edit_assets(mock, lambda asset: {"asset": asset})


@fault("asset-id-is-a-number", breaks="AST-01", falls_with=["AST-03"])
def id_is_a_number(mock: Behaviour) -> None:
    """`id` is a number that counts up, not a string."""
    ids = count(1)
    mock.assets.id = lambda state, asset: next(ids)


@fault("asset-misses-entity-status", breaks="AST-01", falls_with=["AST-02"])
def misses_entity_status(mock: Behaviour) -> None:
    """The answer for an inactive asset has no entity_status."""
    edit_assets(
        mock, lambda asset: without(asset, "entity_status") if asset["entity_status"] == "INACTIVE" else asset
    )


@fault("asset-misses-modified-at", breaks="AST-01", falls_with=["AST-04"])
def misses_modified_at(mock: Behaviour) -> None:
    """The answer has no modified_at, since nothing was modified."""
    edit_assets(mock, lambda asset: without(asset, "modified_at"))


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


# AST-03: ids


@fault("asset-id-of-the-display-name", breaks="AST-03")
def id_of_the_display_name(mock: Behaviour) -> None:
    """`id` is derived from display_name: two assets of one name share it."""
    mock.assets.id = lambda state, asset: str(
        UUID(sha256(str(asset["display_name"]).encode()).hexdigest()[:32])
    )


@fault("asset-id-repeats", breaks="AST-03")
def id_repeats(mock: Behaviour) -> None:
    """Every eighth asset gets the id of the one before it."""
    honest, made = mock.assets.id, list[Json]()

    def id_of(state: State, asset: Object) -> Json:
        made.append(made[-1] if len(made) % 8 == 7 else honest(state, asset))
        return made[-1]

    mock.assets.id = id_of


@fault("asset-id-from-a-small-space", breaks="AST-03")
def id_from_a_small_space(mock: Behaviour) -> None:
    """`id` is a UUID made of ten bits of chance: collisions after some dozens of assets."""
    mock.assets.id = lambda state, asset: str(UUID(int=UUID(new_id()).int % 1024))


# AST-04: times


def _times(mock: Behaviour, times: Callable[[], tuple[Json, Json]]) -> None:
    mock.assets.times = times


@fault("asset-modified-before-created", breaks="AST-04")
def modified_before_created(mock: Behaviour) -> None:
    """modified_at lies a second before created_at."""
    _times(mock, lambda: (now(), now(timedelta(seconds=-1))))


@fault("asset-times-of-the-example", breaks="AST-04")
def times_of_the_example(mock: Behaviour) -> None:
    """Both times are always those of the document's example."""
    _times(mock, lambda: ("2024-01-15T10:30:00.000Z", "2024-01-15T10:30:00.000Z"))


@fault("asset-times-without-a-time", breaks="AST-04")
def times_without_a_time(mock: Behaviour) -> None:
    """Both times are dates alone."""
    _times(mock, lambda: (now()[:10], now()[:10]))


@fault("asset-times-as-epoch-text", breaks="AST-04")
def times_as_epoch_text(mock: Behaviour) -> None:
    """Both times are milliseconds since 1970, as text."""
    _times(mock, lambda: (epoch_ms(), epoch_ms()))


@fault("asset-times-local-but-z", breaks="AST-04")
def times_local_but_z(mock: Behaviour) -> None:
    """Both times are those of a clock in New York, marked as UTC."""
    _times(mock, lambda: (now(timedelta(hours=-5)), now(timedelta(hours=-5))))


@fault("asset-times-as-http-date", breaks="AST-04")
def times_as_http_date(mock: Behaviour) -> None:
    """Both times have the form of HTTP headers."""
    _times(mock, lambda: (http_date(), http_date()))


def epoch_ms() -> str:
    """This moment in milliseconds since 1970."""
    return str(int(datetime.now(UTC).timestamp() * 1000))


def http_date() -> str:
    """This moment as HTTP writes it."""
    return format_datetime(datetime.now(UTC), usegmt=True)


# AST-16: optional fields


@fault("asset-absent-fields-as-null", breaks="AST-16", falls_with=["AST-01"])
def absent_fields_as_null(mock: Behaviour) -> None:
    """Optional fields that were not sent come back as null."""
    edit_assets(mock, lambda asset: dict.fromkeys(OPTIONAL) | asset)


@fault("asset-absent-address-as-empty-text", breaks="AST-16")
def absent_address_as_empty_text(mock: Behaviour) -> None:
    """A contract_address that was not sent comes back as an empty string."""
    edit_assets(mock, lambda asset: {"contract_address": ""} | asset)


@fault("asset-absent-fields-of-the-last-one", breaks="AST-16")
def absent_fields_of_the_last_one(mock: Behaviour) -> None:
    """An optional field that was not sent carries the value of the last asset that had one."""
    last: Object = {}

    def filled(asset: Object) -> Object:
        last.update({name: asset[name] for name in OPTIONAL if name in asset})
        return last | asset

    edit_assets(mock, filled)


@fault("asset-metadata-required", breaks="AST-16", falls_with=["AST-01", "AST-10"])
def metadata_required(mock: Behaviour) -> None:
    """An asset without metadata is refused."""
    mock.assets.fields["metadata"].required = True


@fault("asset-mappings-required-for-coins", breaks="AST-16", falls_with=["AST-01", "AST-10"])
def mappings_required_for_coins(mock: Behaviour) -> None:
    """An asset without any optional field is refused."""
    honest = mock.assets.key

    def key(asset: Object) -> Hashable:
        if not any(name in asset for name in OPTIONAL):
            raise Refused(400, "an asset needs metadata, symbol_mappings or a contract_address")
        return honest(asset)

    mock.assets.key = key


# AST-18: what a 400 looks like


@fault("asset-400-is-an-object", breaks="AST-18", falls_with=["HTP-02"])
def refusal_is_an_object(mock: Behaviour) -> None:
    """A 400 carries an object with `error`, as the other service's do."""
    mock.assets.refused = lambda problem: Answer(problem.status, {"error": problem.why})


@fault("asset-400-is-empty", breaks="AST-18", falls_with=["HTP-03"])
def refusal_is_empty(mock: Behaviour) -> None:
    """A 400 has no body."""
    mock.assets.refused = lambda problem: Answer(problem.status, raw=b"")


@fault("asset-400-is-plain-text", breaks="AST-18", falls_with=["HTP-03"])
def refusal_is_plain_text(mock: Behaviour) -> None:
    """A 400 carries plain text, without a JSON string's quotes."""
    mock.assets.refused = lambda problem: Answer(
        problem.status, headers={"content-type": "text/plain"}, raw=problem.why.encode()
    )


@fault("asset-400-lists-problems", breaks="AST-18")
def refusal_lists_problems(mock: Behaviour) -> None:
    """A 400 about a field's value carries a list of problems."""
    mock.assets.refused = lambda problem: Answer(
        problem.status, [problem.why] if "must" in problem.why else problem.why
    )
