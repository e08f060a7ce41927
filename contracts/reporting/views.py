"""The files that are made from a run's summary and findings, for people and for other tools: one writer each."""

import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.findings import store
from contracts.findings.unwritten import Unwritten
from contracts.reporting import allure
from contracts.reporting.cases import Data, Run
from contracts.reporting.ci import Environ, job_of
from contracts.reporting.ctrf import as_ctrf
from contracts.reporting.har import as_har
from contracts.reporting.junit import as_junit
from contracts.reporting.markdown import as_markdown
from contracts.reporting.page.render import render
from contracts.reporting.sarif import as_sarif
from contracts.reporting.visible import whole

Writer = Callable[[Run, Environ], str | None]
"""The text of a file; None where this run has none."""

MARKDOWN = "summary.md"


def _page(run: Run, environ: Environ) -> str:
    # What only the summary knows has no story that a page could tell.
    told = [finding for finding in run.findings if "exchanges" in finding]
    return render(run.summary, told, run.folder)


def _executor(run: Run, environ: Environ) -> str | None:
    job = job_of(environ)
    return None if job is None else _json(allure.executor(job))


WRITERS: Mapping[str, Writer] = {
    "junit.xml": lambda run, environ: as_junit(run),
    MARKDOWN: lambda run, environ: as_markdown(run),
    "results.sarif": lambda run, environ: _json(as_sarif(run)),
    "ctrf-report.json": lambda run, environ: _json(as_ctrf(run, job_of(environ))),
    "traffic.har": lambda run, environ: as_har(run),
    f"{allure.FOLDER}/environment.properties": lambda run, environ: allure.environment(run),
    f"{allure.FOLDER}/categories.json": lambda run, environ: _json(allure.categories()),
    f"{allure.FOLDER}/executor.json": _executor,
    "report.html": _page,
}


def read(folder: Path, summary: Data) -> Run:
    """The run of this summary, with the findings that its folder holds."""
    return Run.of(summary, store.read_all(folder / "findings"), _as_typed(folder), datetime.now(UTC))


def _as_typed(folder: Path) -> str:
    """The folder as somebody would type it who stands where the run was started."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def write(
    folder: Path,
    run: Run,
    environ: Environ,
    unwritten: Unwritten,
    writers: Iterable[tuple[str, Writer]] = tuple(WRITERS.items()),
) -> list[str]:
    """Write every file of the report but the summary and the findings; the traceback of each writer that broke.

    One that breaks is our own bug, and costs no other; nor does a file that the disk refuses, which is noted as `unwritten`.
    What belongs beside Allure's results is written where there are any.
    """
    broke = []
    for name, writer in writers:
        try:
            text = writer(run, environ) if (folder / name).parent.is_dir() else None
        except Exception:  # noqa: BLE001  # whatever it is, the others are to be written, and it is told
            broke.append(f"{name} could not be written: {traceback.format_exc()}")
            continue
        if text is not None:
            with unwritten.noted(name):
                store.write_text(folder / name, text)
    return broke


def _json(data: Any) -> str:  # any JSON document
    return whole(json.dumps(data, indent=1, ensure_ascii=False)) + "\n"
