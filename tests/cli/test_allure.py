"""Allure's results of `contracts verify` beside those that allure-pytest writes of the same questions."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import run, run_program

QUESTIONS = Path(__file__).parents[1] / "contract"
ASKED = ("--profile", "smoke", "--clauses", "AST-11,AUT-05,SIG-04", "--seed", "7")
# Ids of the target, and the names that a run makes.
FRESH = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|CT[0-9A-Z]{18}")
Variables = Mapping[str, str]
OF_A_RUN = ("uuid", "start", "stop")


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """What stays the same from run to run of a folder's results, by question."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    return {result["fullName"]: steady(result, folder) for result in found}


def steady(result: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A result without what is another in each run."""
    assert result["start"] <= result["stop"]
    for attachment in result.get("attachments", ()):
        assert "request" in json.loads((folder / attachment.pop("source")).read_text(encoding="utf-8"))
    labels = [label for label in result["labels"] if label["name"] != "thread"]
    kept = {name: value for name, value in result.items() if name not in OF_A_RUN} | {"labels": labels}
    told: dict[str, Any] = json.loads(FRESH.sub("FRESH", json.dumps(kept)))
    return told


@pytest.fixture(scope="module")
def target() -> Iterator[Variables]:
    """One of whose questions some pass, some fail and some do not apply."""
    with Embedded(["asset-answers-201"]) as mock:
        yield {name: text for name, text in mock.variables.items() if name != "READ_ONLY_TOKEN"}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_both_ways_to_ask_leave_the_same(tmp_path: Path, target: Variables, workers: str) -> None:
    """A label, an id or a status that only one of the two writers gives: Allure would see two sets of questions."""
    ours = run(tmp_path, "verify", *ASKED, "-n", workers, variables=target)
    assert ours.code == 1, ours.text
    plain = [sys.executable, "-m", "pytest", str(QUESTIONS), "--rootdir", str(QUESTIONS), "-n", workers]
    plain += ["-c", str(QUESTIONS.parents[1] / "pyproject.toml"), "-p", "no:cacheprovider", *ASKED]
    theirs = run_program(tmp_path, *plain, "--alluredir=allure", variables=target)
    assert theirs.code == 1, theirs.text
    written = results(ours.report / "allure-results")
    assert {result["status"] for result in written.values()} == {"passed", "failed", "skipped"}
    assert any(result.get("attachments") for result in written.values())
    assert written == results(tmp_path / "allure")
