"""What a run may do to a target that is not its own, counted to the unit over all of its processes.

Counts stand in one small file under a lock. They are taken before a request leaves and given back when its answer says that
nothing was made, so that whatever becomes of requests without an answer is counted as done.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contracts.settings.caps import Caps
from contracts.transport.cost import FREE, Cost

LENT = "lent"
"""A campaign's file says besides which part of its counts it has lent."""
CLOSED = "closed "
"""How a file begins in which nothing is counted any more."""


@dataclass
class Used:
    """What has been done so far, what may have been, and what was not done because it would have been too much."""

    requests: int = 0
    records: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def plus(self, cost: Cost, *, requests: int = 0, times: int = 1) -> "Used":
        """This and what a request costs; with `times` of -1, without it."""
        sums = {name: self.sums.get(name, 0) + times * units for name, units in cost.sums.items()}
        records = self.records + times * cost.records
        return Used(self.requests + requests, records, {**self.sums, **sums}, self.left_out)

    def without(self, reason: str, requests: int) -> "Used":
        """This and so many requests that were not sent."""
        return Used(
            self.requests,
            self.records,
            self.sums,
            {**self.left_out, reason: self.left_out.get(reason, 0) + requests},
        )


class Budget:
    """Caps, and the file that counts against them; several processes and threads may share it."""

    def __init__(self, caps: Caps, file: Path, expendable: str | None = None) -> None:
        self.caps = caps
        self._file = file
        self._expendable = expendable

    def take(self, cost: Cost, requests: int = 1) -> str | None:
        """Count requests with their cost before they are sent; or say why they must not be, and count nothing."""
        try:
            with self._opened() as file:
                used = _read(file)
                after = used.plus(cost, requests=requests)
                reason = self._too_much(after)
                _write(file, after if reason is None else used.without(reason, requests))
        except OSError as problem:
            # Some file systems cannot even write over what is there when they are full.
            return f"it cannot be counted in {self._file.name}: {problem.strerror or problem}"
        return reason

    def leave_out(self, reason: str, requests: int) -> None:
        """Count requests that are not sent for another reason; a full disk costs that count, and nothing else."""
        with suppress(OSError), self._opened() as file:
            _write(file, _read(file).without(reason, requests))

    def give_back(self, cost: Cost) -> None:
        """Take off what a refusal has not made and not locked (AST-10, ALC-17)."""
        if cost != FREE:
            with suppress(OSError), self._opened() as file:
                _write(file, _read(file).plus(cost, times=-1))

    def told(self) -> dict[str, Any]:
        """Caps and counts so far, for a report; whoever only looks makes no file."""
        used = Used()
        if self._file.exists():
            with self._opened() as file:
                used = _read(file)
        sums = {name: units for name, units in used.sums.items() if units}
        return {"caps": asdict(self.caps), **asdict(used), "sums": sums}

    def close(self) -> dict[str, Any]:
        """As `told`, and the last of it: whoever goes on asking finds nothing to count in, and sends nothing."""
        with self._opened() as file:
            used = asdict(_read(file, closed=True))
            _write_text(file, CLOSED + json.dumps(used))
        return used

    def _too_much(self, used: Used) -> str | None:
        """Which cap this is beyond, in words for people; None where it is within all."""
        caps = self.caps
        if caps.requests is not None and used.requests > caps.requests:
            return f"the budget of {caps.requests} requests is used up (--max-requests)"
        if caps.records is not None and used.records > caps.records:
            if caps.records == 0:
                return "it may leave a record, and none may be made (--max-records; in production: --with-changes)"
            return f"it may leave a record, and the budget of {caps.records} is used up (--max-records)"
        for currency, units in used.sums.items():
            if caps.sum is not None and currency != self._expendable and units > caps.sum:
                name = currency or "a currency that is not named"
                return f"it may lock more than the budget's {caps.sum} base units of {name} (--max-sum)"
        return None

    @contextmanager
    def _opened(self) -> Iterator[int]:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _read(descriptor: int, *, closed: bool = False) -> Used:
    text = os.pread(descriptor, 1 << 20, 0).decode()
    if text.startswith(CLOSED) and not closed:
        raise OSError("it is closed")
    text = text.removeprefix(CLOSED)
    # What follows is the rest of a longer text, where a process was killed before it could cut that off.
    known = json.JSONDecoder().raw_decode(text)[0] if text else {}
    if LENT in known:
        del known[LENT]
    return Used(**known)


def _write(descriptor: int, used: Used) -> None:
    _write_text(descriptor, json.dumps(asdict(used)))


def _write_text(descriptor: int, text: str) -> None:
    """Write over what stands there: a disk that is full by now takes no count away."""
    data = text.encode()
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
