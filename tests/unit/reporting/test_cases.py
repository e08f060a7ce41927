"""A case for each clause: its status is what its verdict means to a pipeline, whatever was lost on the way."""

from typing import Any

import pytest

from contracts.clauses.catalogue import load
from contracts.reporting.cases import RUN, Case, Run, Status, cases, story
from tests.fixtures import runs
from tests.fixtures.reports import ACCEPTED, ENDED, accepting, run

RED = {Status.FAILED, Status.BROKEN}


def case(of: Run, id: str) -> Case:
    (found,) = (case for case in cases(of) if case.id == id)
    return found


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("held", Status.PASSED),
        ("observed", Status.PASSED),
        ("warned", Status.PASSED),
        ("unknown", Status.SKIPPED),
        ("not_exercised", Status.SKIPPED),
        ("not_applicable", Status.SKIPPED),
        ("broken", Status.BROKEN),
    ],
)
def test_verdict_decides_the_status(verdict: str, status: Status) -> None:
    """A clause about which nothing is known, counted among those that passed."""
    told = case(run(rows={"AST-05": {"verdict": verdict, "reason": "the reason"}}), "AST-05")
    assert (told.status, told.verdict) == (status, verdict)
    assert "the reason" in told.message


def test_violation_fails_with_all_of_its_findings() -> None:
    """The second bug of a clause, which nobody is told."""
    found = [runs.story(id=f"AST-06-000000000{n}", kind=f"kind {n}") for n in range(3)]
    told = case(run(*found), "AST-06")
    assert told.status is Status.FAILED
    assert told.message == "kind 0 (and 2 more)"
    assert all(f"kind {n}" in told.told and f"AST-06-000000000{n}.json" in told.told for n in range(3))


def test_accepted_violation_fails_no_pipeline() -> None:
    """A build that is red for a month because of a bug that is accepted, or green as if the clause held."""
    told = case(accepting(runs.story()), "AST-06")
    assert (told.status, told.verdict) == (Status.SKIPPED, "accepted")
    assert told.message == "accepted: known (ann, T-1, until 2026-12-31)"


def test_one_accepted_finding_hides_no_other() -> None:
    """A new bug of a clause that has an accepted one."""
    old, new = runs.story(), runs.story(id="AST-06-0000000001")
    of = Run.of(runs.summary([runs.brief(old, accepted=ACCEPTED), new]), [old, new], runs.FOLDER, ENDED)
    assert case(of, "AST-06").status is Status.FAILED
    assert [finding["id"] for finding in of.findings] == [new["id"], old["id"]]


def test_summary_knows_better_than_the_story() -> None:
    """A finding told with the count of its first file, and not of the whole run."""
    story = runs.story(count=1, forms={})
    of = Run.of(runs.summary([runs.brief(story, count=9)]), [story], runs.FOLDER, ENDED)
    assert "met:      9 times" in case(of, "AST-06").told
    assert of.findings[0]["exchanges"]


def test_finding_of_an_interrupted_question_counts() -> None:
    """A violation that was written down, and whose question never came to its end."""
    of = Run.of(runs.summary(exit_code=130), [runs.story()], runs.FOLDER, ENDED)
    assert case(of, "AST-06").status is Status.FAILED


def test_broken_convention_passes() -> None:
    """A pipeline that fails for a warning."""
    found = runs.story("AST-03", advisory=True)
    told = case(run(found, rows={"AST-03": {"verdict": "warned"}}, exit_code=0), "AST-03")
    assert (told.status, told.verdict) == (Status.PASSED, "warned")
    assert found["received"] in told.told


def test_unknown_says_why_although_a_convention_broke() -> None:
    """A clause about which nothing is known, for the reason of a warning."""
    found = runs.story("AST-03", advisory=True)
    told = case(run(found, rows={"AST-03": {"verdict": "unknown", "reason": "600 worlds"}}), "AST-03")
    assert (told.status, told.message) == (Status.SKIPPED, "unknown: 600 worlds")
    assert found["received"] in told.told


def test_what_was_observed_is_told() -> None:
    """An observation that only summary.json knows."""
    told = case(run(rows={"ALC-19": {"verdict": "observed"}}), "ALC-19")
    assert "GET variant: 200 or 404" in told.told


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exit_code": 2, "lost": "no answer at http://x"}, "the run could not go on: no answer at http://x"),
        ({"exit_code": 2}, "nothing was tested"),
        ({"exit_code": 3, "broke": "KeyError: 'x'\n  at"}, "the suite itself broke: KeyError: 'x'"),
        ({"exit_code": 130, "complete": False}, "interrupted"),
        ({"exit_code": 1, "accepted": {"stale": [{"id": "AST-06-1", "why": "gone"}]}}, "AST-06-1: gone"),
        ({"exit_code": 1, "accepted": {"expired": [{"id": "AST-06-1", "why": "over"}]}}, "AST-06-1: over"),
        ({"exit_code": 1}, "exit code 1"),
    ],
)  # fmt: skip
def test_the_run_itself_is_a_case(changes: dict[str, Any], said: str) -> None:
    """A report without a failure of a run that failed."""
    told = case(run(**changes), RUN)
    assert told.status in RED
    assert said in told.message


@pytest.mark.parametrize(
    "of",
    [
        run(),
        run(runs.story()),
        accepting(runs.story()),
        accepting(runs.story(), exit_code=1, accepted={"stale": [{"id": "x", "why": "y"}]}),
        run(runs.story(), exit_code=130),
        run(rows={"AST-05": {"verdict": "broken"}}, exit_code=3),
        run(rows={"SIG-07": {"verdict": "warned"}}, accepted=None),
    ],
)
def test_red_exactly_where_the_exit_code_is(of: Run) -> None:
    """A server that reads the report and a pipeline that reads the exit code, and disagree."""
    red = any(case.status in RED for case in cases(of))
    assert red is (of.summary["exit_code"] != 0)


def test_every_clause_is_a_case() -> None:
    """A clause that a report leaves out, so that its trend breaks off."""
    told = cases(run())
    assert [case.id for case in told] == [*load(), RUN]


def test_story_says_how_to_ask_again() -> None:
    """A failure that tells what, and not what to do next; a path with a space that the shell splits."""
    of = Run.of(runs.summary([runs.story()]), [runs.story()], "my reports/run", ENDED)
    lines = story(of.findings[0], of).splitlines()
    assert lines[0] == "createAsset: the symbol exists: 200"
    assert "  met:      4 times: under another type (3)" in lines
    assert lines[-1] == "  replay:   contracts replay 'my reports/run/findings/AST-06-c4865c58c7.json'"


@pytest.mark.parametrize("text", ["\x00\x1b[2J", "\ud800", "\u202egnp.exe", "\ufffe", "\r"])
def test_nothing_hides_in_what_is_told(text: str) -> None:
    """A server's text that breaks the format, clears the terminal or reads backwards."""
    told = case(run(runs.story(received=f"200 {text}", kind=f"kind {text}")), "AST-06")
    assert text not in told.told
    assert text not in told.message
    assert "\\" in told.told
