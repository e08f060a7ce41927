"""`contracts compare`: two kept runs held against each other, for people or as JSON; asks nothing of any target."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from contracts.findings.documents import Unreadable
from contracts.findings.kept import KeptRun, read_run
from contracts.reporting.behaviour import in_words, words
from contracts.reporting.comparison import Comparison, Finding, as_data
from contracts.reporting.comparison import compare as compared
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_VIOLATED
from contracts.reporting.visible import visible
from contracts.settings import Mistake, SettingsProblem


def compare(before: Path, after: Path, *, as_json: bool) -> int:
    """Print what changed from one run to the other; returns 1 where something got worse. Raises SettingsProblem."""
    mistakes: list[Mistake] = []
    old, new = (_read(path, mistakes) for path in (before, after))
    if old is None or new is None:
        raise SettingsProblem(mistakes)
    comparison = compared(old, new)
    console = Outlet(soft_wrap=True)
    if as_json:
        text = json.dumps(as_data(comparison), indent=2, ensure_ascii=False)
        console.print(Text(text.encode("utf-8", "backslashreplace").decode()), highlight=False)
    else:
        for line in lines(comparison):
            console.print(line)
    return EXIT_VIOLATED if comparison.worse else EXIT_HOLDS


def _read(path: Path, mistakes: list[Mistake]) -> KeptRun | None:
    try:
        return read_run(path)
    except Unreadable as problem:
        where = f"command line: {path} line {problem.line}" if problem.line else f"command line: {path}"
        expected = "a run's report folder, or its summary.json"
        mistakes.append(Mistake(where, problem.what, expected, problem.hint))
        return None


def lines(comparison: Comparison) -> Iterator[Text]:
    """The comparison for people: what got worse first, what cannot be compared last."""
    yield from _clauses(comparison)
    yield from _findings(comparison)
    for change in comparison.behaviour.changes:
        told = f"{change.clause}  {change.what}: {words(change.before)} before, {words(change.after)} now"
        yield _line("changed", "bold", told)
    for slow in comparison.drift:
        times = f"p95 {slow['before_p95_ms']:.1f} ms before, {slow['p95_ms']:.1f} ms now"
        yield _line("slower", "yellow", f"{slow['operation']}: {times}")
    for apart in comparison.apart:
        yield _line("apart", "dim", visible(f"{apart.what}: {apart.why}"))
    yield from _end(comparison)


def _clauses(comparison: Comparison) -> Iterator[Text]:
    for turn in sorted(comparison.turned, key=lambda turn: not turn.regressed):
        told = f"{turn.clause}  {turn.before} before, {turn.after} now"
        if turn.regressed:
            yield _line("regressed", "bold red", told)
        elif turn.after == "held":
            yield _line("better", "green", told)
        else:
            yield _line("turned", "yellow", told)


def _findings(comparison: Comparison) -> Iterator[Text]:
    for finding in comparison.new:
        style = "bold red" if comparison.is_violation(finding) else "yellow"
        yield _line("new", style, _told(finding))
    for finding in comparison.fixed:
        yield _line("fixed", "green", _told(finding))


def _told(finding: Finding) -> str:
    what = f"{finding['clause']}  {finding['operation']}: {finding['kind']}".replace("  : ", "  ")
    return visible(f"{what}  ({finding['id']})")


def _line(word: str, style: str, told: str) -> Text:
    return Text.assemble((f"{word:9}", style), f"  {told}")


def _end(comparison: Comparison) -> Iterator[Text]:
    for word, run in (("before", comparison.before), ("after", comparison.after)):
        ended = "" if run.complete else ", which was killed"
        asked = f"profile {run.profile}" + (f", clauses {run.selection}" if run.selection else "")
        yield Text(f"{word + ':':9}{run.file}, target {run.target} ({run.base_url}), {asked}{ended}")
    findings = f"{len(comparison.new)} new, {len(comparison.fixed)} fixed, {len(comparison.both)} in both"
    changed = f"{comparison.clauses} compared, {len(comparison.turned)} with another verdict"
    yield Text(f"clauses: {changed}; findings: {findings}")
    yield Text(f"         {in_words(comparison.behaviour)}")
    verdict = ("got worse", "bold red") if comparison.worse else ("nothing got worse", "green")
    yield Text.assemble(
        "verdict: ", verdict, f" (exit code {EXIT_VIOLATED if comparison.worse else EXIT_HOLDS})"
    )
