"""Puts the page together: values in, one HTML text out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from contracts.clauses.catalogue import load
from contracts.reporting.behaviour import words
from contracts.reporting.counted import counted
from contracts.reporting.page import clauses, drawings, making, opening, stories

_HERE = Path(__file__).parent
# The whole page stays under 2 MB; what else is on it takes 70 kB after a run of profile verify. Chromium opens 500
# findings of this size in 0.4 s.
_FINDINGS_BYTES = 1_300_000
# One finding must not use up what all others need; the story of a burst of eight takes 32 kB.
_FINDING_BYTES = 120_000
# What a finding takes in its brief form, where its sentences are of usual length.
_BRIEF_BYTES = 1_900
_DETAILS = (stories.FULL, stories.SHORT, stories.BRIEF)
_NO_MEMORY: Mapping[str, Any] = {
    "runs": 0,
    **dict.fromkeys(
        ("new", "known", "flaky", "long_standing", "fixed", "not_met", "regressed", "drift", "notices"), ()
    ),
}
_NONE_ACCEPTED: Mapping[str, Any] = {
    "file": "",
    "entries": 0,
    **dict.fromkeys(("expired", "stale", "unmatched", "unmet"), ()),
}


def render(summary: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], folder: str = "") -> str:
    """The page of a run, from the data of `summary.json` and of its findings (both already without secrets).

    `folder` is the report folder as a reader names it: commands on the page are given its path.
    """
    environment = _environment()
    memory = {**_NO_MEMORY, **(summary.get("memory") or {})}
    known = {finding["id"]: finding for finding in summary["findings"]}
    found = _in_order([_whole(finding, known.get(finding["id"], {})) for finding in findings], memory)
    style, script = (making.source(_HERE / name) for name in ("page.css", "page.js"))
    told = list(_stories(environment, found, folder=folder, memory=memory))
    return environment.get_template("page.html.j2").render(
        run=summary,
        began=opening.began(folder),
        why=opening.why(summary),
        repeat=opening.repeat(summary),
        counts=opening.count_verdicts(summary["clauses"].values()),
        families=list(clauses.families(summary["clauses"], found)),
        findings=found,
        stories=told,
        memory=memory,
        accepted={**_NONE_ACCEPTED, **(summary.get("accepted") or {})},
        unjudged=clauses.unjudged(summary["clauses"]),
        plots=drawings.plots(summary["timings"]),
        **making.own(style, script),
    )


def _environment() -> Environment:
    environment = making.environment(_HERE)
    environment.filters |= {"words": words, "ms": _milliseconds, "day": _day}
    environment.globals |= {
        "VERDICTS": opening.VERDICTS,
        "counted": counted,
        "shares": drawings.shares,
        "PLOT": (drawings.PLOT_WIDTH, drawings.PLOT_HEIGHT),
    }
    return environment


def _milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _day(time: str) -> str:
    """An ISO time as people read it, to the second."""
    return time[:19].replace("T", " ")


def _whole(finding: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """A finding with how often the whole run met it, and with what its clause says where its file leaves that out."""
    told = {name: known[name] for name in ("count", "forms", "first", "last", "accepted") if name in known}
    clause = load().get(finding["clause"])
    if clause is None:
        return {**finding, **told}
    plain = {"title": clause.title, "promise": clause.sentence, "level": clause.level.value}
    return {**plain, **finding, **told}


def _in_order(found: Sequence[dict[str, Any]], memory: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What somebody has to act on first: violations that nobody accepted, the new ones before the known."""
    new = set(memory.get("new") or ())
    return sorted(
        found,
        key=lambda one: (bool(one.get("accepted")), one["advisory"], one["id"] not in new, one["id"]),
    )


def _stories(
    environment: Environment, found: Sequence[Mapping[str, Any]], *, folder: str, memory: Mapping[str, Any]
) -> Iterator[Markup]:
    """Each finding as fully as there is room for, while every one behind it still gets its brief form."""
    room = _FINDINGS_BYTES
    for index, finding in enumerate(found):
        allowed = min(room - _BRIEF_BYTES * (len(found) - index - 1), _FINDING_BYTES)
        html = ""
        for detail in _DETAILS if allowed > 2 * _BRIEF_BYTES else (stories.BRIEF,):
            story = stories.told(finding, detail, folder=folder, memory=memory)
            template = environment.get_template("finding.html.j2")  # kept; compiling it takes 20 ms
            html = template.render(story=story, is_open=index == 0 or len(found) <= 3)
            if len(html.encode()) <= allowed:
                break
        room -= len(html.encode())
        yield Markup(html)  # noqa: S704  # rendered with autoescape
