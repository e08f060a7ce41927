"""A run as its report folder keeps it: known by its content, and any other file told apart with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.asking.record import Seen
from contracts.findings.asked import ASKED, Asked, read_asked
from contracts.findings.documents import Unreadable, json_document, read_text, shown

SUMMARY = "summary.json"
# Of the summaries that this version writes, and of the newest that it reads.
SUMMARY_FORMAT = 1

Told = Seen | list[Seen]
"""What was seen: one value, or a list of them where the answers to one question differed."""
Behaviour = Mapping[str, Mapping[str, Told]]
"""By clause: what was looked at, and what was seen."""


@dataclass(frozen=True)
class KeptRun:
    """An earlier run, as far as another one is compared with it."""

    file: str
    target: str
    base_url: str
    profile: str
    observations: Behaviour
    clauses: Mapping[str, Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    timings: Mapping[str, Mapping[str, float]]
    seed: int | None = 0
    """None for a campaign, which draws from many."""
    complete: bool = True
    whole: bool = False
    selection: str | None = None
    asked: Asked | None = None

    @property
    def by_id(self) -> dict[str, Mapping[str, Any]]:
        """The findings by their ids."""
        return {finding["id"]: finding for finding in self.findings}


def read_run(path: Path) -> KeptRun:
    """The run whose folder or summary `path` is. Raises Unreadable."""
    file = path / SUMMARY if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise Unreadable(f"there is no {SUMMARY} in this folder")
    return run_of(json_document(read_text(file)), file)


def run_of(document: Any, file: Path) -> KeptRun:  # any JSON document
    """The run whose summary this document is, read from `file`. Raises Unreadable."""
    _recognise(document)
    try:
        asked = read_asked(file.resolve().parent)
    except Unreadable as problem:
        raise Unreadable(f"its {ASKED} {problem.what}", problem.hint, line=problem.line) from None
    return KeptRun(
        file=shown(file),
        target=document["target"]["name"],
        base_url=document["target"]["base_url"],
        profile=document["profile"],
        observations=document["observations"],
        clauses=document["clauses"],
        findings=document["findings"],
        timings=document["timings"],
        seed=document["seed"] if not document.get("campaign") else None,
        complete=document.get("complete") is True,
        whole=document.get("whole") is True,
        selection=document.get("clauses_asked_for"),
        asked=asked,
    )


def _recognise(document: Any) -> None:  # any JSON document
    """Know the summary of a run by its content; raises Unreadable for any other document."""
    lacking = [name for name in _SHAPE if name not in document] if isinstance(document, dict) else [*_SHAPE]
    if isinstance(document, dict) and {"id", "clause", "exchanges"} <= document.keys():
        raise Unreadable("is a finding and no run", "`contracts baseline add` accepts a finding")
    if "format" in lacking or "clauses" in lacking:
        raise Unreadable("is no summary of a run", f"it has no {' and no '.join(lacking)}")
    if _is_number(document["format"]) and document["format"] > SUMMARY_FORMAT:
        what = f"has format {document['format']}, and this version reads up to {SUMMARY_FORMAT}"
        raise Unreadable(what, "a later version of contracts has written it; update this one")
    for name, (fits, expected) in _SHAPE.items():
        if name not in document or not fits(document[name]):
            raise Unreadable(f"its {name} is not {expected}", "the file was changed after its run")


def _is_number(value: Any) -> bool:  # any JSON value
    return isinstance(value, int) and not isinstance(value, bool)


def _is_target(value: Any) -> bool:  # any JSON value
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("name", "base_url"))


def _is_behaviour(value: Any) -> bool:  # any JSON value
    if not isinstance(value, dict) or not all(isinstance(seen, dict) for seen in value.values()):
        return False
    return all(_is_told(told) for seen in value.values() for told in seen.values())


def _is_told(value: Any) -> bool:  # any JSON value
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(each, Seen) for each in values)


def _are_rows(value: Any) -> bool:  # any JSON value
    return isinstance(value, dict) and all(
        isinstance(row, dict) and isinstance(row.get("verdict"), str) and _is_number(row.get("exercised"))
        for row in value.values()
    )


_FINDING = ("id", "clause", "operation", "kind")


def _are_findings(value: Any) -> bool:  # any JSON value
    return isinstance(value, list) and all(
        isinstance(finding, dict)
        and all(isinstance(finding.get(name), str) for name in _FINDING)
        and isinstance(finding.get("advisory"), bool)
        and isinstance(finding.get("asked_by", ""), str)
        for finding in value
    )


def _are_timings(value: Any) -> bool:  # any JSON value
    return isinstance(value, dict) and all(
        isinstance(told, dict)
        and all(isinstance(told.get(name), int | float) for name in ("count", "p95_ms"))
        for told in value.values()
    )


_SHAPE: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "format": (lambda value: _is_number(value) and value > 0, "a number from 1 on"),
    "clauses": (_are_rows, "an object of verdicts, by clause"),
    "target": (_is_target, "an object with name and base_url"),
    "profile": (lambda value: isinstance(value, str), "a text"),
    "seed": (_is_number, "a whole number"),
    "observations": (_is_behaviour, "an object of what was seen, by clause"),
    "findings": (_are_findings, "a list of findings"),
    "timings": (_are_timings, "an object of times, by operation"),
}
"""What this version reads of a summary: the members that are needed, and what each has to be."""
