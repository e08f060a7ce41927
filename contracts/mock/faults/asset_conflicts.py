"""Faults in what counts as an existing symbol, and in what a conflict does (AST-05 to AST-09, AST-19)."""

import asyncio
import time
from collections.abc import Callable, Hashable

from contracts.mock.behaviour import Behaviour
from contracts.mock.faults.loss import ascii_only
from contracts.mock.messages import Answer
from contracts.mock.state import Object, State
from contracts.mock.switches import fault

# What turns red with a conflict that is missed: a check of the plain case may meet the same hole.
MISSED = ("AST-05", "AST-06", "AST-07", "AST-08", "AST-09")


def _symbol(asset: Object) -> str:
    return str(asset["symbol"])


def _known_only(mock: Behaviour, applies: Callable[[State, Object], bool]) -> None:
    """Conflicts are only seen where `applies` says so."""
    honest = mock.assets.is_known
    mock.assets.is_known = lambda state, key, asset: applies(state, asset) and honest(state, key, asset)


def _keep_only(mock: Behaviour, applies: Callable[[Object], bool]) -> None:
    """Assets of which `applies` says no are answered, but not remembered."""
    honest = mock.assets.remember

    def remember(state: State, key: Hashable, asset: Object) -> None:
        if applies(asset):
            honest(state, key, asset)

    mock.assets.remember = remember


def _forget_beyond(mock: Behaviour, most: int) -> None:
    """Only the newest `most` assets are remembered."""
    honest = mock.assets.remember

    def remember(state: State, key: Hashable, asset: Object) -> None:
        honest(state, key, asset)
        if len(state.assets) > most:
            del state.assets[next(iter(state.assets))]

    mock.assets.remember = remember


# AST-05


@fault("asset-conflict-never", breaks="AST-05", falls_with=MISSED)
def conflict_never(mock: Behaviour) -> None:
    """A symbol may be created as often as one likes."""
    mock.assets.is_known = lambda state, key, asset: False


@fault("asset-conflict-answers-400", breaks="AST-05", falls_with=MISSED)
def conflict_answers_400(mock: Behaviour) -> None:
    """An existing symbol is answered 400."""
    mock.assets.conflict = lambda state, key, asset: Answer(400, "an asset with this symbol already exists")


@fault(
    "asset-conflict-answers-the-first", breaks="AST-05", falls_with=[*MISSED, "AST-02", "AST-03", "AST-16"]
)
def conflict_answers_the_first(mock: Behaviour) -> None:
    """An existing symbol is answered 200 with the asset that exists."""
    mock.assets.conflict = lambda state, key, asset: Answer(200, state.assets[key])


@fault("asset-conflict-answers-422", breaks="AST-05", falls_with=[*MISSED, "HTP-02"])
def conflict_answers_422(mock: Behaviour) -> None:
    """An existing symbol is answered 422."""
    mock.assets.conflict = lambda state, key, asset: Answer(422, "an asset with this symbol already exists")


# AST-06


@fault("asset-conflict-forgets-other-type", breaks="AST-06", falls_with=["AST-09"])
def conflict_forgets_other_type(mock: Behaviour) -> None:
    """A symbol may exist once for each type."""
    mock.assets.key = lambda asset: (_symbol(asset), str(asset["type"]))


@fault("asset-conflict-only-while-active", breaks="AST-06", falls_with=["AST-05", "AST-09"])
def conflict_only_while_active(mock: Behaviour) -> None:
    """Only active assets keep their symbol."""
    _keep_only(mock, lambda asset: asset["entity_status"] == "ACTIVE")


@fault("asset-conflict-only-for-active", breaks="AST-06", falls_with=["AST-05", "AST-09"])
def conflict_only_for_active(mock: Behaviour) -> None:
    """An inactive asset may repeat an existing symbol."""
    _known_only(mock, lambda state, asset: asset["entity_status"] == "ACTIVE")


@fault("asset-conflict-forgets-other-name", breaks="AST-06", falls_with=["AST-09"])
def conflict_forgets_other_name(mock: Behaviour) -> None:
    """A symbol may exist once for each display_name."""
    mock.assets.key = lambda asset: (_symbol(asset), str(asset["display_name"]))


