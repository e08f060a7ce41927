"""What grows with the target's records, and with what a run finds: seconds and greatest memory of the suite's process.

The records are assets that the mock holds before the run, made by its own rules; what is asked is the same each time (the
asset clauses at smoke), so any difference is the target's or ours for looking at more. The findings are real, too: a server
answers the first requests of a run with statuses that nobody documents, and each is judged, written, asked again and shown.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.measuring import Claim, Part, Scale, Series
from bench.processes import BIN, Ended, run
from bench.servers import hosted

RECORDS = (10**2, 10**4, 10**6)
# Wrong answers that come to about 10, 100 and 1,000 findings.
WRONG = (11, 110, 1500)


def measure(scale: Scale) -> Part:
    """Records first, then findings."""
    part = Part("f", "Growth", (__doc__ or "").partition("\n\n")[2].strip())
    peaks = [*_records(part, scale), *_findings(part, scale)]
    part.claims.append(
        Claim("greatest memory of the suite's process", max(peaks), 250, at_least=False, unit="MB")
    )
    return part


def _records(part: Part, scale: Scale) -> list[float]:
    peaks: list[float] = []
    values: dict[int, list[float]] = {number: [] for number in RECORDS}
    costs: dict[int, list[float]] = {number: [] for number in RECORDS}
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name:
        for _ in range(scale.of(5, 2)):
            for number in RECORDS:
                with hosted("filled", str(number)) as server:
                    ended, _ = _verify(Path(name), server.variables, "--clauses", "AST")
                values[number].append(ended.seconds)
                costs[number].append(ended.cpu_s)
                peaks.append(ended.peak_mb)
    series = [
        Series(f"smoke of AST, {number:,} assets held", "s", tuple(values[number])) for number in RECORDS
    ]
    cpu = [Series(f"... {number:,}: the suite's CPU", "s", tuple(costs[number])) for number in RECORDS]
    part.series += [*series, *cpu]
    most = f"{RECORDS[-1]:,} assets held over {RECORDS[0]:,}"
    part.claims.append(Claim(most, series[-1].over(series[0]), 1.10, at_least=False))
    part.series.append(Series("... memory", "MB", tuple(peaks)))
    return peaks


def _findings(part: Part, scale: Scale) -> list[float]:
    peaks: list[float] = []
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name:
        for wrong in WRONG:
            told: dict[str, list[float]] = {"s": [], "MB": []}
            found = 0
            for _ in range(scale.of(3, 1)):
                with hosted("wrong", str(wrong)) as server:
                    ended, summary = _verify(Path(name), server.variables)
                found = len(summary["findings"])
                told["s"].append(ended.seconds)
                told["MB"].append(ended.peak_mb)
            part.series += [
                Series(f"smoke with {found:,} findings", unit, tuple(each)) for unit, each in told.items()
            ]
            peaks += told["MB"]
    return peaks


def _verify(place: Path, variables: Mapping[str, str], *options: str) -> tuple[Ended, dict[str, Any]]:
    with tempfile.TemporaryDirectory(dir=place) as reports:
        asked = ("--profile", "smoke", "--report-dir", reports, *options)
        ended = run([BIN / "contracts", "verify", *asked], place, variables)
        path = Path(reports) / "latest" / "summary.json"
        if ended.code not in {0, 1} or not path.exists():
            raise RuntimeError(
                f"verify ended with {ended.code}: {ended.output[-1500:]}{ended.errors[-1500:]}"
            )
        return ended, json.loads(path.read_text(encoding="utf-8"))
