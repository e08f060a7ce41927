"""Two kept runs side by side: what got worse, what got better, what is otherwise, and what cannot be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from contracts.findings.asked import asks_less, by_chance, is_timed, was_asked
from contracts.findings.kept import KeptRun
from contracts.reporting import behaviour
from contracts.reporting.drift import drift

Finding = Mapping[str, Any]

_TESTED = ("held", "warned", "violated")


class Turned(NamedTuple):
    """A clause that both runs put to the test, with another verdict."""

    clause: str
    before: str
    after: str
    regressed: bool


class Apart(NamedTuple):
    """What only one of the runs can tell, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to a later one."""

    before: KeptRun
    after: KeptRun
    clauses: int
    turned: tuple[Turned, ...]
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    both: tuple[str, ...]
    behaviour: behaviour.Comparison
    drift: tuple[Mapping[str, Any], ...]
    apart: tuple[Apart, ...]

    @property
    def worse(self) -> bool:
        """Whether a clause regressed or a violation is new."""
        return any(turn.regressed for turn in self.turned) or any(
            self.is_violation(each) for each in self.new
        )

    def is_violation(self, finding: Finding) -> bool:
        """Whether a finding of the later run breaks a promise, and no mere convention."""
        row = self.after.clauses.get(finding["clause"], {"verdict": ""})
        return not finding["advisory"] and row["verdict"] in {"violated", "broken"}


def compare(before: KeptRun, after: KeptRun) -> Comparison:
    """Hold a run against an earlier one."""
    old, now = before.by_id, after.by_id
    appeared = [finding for id, finding in now.items() if id not in old]
    gone = [finding for id, finding in old.items() if id not in now]
    fresh = {finding["id"]: _why_not_new(finding, before) for finding in appeared}
    left = {finding["id"]: _why_not_fixed(finding, before, after) for finding in gone}
    verdicts = list(_verdicts(before, after))
    apart = [
        *(Apart(_named(each), fresh[each["id"]]) for each in appeared if fresh[each["id"]]),
        *(Apart(_named(each), left[each["id"]]) for each in gone if left[each["id"]]),
        *_untested(before, after),
        *_other_load(before, after),
    ]
    return Comparison(
        before,
        after,
        clauses=len(verdicts),
        turned=tuple(_turned(verdicts, [each for each in now.values() if not fresh.get(each["id"])])),
        new=tuple(each for each in appeared if not fresh[each["id"]]),
        fixed=tuple(each for each in gone if not left[each["id"]]),
        both=tuple(sorted(old.keys() & now.keys())),
        behaviour=behaviour.compare(before, after.observations),
        drift=tuple(_drift(before, after)),
        apart=tuple(apart),
    )


def _why_not_new(finding: Finding, before: KeptRun) -> str:
    """Why nobody can tell whether the earlier run would have met it; empty where it was asked for."""
    if _was_asked(finding, before):
        return ""
    return "met now by a question that the earlier run did not ask to its end"


def _why_not_fixed(finding: Finding, before: KeptRun, after: KeptRun) -> str:
    """Why a finding that is missing from the later run may be there still; empty where it is fixed."""
    question, clause = finding.get("asked_by", ""), finding["clause"]
    if not _was_asked(finding, after):
        return "not met now; the later run did not ask its question to its end"
    if asks_less(after.profile, before.profile):
        return f"not met now; the later run asked less hard ({after.profile} after {before.profile})"
    same = before.seed is not None and (before.seed, before.profile) == (after.seed, after.profile)
    if is_timed(question, clause) or (by_chance(question, clause) and not same):
        return "not met now; its question finds it by chance"
    return ""


def _was_asked(finding: Finding, run: KeptRun) -> bool:
    """Whether a run asked the finding's question; where its summary alone was kept, whether it tested the clause."""
    if run.asked is None:
        return _is_tested(run.clauses.get(finding["clause"]))
    return was_asked(run.asked, finding.get("asked_by", ""), finding["clause"])


def _verdicts(before: KeptRun, after: KeptRun) -> Iterator[tuple[str, str, str]]:
    """The clauses that both runs put to the test."""
    for clause, row in after.clauses.items():
        earlier = before.clauses.get(clause, {"verdict": ""})["verdict"]
        if earlier in _TESTED and row["verdict"] in _TESTED:
            yield clause, earlier, row["verdict"]


def _turned(verdicts: Sequence[tuple[str, str, str]], comparable: Sequence[Finding]) -> Iterator[Turned]:
    """Verdicts that changed; a violation regresses where the earlier run asked the question that met it."""
    asked_before = {finding["clause"] for finding in comparable if not finding["advisory"]}
    for clause, before, after in verdicts:
        if before != after:
            yield Turned(clause, before, after, after == "violated" and clause in asked_before)


def _untested(before: KeptRun, after: KeptRun) -> Iterator[Apart]:
    """The clauses that one run alone put to the test, by the reason that they share."""
    reasons: dict[str, list[str]] = {}
    for clause in {**before.clauses, **after.clauses}:
        one, other = (run.clauses.get(clause) for run in (before, after))
        for missing, known, when in ((one, other, "before"), (other, one, "now")):
            if known is not None and known["verdict"] in _TESTED and not _is_tested(missing):
                reasons.setdefault(f"{_why_untested(missing)} {when}", []).append(clause)
    for why, clauses in reasons.items():
        yield Apart(", ".join(clauses), why)


def _is_tested(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["verdict"] in _TESTED


def _why_untested(row: Mapping[str, Any] | None) -> str:
    return "not asked for" if row is None else str(row["verdict"]).replace("_", " ")


def _same_load(before: KeptRun, after: KeptRun) -> bool:
    return (before.profile, before.selection) == (after.profile, after.selection)


def _other_load(before: KeptRun, after: KeptRun) -> Iterator[Apart]:
    if not _same_load(before, after):
        yield Apart("times", "another profile or selection puts the target under another load")


def _drift(before: KeptRun, after: KeptRun) -> list[dict[str, Any]]:
    return drift(after.timings, [before.timings], least_runs=1) if _same_load(before, after) else []


def _named(finding: Finding) -> str:
    return f"{finding['id']} ({finding['kind']})"


def as_data(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON has it."""
    seen = comparison.behaviour
    return {
        "format": 1,
        "worse": comparison.worse,
        "before": _run(comparison.before),
        "after": _run(comparison.after),
        "clauses_compared": comparison.clauses,
        "clauses": [turn._asdict() for turn in comparison.turned],
        "findings": {
            "new": [_finding(each) for each in comparison.new],
            "fixed": [_finding(each) for each in comparison.fixed],
            "both": list(comparison.both),
        },
        "behaviour_changes": [change._asdict() for change in seen.changes],
        "behaviour_compared": {
            "compared": seen.compared,
            "only_before": seen.only_before,
            "only_now": seen.only_now,
        },
        "drift": list(comparison.drift),
        "not_compared": [apart._asdict() for apart in comparison.apart],
    }


def _run(run: KeptRun) -> dict[str, Any]:
    return {
        "file": run.file,
        "target": {"name": run.target, "base_url": run.base_url},
        "profile": run.profile,
        "seed": run.seed,
        "clauses_asked_for": run.selection,
        "complete": run.complete,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {name: finding[name] for name in ("id", "clause", "operation", "kind", "advisory")}
