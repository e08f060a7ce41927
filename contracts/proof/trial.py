"""One trial, in a process of its own: the run that `contracts verify` makes, against a mock with one switch on."""

import io
import multiprocessing
import os
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path

from rich.console import Console

from contracts.commands.running import Effort, run
from contracts.commands.verify import is_fit
from contracts.plan import Plan, settle
from contracts.proof.mocks import mock_with
from contracts.proof.verdict import Proof, Trial, failed, shared
from contracts.reporting import folder as folders
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_VIOLATED, Ledger
from contracts.transport.pace import Pace
from contracts.violation import Verdict

# Where a suite breaks, its last words say why.
TOLD = 2000


def prove(trial: Trial, folder: Path) -> Proof:
    """Put the suite on trial; it works in `folder`. Writes a report only where everything is asked."""
    began = time.monotonic()
    os.chdir(folder)
    console = Console(file=io.StringIO(), width=200)
    kind = "fault" if trial.breaks else "variant"
    with mock_with(**{kind: trial.switch}) as variables:
        end_with_parent()
        settings, effort = settle(
            profile=trial.profile, target=None, clauses=None, environ=variables, directory=folder
        )
        if not is_fit(console, settings, Pace()):
            return failed(trial, _said(console), took_s=time.monotonic() - began)
        plan = Plan(
            effort,
            settings.environment(),
            seed=trial.seed,
            clauses=None if trial.everything or trial.question else trial.breaks,
            until=None if trial.everything else trial.breaks,
            deadline=time.time() + effort.max_time_s if effort.max_time_s is not None else None,
            folder=str(folders.create(folder, trial.profile, "mock")) if trial.everything else None,
        )
        ledger = run(plan, Effort(question=trial.question), console)
    return _judged(trial, ledger, took_s=time.monotonic() - began, said=_said(console))


def end_with_parent() -> None:
    """End this process when its parent is gone, however it went. Starts a thread: to be called after the last fork."""
    parent = multiprocessing.parent_process()

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    if parent is not None:
        threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


def _judged(trial: Trial, ledger: Ledger, *, took_s: float, said: str) -> Proof:
    verdicts = {row.clause.id: row for row in ledger.rows()}
    red = tuple(clause for clause, row in verdicts.items() if row.verdict is Verdict.VIOLATED)
    breaks = trial.breaks
    first = ledger.first_red(breaks) if breaks in red else None
    return Proof(
        **shared(trial),
        red=red,
        warned=tuple(clause for clause, row in verdicts.items() if row.verdict is Verdict.WARNED),
        unforeseen=tuple(clause for clause in red if clause not in {breaks, *trial.falls_with}),
        asked=breaks in verdicts and verdicts[breaks].exercised > 0,
        requests=first["requests"] if first else None,
        seconds=first["seconds"] if first else None,
        question=first["question"] if first else "",
        took_s=round(took_s, 2),
        trouble="" if ledger.exit_code in {EXIT_HOLDS, EXIT_VIOLATED} or _had_no_chance(ledger) else said,
    )


def _had_no_chance(ledger: Ledger) -> bool:
    """Whether nothing was tested because no question of the profile asks for it, and for no other reason."""
    return not ledger.tested and not ledger.failed and not ledger.lost and not ledger.questions


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()[-TOLD:]
