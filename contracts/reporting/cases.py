"""A finished run as the machine formats tell it: a case for each clause, and one for the run itself."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.clauses.catalogue import load
from contracts.clauses.clause import Level
from contracts.reporting.behaviour import words
from contracts.reporting.closing import FAMILIES
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_INTERRUPTED, EXIT_VIOLATED
from contracts.reporting.visible import cut, one_line, visible

Data = Mapping[str, Any]
"""A JSON object of the report folder: what redaction left."""

# A body that was received where another was expected may have any size; the finding's file holds all of it.
_LONGEST = 4000
_LONGEST_MESSAGE = 500

RUN = "RUN"
"""The id of the case that tells how the run itself went."""


class Status(StrEnum):
    """What a pipeline makes of a case."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SKIPPED = "skipped"


# Only what was put to the test and did not fail passes: `unknown` is no pass.
_STATUSES = {
    "held": Status.PASSED,
    "observed": Status.PASSED,
    "warned": Status.PASSED,
    "violated": Status.FAILED,
    "broken": Status.BROKEN,
}


@dataclass(frozen=True)
class Run:
    """A run that ended: its summary, its findings with their stories (the worst first), its folder as people type it."""

    summary: Data
    findings: tuple[Data, ...]
    folder: str
    ended: datetime

    @classmethod
    def of(cls, summary: Data, stories: Iterable[Data], folder: str, ended: datetime) -> "Run":
        """Put `summary.json` and the files of `findings/` together; what only one of them knows is kept."""
        told = {story["id"]: dict(story) for story in stories}
        for brief in summary["findings"]:
            told[brief["id"]] = {**told.get(brief["id"], {}), **brief}
        return cls(summary, tuple(sorted(told.values(), key=_badness)), folder, ended)

    def replay(self, finding: Data) -> str:
        """The command that asks a finding's question again."""
        file = f"{self.folder}/findings/{finding['id']}.json"
        return f"contracts replay {shlex.quote(file)}"


@dataclass(frozen=True)
class Case:
    """One line of a test report; `family` is the suite that it stands in, `told` what there is to say at length."""

    id: str
    title: str
    family: str
    verdict: str
    status: Status
    message: str = ""
    told: str = ""
    findings: tuple[Data, ...] = ()
    seconds: float = 0.0
    """Of a clause: of the questions that are about it. Of the run: what is left of it."""


def is_violation(finding: Data) -> bool:
    """Whether a finding breaks a promise, rather than a convention."""
    return not finding["advisory"] and load()[finding["clause"]].level is Level.MUST


def acceptance(finding: Data) -> str:
    """Why a finding is accepted, by whom and until when; empty for one that is not."""
    accepted = finding.get("accepted")
    if not accepted:
        return ""
    names = [str(accepted[name]) for name in ("owner", "ticket") if accepted.get(name)]
    until = [f"until {accepted['expires']}"] if accepted.get("expires") else []
    rest = ", ".join(names + until)
    return f"{accepted.get('reason', '')} ({rest})" if rest else str(accepted.get("reason", ""))


def _badness(finding: Data) -> tuple[bool, bool, str]:
    return (bool(finding.get("accepted")), not is_violation(finding), finding["id"])


def cases(run: Run) -> list[Case]:
    """A case for each clause, by family, and at the end the run's own.

    Some case failed or broke exactly where the run's exit code is not 0.
    """
    found: dict[str, list[Data]] = {}
    for finding in run.findings:
        found.setdefault(finding["clause"], []).append(finding)
    of_clauses = [
        _case(id, row, found.get(id, ()), run)
        for family in FAMILIES
        for id, row in run.summary["clauses"].items()
        if id.startswith(family)
    ]
    return [*of_clauses, _whole(run.summary, of_clauses)]


def _case(id: str, row: Data, found: Sequence[Data], run: Run) -> Case:
    clause = load()[id]
    verdict = _verdict(row["verdict"], found)
    status = _STATUSES.get(verdict, Status.SKIPPED)
    return Case(
        id,
        clause.title,
        f"{clause.family} {FAMILIES[clause.family]}",
        verdict,
        status,
        one_line(_message(verdict, row, found), _LONGEST_MESSAGE),
        "\n\n".join(_paragraphs(id, row, found, run)),
        tuple(found),
        row.get("seconds", 0.0),
    )


