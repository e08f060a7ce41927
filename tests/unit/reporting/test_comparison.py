"""Two kept runs compared: what got worse is told apart from what only one of them asked."""

from pathlib import Path
from typing import Any

import pytest

from contracts.commands.comparing import lines
from contracts.findings.kept import KeptRun
from contracts.reporting.comparison import as_data, compare
from tests.fixtures.kept_runs import DRAWN, ID, QUESTION, RACE, found, kept, summary

OTHER = "AST-05-0000000001"


@pytest.fixture
def green(tmp_path: Path) -> KeptRun:
    return kept(tmp_path / "green")


def said(before: KeptRun, after: KeptRun) -> str:
    return "\n".join(line.plain for line in lines(compare(before, after)))


def test_a_new_violation_is_worse(tmp_path: Path, green: KeptRun) -> None:
    """A release that breaks a promise, and a gate that lets it through."""
    red = kept(tmp_path / "red", found())
    worse, better = compare(green, red), compare(red, green)
    assert (worse.worse, better.worse) == (True, False)
    assert [turn.clause for turn in worse.turned if turn.regressed] == ["AST-06"]
    told = as_data(worse)
    assert [each["id"] for each in told["findings"]["new"]] == [ID]
    assert told["clauses_compared"] == 2
    assert [each["id"] for each in as_data(better)["findings"]["fixed"]] == [ID]
    assert "regressed  AST-06  held before, violated now" in said(green, red)
    assert "better     AST-06  violated before, held now" in said(red, green)


def test_a_second_bug_in_a_broken_clause_is_worse(tmp_path: Path) -> None:
    """A clause that is red already, behind which everything may break."""
    one = kept(tmp_path / "one", found())
    two = kept(tmp_path / "two", found(), found("AST-06-0000000009"))
    comparison = compare(one, two)
    assert comparison.worse
    assert (comparison.turned, comparison.both) == ((), (ID,))


def test_a_broken_convention_is_not_worse(tmp_path: Path, green: KeptRun) -> None:
    """An exit code of 1 for a warning."""
    assert not compare(green, kept(tmp_path / "run", found(advisory=True))).worse


def test_what_the_earlier_run_did_not_ask_is_not_worse(tmp_path: Path, green: KeptRun) -> None:
    """A deeper run that is blamed for what it looked at first."""
    deeper = kept(tmp_path / "run", found(question="test_deep.py::test_new"), profile="verify")
    comparison = compare(green, deeper)
    assert not comparison.worse
    assert comparison.new == ()
    assert f"{ID} (the symbol exists: 200): met now by a question that the earlier run did not ask" in said(
        green, deeper
    )


def test_a_summary_alone_is_held_by_its_clauses(tmp_path: Path) -> None:
    """A pipeline that keeps summary.json only, and a gate that lets everything through."""
    alone = kept(tmp_path / "alone", asked=None)
    assert compare(alone, kept(tmp_path / "red", found())).worse


@pytest.mark.parametrize(
    ("question", "after", "why"),
    [
        (QUESTION, {}, ""),
        (QUESTION, {"asked": {}}, "did not ask its question to its end"),
        (QUESTION, {"asked": None}, ""),
        (QUESTION, {"asked": None, "clauses": {}}, "did not ask its question to its end"),
        (QUESTION, {"seed": 8}, ""),
        (DRAWN, {}, ""),
        (DRAWN, {"seed": 8}, "by chance"),
        (RACE, {}, "by chance"),
    ],
)
def test_what_was_not_met_is_fixed_only_where_it_was_looked_for(
    tmp_path: Path, question: str, after: dict[str, Any], why: str
) -> None:
    """A bug that is called fixed by a run that never looked."""
    red = kept(tmp_path / "red", found(question=question))
    comparison = compare(red, kept(tmp_path / "after", **after))
    assert [each["id"] for each in comparison.fixed] == ([] if why else [ID])
    assert [why in apart.why for apart in comparison.apart if ID in apart.what] == ([True] if why else [])


def test_a_run_that_asked_less_hard_fixes_nothing(tmp_path: Path, green: KeptRun) -> None:
    """Nightly's findings, all of them fixed by a smoke run."""
    nightly = kept(tmp_path / "nightly", found(), profile="nightly")
    assert compare(nightly, green).fixed == ()
    assert "asked less hard (smoke after nightly)" in said(nightly, green)


def test_clauses_that_one_run_could_not_ask_are_told(tmp_path: Path, green: KeptRun) -> None:
    """Forty clauses that were not asked for, and a comparison that says nothing got worse."""
    rows = summary()["clauses"]
    rows["AST-05"] = {"level": "must", "verdict": "not_exercised", "exercised": 0}
    part = kept(tmp_path / "part", clauses=rows)
    comparison = compare(green, part)
    assert comparison.clauses == 1
    assert ("AST-05", "not exercised now") in comparison.apart
    del rows["AST-05"]
    assert ("AST-05", "not asked for now") in compare(green, kept(tmp_path / "less", clauses=rows)).apart


def test_times_are_compared_under_one_load(tmp_path: Path, green: KeptRun) -> None:
    """An API called slow for being asked in bursts; or one that got slow, and nobody is told."""
    slow = {"createAsset": {"count": 100, "p95_ms": 40.0}}
    later = compare(green, kept(tmp_path / "slow", timings=slow))
    assert [each["operation"] for each in later.drift] == ["createAsset"]
    assert not later.worse
    other = compare(green, kept(tmp_path / "nightly", timings=slow, profile="nightly"))
    assert other.drift == ()
    assert "times" in [apart.what for apart in other.apart]


def test_behaviour_that_changed_is_told(tmp_path: Path) -> None:
    """A change that clients notice before anybody is told."""
    before = kept(tmp_path / "before", observations={"AST-20": {"other case": 200}})
    after = kept(tmp_path / "after", observations={"AST-20": {"other case": 409}})
    assert "changed    AST-20  other case: 200 before, 409 now" in said(before, after)
    assert as_data(compare(before, after))["behaviour_changes"][0]["after"] == 409
    assert not compare(before, after).worse


def test_a_killed_run_is_named_as_one(tmp_path: Path, green: KeptRun) -> None:
    """Half a run that passes for a release without bugs."""
    assert "which was killed" in said(green, kept(tmp_path / "half", complete=False))
