"""Decisions about assets: what a valid one is, when two are the same, what the answers carry."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from contracts.mock.messages import Answer, Refused
from contracts.mock.rules.fields import Field, Fields, any_map, any_text, map_of_lists, one_of, text
from contracts.mock.rules.records import new_id, no_window, now
from contracts.mock.state import Object, State
from contracts.wire import Json

Echo = Callable[[Json], Json]


def asset_fields() -> Fields:
    """The body of create asset, as the document lists it."""
    return {
        "symbol": Field(text),
        "display_name": Field(text),
        "type": Field(one_of("FIAT", "COIN", "TOKEN", "NFT")),
        "entity_status": Field(one_of("ACTIVE", "INACTIVE")),
        "contract_address": Field(any_text, required=False),
        "metadata": Field(any_map, required=False),
        "symbol_mappings": Field(map_of_lists, required=False),
    }


def by_symbol(asset: Object) -> Hashable:
    """Two assets are the same if their symbols are the same text, code point by code point."""
    return str(asset["symbol"])


def is_known(state: State, key: Hashable, asset: Object) -> bool:
    """Whether an asset of this key was created, however long ago."""
    return key in state.assets


def remember(state: State, key: Hashable, asset: Object) -> None:
    """Keep the asset for good."""
    state.assets[key] = asset


def asset_id(state: State, asset: Object) -> Json:
    """An id that no other asset has."""
    return new_id()


def times() -> tuple[Json, Json]:
    """created_at and modified_at: one moment, this one."""
    moment = now()
    return moment, moment


def created(asset: Object) -> Answer:
    """200 (the document's status) with the asset; fields that were not sent are absent."""
    return Answer(200, asset)


def conflict(state: State, key: Hashable, asset: Object) -> Answer:
    """409 with a JSON string; what exists stays as it is."""
    return Answer(409, "an asset with this symbol already exists")


def refused(problem: Refused) -> Answer:
    """Any other refusal: the status with a JSON string."""
    return Answer(problem.status, problem.why)


def nothing_left(state: State, body: Json) -> None:
    """A refused request leaves nothing behind."""


@dataclass(slots=True)
class AssetRules:
    """How assets are created. `echo` may change a field's value on its way back; the honest server changes none."""

    fields: Fields = field(default_factory=asset_fields)
    key: Callable[[Object], Hashable] = by_symbol
    is_known: Callable[[State, Hashable, Object], bool] = is_known
    window: Callable[[], Awaitable[None]] = no_window
    remember: Callable[[State, Hashable, Object], None] = remember
    id: Callable[[State, Object], Json] = asset_id
    times: Callable[[], tuple[Json, Json]] = times
    echo: dict[str, Echo] = field(default_factory=dict)
    created: Callable[[Object], Answer] = created
    conflict: Callable[[State, Hashable, Object], Answer] = conflict
    refused: Callable[[Refused], Answer] = refused
    after_refusal: Callable[[State, Json], None] = nothing_left


def record(rules: AssetRules, state: State, sent: Object) -> Object:
    """The asset as it is answered: the fields sent, each through its echo, with id and times."""
    asset: Object = {"id": rules.id(state, sent), **sent}
    for name, echo in rules.echo.items():
        if name in sent:
            asset[name] = echo(sent[name])
    asset["created_at"], asset["modified_at"] = rules.times()
    return asset
