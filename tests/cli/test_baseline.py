"""`contracts verify --baseline`: what a target does otherwise than in an earlier run is told, and judged by nobody."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts

OBSERVED = ("verify", "--profile", "smoke", "--clauses", "AST-20,ALC-19")


@pytest.fixture(scope="module")
def loose() -> Iterator[Embedded]:
    """The next release of the honest mock: symbols that differ in case alone are one."""
    with Embedded((), ["symbols-case-insensitive"]) as mock:
        yield mock


def test_a_change_between_two_releases_is_told_and_is_no_violation(
    contracts: Contracts, honest: Embedded, loose: Embedded
) -> None:
    """A change of behaviour that clients notice before anybody is told, or that breaks a pipeline by itself."""
    first = contracts(*OBSERVED, **honest.variables)
    assert first.code == 0, first.text
    run = str(Path("reports", first.report.resolve().name, "summary.json"))
    second = contracts(*OBSERVED, "--baseline", "reports/latest", **loose.variables)
    assert second.code == 0, second.text
    assert second.summary["behaviour_changes"] == [
        {"clause": "AST-20", "what": "symbol again in other case", "before": 200, "after": 409}
    ]
    assert "changed  AST-20  symbol again in other case: 200 before, 409 now" in second.out
    before, after = honest.variables["BASE_URL"], loose.variables["BASE_URL"]
    assert (
        f"baseline: {run}, target {before.removeprefix('http://').replace(':', '-')} ({before})" in second.out
    )
    assert f"({after})" in second.out
    assert second.summary["baseline"]["file"] == run
    assert "Changed since the baseline" in (second.report / "report.html").read_text(encoding="utf-8")


def test_the_same_server_shows_no_change(contracts: Contracts, honest: Embedded) -> None:
    """A record with a name or an order of the run in it cries wolf each night; one question is not marked as asking."""
    first = contracts("verify", "--profile", "smoke", **honest.variables)
    again = contracts(
        *OBSERVED, "--baseline", str(first.report / "summary.json"), "-n", "2", **honest.variables
    )
    assert again.code == 0, again.text
    assert again.summary["behaviour_changes"] == []
    compared = again.summary["baseline"]
    assert compared["compared"] == sum(len(values) for values in first.summary["observations"].values()) > 100
    assert (compared["only_before"], compared["only_now"]) == (0, 0)


def test_a_baseline_that_is_none_is_told_with_all_other_mistakes(
    contracts: Contracts, tmp_path: Path
) -> None:
    """A run of an hour before somebody learns of a misspelt path."""
    (tmp_path / "half.json").write_text('{"format": 1,\n "clauses": {', encoding="utf-8")
    ran = contracts("verify", "--profile", "smok", "--baseline", "half.json")
    assert ran.code == 2
    assert "2 mistakes" in ran.err
    assert "--baseline half.json line 2: ends in the middle of its JSON" in ran.err
    assert "no profile is called 'smok'" in ran.err
    assert "Traceback" not in ran.text
    assert not (tmp_path / "reports").exists()


def test_a_baseline_of_a_later_version_is_refused(contracts: Contracts, tmp_path: Path) -> None:
    """A file of tomorrow, half understood."""
    (tmp_path / "summary.json").write_text(json.dumps({"format": 99, "clauses": {}}), encoding="utf-8")
    ran = contracts(*OBSERVED, "--baseline", ".")
    assert ran.code == 2
    assert "has format 99" in ran.err
    assert not (tmp_path / "reports").exists()
