"""Seconds and requests from the start of a process to its first red, over a fixed sample of the mock's faults.

The sample is the first faults in the order of their ids' SHA-256: nobody chose it. Ours is `contracts verify -x`, whose first
finding says when it was met; theirs is `st run` with all phases, all checks and the signing hook, whose own report says when
each check failed. The honest mock gives no finding of ours; schemathesis fails it, too, so a failure of schemathesis counts
only if the honest mock never showed the same check for the same operation in several runs. Each has the same time limit.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench import stock
from bench.measuring import Claim, Part, Scale, Series, middle
from bench.processes import BIN, run
from bench.servers import mock
from contracts.mock.switches import all_faults

SMOKE, VERIFY, STOCK = "contracts verify --profile smoke -x", "contracts verify --profile verify -x", "st run"
Kinds = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Red:
    """When a fault was first seen: seconds from the start of the process, requests of the run until then."""

    seconds: float
    requests: int


def measure(scale: Scale) -> Part:
    """Every fault of the sample, by each of the three in turn."""
    part = Part("b", "Detection: time to the first red", (__doc__ or "").partition("\n\n")[2].strip())
    honest = _honest(part, runs=scale.of(5, 2), time_limit=scale.of(180, 60))
    faults = sample(scale.sample or scale.of(30, 8))
    limit = scale.of(120, 45)
    found: dict[str, list[Red | None]] = {SMOKE: [], VERIFY: [], STOCK: []}
    for fault in faults:
        for name, profile in ((SMOKE, "smoke"), (VERIFY, "verify")):
            found[name].append(_ours([fault], profile, limit))
        found[STOCK].append(_stock(fault, honest, limit))
    _tell(part, faults, found)
    return part


def sample(size: int) -> list[str]:
    """Ids of faults, the same each time."""
    return sorted(all_faults(), key=lambda fault: hashlib.sha256(fault.encode()).digest())[:size]


def _honest(part: Part, *, runs: int, time_limit: float) -> Kinds:
    """What schemathesis holds against the honest mock, in which ours must not find anything."""
    if _ours([], "smoke", time_limit) is not None:
        raise RuntimeError("contracts verify calls the honest mock wrong: its reds count for nothing")
    kinds: set[tuple[str, str]] = set()
    failed = 0
    for _ in range(runs):
        with mock() as server:
            _, told = stock.st(stock.PHASES, server.variables, time_limit=time_limit)
        failed += bool(told.failures)
        kinds |= {failure.kind for failure in told.failures}
    checks = ", ".join(sorted({check for check, _ in kinds})) or "nothing"
    part.notes.append(f"st run failed the honest mock in {failed} of {runs} runs: {checks}")
    return frozenset(kinds)


def _ours(faults: list[str], profile: str, time_limit: float) -> Red | None:
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name, mock(faults) as server:
        place = Path(name)
        asked = ("--profile", profile, "-x", "--max-time", f"{time_limit:g}s", "--report-dir", name)
        ended = run([BIN / "contracts", "verify", *asked], place, server.variables)
        summary = json.loads((place / "latest" / "summary.json").read_text(encoding="utf-8"))
        findings = summary["findings"]
        if not findings:
            return None
        first = min(datetime.fromisoformat(finding["first"]).timestamp() for finding in findings)
        red = summary["first_red"] or summary  # a warning has no first red: then all requests of the run
        return Red(max(0.0, first - ended.began), red["requests"])


def _stock(fault: str, honest: Kinds, time_limit: float) -> Red | None:
    with mock([fault]) as server:
        began, failure = stock.first_failure(server.variables, honest, time_limit=time_limit)
    return Red(failure.at - began, failure.requests) if failure is not None else None


def _tell(part: Part, faults: list[str], found: Mapping[str, list[Red | None]]) -> None:
    for name, reds in found.items():
        seen = [red for red in reds if red is not None]
        part.notes.append(f"{name}: {len(seen)} of {len(reds)} faults seen")
        if seen:
            part.series += [
                Series(f"{name}: to the first red", "s", tuple(red.seconds for red in seen)),
                Series(f"{name}: requests", "requests", tuple(float(red.requests) for red in seen)),
            ]
    missed = [fault for fault, red in zip(faults, found[SMOKE], strict=True) if red is None]
    part.notes.append(f"not seen at smoke: {', '.join(missed) or 'none'}")
    share = 100 * (1 - len(missed) / len(faults))
    part.claims += [
        Claim("smoke's median over st's, on faults that st finds", _ratio(found), 1 / 3, at_least=False),
        Claim("faults of the sample found at smoke", share, 85, unit="%"),
    ]


def _ratio(found: Mapping[str, list[Red | None]]) -> float:
    """Our median over theirs, where they find anything; a fault that we miss counts as one that takes for ever."""
    both = [
        (ours, theirs) for ours, theirs in zip(found[SMOKE], found[STOCK], strict=True) if theirs is not None
    ]
    ours = middle(mine.seconds if mine is not None else float("inf") for mine, _ in both)
    return ours / middle(theirs.seconds for _, theirs in both)
