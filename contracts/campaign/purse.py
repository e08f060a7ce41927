"""What a campaign may do to its target, shared out: each shard gets a lease, and gives back what it has not used.

Rate and concurrency are lent for as long as a shard is asked; requests, records and sums for good. What is lent counts as
used, on the disk as well: whatever becomes of a worker or of the client, no cap is passed by one unit. Who is lent what stands
beside it, so that the next sitting takes back what the workers of a client that was killed have not used.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from contracts.findings.documents import called, json_document, read_text, shaped
from contracts.findings.shapes import Count, Shape
from contracts.findings.store import write_json
from contracts.plan import BUDGET
from contracts.settings.caps import LIMITS, Caps
from contracts.transport.budget import LENT, Budget, Used

# Of what is left a shard gets a part, so that as many as run beside it get as much, and as many after them.
ROUNDS = 2
# Less is good for no question: a flow takes some hundred requests. The last shards take what is left.
LEAST = {"requests": 300, "records": 150, "sum": 300}
# Requests of a burst leave together, so many at least: whoever may have fewer under way can ask none.
BURST = 8
UNNAMED = ""
"""The currency of what was lent and never told of: it counts for each."""


class _Lease(Shape):
    requests: Count | None
    records: Count | None
    sum: Count | None


class _Lent(Shape):
    boot: str
    """When: since which start of the machine."""
    to: dict[Annotated[str, Field(pattern="^[0-9]+$")], _Lease]
    """By shard number."""


class _Kept(Shape):
    requests: Count
    records: Count
    sums: dict[str, int]
    left_out: dict[str, int]
    lent: _Lent = _Lent(boot="", to={})


@dataclass
class Purse:
    """Caps, what is used up, and what is out on lease by shard number. `file` is as a budget's, and never behind."""

    caps: Caps
    file: Path
    expendable: str | None = None
    """The currency whose sums have no cap."""
    used: Used = field(default_factory=Used)
    out: dict[int, Caps] = field(default_factory=dict)

    @classmethod
    def opened(
        cls, caps: Caps, file: Path, expendable: str | None = None, scratch: Path | None = None
    ) -> "Purse":
        """With what has been used so far. What a client that was killed had lent is taken back; `scratch` holds the folders of its
        shards, and what they have spent. Raises Unreadable.
        """
        if not file.exists():
            return cls(caps, file, expendable)
        with called(file.name, "without it the caps count from here on"):
            known = shaped(TypeAdapter(_Kept), json_document(read_text(file)))
        used = Used(known.requests, known.records, known.sums, known.left_out)
        out = {int(number): Caps(**lease.model_dump()) for number, lease in known.lent.to.items()}
        for lease in out.values():
            used = _less(used, lease)
        purse = cls(caps, file, expendable, used, out)
        # What workers count is on the disk after a kill; after a power cut it need not be.
        told = scratch if known.lent.boot == _boot() != "" else None
        for number in list(out):
            purse.take_back(number, _last_spent(told, number) if told is not None else None)
        return purse

    def slots(self, width: int) -> int:
        """How many of so many workers may ask at once: each sends one request a second at least, and one of them bursts."""
        rate, concurrent = self.caps.rate, self.caps.concurrent
        fast = width if rate is None else math.floor(rate)
        wide = width if concurrent is None else concurrent - BURST + 1
        return max(1, min(width, fast, wide))

    @property
    def is_empty(self) -> bool:
        """Whether no request is left for anybody, or no record, without which hardly any is sent; what is out may come back."""
        return self._left("requests") == 0 or (bool(self.caps.records) and self._left("records") == 0)

    def lend(self, number: int, slots: int, *, widest: int = 1) -> Caps | None:
        """What a shard may do, beside `slots` - 1 others; None where there is nothing for it now.

        Its `widest` burst is to fit its share of the rate: Pace lets a wider one out alone, and others would send beside it. Whoever
        bursts may have as many requests under way as leave one to each of the others, which need no more.
        """
        concurrent = self.caps.concurrent
        wide = None if concurrent is None else max(1, concurrent - slots + 1) if widest > 1 else 1
        share = self._share(slots, widest if wide is None else min(widest, wide))
        if self.is_empty or not self._has_room(share, wide):
            return None
        lease = Caps(share, wide, *(self._part(what, slots) for what in LEAST))
        self.out[number] = lease
        self._write()
        return lease

    def take_back(self, number: int, spent: Mapping[str, Any] | None) -> None:
        """A lease has ended: what its shard has `spent`, as a budget's file says it, is used; all of it where nobody knows."""
        lease = self.out.pop(number)
        self.used = _sum(self.used, _used(spent) if spent is not None else _all_of(lease))
        self._write()

    def told(self, under_way: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """As a budget's file says it, without what is lent: caps, what is used, and what shards `under_way` have spent so far."""
        used = self.used
        for spent in under_way:
            used = _sum(used, _used(spent))
        return {"caps": asdict(self.caps), **asdict(used)}

    def _share(self, slots: int, widest: int) -> float | None:
        """Of the rate: the same for each, or what is free; but never less than so many requests at once take, or than all."""
        rate = self.caps.rate
        if rate is None:
            return None
        free = rate - sum(lease.rate or 0 for lease in self.out.values())
        return max(min(rate, widest), min(rate / slots, free))

    def _has_room(self, share: float | None, wide: int | None) -> bool:
        """Whether what is out leaves this much of rate and concurrency: leases of a time with fewer workers are larger."""
        out = self.out.values()
        slow = share is None or sum(lease.rate or 0 for lease in out) + share <= (self.caps.rate or 0) + 1e-6
        few = wide is None or sum(lease.concurrent or 0 for lease in out) + wide <= (
            self.caps.concurrent or 0
        )
        return slow and few

    def _part(self, what: str, slots: int) -> int | None:
        left = self._left(what)
        return None if left is None else min(left, max(LEAST[what], left // (ROUNDS * slots)))

    def _left(self, what: str) -> int | None:
        cap: int | None = getattr(self.caps, what)
        if cap is None:
            return None
        total = self._total()
        capped = (units for name, units in total.sums.items() if name not in {UNNAMED, self.expendable})
        named = max(capped, default=0)
        used: int = named + total.sums.get(UNNAMED, 0) if what == "sum" else getattr(total, what)
        return max(0, cap - used)

    def _total(self) -> Used:
        """What is used and what is out, by its worst reading."""
        total = self.used
        for lease in self.out.values():
            total = _sum(total, _all_of(lease))
        return total

    def _write(self) -> None:
        counts = asdict(self._total())
        to = {number: {what: getattr(lease, what) for what in LEAST} for number, lease in self.out.items()}
        if to:
            counts[LENT] = {"boot": _boot(), "to": to}
        write_json(self.file, counts, sync=True)


def spent_in(file: Path) -> Mapping[str, Any] | None:
    """What a worker of this machine has spent, though it brings nothing back: it counts before it sends. None where nobody knows."""
    try:
        return Budget(Caps(), file).told()
    except (OSError, ValueError, TypeError):
        return None


def _last_spent(scratch: Path, number: int) -> Mapping[str, Any] | None:
    """What a shard of a killed client has spent; from here on its worker, which may live some moments longer, sends nothing more."""
    folders = list(scratch.glob(f"{number}-*"))
    if len(folders) != 1:
        return None
    try:
        return Budget(Caps(), folders[0] / BUDGET).close()
    except (OSError, ValueError, TypeError):
        return None


def _boot() -> str:
    """What tells this start of this machine from all others; empty where it does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def variables(lease: Caps) -> dict[str, str]:
    """A lease as settings of the worker that asks the shard."""
    values = (lease.rate, lease.concurrent, lease.requests, lease.records, lease.sum)
    # Rounded down: shares of a rate must not add up to more.
    texts = ("none" if value is None else f"{math.floor(value * 1e6) / 1e6:f}" for value in values[:1])
    counts = ("none" if value is None else str(value) for value in values[1:])
    return dict(zip(LIMITS, (*texts, *counts), strict=True))


def _used(spent: Mapping[str, Any]) -> Used:
    """What a shard has spent; what it left out to keep within its lease, another one may have asked."""
    left_out: Counter[str] = Counter()
    for reason, count in spent["left_out"].items():
        option = reason[reason.rfind("(") :]
        left_out[
            f"they were beyond a shard's part of the budget {option}" if "budget" in reason else reason
        ] += count
    return Used(spent["requests"], spent["records"], spent["sums"], dict(left_out))


def _all_of(lease: Caps) -> Used:
    return Used(lease.requests or 0, lease.records or 0, {UNNAMED: lease.sum or 0})


def _less(used: Used, lease: Caps) -> Used:
    lent = _all_of(lease)
    sums = dict(Counter(used.sums) - Counter(lent.sums))
    return Used(used.requests - lent.requests, used.records - lent.records, sums, used.left_out)


def _sum(one: Used, other: Used) -> Used:
    return Used(
        one.requests + other.requests,
        one.records + other.records,
        dict(Counter(one.sums) + Counter(other.sums)),
        dict(Counter(one.left_out) + Counter(other.left_out)),
    )
