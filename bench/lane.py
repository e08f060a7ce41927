"""Cases per second of the property lane, beside `st run --phases fuzzing` and beside a client that judges nothing.

The lane is tests/contract/test_properties.py at verify with all checks on, from its first question to its last. schemathesis
draws for the same operations of the same server with all its checks on and continues behind a failure (it calls an honest 400
wrong); its time is that of its scenarios, without start-up. The raw loop sends the very bytes that the lane had sent, in their
order, to a mock that has forgotten them. Each is one process; the server is one more, on the same processor: with two workers
three processes share its cores, and where these are two, less than twice the rate is to be had.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench import stock
from bench.measuring import Claim, Part, Scale, Series
from bench.processes import python
from bench.servers import Server, mock, reset

LANE = "test_properties.py"
Told = dict[str, float]
"""What `bench.ours` and `bench.raw` tell of themselves."""


def measure(scale: Scale) -> Part:
    """The lane, its peers, and two workers."""
    part = Part("a", "Property lane: cases per second", (__doc__ or "").partition("\n\n")[2].strip())
    values: dict[str, list[float]] = {name: [] for name in _UNITS}
    # Long enough that a worker's start, half a second, is a small part: it is a night's throughput that is asked for.
    examples = ("--examples", "40" if scale.quick else "200")
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name, mock() as server:
        for seed in range(scale.of(5, 2)):
            asked = ("verify", LANE, *examples, "--seed", str(seed))
            for what, value in _round(Path(name), server, asked).items():
                values[what].append(value)
    part.add({name: Series(name, unit, tuple(values[name])) for name, unit in _UNITS.items()})
    _claim(part, {series.name: series for series in part.series})
    return part


_UNITS = {
    "property lane": "cases/s",
    "property lane, two workers": "cases/s",
    "raw loop, same bytes": "cases/s",
    "st run --phases fuzzing": "cases/s",
    "property lane, client CPU": "us/case",
    "raw loop, client CPU": "us/case",
}


def _round(place: Path, server: Server, asked: tuple[str, ...]) -> dict[str, float]:
    """Everything once; the mock has forgotten what the one before asked."""

    def told(module: str, *arguments: str) -> Told:
        reset(server)
        ended = python("-m", module, *arguments, directory=place, variables=server.variables)
        ran: Told = json.loads(ended.output)
        return ran

    kept = str(place / "kept")
    one = told("bench.ours", *asked, "--keep", kept)
    raw = told("bench.raw", kept)
    two = told("bench.ours", *asked, "--workers", "2")
    reset(server)
    _, theirs = stock.st("fuzzing", server.variables, time_limit=300)
    rates = [ran["cases"] / ran["seconds"] for ran in (one, two, raw)]
    costs = [ran["cpu_s"] / ran["cases"] * 1e6 for ran in (one, raw)]
    return dict(zip(_UNITS, (*rates, theirs.requests / theirs.seconds, *costs), strict=True))


def _claim(part: Part, by_name: Mapping[str, Series]) -> None:
    lane, raw = by_name["property lane"], by_name["raw loop, same bytes"]
    theirs, two = by_name["st run --phases fuzzing"], by_name["property lane, two workers"]
    part.claims += [
        Claim("lane over schemathesis", lane.over(theirs), 10),
        Claim("lane over the raw loop", lane.over(raw), 0.30),
        Claim("two workers over one", two.over(lane), 1.7),
    ]
