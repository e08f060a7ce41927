"""`RESULTS.md` and `results.json`: every figure with its spread, every promise with what was seen of it, held or not.

Parts that were not measured this time stay as the file has them, each with its own date and machine.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.measuring import Claim, Part, Series

JSON, PAGE = Path(__file__).with_name("results.json"), Path(__file__).with_name("RESULTS.md")

_HEAD = """\
# How fast it is

Written by `make bench`; every ratio is of things that were measured in turn, in one run, on one machine. Seconds and rates
are of that machine alone: compare ratios. A ratio is the median of the rounds' ratios, each of neighbours, so that a busy
moment counts for both. A promise that does not hold is said so.
"""


def write(parts: Mapping[str, Part], facts: Mapping[str, str], command: str) -> None:
    """Put these parts into both files, beside the parts that are there already."""
    known: dict[str, Any] = json.loads(JSON.read_text(encoding="utf-8")) if JSON.exists() else {}
    known.update(
        {key: {"command": command, "facts": dict(facts), **_plain(part)} for key, part in parts.items()}
    )
    ordered = dict(sorted(known.items()))
    JSON.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(ordered), encoding="utf-8")


def _plain(part: Part) -> dict[str, Any]:
    series = [
        {**asdict(each), "median": _figure(each.median), "values": [_figure(value) for value in each.values]}
        for each in part.series
    ]
    claims = [{**asdict(claim), "seen": _figure(claim.seen), "holds": claim.holds} for claim in part.claims]
    return {
        "title": part.title,
        "fairness": part.fairness,
        "series": series,
        "claims": claims,
        "notes": part.notes,
    }


def _figure(value: float) -> float | None:
    """Four digits; null for what could not be seen: JSON has no NaN."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def page(parts: Mapping[str, Any]) -> str:
    """The page for people: all promises first, then what was measured."""
    return "\n".join([_HEAD, *_promises(parts), "", *(_section(key, part) for key, part in parts.items())])


def _promises(parts: Mapping[str, Any]) -> Iterator[str]:
    yield "| part | promise | bound | seen | |"
    yield "|---|---|---:|---:|---|"
    for key, part in parts.items():
        for claim in part["claims"]:
            sign = "at least" if claim["at_least"] else "at most"
            bound = f"{sign} {_shown(claim['bound'], claim['unit'])}"
            holds = "holds" if claim["holds"] else "**does not hold**"
            yield f"| {key} | {claim['what']} | {bound} | {_shown(claim['seen'], claim['unit'])} | {holds} |"


def _section(key: str, part: Mapping[str, Any]) -> str:
    lines = [f"## ({key}) {part['title']}", "", part["fairness"], ""]
    lines += ["| measured | median | least to greatest | values |", "|---|---:|---:|---:|"]
    for series in part["series"]:
        median, values = series["median"], series["values"]
        spread = f"{min(values):,.4g} to {max(values):,.4g}" if values else ""
        lines.append(f"| {series['name']} | {_shown(median, series['unit'])} | {spread} | {len(values)} |")
    lines += ["", *(f"- {note}" for note in part["notes"]), *([""] if part["notes"] else [])]
    facts = "; ".join(f"{name} {value}" for name, value in part["facts"].items())
    return "\n".join([*lines, f"`{part['command']}`: {facts}", ""])


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "not seen"
    figure = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{figure} {unit}" if unit != "x" else f"{figure} x"


def lines_of(part: Part) -> list[str]:
    """The part for a terminal."""
    rows = [_row(series) for series in part.series]
    return [*rows, *(_verdict(claim) for claim in part.claims), *(f"  note: {note}" for note in part.notes)]


def _row(series: Series) -> str:
    low, high = series.spread
    return f"  {series.name:50} {series.median:12,.4g} {series.unit:10} ({low:,.4g} to {high:,.4g})"


def _verdict(claim: Claim) -> str:
    sign = ">=" if claim.at_least else "<="
    holds = "holds" if claim.holds else "DOES NOT HOLD"
    return f"  {claim.what:50} {claim.seen:12,.4g} {claim.unit:10} ({sign} {claim.bound:.3g}) {holds}"
