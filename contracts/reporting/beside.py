"""What the terminal says of a run beside others: what was accepted, what earlier runs know, which behaviour changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from contracts.findings.acceptance import Judged, Standing
from contracts.findings.accepted import Accepted, Entry
from contracts.findings.kept import KeptRun
from contracts.reporting.behaviour import as_told, compare, in_words, words
from contracts.reporting.counted import counted
from contracts.reporting.ledger import Ledger
from contracts.reporting.visible import visible

# More would push the table off the screen; the report holds all.
_CHANGES_TOLD = 20
_GONE_TOLD = 10
_ENTRIES_TOLD = 20


def behaviour(ledger: Ledger, baseline: KeptRun | None) -> Iterator[Text]:
    """What changed since the baseline, and how far the two could be compared."""
    if baseline is None:
        return
    comparison = compare(baseline, as_told(ledger.observations))
    for change in comparison.changes[:_CHANGES_TOLD]:
        yield Text.assemble(
            ("changed", "bold"),
            f"  {change.clause}  {change.what}: {words(change.before)} before, {words(change.after)} now",
        )
    if len(comparison.changes) > _CHANGES_TOLD:
        yield Text(f"and {len(comparison.changes) - _CHANGES_TOLD} changes more: see the report")
    yield Text(
        f"baseline: {baseline.file}, target {baseline.target} ({baseline.base_url}), profile {baseline.profile}"
    )
    yield Text(f"          {in_words(comparison)}")


def standing(accepted: Accepted, stands: Standing) -> Iterator[Text]:
    """How the accepted findings stand: what fails the run in full, the rest counted."""
    if not accepted.files:
        return
    for word, judged in (
        ("expired", stands.expired),
        ("stale", stands.stale),
        ("unmatched", stands.unmatched),
    ):
        yield from _judged(word, "bold red", judged)
    yield from _unmet(stands.unmet)
    met = f"{len(stands.accepting)} met"
    outdated = f", {len(stands.outdated)} outdated" if stands.outdated else ""
    files = ", ".join(accepted.files)
    yield Text(f"accepted: {counted(len(accepted.entries), 'finding')} in {files}: {met}{outdated}")
    if stands.outdated:
        yield Text("          `contracts baseline prune` takes the outdated ones out; they fail the run")


def _judged(word: str, style: str, judged: Sequence[Judged]) -> Iterator[Text]:
    for each in judged[:_ENTRIES_TOLD]:
        where = f"  ({each.entry.where})"
        yield Text.assemble((f"{word:8} ", style), visible(f"{each.entry.id}  {each.why}"), (where, "dim"))
    if len(judged) > _ENTRIES_TOLD:
        yield Text(f"and {len(judged) - _ENTRIES_TOLD} more that are {word}: see the report")


def _unmet(judged: Sequence[Judged]) -> Iterator[Text]:
    """What was not met and may be there still, by the reason that they share: it is the same each day."""
    reasons: dict[str, list[str]] = {}
    for each in judged:
        reasons.setdefault(each.why, []).append(each.entry.id)
    for why, ids in reasons.items():
        more = f" and {len(ids) - _ENTRIES_TOLD} more" if len(ids) > _ENTRIES_TOLD else ""
        yield Text.assemble(("not met  ", "bold"), visible(f"{', '.join(ids[:_ENTRIES_TOLD])}{more}: {why}"))


def memory(told: Mapping[str, Any] | None) -> Iterator[Text]:
    """What is known of earlier runs of this target."""
    if told is None:
        return
    gone = [
        *((each, "fixed", "") for each in told["fixed"]),
        *((each, "not met", each["why"]) for each in told["not_met"]),
    ]
    for each, word, why in gone[:_GONE_TOLD]:
        what = f"{each['clause']}  {each['operation']}: {each['kind']}".replace("  : ", "  ")
        last = f"  (last met {each['last'][:10]}{f'; {why}' if why else ''})"
        yield Text.assemble(
            (f"{word:9}", "green" if word == "fixed" else "bold"), visible(what), (last, "dim")
        )
    if len(gone) > _GONE_TOLD:
        yield Text(f"and {len(gone) - _GONE_TOLD} more: see the report")
    if told["regressed"]:
        worse = f"{', '.join(told['regressed'])}: held in the last run that asked as hard"
        yield Text.assemble(("regressed", "bold red"), f"  {worse}")
    for slow in told["drift"]:
        times = f"p95 {slow['p95_ms']:.1f} ms, {slow['before_p95_ms']:.1f} ms in earlier runs"
        yield Text.assemble(("slower   ", "yellow"), f"{slow['operation']}: {times}")
    if told["runs"]:
        states = ("new", "known", "flaky", "fixed")
        counts = ", ".join(f"{len(told[state])} {state}" for state in states if told[state]) or "nothing new"
        yield Text(f"memory:  {counts}, beside {counted(told['runs'], 'earlier run')} of this target")
    for notice in told["notices"]:
        yield Text(f"note: {notice}", style="yellow")


def history_of(finding: str, told: Mapping[str, Any] | None) -> str:
    """What earlier runs know of a finding, in a few words; nothing where there are none."""
    if not told or not told["runs"]:
        return ""
    long = next((each for each in told["long_standing"] if each["id"] == finding), None)
    since = f", in {long['runs']} runs since {long['since'][:10]}" if long else ", known"
    flaky = ", comes and goes" if finding in told["flaky"] else ""
    return ", new" if finding in told["new"] else since + flaky


def accepted_as(entry: Entry) -> str:
    """Why a finding is accepted, by whom and until when, in a line."""
    told = [entry.owner, entry.ticket, f"until {entry.expires}" if entry.expires else ""]
    about = ", ".join(part for part in told if part)
    return visible(f"{entry.reason} ({about})" if about else entry.reason)
