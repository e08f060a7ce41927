"""GitHub: the run on the job's page, and commands on standard output that no text of a server can forge."""

from pathlib import Path

import pytest

from contracts.reporting import github
from contracts.reporting.github import SHOWN, show
from tests.fixtures import runs
from tests.fixtures.reports import accepting, run

GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    path = tmp_path / "summary.md"
    path.write_text("## contracts\n", encoding="utf-8")
    return path


def test_nothing_is_said_elsewhere(summary: Path) -> None:
    """Workflow commands on the terminal of somebody who runs no workflow."""
    assert show(run(runs.story()), summary, {}) == []
    assert show(run(), summary, GITHUB) == []


def test_worst_findings_are_annotations(summary: Path) -> None:
    """An annotation without a line, a warning as an error, the accepted before the new."""
    warned = runs.story("AST-03", id="AST-03-0000000001", advisory=True)
    lines = show(run(warned, runs.story()), summary, GITHUB)
    assert lines[0].startswith(
        "::error file=openapi/asset-pricing.yaml,line=33,title=AST-06 a used symbol conflicts whatever else differs::"
        "createAsset: the symbol exists: 200%0Aexpected: 409"
    )
    assert lines[1].startswith("::warning file=openapi/asset-pricing.yaml,line=33,title=AST-03 ")
    assert show(accepting(runs.story()), summary, GITHUB) == []
    assert len(show(run(*runs.many(50)), summary, GITHUB)) == SHOWN


@pytest.mark.parametrize(
    "text", ["a\n::add-mask::b", "a\r::stop-commands::x", "%0A::set-env::", "\u2028::x", "a\x0b::x", "\ud800"]
)
def test_no_text_of_a_server_is_a_command(summary: Path, text: str) -> None:
    """A body that ends the annotation and begins a command of its own."""
    (line,) = show(run(runs.story(received=text, kind=text)), summary, GITHUB)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert "%250A" in line or "%0A" not in text


def test_title_ends_where_it_should() -> None:
    """A comma or a colon in a clause's title that begins the next property, or ends them all."""
    assert github._property("100%: once, twice::three") == "100%25%3A once%2C twice%3A%3Athree"


def test_run_is_added_to_the_page_of_the_job(summary: Path, tmp_path: Path) -> None:
    """A page that holds what an earlier step wrote no more, or a run that breaks because there is none."""
    page = tmp_path / "step.md"
    page.write_text("before\n", encoding="utf-8")
    assert show(run(), summary, {"GITHUB_STEP_SUMMARY": str(page)}) == []
    assert page.read_text(encoding="utf-8") == "before\n## contracts\n"


def test_page_that_cannot_be_written_breaks_nothing(summary: Path, tmp_path: Path) -> None:
    """A verdict lost to a runner's full disk."""
    (line,) = show(run(), summary, {"GITHUB_STEP_SUMMARY": str(tmp_path / "missing" / "step.md")})
    assert line.startswith("::warning title=contracts::the run's summary cannot be added to ")
