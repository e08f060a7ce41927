"""Faulty servers of other makes, each asked for the clause that it breaks up to its first violation; several at a time."""

import io
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from contracts.commands.running import Effort, run
from contracts.plan import Plan, settle
from tests.servers.starting import started

# What needs simultaneous requests or a long wait is no matter for the deterministic probes.
DEEP = frozenset({"AST-08", "ALC-12", "ALC-13", "ALC-15", "HTP-07"})
# A fault that is found is found in a second or two; one that is not costs so much.
TIME_LIMIT_S = 60

Fault = tuple[str, str, str]
"""The server's module, the fault's name, and the clause that it breaks."""


@contextmanager
def asked(faults: Iterable[Fault], *, workers: int = 2) -> Iterator[dict[Fault, Future[tuple[int, str]]]]:
    """The exit code and the clause's verdict for each of these, as soon as they are known."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["contracts.proof.nursery"])
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as pool:
        try:
            yield {fault: pool.submit(told, *fault) for fault in faults}
        finally:
            pool.shutdown(cancel_futures=True)


def told(make: str, fault: str, clause: str) -> tuple[int, str]:
    """The exit code of a run that asks for the clause, and the clause's verdict; in a process of its own."""
    profile = "verify" if clause in DEEP else "smoke"
    with tempfile.TemporaryDirectory() as folder, started(make, "--fault", fault) as variables:
        os.chdir(folder)
        settings, effort = settle(
            profile=profile, target=None, clauses=None, environ=variables, directory=Path(folder)
        )
        plan = Plan(
            effort,
            settings.environment(),
            clauses=clause,
            until=clause,
            deadline=time.time() + TIME_LIMIT_S,
        )
        ledger = run(plan, Effort(), Console(file=io.StringIO()))
    return ledger.exit_code, next(row.verdict.word for row in ledger.rows() if row.clause.id == clause)
