"""The same questions as plain pytest: selection, workers, JUnit, Allure, and one message for bad settings."""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.fixtures.commands import Ran, run_program

CHECKOUT = Path(__file__).parents[2]


def questions(folder: Path, *options: str, **variables: str) -> Ran:
    """Run `pytest tests/contract --profile smoke` in the checkout; its home and its output are `folder`'s."""
    asked = [
        str(CHECKOUT / "tests" / "contract"),
        "--rootdir",
        str(CHECKOUT),
        "-c",
        str(CHECKOUT / "pyproject.toml"),
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *asked,
        "-p",
        "no:cacheprovider",
        "--profile",
        "smoke",
        *options,
    ]
    return run_program(folder, *command, variables={"PYTHONPATH": str(CHECKOUT), **variables})


def test_clause_ids_are_keywords(tmp_path: Path) -> None:
    """-k AST-11 selects nothing, since no test's name holds a clause's id."""
    ran = questions(tmp_path, "-k", "AST-11")
    assert ran.code == 0, ran.text
    assert "6 passed" in ran.out
    assert "deselected" in ran.out


def test_header_names_target_profile_and_seed(tmp_path: Path) -> None:
    """A run by hand that found something, and cannot be repeated."""
    ran = questions(tmp_path, "-k", "AST-11", "--seed", "11")
    assert "contracts: target mock, profile smoke, seed 11" in ran.out


def test_workers_junit_and_allure(tmp_path: Path) -> None:
    """Workers that each ask everything, or without a target; writers that a plugin of ours disturbs."""
    ran = questions(tmp_path, "-k", "AST-11", "-n", "2", "--junitxml=junit.xml", "--alluredir=allure")
    assert ran.code == 0, ran.text
    assert "6 passed" in ran.out
    suite = ET.parse(tmp_path / "junit.xml").getroot().find("testsuite")  # noqa: S314  # our own file
    assert suite is not None
    assert suite.get("tests") == "6"
    results = [
        json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "allure").glob("*-result.json")
    ]
    assert len(results) == 6
    assert all(
        {"name": "feature", "value": "create asset"} in [dict(label) for label in result["labels"]]
        for result in results
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_bad_settings_are_one_message(tmp_path: Path, workers: str) -> None:
    """The same mistake once for each question or worker, or a traceback of pytest."""
    ran = questions(tmp_path, "-n", workers, "--clauses", "XYZ", SIGNING_KEY="xprvSECRET", BASE_URL="nowhere")
    assert ran.code == 4, ran.text
    assert "Traceback" not in ran.text
    assert "INTERNALERROR" not in ran.text
    for named in ("SIGNING_KEY: this value of", "BASE_URL: 'nowhere' cannot be used", "called 'XYZ'"):
        assert ran.text.count(named) == 1, ran.text
    assert "xprvSECRET" not in ran.text
