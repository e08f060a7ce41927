"""A finding as the page tells it: what its file and the run's summary say together, cut to what a reader can take in."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.reporting.page.drawings import Timeline, timelines
from contracts.reporting.page.texts import Passage, passage

_NUMBERED = re.compile(r"^\s*\d+[.)] ")
_STATES = ("new", "known", "flaky", "long_standing")
_FOLDED_HEADERS, _MOST_HEADERS = 8, 60
_LONGEST_LINE = 2_000


@dataclass(frozen=True)
class Detail:
    """How much of a story is told: characters of a sentence and of a body, exchanges and steps, the ways to repeat it."""

    sentence: int
    body: int
    exchanges: int
    steps: int
    recipes: bool


FULL = Detail(sentence=4_000, body=8_000, exchanges=24, steps=120, recipes=True)
SHORT = Detail(sentence=1_000, body=1_000, exchanges=2, steps=12, recipes=True)
BRIEF = Detail(sentence=300, body=0, exchanges=0, steps=0, recipes=False)


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, its headers, its body if it has one."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: Passage | None

    @property
    def has_many_headers(self) -> bool:
        """Whether they are better folded."""
        return len(self.headers) > _FOLDED_HEADERS


@dataclass(frozen=True)
class Told:
    """One exchange: what was sent, and what came back or why nothing did."""

    number: int
    outcome: str
    elapsed_ms: float
    at: str
    request: Message
    response: Message | None
    lost: str


@dataclass(frozen=True)
class Met:
    """How often a bug was met, when first and last, and in which forms."""

    count: int
    first: str
    last: str
    forms: Mapping[str, int]


@dataclass(frozen=True)
class Again:
    """The ways to meet it again: its question, its file, a command, a script and a test where they are told.

    `alone` says whether its requests showed it again by themselves; None where nobody has tried.
    """

    asked_by: str
    seed: Any
    path: str
    replay: str
    curl: Passage | None
    test: Passage | None
    alone: bool | None


@dataclass(frozen=True)
class Standing:
    """What is known of it beside this run: states of the run's memory, since when, and who accepted it."""

    states: tuple[str, ...]
    since: str
    accepted: Mapping[str, Any] | None


@dataclass(frozen=True)
class Story:
    """One finding on the page; `detail` says how much of it is told, `left_out` what is not."""

    id: str
    clause: str
    title: str
    level: str
    promise: str
    operation: str
    kind: str
    advisory: bool
    expected: tuple[tuple[str, bool], ...]
    received: tuple[tuple[str, bool], ...]
    met: Met
    again: Again
    standing: Standing
    steps: tuple[str, ...]
    timelines: tuple[Timeline, ...]
    exchanges: tuple[Told, ...]
    left_out: Mapping[str, int]
    detail: Detail

    @property
    def verdict(self) -> str:
        """What the finding makes of its clause."""
        return "warned" if self.advisory or self.level != "must" else "violated"

    @property
    def marks(self) -> str:
        """What the filter selects it by."""
        known = [*self.standing.states, *(["accepted"] if self.standing.accepted else [])]
        return " ".join([self.clause[:3], self.verdict, *known])


def told(finding: Mapping[str, Any], detail: Detail, *, folder: str, memory: Mapping[str, Any]) -> Story:
    """The story of a finding at this detail."""
    exchanges: Sequence[Mapping[str, Any]] = finding.get("exchanges", ())
    steps: Sequence[str] = finding.get("steps", ())
    first_told = max(len(exchanges) - detail.exchanges, 0)
    return Story(
        **{name: finding[name] for name in ("id", "clause", "operation", "kind", "advisory")},
        **{name: finding.get(name, "") for name in ("title", "level", "promise")},
        expected=_segments(finding, "expected", detail.sentence),
        received=_segments(finding, "received", detail.sentence),
        met=_met(finding),
        again=_again(finding, detail, folder),
        standing=_standing(finding, memory),
        steps=tuple(_NUMBERED.sub("", step) for step in steps[: detail.steps]),
        timelines=timelines(exchanges) if detail.exchanges else (),
        exchanges=tuple(
            _exchange(number, exchange, detail.body)
            for number, exchange in enumerate(exchanges, 1)
            if number > first_told
        ),
        left_out={"steps": max(len(steps) - detail.steps, 0), "exchanges": first_told},
        detail=detail,
    )


def _met(finding: Mapping[str, Any]) -> Met:
    forms = {form: count for form, count in (finding.get("forms") or {}).items() if form}
    return Met(finding.get("count", 1), finding.get("first") or "", finding.get("last") or "", forms)


def _again(finding: Mapping[str, Any], detail: Detail, folder: str) -> Again:
    path = "/".join([*([folder] if folder else []), "findings", f"{finding['id']}.json"])
    return Again(
        asked_by=finding.get("asked_by") or "",
        seed=finding.get("seed"),
        path=path,
        replay=f"contracts replay {shlex.quote(path)}",
        curl=_recipe(finding.get("curl"), detail),
        test=_recipe(finding.get("pytest"), detail),
        alone=finding.get("alone"),
    )


def _standing(finding: Mapping[str, Any], memory: Mapping[str, Any]) -> Standing:
    id = finding["id"]
    states = tuple(state for state in _STATES if id in map(_id, memory.get(state) or ()))
    long = [member for member in memory.get("long_standing") or () if member["id"] == id]
    since = f"since {long[0]['since'][:10]}, in {long[0]['runs']} runs" if long else ""
    return Standing(states, since, finding.get("accepted"))


def _id(member: Any) -> str:
    """A member of a list of the memory: an id, or a record with one."""
    return str(member["id"] if isinstance(member, Mapping) else member)


def _segments(finding: Mapping[str, Any], side: str, longest: int) -> tuple[tuple[str, bool], ...]:
    """The sentence in pieces, each with whether it differs from the other side."""
    pieces = (finding.get("difference") or {}).get(side) or [[finding[side], False]]
    kept: list[tuple[str, bool]] = []
    left = longest
    for text, differs in pieces:
        if left <= 0:
            break
        kept.append((text[:left] + (" ..." if len(text) > left else ""), bool(differs)))
        left -= len(text)
    return tuple(kept)


def _exchange(number: int, exchange: Mapping[str, Any], longest: int) -> Told:
    request, response = exchange["request"], exchange.get("response")
    answer = None
    if response is not None:
        version = f"HTTP/{response['version']} " if response.get("version") else ""
        line = f"{version}{response['status']} {response.get('reason') or ''}".rstrip()
        answer = _message(line, response, longest)
    return Told(
        number,
        outcome="lost" if response is None else str(response["status"]),
        elapsed_ms=exchange["elapsed_ms"],
        at=exchange["at"],
        request=_message(f"{request['method']} {request['target']}", request, longest),
        response=answer,
        lost=exchange.get("lost") or "",
    )


def _message(line: str, message: Mapping[str, Any], longest: int) -> Message:
    body = message.get("body")
    headers = tuple((name, value[:_LONGEST_LINE]) for name, value in message["headers"][:_MOST_HEADERS])
    return Message(line[:_LONGEST_LINE], headers, passage(body, longest) if body else None)


def _recipe(text: Any, detail: Detail) -> Passage | None:
    """A way to repeat it, whole or not at all: half of it would not run."""
    if not detail.recipes or not text or not isinstance(text, str) or len(text) > detail.body * 4:
        return None
    return passage(text, len(text))
