"""Clauses as the page lists them: by family, and those without a verdict by the reason that they share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.clauses.catalogue import load
from contracts.reporting.closing import FAMILIES
from contracts.reporting.page.opening import count_verdicts

_UNJUDGED = ("broken", "unknown", "not_applicable", "not_exercised", "held")
_PLAIN_ROW: Mapping[str, Any] = {"reason": "", "accepted": False}


def families(rows: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Families with their clauses, each with its title, verdict, chances and findings."""
    of_clause: dict[str, list[str]] = {}
    for finding in found:
        of_clause.setdefault(finding["clause"], []).append(finding["id"])
    for family, name in FAMILIES.items():
        members = [
            {**_PLAIN_ROW, "id": id, "title": load()[id].title, "findings": of_clause.get(id, []), **rows[id]}
            for id in rows
            if id.startswith(family)
        ]
        if members:
            chances = sum(clause["exercised"] for clause in members)
            counts = count_verdicts(members)
            yield {"id": family, "name": name, "clauses": members, "counts": counts, "chances": chances}


def unjudged(rows: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """The clauses without a verdict on their promise, or with one on a part of it: by verdict, then by reason."""
    found: dict[str, dict[str, list[str]]] = {}
    for verdict in _UNJUDGED:
        for id, row in rows.items():
            if row["verdict"] == verdict and (verdict != "held" or row.get("reason")):
                found.setdefault(verdict, {}).setdefault(row.get("reason", ""), []).append(id)
    return found
