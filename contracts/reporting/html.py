"""`report.html`: a run on one page for people, without scripts and without anything from a network."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.clauses.catalogue import load
from contracts.reporting.behaviour import words
from contracts.reporting.closing import FAMILIES

_TEMPLATE = "report.html.j2"
_UNASKED = frozenset({"not_applicable", "not_exercised"})


def render(summary: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> str:
    """The page of a run, from the data of `summary.json` and of its findings (both already without secrets)."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = words
    return environment.get_template(_TEMPLATE).render(
        run=summary,
        families=list(_families(summary["clauses"])),
        findings=sorted(findings, key=lambda finding: (finding["advisory"], finding["id"])),
        unasked=_by_reason(summary["clauses"]),
        page_style=(Path(__file__).parent / "report.css").read_text(encoding="utf-8"),
    )


def _families(rows: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Families with their clauses, each with its title, its verdict and its chances."""
    for family, name in FAMILIES.items():
        clauses = [{"id": id, "title": load()[id].title, **rows[id]} for id in rows if id.startswith(family)]
        if clauses:
            yield {"id": family, "name": name, "clauses": clauses}


def _by_reason(rows: Mapping[str, Any]) -> dict[tuple[str, str], list[str]]:
    """The clauses that were not asked, by verdict and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for id, row in rows.items():
        if row["verdict"] in _UNASKED:
            found.setdefault((row["verdict"], row.get("reason", "")), []).append(id)
    return found
