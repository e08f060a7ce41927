"""The suite against a target that takes 50 ms for each answer: one request at a time, and sixteen under way.

Nothing is busy then but the clock, so what counts is how many requests wait at the same time. Every way gets the same time
limit and the figure is cases a second of the whole run, start-up included: it favours the sequential run, which starts one
process instead of sixteen.
"""

import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bench.measuring import Claim, Part, Scale, in_turn
from bench.processes import BIN, run
from bench.servers import mock

LATENCY_MS, IN_FLIGHT = 50, 16
WAYS = ("--in-flight 1", f"-n {IN_FLIGHT}", f"--in-flight {IN_FLIGHT}")


def measure(scale: Scale) -> Part:
    """Both profiles, each way."""
    part = Part("d", f"Latency: a target of {LATENCY_MS} ms", (__doc__ or "").partition("\n\n")[2].strip())
    seconds = scale.of(60, 25)
    with (
        tempfile.TemporaryDirectory(prefix="contracts-bench-") as name,
        mock(latency_ms=LATENCY_MS) as server,
    ):
        for profile in ("smoke", "verify"):
            ask = partial(_asked, Path(name), server.variables, profile, seconds)
            things = {f"{profile}, {way}": ("cases/s", partial(ask, way.split())) for way in WAYS}
            part.add(in_turn(scale.of(3, 1), things))
    by_name = {series.name: series for series in part.series}
    for profile in ("smoke", "verify"):
        alone, *others = (by_name[f"{profile}, {way}"] for way in WAYS)
        ratio = max(other.over(alone) for other in others)
        part.claims.append(Claim(f"{profile}: {IN_FLIGHT} in flight over one at a time", ratio, 8))
    return part


def _asked(
    place: Path, variables: Mapping[str, str], profile: str, seconds: float, options: list[str]
) -> float:
    with tempfile.TemporaryDirectory(dir=place) as reports:
        asked = ("--profile", profile, "--max-time", f"{seconds}s", "--report-dir", reports, *options)
        ended = run([BIN / "contracts", "verify", *asked], place, variables)
        summary = json.loads((Path(reports) / "latest" / "summary.json").read_text(encoding="utf-8"))
        return float(summary["cases"] / ended.seconds)
