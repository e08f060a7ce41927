"""What GitHub shows of a run: its summary on the page of the job, the worst findings beside the lines that they are about."""

from collections.abc import Iterator
from pathlib import Path

from contracts.clauses.catalogue import load
from contracts.reporting.cases import Data, Run, is_violation
from contracts.reporting.ci import Environ
from contracts.reporting.places import place_of
from contracts.reporting.visible import one_line

# GitHub shows ten of a kind for each step.
SHOWN = 10
_LONGEST = 1000


def show(run: Run, summary: Path, environ: Environ) -> list[str]:
    """Add the file `summary` to the job's page, if there is one; the lines to print on standard output, if GitHub reads it."""
    told = list(annotations(run)) if environ.get("GITHUB_ACTIONS") == "true" else []
    if page := environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(page).open("a", encoding="utf-8") as stream:
                stream.write(summary.read_text(encoding="utf-8"))
        except OSError as problem:
            told.append(_warning(f"the run's summary cannot be added to {page}: {problem.strerror}"))
    return told


def annotations(run: Run) -> Iterator[str]:
    """A workflow command for each of the worst findings; accepted ones are no news."""
    news = [finding for finding in run.findings if not finding.get("accepted")]
    for finding in news[:SHOWN]:
        yield _command(finding, run)


def _command(finding: Data, run: Run) -> str:
    place = place_of(finding["operation"], finding["clause"])
    name = "error" if is_violation(finding) else "warning"
    title = f"{finding['clause']} {load()[finding['clause']].title}"
    told = [
        f"{finding['operation']}: {finding['kind']}".removeprefix(": "),
        f"expected: {finding['expected']}",
        f"received: {finding['received']}",
        run.replay(finding),
    ]
    message = _data("\n".join(one_line(line, _LONGEST) for line in told))
    return f"::{name} file={_property(place.file)},line={place.line},title={_property(title)}::{message}"


def _warning(text: str) -> str:
    return f"::warning title=contracts::{_data(one_line(text, _LONGEST))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