def _verdict(verdict: str, found: Sequence[Data]) -> str:
    """The clause's verdict; a question that was interrupted leaves its findings on disk, and no verdict."""
    violations = [finding for finding in found if is_violation(finding)]
    if verdict == "broken" or not violations:
        return verdict
    return "accepted" if all(finding.get("accepted") for finding in violations) else "violated"


def _message(verdict: str, row: Data, found: Sequence[Data]) -> str:
    if verdict == "accepted":
        return f"accepted: {next(acceptance(finding) for finding in found if is_violation(finding))}"
    if found and verdict in {"violated", "warned"}:
        return _more(found[0]["kind"], len(found))
    reason = row.get("reason", "")
    return f"{verdict.replace('_', ' ')}: {reason}" if verdict not in _STATUSES and reason else reason


def _more(first: str, number: int) -> str:
    return first if number == 1 else f"{first} (and {number - 1} more)"


def _paragraphs(id: str, row: Data, found: Iterable[Data], run: Run) -> Iterator[str]:
    for finding in found:
        yield story(finding, run)
    if not found and row.get("reason"):
        yield cut(row["reason"], _LONGEST)
    seen = run.summary["observations"].get(id)
    if seen:
        yield "\n".join(visible(f"{what}: {words(told)}") for what, told in seen.items())


def story(finding: Data, run: Run) -> str:
    """A finding in some lines: what was expected and received, how often it was met, how to ask again."""
    expected, received = (cut(finding[name], _LONGEST) for name in ("expected", "received"))
    lines = [f"{finding['operation']}: {cut(finding['kind'], _LONGEST)}".removeprefix(": ")]
    lines += [f"  expected: {expected}", f"  received: {received}"]
    lines += [f"  {cut(step, _LONGEST)}" for step in finding.get("steps", ())]
    lines += [f"  met:      {times(finding)}"]
    if finding.get("accepted"):
        lines.append(f"  accepted: {acceptance(finding)}")
    lines += [f"  finding:  {run.folder}/findings/{finding['id']}.json", f"  replay:   {run.replay(finding)}"]
    return visible("\n".join(lines))


def times(finding: Data) -> str:
    """How often a finding was met, and under which circumstances."""
    count = finding.get("count", 1)
    often = "once" if count == 1 else f"{count:,} times"
    forms = Counter({form: met for form, met in (finding.get("forms") or {}).items() if form})
    under = ", ".join(f"{one_line(form, _LONGEST_MESSAGE)} ({met:,})" for form, met in forms.most_common())
    return f"{often}: {under}" if under else often


def _whole(summary: Data, of_clauses: Sequence[Case]) -> Case:
    """The run as a case: red where no clause says why the exit code is not 0."""
    code = summary["exit_code"]
    red = any(case.status in {Status.FAILED, Status.BROKEN} for case in of_clauses)
    outdated = [f"{entry['id']}: {entry['why']}" for entry in _outdated(summary.get("accepted") or {})]
    if code not in {EXIT_HOLDS, EXIT_VIOLATED}:
        status, message = Status.BROKEN, _why(summary)
    elif code == EXIT_VIOLATED and (outdated or not red):
        status = Status.FAILED
        message = _more(f"accepted, but {outdated[0]}", len(outdated)) if outdated else f"exit code {code}"
    else:
        status, message = Status.PASSED, ""
    told = "\n".join([*outdated, *filter(None, (summary["broke"], summary["lost"]))])
    verdict = str(summary["verdict"])
    message = one_line(message, _LONGEST_MESSAGE)
    rest = max(0.0, summary["duration_s"] - sum(case.seconds for case in of_clauses))
    return Case(RUN, "the run itself", RUN, verdict, status, message, visible(told), seconds=rest)


def _outdated(accepted: Data) -> Iterator[Data]:
    """The entries of the accepted findings that fail the run."""
    for name in ("expired", "stale", "unmatched"):
        yield from accepted.get(name, ())


def _why(summary: Data) -> str:
    """Why a run came to no verdict."""
    if summary["broke"]:
        return f"the suite itself broke: {summary['broke'].strip().splitlines()[0]}"
    if summary["lost"]:
        return f"the run could not go on: {summary['lost']}"
    if summary["exit_code"] == EXIT_INTERRUPTED:
        return "the run was interrupted: this is what was seen until then"
    broken = [id for id, row in summary["clauses"].items() if row["verdict"] == "broken"]
    return f"the suite broke at {', '.join(broken)}" if broken else "nothing was tested"
