"""`summary.md`: a run on half a page for people in CI, in which no text of a server can mean anything to Markdown."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from contracts.clauses.catalogue import load
from contracts.reporting.behaviour import words
from contracts.reporting.cases import Case, Data, Run, acceptance, cases, is_violation, times
from contracts.reporting.counted import counted
from contracts.reporting.visible import one_line

# The worst are told in full: more would bury them, and GitHub takes 1 MiB a step.
TOLD = 10
_LONGEST = 2000
_IDS_TOLD = 20
_COLUMNS = (
    *("held", "violated", "accepted", "warned", "observed", "not_exercised", "not_applicable"),
    *("unknown", "broken"),
)
_HEADS = {"not_exercised": "unasked", "not_applicable": "n/a"}
_ALWAYS = frozenset({"held", "violated"})
_UNDECIDED = ("broken", "unknown", "not_applicable", "not_exercised")
_BACKTICKS = re.compile("`+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&@:-])")


def as_markdown(run: Run) -> str:
    """The run as Markdown: verdict, a table by family, the worst findings, what is new and what was not judged."""
    *clauses, whole = cases(run)
    parts = [
        *_head(run, whole),
        *_table(clauses),
        *_since(run.summary.get("memory")),
        *_findings(run),
        *_behaviour(run.summary["behaviour_changes"]),
        *_undecided(clauses),
        f"Report: {_code(run.folder)}",
    ]
    return "\n\n".join(parts) + "\n"


def _head(run: Run, whole: Case) -> Iterator[str]:
    summary = run.summary
    accepted = summary["verdict"] == "violated" and not summary["exit_code"]
    verdict = _words(summary["verdict"]) + (", all of it accepted" if accepted else "")
    left_out = (summary.get("budget") or {}).get("left_out")
    if summary["verdict"] == "held" and (summary.get("cut_short") or left_out):
        verdict += " as far as it was asked"
    yield f"## contracts: {verdict} (exit code {summary['exit_code']})"
    if whole.message:
        yield f"**{_code(whole.message)}**"
    target = summary["target"]
    shard = f"shard {summary['shard']}, " if summary.get("shard") else ""
    if campaign := summary.get("campaign"):
        shard = f"campaign of {counted(campaign['shards'], 'shard')}, "
    yield (
        f"Target {_code(target['name'])} ({_code(target['base_url'] or '')}), profile {_code(summary['profile'])}, "
        f"{shard}seed {summary['seed']}: {summary['cases']:,} cases, {summary['requests']:,} requests "
        f"in {summary['duration_s']:.1f} s."
    )
    for notice in summary.get("notices", ()):
        yield f"**{_code(notice)}**"
    for reason, count in (left_out or {}).items():
        yield f"Left out: {count:,} requests: {_code(reason)}"


def _table(clauses: Sequence[Case]) -> Iterator[str]:
    """Verdicts by clause family."""
    met = _ALWAYS | {case.verdict for case in clauses}
    columns = [verdict for verdict in _COLUMNS if verdict in met]
    lines = [_row(["family", *(_HEADS.get(verdict, verdict) for verdict in columns)])]
    lines.append(_row(["---", *("--:" for _ in columns)]))
    for family, of_family in groupby(clauses, key=lambda case: case.family):
        counts = Counter(case.verdict for case in of_family)
        lines.append(_row([family, *(str(counts[verdict] or "") for verdict in columns)]))
    yield "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _findings(run: Run) -> Iterator[str]:
    if not run.findings:
        return
    yield "### Findings"
    for finding in run.findings[:TOLD]:
        yield from _finding(finding, run)
    rest = Counter(finding["clause"] for finding in run.findings[TOLD:])
    if rest:
        by_clause = ", ".join(f"{clause} ({number})" for clause, number in sorted(rest.items()))
        yield f"And {rest.total():,} more, in `findings/`: {by_clause}."


def _finding(finding: Data, run: Run) -> Iterator[str]:
    word = "violated" if is_violation(finding) else "warned"
    yield f"**{word} {finding['clause']}** {_text(load()[finding['clause']].title)}  \n{_code(_what(finding))}, met {_code(times(finding))}"
    if finding.get("accepted"):
        yield f"accepted: {_code(acceptance(finding))}"
    # A line that begins with a sign cannot end the block, whatever follows.
    yield f"```diff\n- {_cut(finding['expected'])}\n+ {_cut(finding['received'])}\n```"
    yield f"```sh\n{run.replay(finding)}\n```"


def _what(finding: Data) -> str:
    return f"{finding['operation']}: {finding['kind']}".removeprefix(": ")


def _since(memory: Data | None) -> Iterator[str]:
    """What changed since the runs before, where there were any."""
    if not memory or not memory.get("runs"):
        return
    lists = [
        ("New", memory.get("new", ())),
        ("Fixed", memory.get("fixed", ())),
        ("Flaky", memory.get("flaky", ())),
        ("Clauses that held before", memory.get("regressed", ())),
    ]
    lines = [f"- {name}: {_ids(entries)}" for name, entries in lists if entries]
    lines += [
        f"- Slower: {_code(slow['operation'])}, p95 {slow['before_p95_ms']} ms before, {slow['p95_ms']} ms now"
        for slow in memory.get("drift", ())
    ]
    if lines:
        yield "### Since the last run"
        yield "\n".join(lines)


def _behaviour(changes: Sequence[Data]) -> Iterator[str]:
    """What the target does otherwise than in the run that it is compared with, where it is free to."""
    if not changes:
        return
    yield "### Changed behaviour"
    lines = [
        f"- {change['clause']} {_code(change['what'])}: {_code(words(change['before']))} before, "
        f"{_code(words(change['after']))} now"
        for change in changes[:_IDS_TOLD]
    ]
    if len(changes) > _IDS_TOLD:
        lines.append(f"- and {len(changes) - _IDS_TOLD:,} more")
    yield "\n".join(lines)


def _ids(entries: Sequence[Data | str]) -> str:
    told = [entry if isinstance(entry, str) else str(entry["id"]) for entry in entries[:_IDS_TOLD]]
    more = f" and {len(entries) - _IDS_TOLD:,} more" if len(entries) > _IDS_TOLD else ""
    return ", ".join(map(_code, told)) + more


def _undecided(clauses: Iterable[Case]) -> Iterator[str]:
    """Clauses without a verdict that counts, by the reason that they share."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for case in clauses:
        if case.verdict in _UNDECIDED:
            reasons.setdefault((case.verdict, case.message), []).append(case.id)
    if reasons:
        yield "### Not judged"
        ordered = sorted(reasons.items(), key=lambda entry: _UNDECIDED.index(entry[0][0]))
        yield "\n".join(f"- {', '.join(ids)}: {_code(message)}" for (_, message), ids in ordered)


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def _cut(text: str) -> str:
    return one_line(text, _LONGEST)


def _text(text: str) -> str:
    """Our own words, each sign taken as itself."""
    return _SPECIAL.sub(r"\\\1", one_line(text, _LONGEST))


def _code(text: str) -> str:
    """A text as a code span, in which nothing has a meaning: behind more backticks than it holds in a row."""
    line = one_line(text, _LONGEST)
    if not line:
        return ""
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"
