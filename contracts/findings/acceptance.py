"""Holds the accepted findings against a run: which it met, which are expired, stale or match nothing, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.findings.accepted import FINDING_ID, Accepted, Entry
from contracts.findings.asked import Asked, asks_less, function_of, is_drawn, is_timed, was_asked


@dataclass(frozen=True)
class Done:
    """What a run did, as far as entries are held against it."""

    findings: Collection[str]
    asked: Asked
    profile: str
    seed: int | None
    """None for a campaign, which draws from many."""
    whole: bool
    """Whether every question of the profile was asked to its end."""

    @property
    def tested(self) -> frozenset[str]:
        """The clauses that some question put to the test."""
        return frozenset().union(*self.asked.values())


@dataclass(frozen=True)
class Judged:
    """An entry that accepts nothing in this run, and why."""

    entry: Entry
    why: str

    def as_data(self) -> dict[str, Any]:
        """As `summary.json` lists it."""
        return {"id": self.entry.id, "why": self.why, "file": self.entry.file, "line": self.entry.line}


@dataclass(frozen=True)
class Standing:
    """How the accepted findings stand after a run; `expired`, `stale` and `unmatched` fail it, `unmet` does not."""

    accepting: dict[str, Entry] = field(default_factory=dict)
    expired: tuple[Judged, ...] = ()
    stale: tuple[Judged, ...] = ()
    unmatched: tuple[Judged, ...] = ()
    unmet: tuple[Judged, ...] = ()

    @property
    def outdated(self) -> tuple[Judged, ...]:
        """Everything for which the run fails."""
        return (*self.expired, *self.stale, *self.unmatched)


def acceptable(accepted: Accepted, today: date) -> dict[str, Entry]:
    """The entries that may accept a finding: those that are not expired, by its id."""
    return {entry.id: entry for entry in accepted.entries if not _is_over(entry, today)}


def _is_over(entry: Entry, today: date) -> bool:
    return entry.expires is not None and entry.expires < today


def judge(accepted: Accepted, run: Done, today: date) -> Standing:
    """How each entry stands; `today` in UTC. One that this run did not ask for is in none of the lists."""
    accepting: dict[str, Entry] = {}
    judged: dict[str, list[Judged]] = {"expired": [], "stale": [], "unmatched": [], "unmet": []}
    for entry in accepted.entries:
        state, why = next(_found(entry, run, accepted, today), ("", ""))
        if state == "accepting":
            accepting[entry.id] = entry
        elif state:
            judged[state].append(Judged(entry, why))
    return Standing(accepting, **{state: tuple(entries) for state, entries in judged.items()})


def _found(entry: Entry, run: Done, accepted: Accepted, today: date) -> Iterator[tuple[str, str]]:
    """What is true of an entry, the first thing being what counts."""
    if why := _no_id(entry):
        yield "unmatched", why
    if _is_over(entry, today):
        yield "expired", f"it expired on {entry.expires}"
    if entry.id in run.findings:
        yield "accepting", ""
    if why := _no_question(entry, run, accepted):
        yield "unmatched", why
    if not entry.question:
        yield from _without_question(entry, run)
    elif was_asked(run.asked, entry.question, entry.of_clause):
        unsure = _unsure(entry, run)
        asked = f"{entry.question} was asked to its end and did not meet it"
        yield ("unmet", unsure) if unsure else ("stale", asked)


def _no_id(entry: Entry) -> str:
    if not FINDING_ID.fullmatch(entry.id):
        return f"{entry.id!r} is no finding's id, which looks like AST-06-c4865c58c7"
    return "" if entry.of_clause else f"no clause is called {entry.id.rpartition('-')[0]}"


def _no_question(entry: Entry, run: Done, accepted: Accepted) -> str:
    function = function_of(entry.question)
    if entry.question and accepted.functions and function not in accepted.functions:
        return f"its question {function} does not exist any more"
    others = run.whole and any(function_of(question) == function for question in run.asked)
    if others and entry.question not in run.asked and not asks_less(run.profile, entry.profile):
        return f"its question {entry.question} does not exist any more"
    return ""


def _without_question(entry: Entry, run: Done) -> Iterator[tuple[str, str]]:
    """Nobody knows which question met it, so only a run that asked all of them can tell."""
    if entry.sometimes:
        yield "unmet", "it may be missing at times"
    elif not run.whole or entry.of_clause not in run.tested:
        yield "unmet", "it names no question, so a run in part cannot tell whether it is gone"
    else:
        hint = "`contracts baseline add` notes the question, so that this can be told"
        yield "unmatched", f"nothing like it was met in the whole run, and it names no question ({hint})"


def _unsure(entry: Entry, run: Done) -> str:
    """Why a finding that was looked for in vain may be there still."""
    if entry.sometimes:
        return "it may be missing at times"
    if asks_less(run.profile, entry.profile):
        return f"it was met at profile {entry.profile}, which asks harder than {run.profile}"
    if is_timed(entry.question, entry.of_clause):
        return "whether it shows depends on the moment"
    if is_drawn(entry.question) and (entry.seed, entry.profile) != (run.seed, run.profile):
        return "its question draws other cases with each seed"
    return ""
