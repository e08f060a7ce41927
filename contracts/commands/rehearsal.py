"""A run before the run: the same questions put to a mock, to see what they would cost the target, which hears nothing of it."""

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console
from rich.text import Text

from contracts.clauses.catalogue import load
from contracts.commands.running import Effort, run, terminable
from contracts.mock.embedded import Embedded
from contracts.plan import BUDGET, Plan
from contracts.reporting.ledger import EXIT_HOLDS, Ledger
from contracts.settings import Settings, restore_settings
from contracts.settings.model import DIRECTLY
from contracts.transport.budget import Used

# As a budget's reason names it.
_CURRENCY = re.compile(r"(?<=base units of )\S+")

Names = Mapping[str | None, str | None]
"""What the target calls the mock's currencies."""


@dataclass
class Row:
    """What the questions that are about one clause have cost; `sums` are base units by currency."""

    questions: int = 0
    requests: int = 0
    records: int = 0
    sums: Counter[str] = field(default_factory=Counter)


class Watch:
    """A pytest plugin that tells the budget's counts apart by clause."""

    def __init__(self, plan: Plan) -> None:
        self.rows: dict[str, Row] = defaultdict(Row)
        self.spent = Used()
        self._plan = plan

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Book what was spent since the last question to this one."""
        outcome = getattr(report, "contracts", None)
        if outcome is None or outcome["ended"] == "inapplicable":
            return
        now = Used(**{name: count for name, count in (self._plan.spent() or {}).items() if name != "caps"})
        row = self.rows[outcome["clauses"][0]]
        row.questions += 1
        row.requests += now.requests - self.spent.requests
        row.records += now.records - self.spent.records
        row.sums.update({name: units - self.spent.sums.get(name, 0) for name, units in now.sums.items()})
        self.spent = now


def rehearse(plan: Plan, settings: Settings, console: Console) -> int:
    """Put a plan's questions to an embedded mock within the target's caps, print what they took, and return 0."""
    with terminable(), TemporaryDirectory() as scratch, Embedded() as mock:
        stand_in = _stand_in(settings, mock.variables)
        file = str(Path(scratch, BUDGET))
        plan = replace(plan, environment=stand_in.environment(), budget=file, processes=1, rehearsed=True)
        watch = Watch(plan)
        ledger = run(plan, Effort(), Console(file=io.StringIO(), quiet=True), watch)
    names: Names = {
        stand_in.currency: settings.currency,
        stand_in.scratch_currency: settings.scratch_currency,
    }
    if ledger.interrupted:
        raise KeyboardInterrupt
    if ledger.failed:
        console.print(Text(f"contracts: the rehearsal broke: {ledger.failed}", style="red"))
        return ledger.exit_code
    names = {} if settings.base_url is None else names
    for line in _told(watch.rows, names):
        console.print(Text(line))
    for line in _around(ledger, watch.spent, names, settings):
        console.print(Text(line, style="dim"))
    return EXIT_HOLDS


def _stand_in(settings: Settings, variables: Mapping[str, str]) -> Settings:
    """The mock under the target's caps, and of its tenants and currencies only those that are known of the target."""
    target = settings.environment()
    # Every cap is said, no limit included: the mock is on loopback, where nothing is capped by itself.
    is_ours = settings.base_url is None
    known = {name: text if is_ours or target.get(name) else "" for name, text in variables.items()}
    return restore_settings({**target, **DIRECTLY, **known, **settings.caps.as_variables()})


def _told(rows: Mapping[str, Row], names: Names) -> Iterator[str]:
    """A line for each clause, and one for all of them."""
    yield "clause   questions  requests   records  base units"
    total = Row()
    for clause in load():
        row = rows.get(clause)
        if row is not None:
            yield _line(clause, row, names)
            total = Row(
                total.questions + row.questions,
                total.requests + row.requests,
                total.records + row.records,
                total.sums + row.sums,
            )
    yield _line("in all", total, names)


def _line(what: str, row: Row, names: Names) -> str:
    named = {names.get(name, name) or "of no currency": units for name, units in row.sums.items() if units}
    sums = ", ".join(f"{units:,} {name}" for name, units in sorted(named.items()))
    return f"{what:8} {row.questions:9,} {row.requests:9,} {row.records:9,}  {sums}".rstrip()


def _around(ledger: Ledger, spent: Used, names: Names, settings: Settings) -> Iterator[str]:
    """What is left out and why, how long it would take, and that nothing was sent."""
    for reason, count in spent.left_out.items():
        yield f"left out: {count:,} requests: {_CURRENCY.sub(lambda found: names.get(found[0]) or found[0], reason)}"
    for why in sorted(set(ledger.inapplicable.values())):
        clauses = (clause for clause, reason in ledger.inapplicable.items() if reason == why)
        yield f"{why}: in whole or in part not applicable are {', '.join(sorted(clauses))}"
    caps = settings.caps
    if caps.are_counted:
        yield f"caps: {', '.join(f'{name} {limit:,}' for name, limit in asdict(caps).items() if limit is not None)}"
    pace = (
        f"; at {caps.rate:g}/s it takes {_span(spent.requests / caps.rate)}" if caps.rate is not None else ""
    )
    stead = f"a mock in the place of {settings.target_name}" if settings.base_url is not None else "the mock"
    yield f"a dry run, with {stead}: nothing was sent elsewhere{pace}"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
