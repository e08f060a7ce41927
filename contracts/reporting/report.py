"""A run's report as a whole: the summary and the findings first, then what is made from them."""

from collections.abc import Callable
from pathlib import Path

from contracts.reporting import views
from contracts.reporting.cases import Data, Run
from contracts.reporting.ci import Environ
from contracts.reporting.ledger import Ledger


def write(folder: Path, ledger: Ledger, summary: Callable[[], Data], environ: Environ) -> Run:
    """Write the views of a run. `summary` writes `summary.json`, and returns what it says, on the disk or not.

    What broke or was refused changes the exit code: all is written once more, so that what can be written tells it.
    """
    _note_missing(folder / "findings", ledger)
    run = views.read(folder, summary())
    broke = views.write(folder, run, environ, ledger.unwritten)
    if broke or ledger.unwritten:
        ledger.failed = ledger.failed or "\n".join(broke)
        run = views.read(folder, summary())
        views.write(folder, run, environ, ledger.unwritten)
    return run


def _note_missing(folder: Path, ledger: Ledger) -> None:
    """Note the findings whose stories were refused up to the end, be it in another process."""
    for id in ledger.findings:
        if not (folder / f"{id}.json").exists():
            ledger.unwritten.why[f"findings/{id}.json"] = "refused when it was found"
