"""Puts the page together: values in, one HTML text out."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.clauses.catalogue import load
from contracts.reporting.behaviour import words
from contracts.reporting.page import clauses, drawings, opening, stories
from contracts.reporting.page.texts import shown

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
    style, script = (_source(name) for name in ("page.css", "page.js"))
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
        style=Markup(style),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
        policy=_policy(style, script),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.filters |= {"words": words, "commas": "{:,}".format, "ms": _milliseconds, "day": _day}
    environment.globals |= {
        "VERDICTS": opening.VERDICTS,
        "number": opening.number,
        "shares": drawings.shares,
        "PLOT": (drawings.PLOT_WIDTH, drawings.PLOT_HEIGHT),
    }
    return environment


def _seen(value: Any) -> Any:
    """Whatever a template prints: texts so that each character can be seen, our own markup as it is."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _day(time: str) -> str:
    """An ISO time as people read it, to the second."""
    return time[:19].replace("T", " ")


def _source(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """A policy under which the page runs its own script and style, and can reach nothing at all."""
    sources = {"style-src": style, "script-src": script}
    own = "; ".join(f"{name} 'sha256-{_digest(text)}'" for name, text in sources.items())
    return f"default-src 'none'; {own}; img-src data:; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


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