@fault("asset-conflict-forgets-other-address", breaks="AST-06", falls_with=["AST-09"])
def conflict_forgets_other_address(mock: Behaviour) -> None:
    """A symbol may exist once for each contract_address, and once without."""
    mock.assets.key = lambda asset: (_symbol(asset), str(asset.get("contract_address")))


@fault("asset-conflict-forgets-other-mappings", breaks="AST-06", falls_with=["AST-09"])
def conflict_forgets_other_mappings(mock: Behaviour) -> None:
    """A symbol may exist once for each symbol_mappings."""
    mock.assets.key = lambda asset: (_symbol(asset), str(asset.get("symbol_mappings")))


@fault("asset-conflict-only-same-body", breaks="AST-06", falls_with=["AST-09"])
def conflict_only_same_body(mock: Behaviour) -> None:
    """Only the very same asset conflicts."""
    mock.assets.key = lambda asset: str(sorted(asset.items()))


# AST-07


@fault("asset-conflict-only-with-the-last", breaks="AST-07", falls_with=MISSED)
def conflict_only_with_the_last(mock: Behaviour) -> None:
    """Only the newest asset is remembered."""
    _forget_beyond(mock, 1)


@fault("asset-conflict-forgets-after-16", breaks="AST-07", falls_with=MISSED)
def conflict_forgets_after_16(mock: Behaviour) -> None:
    """Only the 16 newest assets are remembered."""
    _forget_beyond(mock, 16)


@fault("asset-conflict-forgets-after-64", breaks="AST-07", falls_with=MISSED)
def conflict_forgets_after_64(mock: Behaviour) -> None:
    """Only the 64 newest assets are remembered."""
    _forget_beyond(mock, 64)


@fault("asset-conflict-forgets-long-symbols", breaks="AST-07")
def conflict_forgets_long_symbols(mock: Behaviour) -> None:
    """Symbols of more than 32 characters have no place in the index, so they never conflict."""
    _known_only(mock, lambda state, asset: len(_symbol(asset)) <= 32)


@fault("asset-conflict-forgets-non-ascii", breaks="AST-07")
def conflict_forgets_non_ascii(mock: Behaviour) -> None:
    """Symbols with a character outside ASCII never conflict."""
    _known_only(mock, lambda state, asset: _symbol(asset).isascii())


@fault("asset-conflict-forgets-spaced-symbols", breaks="AST-07")
def conflict_forgets_spaced_symbols(mock: Behaviour) -> None:
    """Symbols with a space in them never conflict."""
    _known_only(mock, lambda state, asset: " " not in _symbol(asset))


@fault("asset-conflict-forgets-emoji", breaks="AST-07")
def conflict_forgets_emoji(mock: Behaviour) -> None:
    """Symbols with a character beyond U+FFFF never conflict."""
    _known_only(mock, lambda state, asset: all(ord(character) < 0x10000 for character in _symbol(asset)))


# AST-08


@fault("asset-race-1ms", breaks="AST-08", falls_with=["AST-09"])
def race_1ms(mock: Behaviour) -> None:
    """A millisecond passes between looking for the symbol and writing the asset down."""
    mock.assets.window = lambda: asyncio.sleep(0.001)


@fault("asset-race-5ms", breaks="AST-08", falls_with=["AST-09"])
def race_5ms(mock: Behaviour) -> None:
    """Five milliseconds pass between looking for the symbol and writing the asset down."""
    mock.assets.window = lambda: asyncio.sleep(0.005)


@fault("asset-race-bare-await", breaks="AST-08", falls_with=["AST-09"])
def race_bare_await(mock: Behaviour) -> None:
    """0.3 ms pass between looking for the symbol and writing the asset down."""
    mock.assets.window = lambda: asyncio.sleep(0.0003)


@fault("asset-race-stale-replica", breaks="AST-08", falls_with=["AST-05", "AST-09"])
def race_stale_replica(mock: Behaviour) -> None:
    """Symbols are looked up in a copy that is 3 ms behind."""
    honest, keep, since = mock.assets.is_known, mock.assets.remember, dict[Hashable, float]()

    def remember(state: State, key: Hashable, asset: Object) -> None:
        since.setdefault(key, time.monotonic())
        keep(state, key, asset)

    mock.assets.remember = remember
    mock.assets.is_known = lambda state, key, asset: (
        honest(state, key, asset) and time.monotonic() - since.get(key, 0) > 0.003
    )


