"""The files of a report: each written by itself, so that a writer's own bug costs no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.findings.unwritten import Unwritten
from contracts.reporting import views
from contracts.reporting.cases import Run
from contracts.reporting.ci import Environ
from tests.fixtures import runs
from tests.fixtures.reports import GITHUB, HOSTILE, MIXED, run


def kept(folder: Path, *stories: dict[str, Any]) -> Path:
    """A report folder as a run leaves it before the other files are written."""
    (folder / "findings").mkdir(parents=True)
    (folder / "summary.json").write_text(json.dumps(runs.summary(stories)), encoding="utf-8")
    for story in stories:
        (folder / "findings" / f"{story['id']}.json").write_text(json.dumps(story), encoding="utf-8")
    return folder


NAMED = {"name": HOSTILE, "base_url": "https://api.example", "assets_base_url": "https://api.example"}


@pytest.mark.parametrize(
    "of", [run(), MIXED, run(runs.story(received=HOSTILE, kind=HOSTILE)), run(target=NAMED)]
)
def test_every_promised_file_is_there(of: Run, tmp_path: Path) -> None:
    """A file that pipelines read and that is missing where nothing, or something odd, was found."""
    (tmp_path / "allure-results").mkdir()
    assert views.write(tmp_path, of, GITHUB, Unwritten()) == []
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {
        *("junit.xml", "results.sarif", "ctrf-report.json", "traffic.har", "summary.md", "report.html"),
        "allure-results/environment.properties",
        "allure-results/categories.json",
        "allure-results/executor.json",
    }
    for name in ("results.sarif", "ctrf-report.json", "traffic.har", "allure-results/categories.json"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        # No half of a pair is left, which strict readers refuse.
        assert json.dumps(json.loads(text), ensure_ascii=False).encode()


def test_no_executor_without_a_build(tmp_path: Path) -> None:
    """A report on somebody's machine that claims a build."""
    (tmp_path / "allure-results").mkdir()
    views.write(tmp_path, run(), {}, Unwritten())
    assert (tmp_path / "allure-results" / "categories.json").exists()
    assert not (tmp_path / "allure-results" / "executor.json").exists()


def test_nothing_beside_results_that_are_not_there(tmp_path: Path) -> None:
    """Traffic that was checked, and a folder of Allure results without a result."""
    views.write(tmp_path, run(), GITHUB, Unwritten())
    assert not (tmp_path / "allure-results").exists()


def test_writer_that_breaks_costs_no_other(tmp_path: Path) -> None:
    """One bug in one writer, and a run of an hour leaves no report at all."""

    def broken(run: Run, environ: Environ) -> str:
        raise KeyError("a member that is missing")

    writers = [("first.xml", broken), ("second.json", lambda run, environ: "{}")]
    (told,) = views.write(tmp_path, run(), {}, Unwritten(), writers)
    assert "first.xml could not be written" in told
    assert "a member that is missing" in told
    assert [path.name for path in tmp_path.iterdir()] == ["second.json"]


def test_file_that_the_disk_refuses_costs_no_other(tmp_path: Path) -> None:
    """A page that no disk has room for called a bug of ours; or the files behind it never written."""
    (tmp_path / "first.xml").mkdir()
    writers = [("first.xml", lambda run, environ: "<x/>"), ("second.json", lambda run, environ: "{}")]
    unwritten = Unwritten()
    assert views.write(tmp_path, run(), {}, unwritten, writers) == []
    assert unwritten.why == {"first.xml": "Is a directory"}
    assert (tmp_path / "second.json").read_text(encoding="utf-8") == "{}"


def test_folder_is_read_with_its_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings without their exchanges, or a command with a path that only this machine has."""
    monkeypatch.chdir(tmp_path)
    of = views.read(kept(tmp_path / "reports" / "run", runs.story()), runs.summary([runs.story()]))
    assert of.folder == "reports/run"
    (finding,) = of.findings
    assert len(finding["exchanges"]) == 2
    assert finding["accepted"] is None
