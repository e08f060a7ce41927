"""Mixes of an asset's type, status and optional fields: a rule that holds for one mix need not hold for the next."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.wire import Json

ASSET_TYPES: Final = ("COIN", "TOKEN", "FIAT", "NFT")
ENTITY_STATUSES: Final = ("ACTIVE", "INACTIVE")
OPTIONAL: Final = ("contract_address", "metadata", "symbol_mappings")


@dataclass(frozen=True)
class Mix:
    """One choice of type, status and optional fields."""

    type: str
    entity_status: str
    optional: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.entity_status} {self.type} with {' and '.join(self.optional) or 'required fields alone'}"
        )

    def of(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """A full body in this mix."""
        kept = {name: value for name, value in body.items() if name in self.optional or name not in OPTIONAL}
        return {**kept, "type": self.type, "entity_status": self.entity_status}


def _some(*flags: bool) -> tuple[str, ...]:
    return tuple(name for name, there in zip(OPTIONAL, flags, strict=True) if there)


MIXES: Final = tuple(
    Mix(kind, status, _some(*flags))
    for kind, status in itertools.product(ASSET_TYPES, ENTITY_STATUSES)
    for flags in itertools.product((True, False), repeat=3)
)


def _covering() -> tuple[Mix, ...]:
    """Each type under each status, twice: of any three of the five choices four combinations in five are met."""
    rows = []
    for flip, (kind, high, low), status in itertools.product(
        (True, False), zip(ASSET_TYPES, (0, 0, 1, 1), (0, 1, 0, 1), strict=True), (0, 1)
    ):
        flags = ((low ^ status) == flip, (high ^ status) == flip, (high ^ low ^ status) == flip)
        rows.append(Mix(kind, ENTITY_STATUSES[status], _some(*flags)))
    return tuple(rows)


COVERING: Final = _covering()
"""16 mixes; of any two choices every combination is among the first eight already."""
