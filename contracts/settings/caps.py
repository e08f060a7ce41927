"""How much a run may ask of a target and leave there, and what is safe where nobody has said it."""

import ipaddress
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Caps:
    """The most that a run may do; None is no limit. `sum` is base units of each currency but SCRATCH_CURRENCY."""

    rate: float | None = None
    """Requests a second."""
    concurrent: int | None = None
    """Requests that wait for their answers at the same time."""
    requests: int | None = None
    records: int | None = None
    """Assets and allocations that are made, or may have been."""
    sum: int | None = None

    @property
    def are_counted(self) -> bool:
        """Whether a run has to count what it has done."""
        return self != UNLIMITED

    def part(self, number: int, of: int) -> "Caps":
        """One of so many parts, which come to the whole to the unit; the first is number 1.

        `concurrent` stays as it is: some questions send so many requests at once, or cannot be asked.
        """

        def share(cap: int | None) -> int | None:
            return cap // of + (number <= cap % of) if cap is not None else None

        rate = self.rate / of if self.rate is not None else None
        return Caps(rate, self.concurrent, share(self.requests), share(self.records), share(self.sum))

    def as_variables(self) -> dict[str, str]:
        """What says these caps, no limit included."""
        values = {variable: getattr(self, field) for variable, field in _FIELDS.items()}
        return {
            variable: "none" if value is None else f"{value:f}" if variable == "MAX_RATE" else str(value)
            for variable, value in values.items()
        }


UNLIMITED = Caps()
# For a target that others use as well: the vendor's 10 requests a second; a smoke run takes some 8,000 requests, makes
# 3,000 records and locks 1,200 base units beside the large sums that it tries.
USUAL = Caps(rate=10.0, concurrent=10, requests=20_000, records=5_000, sum=10_000)

_FIELDS = {
    "MAX_RATE": "rate",
    "MAX_CONCURRENT": "concurrent",
    "MAX_REQUESTS": "requests",
    "MAX_RECORDS": "records",
    "MAX_SUM": "sum",
}
LIMITS = tuple(_FIELDS)
"""The variables that say a cap."""


def caps_of(origins: Iterable[str | None], said: Mapping[str, float]) -> Caps:
    """What was said by variable (infinity: no limit), over what is usual for these origins."""
    usual = UNLIMITED if all(map(_is_here, origins)) else USUAL
    values = {field: getattr(usual, field) for field in _FIELDS.values()}
    for name, field in _FIELDS.items():
        if name in said:
            limit = said[name]
            values[field] = None if limit == math.inf else limit if name == "MAX_RATE" else int(limit)
    return Caps(**values)


def _is_here(origin: str | None) -> bool:
    """Whether an origin is on this machine, so that nobody else is harmed; None is the embedded mock."""
    host = urlsplit(origin).hostname if origin is not None else "localhost"
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost" or str(host).endswith(".localhost")
