"""Folds what all questions did, in any order and from any process, into one verdict for each clause."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil, log2
from typing import Any

from contracts.asking.record import Seen
from contracts.clauses.catalogue import Catalogue, Clause, Level
from contracts.findings.acceptance import Standing
from contracts.findings.accepted import Entry
from contracts.findings.asked import is_drawn
from contracts.findings.unwritten import Unwritten
from contracts.plan import OUT_OF_TIME
from contracts.violation import Verdict

EXIT_HOLDS, EXIT_VIOLATED, EXIT_NOT_CARRIED_OUT, EXIT_BROKE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


@dataclass(frozen=True)
class Row:
    """One clause's line in every report; `exercised` counts the chances that it had to be broken."""

    clause: Clause
    verdict: Verdict
    exercised: int
    reason: str = ""


@dataclass(frozen=True)
class FirstRed:
    """The first violation of a clause: the requests of the run up to it, its time, the question that met it."""

    clause: str
    question: str
    requests: int
    at: float


@dataclass
class Ledger:
    """The outcome of a run so far. Outcomes are plain data (see `outcome.py`), so that they can cross processes."""

    catalogue: Catalogue
    selected: Collection[str] | None = None
    shard: str | None = None
    """Which part of the questions the run asks, such as 2/4; None for all."""
    chances: Counter[str] = field(default_factory=Counter)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    observations: dict[str, dict[str, list[Seen]]] = field(default_factory=lambda: defaultdict(dict))
    unasked: dict[str, str] = field(default_factory=dict)
    inapplicable: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    timings: dict[str, Counter[float]] = field(default_factory=lambda: defaultdict(Counter))
    """By operation: how many answers took so many milliseconds."""
    took_s: Counter[str] = field(default_factory=Counter)
    """By clause: how long the questions took that are about it, be it at the same time as others."""
    requests: int = 0
    cases: int = 0
    put_off: int = 0
    questions: Counter[str] = field(default_factory=Counter)
    began: float | None = None
    reds: dict[str, FirstRed] = field(default_factory=dict)
    lost: str = ""
    failed: str = ""
    unwritten: Unwritten = field(default_factory=Unwritten)
    campaign: dict[str, int] | None = None
    """Of a campaign: how many shards are done, and how many were asked again; None for a run."""
    under_way: bool = False
    """Whether more is to be asked."""
    interrupted: bool = False
    stopped_early: bool = False
    put: dict[str, frozenset[str]] = field(default_factory=dict)
    """The questions that were asked to their end, each with the clauses that it put to the test and could judge."""
    accepted: Mapping[str, Entry] = field(default_factory=dict)
    """By finding: what people have accepted, and is not expired."""
    standing: Standing = field(default_factory=Standing)
    """How the accepted findings stand; known at the end."""
    notices: Sequence[str] = ()
    """Remarks for whoever reads the verdict, beside those of the settings."""
    memory: dict[str, Any] | None = None
    """What earlier runs of this target say; known at the end, None where there are none."""

    def add(self, outcome: Mapping[str, Any]) -> None:
        """Fold in what one question did."""
        self._met(outcome)
        self.questions[outcome["ended"]] += 1
        self.chances.update(outcome["chances"])
        self.requests += outcome["requests"]
        self.cases += outcome["cases"]
        self.put_off += outcome["put_off"]
        for clause in outcome["clauses"][:1]:  # a question is about the first
            self.took_s[clause] += outcome["took_s"]
        for operation, times in outcome["timings"].items():
            self.timings[operation].update(dict(times))
        self._observed(outcome["observations"])
        for finding in outcome["violations"]:
            self.found(finding, str(outcome["question"]))
        for clause, reason in outcome["unasked"].items():
            self.unasked.setdefault(clause, reason)
        for clause, reason in outcome["unknown"].items():
            self.unknown.setdefault(clause, reason)
        for clause, reason in outcome["broken"].items():
            self.broken.setdefault(clause, reason)
        self._ended(outcome)
        self.lost = self.lost or outcome["lost"]

    def found(self, finding: Mapping[str, Any], question: str) -> None:
        """Merge what was met again: how often, in which forms, when first and last; the first question to meet it stays."""
        fresh = {**finding, "count": 0, "forms": {}, "asked_by": question}
        known = self.findings.setdefault(finding["id"], fresh)
        known["count"] += finding["count"]
        for form, count in finding["forms"].items():
            known["forms"][form] = known["forms"].get(form, 0) + count
        known["first"] = min(known["first"], finding["first"])
        known["last"] = max(known["last"], finding["last"])

    def _met(self, outcome: Mapping[str, Any]) -> None:
        """Note the first violation of each clause. With workers its requests are an upper bound: those of all of them."""
        began, question = outcome["began"], outcome["question"]
        self.began = began if self.began is None else min(began, self.began)
        for clause, red in outcome["reds"].items():
            first = FirstRed(clause, question, self.requests + red["requests"], red["at"])
            self.reds[clause] = min(self.reds.get(clause, first), first, key=lambda known: known.at)

    def first_red(self, clause: str | None = None) -> dict[str, Any] | None:
        """The first violation of a clause, or of any must clause; None where nothing was violated."""
        if clause is None:
            found = [red for red in self.reds.values() if self.catalogue[red.clause].level is Level.MUST]
        else:
            found = [red for red in self.reds.values() if red.clause == clause]
        if not found or self.began is None:
            return None
        first = min(found, key=lambda red: red.at)
        return {
            "requests": first.requests,
            "seconds": round(first.at - self.began, 3),
            "clause": first.clause,
            "question": first.question,
        }

    def _observed(self, observations: Mapping[str, Mapping[str, list[Seen]]]) -> None:
        for clause, values in observations.items():
            for what, seen in values.items():
                known = self.observations[clause].setdefault(what, [])
                known += [value for value in seen if value not in known]

    def _ended(self, outcome: Mapping[str, Any]) -> None:
        # A question that draws its cases ends at its first violation: what else it would have met, nobody knows.
        if outcome["ended"] == "asked" and not (outcome["violations"] and is_drawn(outcome["question"])):
            in_part = {*outcome["unasked"], *outcome["unknown"], *outcome["broken"]}
            self.put[outcome["question"]] = frozenset(outcome["chances"]) - in_part
        notes = {"broken": self.broken, "unasked": self.unasked, "inapplicable": self.inapplicable}
        for clause in outcome["clauses"]:
            if outcome["ended"] in notes:
                notes[outcome["ended"]].setdefault(clause, outcome["reason"])
            else:
                self.asked.add(clause)

    def rows(self) -> list[Row]:
        """One row for each selected clause, in the order of the catalogue."""
        return [self._row(clause) for clause in self.catalogue.values() if self._is_selected(clause.id)]

    def _is_selected(self, clause: str) -> bool:
        if self.selected is None or clause in self.selected:
            return True
        return any(finding["clause"] == clause for finding in self.findings.values())

    def _row(self, clause: Clause) -> Row:
        exercised = self.chances[clause.id]
        found = [finding for finding in self.findings.values() if finding["clause"] == clause.id]
        found.sort(key=lambda finding: bool(finding["advisory"]))
        if clause.id in self.broken:
            return Row(clause, Verdict.BROKEN, exercised, self.broken[clause.id])
        if any(not finding["advisory"] for finding in found) and clause.level is Level.MUST:
            return Row(clause, Verdict.VIOLATED, exercised, found[0]["kind"])
        if clause.id in self.unknown:
            return Row(clause, Verdict.UNKNOWN, exercised, self.unknown[clause.id])
        if found:
            return Row(clause, Verdict.WARNED, exercised, found[0]["kind"])
        if clause.level is Level.OBSERVE and self.observations.get(clause.id):
            return Row(clause, Verdict.OBSERVED, exercised)
        if exercised and clause.level is not Level.OBSERVE:
            left = self.unasked.get(clause.id) or self.inapplicable.get(clause.id)
            return Row(clause, Verdict.HELD, exercised, f"in part: {left}" if left else "")
        if clause.id in self.inapplicable and clause.id not in self.unasked:
            return Row(clause, Verdict.NOT_APPLICABLE, 0, self.inapplicable[clause.id])
        return Row(clause, Verdict.NOT_EXERCISED, 0, self._why_not(clause.id))

    def _why_not(self, clause: str) -> str:
        if clause in self.unasked:
            return self.unasked[clause]
        if clause in self.asked:
            return "its questions never came so far as to put it to the test"
        if self.under_way:
            return "it has not been asked yet"
        if self.interrupted:
            return "the run was interrupted"
        if self.lost:
            return "the run could not go on"
        if self.stopped_early:
            return "the run stopped before"
        part = "shard" if self.shard else "profile"
        return f"no question of this {part} asks it"

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any clause; broken where the suite broke outside of any clause."""
        worst = max((row.verdict for row in self.rows()), default=Verdict.NOT_EXERCISED)
        return Verdict.BROKEN if self.failed else worst

    @property
    def tested(self) -> bool:
        """Whether any clause had a chance."""
        return any(row.exercised for row in self.rows())

    @property
    def cut_short(self) -> bool:
        """Whether the run ended before it had asked what it was to ask."""
        cut = self.interrupted or self.stopped_early or self.lost or self.failed
        return bool(cut) or OUT_OF_TIME in self.unasked.values()

    @property
    def whole(self) -> bool:
        """Whether every question of the profile was asked to its end."""
        is_all = self.selected is None and self.shard is None
        return is_all and not self.cut_short and set(self.questions) == {"asked"}

    def is_accepted(self, clause: str) -> bool:
        """Whether all violations of a clause are accepted."""
        found = [finding for finding in self.findings.values() if finding["clause"] == clause]
        return all(finding["id"] in self.accepted for finding in found if not finding["advisory"])

    @property
    def exit_code(self) -> int:
        """The command's exit code: the suite's own bug before an interruption, that before what was found.

        A report that is not whole is no bug of ours, and a pipeline that gates on its files must not go on: 2. A shard may
        have had no question that tests anything: that is for the whole to say.
        """
        rows = self.rows()
        if self.failed or any(row.verdict is Verdict.BROKEN for row in rows):
            return EXIT_BROKE
        if self.interrupted:
            return EXIT_INTERRUPTED
        red = [row.clause.id for row in rows if row.verdict is Verdict.VIOLATED]
        if self.standing.outdated or not all(map(self.is_accepted, red)):
            return EXIT_VIOLATED
        if self.lost or self.unwritten or not (self.tested or self.shard):
            return EXIT_NOT_CARRIED_OUT
        return EXIT_HOLDS

    def percentiles(self) -> dict[str, dict[str, Any]]:
        """Milliseconds per operation: count, p50, p95, p99, the longest, and how many took how long."""
        return {operation: _percentiles(times) for operation, times in sorted(self.timings.items()) if times}


def _percentiles(times: Mapping[float, int]) -> dict[str, Any]:
    ordered = sorted(times)
    up_to = list(accumulate(times[ms] for ms in ordered))
    last = up_to[-1] - 1
    # Of all times in their order, the one at place n is the first that more than n are not longer than.
    shares = {
        f"p{share}_ms": ordered[bisect_right(up_to, ceil(last * share / 100))] for share in (50, 95, 99)
    }
    return {"count": up_to[-1], **shares, "max_ms": ordered[-1], "buckets": _buckets(times)}


def _buckets(times: Mapping[float, int]) -> list[tuple[float, int]]:
    """A histogram: the upper end of each bucket that holds any, with its count; two buckets for each doubling."""
    steps: Counter[int] = Counter()
    for ms, count in times.items():
        steps[ceil(2 * log2(max(ms, 0.01)))] += count
    return [(round(2.0 ** (step / 2), 3), count) for step, count in sorted(steps.items())]
