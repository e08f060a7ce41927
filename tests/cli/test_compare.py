"""`contracts compare`: two releases held against each other, from their folders alone."""

import json
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import run

ASKED = ("verify", "--profile", "smoke", "--clauses", "AST-05,AST-06")


@pytest.fixture(scope="module")
def releases(honest: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`old` and `new`: the same questions to an honest server and to its next release."""
    folder = tmp_path_factory.mktemp("releases")
    run(folder, *ASKED, "--report-dir", "old", variables=honest.variables)
    with Embedded(["asset-conflict-forgets-other-type"]) as mock:
        run(folder, *ASKED, "--report-dir", "new", variables=mock.variables)
    return folder


def test_two_releases(releases: Path) -> None:
    """A release that breaks a promise, and a gate that lets it through; or one that is blocked for being better."""
    worse = run(releases, "compare", "old/latest", "new/latest/summary.json")
    assert worse.code == 1, worse.text
    assert "regressed  AST-06  held before, violated now" in worse.out
    assert "new        AST-06  createAsset: the symbol exists: wrong status" in worse.out
    better = run(releases, "compare", "new/latest", "old/latest")
    assert better.code == 0, better.text
    assert "fixed      AST-06" in better.out


def test_as_json(releases: Path) -> None:
    """Colours or notes in what a script reads."""
    ran = run(releases, "compare", "old/latest", "new/latest", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["worse"], told["clauses_compared"]) == (1, True, 2)
    assert Path(told["before"]["file"]).parts[0] == "old"


def test_the_same_release_twice(releases: Path) -> None:
    """A difference between a run and itself."""
    ran = run(releases, "compare", "new/latest", "new/latest")
    assert ran.code == 0, ran.text
    assert "nothing got worse (exit code 0)" in ran.out
    assert "findings: 0 new, 0 fixed, 1 in both" in ran.out
