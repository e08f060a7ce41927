"""The last words on the terminal: a table by clause family, what did not hold and why, where the report is."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.clauses.clause import Level
from contracts.plan import Plan
from contracts.reporting import beside
from contracts.reporting.counted import counted
from contracts.reporting.ledger import Ledger, Row
from contracts.violation import Verdict

FAMILIES = {
    "AST": "create asset",
    "SIG": "signing payload",
    "ALC": "create allocation",
    "AUT": "who may do what",
    "HTP": "protocol",
}
STYLES = {
    Verdict.HELD: "green",
    Verdict.VIOLATED: "bold red",
    Verdict.BROKEN: "bold magenta",
    Verdict.WARNED: "yellow",
    Verdict.UNKNOWN: "yellow",
}
_COLUMNS = (
    Verdict.HELD,
    Verdict.VIOLATED,
    Verdict.WARNED,
    Verdict.OBSERVED,
    Verdict.NOT_EXERCISED,
    Verdict.NOT_APPLICABLE,
    Verdict.UNKNOWN,
    Verdict.BROKEN,
)
# Short enough for 80 columns.
_HEADS = {Verdict.NOT_EXERCISED: "unasked", Verdict.NOT_APPLICABLE: "n/a"}
_UNDECIDED = (Verdict.BROKEN, Verdict.UNKNOWN)
_UNASKED = (Verdict.NOT_EXERCISED, Verdict.NOT_APPLICABLE)
# More would push the table off the screen; the report holds all.
_FINDINGS_TOLD = 10
_LONGEST_TOLD = 200


def show(console: Console, ledger: Ledger, plan: Plan, *, duration_s: float, folder: Path | None) -> None:
    """Print how a run ended."""
    rows = ledger.rows()
    for line in _findings(ledger):
        console.print(line)
    table = _table(rows)
    as_wide_as_it_likes = console.options.update(width=1000)
    if console.measure(table, options=as_wide_as_it_likes).maximum <= console.width:
        console.print(table)
    else:
        for line in _lines(rows):
            console.print(line)
    for line in (*_undecided(rows), *_unasked(rows), *beside.behaviour(ledger, plan.baseline)):
        console.print(line)
    for line in (*beside.standing(plan.accepted, ledger.standing), *beside.memory(ledger.memory)):
        console.print(line)
    for line in (
        *_numbers(ledger, plan, duration_s),
        *_end(ledger, left_out=bool((plan.spent() or {}).get("left_out"))),
    ):
        console.print(line)
    if folder is not None:
        if ledger.findings:
            console.print(Text(f"replay: contracts replay {shlex.quote(str(folder))}"))
        console.print(Text(f"report: {folder}"))


def _findings(ledger: Ledger) -> Iterator[Text]:
    """What was found, the worst first, each with what was expected and received; what is accepted last."""
    found = sorted(
        ledger.findings.values(),
        key=lambda finding: (finding["id"] in ledger.accepted, finding["advisory"], str(finding["id"])),
    )
    # What the disk refused has no other place.
    most = len(found) if ledger.unwritten else _FINDINGS_TOLD
    for finding in found[:most]:
        clause = ledger.catalogue[finding["clause"]]
        verdict = (
            Verdict.WARNED if finding["advisory"] or clause.level is not Level.MUST else Verdict.VIOLATED
        )
        yield Text.assemble((_word(verdict), STYLES[verdict]), f" {clause.id}  {clause.title}")
        yield Text(f"  {finding['operation']}: {finding['kind']}".replace("  : ", "  "))
        yield Text(f"  expected: {_short(finding['expected'])}")
        yield Text(f"  received: {_short(finding['received'])}")
        known = beside.history_of(finding["id"], ledger.memory)
        yield Text(f"  finding:  {finding['id']}, met {_times(finding['count'])}{known}", style="dim")
        if finding["id"] in ledger.accepted:
            yield Text(f"  accepted: {_short(beside.accepted_as(ledger.accepted[finding['id']]))}")
    if len(found) > most:
        yield Text(f"and {len(found) - most} findings more: see the report")


def _table(rows: Sequence[Row]) -> Table:
    met = {row.verdict for row in rows} | {Verdict.HELD, Verdict.VIOLATED}
    columns = [verdict for verdict in _COLUMNS if verdict in met]
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("family", no_wrap=True)
    for verdict in columns:
        table.add_column(_HEADS.get(verdict, _word(verdict)), justify="right", no_wrap=True)
    table.add_column("chances", justify="right", no_wrap=True)
    for name, of_family in _by_family(rows):
        counts = Counter(row.verdict for row in of_family)
        cells = [
            Text(str(counts[verdict] or "·"), style=STYLES.get(verdict, "") if counts[verdict] else "dim")
            for verdict in columns
        ]
        table.add_row(name, *cells, f"{sum(row.exercised for row in of_family):,}")
    return table


def _lines(rows: Sequence[Row]) -> Iterator[Text]:
    """The table for a terminal that is too narrow for it."""
    for name, of_family in _by_family(rows):
        counts = Counter(row.verdict for row in of_family)
        yield Text(name, style="bold")
        for verdict in _COLUMNS:
            if counts[verdict]:
                yield Text.assemble("  ", (f"{counts[verdict]} {_word(verdict)}", STYLES.get(verdict, "dim")))


def _by_family(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for family, name in FAMILIES.items():
        of_family = [row for row in rows if row.clause.family == family]
        if of_family:
            yield f"{family} {name}", of_family


def _undecided(rows: Sequence[Row]) -> Iterator[Text]:
    """Each clause on which the suite could come to no verdict."""
    for row in rows:
        if row.verdict in _UNDECIDED:
            word = (f"{_word(row.verdict):9}", STYLES[row.verdict])
            reason = f"  ({row.reason})" if row.reason else ""
            yield Text.assemble(word, f"{row.clause.id}  {row.clause.title}", (reason, "dim"))


def _unasked(rows: Sequence[Row]) -> Iterator[Text]:
    """Clauses that had no chance, by the reason that they share."""
    reasons: dict[tuple[Verdict, str], list[str]] = {}
    for row in rows:
        if row.verdict in _UNASKED:
            reasons.setdefault((row.verdict, row.reason), []).append(row.clause.id)
    for (verdict, reason), ids in reasons.items():
        yield Text.assemble((_word(verdict), "bold"), f"  {', '.join(ids)}: ", (reason, "dim"))


def _numbers(ledger: Ledger, plan: Plan, duration_s: float) -> Iterator[Text]:
    asked = f"{ledger.cases:,} cases, {ledger.requests:,} requests in {duration_s:.1f} s"
    yield Text(f"target:  {plan.settings.target_name} ({plan.settings.base_url})")
    shard = f"shard {plan.shard}, " if plan.shard else ""
    profile = f"profile {plan.profile.name}, {shard}"
    if ledger.campaign is not None:
        profile = f"campaign of {counted(ledger.campaign['shards'], 'shard')}, "
    yield Text(f"run:     {profile}seed {plan.seed}, {asked}")
    if ledger.put_off:
        yield Text(f"put off: {ledger.put_off:,} times by 429, or by 503 with Retry-After", style="yellow")
    spent = plan.spent()
    if spent is not None and spent["left_out"]:
        count = sum(spent["left_out"].values())
        yield Text(
            f"budget:  {count:,} requests were left out: {'; '.join(spent['left_out'])}", style="yellow"
        )


def _end(ledger: Ledger, *, left_out: bool) -> Iterator[Text]:
    """The verdict, and why the run did not come to one; `left_out` says whether a budget kept requests back."""
    verdict = (_word(ledger.verdict), STYLES.get(ledger.verdict, ""))
    more = ", all of it accepted" if ledger.verdict is Verdict.VIOLATED and not ledger.exit_code else ""
    if ledger.verdict is Verdict.HELD and (ledger.cut_short or left_out):
        held = sum(row.verdict is Verdict.HELD for row in ledger.rows())
        more = f" as far as it was asked, {held} of {len(ledger.rows())} clauses"
    yield Text.assemble("verdict: ", verdict, f"{more} (exit code {ledger.exit_code})")
    if ledger.failed:
        yield Text(f"the suite itself broke: {ledger.failed.strip()}", style=STYLES[Verdict.BROKEN])
    if ledger.lost:
        yield Text(f"the run could not go on: {ledger.lost}", style="bold red")
    if ledger.unwritten:
        yield Text(f"the report is not whole: {ledger.unwritten.told()}", style="bold red")
    if ledger.interrupted:
        yield Text("the run was interrupted: this is what was seen so far", style="yellow")
    elif not (ledger.tested or ledger.shard) and not ledger.failed:
        yield Text(
            "nothing was tested: see above for what keeps each clause from being asked", style="bold red"
        )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TOLD else f"{line[:_LONGEST_TOLD]} ..."


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _word(verdict: Verdict) -> str:
    return verdict.word.replace("_", " ")