# AST-09


@fault("asset-409-carries-the-asset", breaks="AST-09")
def conflict_carries_the_asset(mock: Behaviour) -> None:
    """A 409 carries the asset that exists."""
    mock.assets.conflict = lambda state, key, asset: Answer(409, state.assets[key])


@fault("asset-409-is-an-object", breaks="AST-09")
def conflict_is_an_object(mock: Behaviour) -> None:
    """A 409 carries an object with `error`."""
    mock.assets.conflict = lambda state, key, asset: Answer(
        409, {"error": "an asset with this symbol already exists"}
    )


@fault("asset-409-is-empty", breaks="AST-09", falls_with=["HTP-03"])
def conflict_is_empty(mock: Behaviour) -> None:
    """A 409 has no body."""
    mock.assets.conflict = lambda state, key, asset: Answer(409, raw=b"")


@fault("asset-409-frees-the-symbol", breaks="AST-09", falls_with=["AST-05", "AST-07", "AST-08"])
def conflict_frees_the_symbol(mock: Behaviour) -> None:
    """A conflict rolls back too much: the asset that exists is gone after it."""
    honest = mock.assets.conflict

    def conflict(state: State, key: Hashable, asset: Object) -> Answer:
        del state.assets[key]
        return honest(state, key, asset)

    mock.assets.conflict = conflict


# AST-19


@fault("asset-conflict-by-last-eight", breaks="AST-19", falls_with=["AST-01", "AST-10"])
def conflict_by_last_eight(mock: Behaviour) -> None:
    """Symbols conflict that share their last eight characters."""
    mock.assets.key = lambda asset: _symbol(asset)[-8:]


@fault("asset-conflict-by-letters-only", breaks="AST-19")
def conflict_by_letters_only(mock: Behaviour) -> None:
    """Symbols conflict that differ only in characters other than letters and digits."""
    mock.assets.key = lambda asset: "".join(filter(str.isalnum, _symbol(asset))) or _symbol(asset)


@fault("asset-conflict-non-ascii-alike", breaks="AST-19")
def conflict_non_ascii_alike(mock: Behaviour) -> None:
    """All characters outside ASCII count as the same one."""
    mock.assets.key = lambda asset: ascii_only(_symbol(asset))


@fault("asset-conflict-after-truncation", breaks="AST-19", falls_with=["AST-07"])
def conflict_after_truncation(mock: Behaviour) -> None:
    """Symbols conflict that share their first 32 characters."""
    mock.assets.key = lambda asset: _symbol(asset)[:32]


@fault("asset-conflict-with-mappings", breaks="AST-19")
def conflict_with_mappings(mock: Behaviour) -> None:
    """A symbol conflicts that another asset maps to for some vendor."""
    keep, mapped = mock.assets.remember, set[str]()
    honest = mock.assets.is_known

    def remember(state: State, key: Hashable, asset: Object) -> None:
        keep(state, key, asset)
        vendors = asset.get("symbol_mappings")
        for items in vendors.values() if isinstance(vendors, dict) else ():
            mapped.update(str(item) for item in (items if isinstance(items, list) else ()))

    mock.assets.remember = remember
    mock.assets.is_known = lambda state, key, asset: honest(state, key, asset) or _symbol(asset) in mapped


@fault("asset-conflict-with-display-names", breaks="AST-19", falls_with=["AST-01", "AST-02", "AST-10"])
def conflict_with_display_names(mock: Behaviour) -> None:
    """A display_name that another asset has is a conflict, under any symbol."""
    honest, names = mock.assets.is_known, set[str]()
    keep = mock.assets.remember

    def remember(state: State, key: Hashable, asset: Object) -> None:
        names.add(str(asset["display_name"]))
        keep(state, key, asset)

    mock.assets.remember = remember
    mock.assets.is_known = lambda state, key, asset: (
        honest(state, key, asset) or asset["display_name"] in names
    )
