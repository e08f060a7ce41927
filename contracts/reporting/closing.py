"""The last words on the terminal: a table by clause family, what did not hold and why, where the report is."""

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.plan import Plan
from contracts.reporting.ledger import Ledger, Row
from contracts.violation import Verdict

FAMILIES = {
    "AST": "create asset",
    "SIG": "signing payload",
    "ALC": "create allocation",
    "AUT": "who may do what",
    "HTP": "protocol",
}
_STYLES = {
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
    Verdict.BROKEN,
)
# Short enough for 80 columns.
_HEADS = {Verdict.NOT_EXERCISED: "unasked", Verdict.NOT_APPLICABLE: "n/a"}
_REMARKABLE = frozenset(Verdict) - {Verdict.HELD, Verdict.OBSERVED}


def show(console: Console, ledger: Ledger, plan: Plan, *, duration_s: float, folder: Path | None) -> None:
    """Print how a run ended."""
    rows = ledger.rows()
    console.print(_table(rows))
    for row in sorted(rows, key=lambda row: row.verdict, reverse=True):
        if row.verdict in _REMARKABLE:
            style = _STYLES.get(row.verdict, "dim")
            line = ((f"{_word(row.verdict):15}", style), f"{row.clause.id:8} {row.clause.title}")
            console.print(
                Text.assemble(*line, (f"  ({row.reason})" if row.reason else "", "dim")), soft_wrap=True
            )
    told = f"{ledger.cases:,} cases, {ledger.requests:,} requests in {duration_s:.1f} s, seed {plan.seed}"
    console.print(
        f"{plan.settings.target_name} ({plan.settings.base_url}), profile {plan.profile.name}: {told}"
    )
    verdict = ledger.verdict
    console.print(
        Text.assemble(
            "verdict: ", (_word(verdict), _STYLES.get(verdict, "")), f" (exit code {ledger.exit_code})"
        )
    )
    if ledger.failed:
        console.print(Text(f"the suite itself broke: {ledger.failed}", style="bold magenta"))
    if ledger.lost:
        console.print(Text(f"the run could not go on: {ledger.lost}", style="bold red"))
    if folder is not None:
        console.print(Text(f"report: {folder}"), soft_wrap=True)


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("family", no_wrap=True)
    met = {row.verdict for row in rows}
    columns = [verdict for verdict in _COLUMNS if verdict in met or verdict in {Verdict.HELD, Verdict.VIOLATED}]
    for verdict in columns:
        table.add_column(_HEADS.get(verdict, _word(verdict)), justify="right", no_wrap=True)
    table.add_column("chances", justify="right")
    for family, name in FAMILIES.items():
        of_family = [row for row in rows if row.clause.family == family]
        if not of_family:
            continue
        counts = Counter(row.verdict for row in of_family)
        cells = [
            Text(str(counts[verdict] or "·"), style=_STYLES.get(verdict, "") if counts[verdict] else "dim")
            for verdict in columns
        ]
        table.add_row(f"{family} {name}", *cells, f"{sum(row.exercised for row in of_family):,}")
    return table


def _word(verdict: Verdict) -> str:
    return verdict.word.replace("_", " ")
