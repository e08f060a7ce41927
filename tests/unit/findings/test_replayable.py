"""Findings from files: a bad one is told with file, line and reason, and the others are still asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.findings.finding import FORMAT, Circumstances, complete
from contracts.findings.replayable import replayables
from contracts.recipes.names import Names
from contracts.settings import Mistake
from contracts.transport.redaction import Redactor
from tests.fixtures.outcomes import violation

HOW = Circumstances("test_assets.py::test_x", 7, "smoke", Names("CT1NG2Y3JHA"))


def finding(**changes: Any) -> dict[str, Any]:
    return complete(violation(), Redactor(), HOW) | changes


def read(folder: Path, *named: str) -> tuple[list[str], list[str]]:
    """The ids of what could be read, and what is told of the rest."""
    mistakes: list[Mistake] = []
    found = replayables(named, folder, mistakes)
    return [each.id for each in found], [str(mistake) for mistake in mistakes]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        (json.dumps(finding(), indent=1)[:300], "ends in the middle of its JSON"),
        ("[1, 2", "ends in the middle"),
        ("{nonsense}", "line 1"),
        ("[]", "is no finding"),
        ('{"format": 2}', "is no finding"),
        (json.dumps(finding(format=FORMAT + 1)), "a later version of contracts has written it"),
        (json.dumps(finding(format=1)), "run the suite again"),
        (json.dumps(finding(format="2")), "has format '2', which is none"),
        (json.dumps(finding(id=7)), "its id is no text"),
        (json.dumps(finding(recipe=None)), "it has no recipe"),
        (json.dumps(finding(recipe={})), "its recipe cannot be read"),
        (json.dumps(finding(recipe={**finding()["recipe"], "steps": [{}]})), "its recipe cannot be read"),
        (json.dumps(finding(recipe={**finding()["recipe"], "judge": {"by": "dice"}})), "no way to judge"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_file_that_is_no_finding_is_told(text: str, told: str, tmp_path: Path) -> None:
    """A traceback, or a finding that is called fixed because it could not be read."""
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    (tmp_path / "good.json").write_text(json.dumps(finding()), encoding="utf-8")
    found, (mistake,) = read(tmp_path, str(tmp_path / "bad.json"), str(tmp_path / "good.json"))
    assert found == [finding()["id"]]
    assert "bad.json" in mistake
    assert told in mistake


def test_findings_are_named_in_every_way(tmp_path: Path) -> None:
    """A folder, its findings, a file and an id of the latest run, all of one finding."""
    folder = tmp_path / "latest" / "findings"
    folder.mkdir(parents=True)
    (folder / f"{finding()['id']}.json").write_text(json.dumps(finding()), encoding="utf-8")
    for name in (
        str(tmp_path / "latest"),
        str(folder),
        str(folder / f"{finding()['id']}.json"),
        finding()["id"],
    ):
        assert read(tmp_path, name) == ([finding()["id"]], []), name


def test_a_name_that_means_nothing_is_told(tmp_path: Path) -> None:
    """An id that was mistyped, and exit 0 because nothing failed."""
    for name in ("AST-01-ffffffffff", str(tmp_path)):
        found, mistakes = read(tmp_path, name)
        assert found == []
        assert len(mistakes) == 1
