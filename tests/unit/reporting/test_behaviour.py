"""The behaviour record: steady between runs of one server, and a change of it is named, never judged."""

import itertools
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from contracts.clauses.catalogue import load
from contracts.findings.accepted import Accepted, Entry
from contracts.findings.kept import Behaviour, KeptRun, read_run
from contracts.plan import Plan
from contracts.reporting import closing, summary
from contracts.reporting.behaviour import as_told, compare, in_words, words
from contracts.reporting.ledger import Ledger
from contracts.reporting.page.render import render
from tests.fixtures.outcomes import outcome, plan


def baseline(**observations: Any) -> KeptRun:
    return KeptRun(
        file="old/summary.json",
        target="staging",
        base_url="https://api.example",
        profile="verify",
        observations={"AST-20": observations},
        clauses={},
        findings=(),
        timings={},
    )


def now(**observations: Any) -> Behaviour:
    return {"AST-20": observations}


def saw(what: str, *values: Any, clause: str = "AST-20") -> dict[str, Any]:
    """The outcome of a question that looked at one thing."""
    return outcome("AST-20", observations={clause: {what: list(values)}})


def ledger(*outcomes: dict[str, Any]) -> Ledger:
    made = Ledger(load())
    for told in outcomes:
        made.add(told)
    return made


# --- the record


def test_answers_that_differ_are_all_told_in_any_order() -> None:
    """The last answer wins, so that two runs of one server that varies show a change each time."""
    outcomes = [saw("no token", 401), saw("no token", 200, 401), saw("no token", 200), saw("other case", 409)]
    for order in itertools.permutations(outcomes):
        told = as_told(ledger(*order).observations)
        assert told == {"AST-20": {"no token": [200, 401], "other case": 409}}
        assert list(told["AST-20"]) == ["no token", "other case"]


# --- the comparison


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (200, 200, False),
        (200, 409, True),
        ("kept", "dropped", True),
        (True, False, True),
        (1, True, True),
        (200, [200, 409], True),
        ([200, 409], [200, 409], False),
        ([200, 409], 409, False),
        ([200, 409], [400, 409], True),
        ([200, 409], 400, True),
    ],
)
def test_what_the_baseline_never_showed_is_a_change(before: Any, after: Any, *, changed: bool) -> None:
    """A change that is missed, or one that is reported because this run asked less often."""
    comparison = compare(baseline(case=before), now(case=after))
    expected = [("AST-20", "case", before, after)] if changed else []
    assert list(comparison.changes) == expected
    assert comparison.compared == 1


def test_only_what_both_runs_asked_is_compared() -> None:
    """A new question, or a smaller profile, told as a change of the target."""
    comparison = compare(baseline(case=200, spaces=200, token=401), now(case=200, length=400))
    assert comparison.changes == ()
    assert (comparison.compared, comparison.only_before, comparison.only_now) == (1, 2, 1)
    assert in_words(comparison) == (
        "observations compared: 1, changed: 0; not compared, since made only then: 2, only now: 1"
    )


def test_the_same_words_under_another_clause_are_another_matter() -> None:
    """Two observations of one name, mixed up."""
    comparison = compare(baseline(case=200), {"ALC-19": {"case": 409}})
    assert comparison.compared == 0
    assert comparison.changes == ()


@pytest.mark.parametrize(
    ("told", "said"), [(200, "200"), ([200, 409], "200 or 409"), (True, "yes"), ("kept", "kept")]
)
def test_words(told: Any, said: str) -> None:
    """Python's spelling of a list or a truth value in a report."""
    assert words(told) == said


# --- what a run tells


def ended(made: Ledger, asked: Plan) -> str:
    """What the terminal says at the end."""
    out = StringIO()
    closing.show(Console(file=out, width=200), made, asked, duration_s=1, folder=None)
    return out.getvalue()


def test_changes_are_told_and_change_no_verdict() -> None:
    """A pipeline that turns red because a server uses its freedom otherwise; or a change that nobody is told."""
    made = ledger(saw("other case", 409), saw("no token", 401))
    before = baseline(**{"other case": 200, "no token": 401, "spaces": 200})
    told = summary.summarise(made, plan(baseline=before), duration_s=1, complete=True)
    assert told["behaviour_changes"] == [
        {"clause": "AST-20", "what": "other case", "before": 200, "after": 409}
    ]
    assert told["baseline"] == {
        "file": "old/summary.json",
        "target": {"name": "staging", "base_url": "https://api.example"},
        "profile": "verify",
        "compared": 2,
        "only_before": 1,
        "only_now": 0,
    }
    assert (told["verdict"], told["exit_code"]) == ("observed", 0)
    said = ended(made, plan(baseline=before))
    assert "changed  AST-20  other case: 200 before, 409 now" in said
    assert "old/summary.json, target staging (https://api.example), profile verify" in said
    assert "observations compared: 2, changed: 1" in said
    page = render(told, [])
    assert "<td>other case</td><td><code>200</code></td><td><code>409</code></td>" in page
    assert "old/summary.json (target staging, https://api.example, profile verify)" in page


def test_without_a_baseline_nothing_is_said_of_changes() -> None:
    """A report that says `no change` where nothing was compared."""
    made = ledger(saw("other case", 409))
    told = summary.summarise(made, plan(), duration_s=1, complete=True)
    assert told["baseline"] is None
    assert told["behaviour_changes"] == []
    assert "since the baseline" not in render(told, [])
    assert "baseline" not in ended(made, plan())


def test_many_changes_leave_the_verdict_on_the_screen() -> None:
    """A release with a new length limit: sixty lines, and the verdict scrolled away above them."""
    made = ledger(*(saw(f"length {number}", 400) for number in range(60)))
    said = ended(made, plan(baseline=baseline(**{f"length {number}": 200 for number in range(60)})))
    assert said.count("200 before, 400 now") == 20
    assert "and 40 changes more: see the report" in said


def test_what_is_written_can_be_the_next_baseline(tmp_path: Path) -> None:
    """A summary of which its own reader says that it is none."""
    made = ledger(saw("other case", 200, 409))
    summary.write(tmp_path, made, plan(), duration_s=1, complete=False)
    assert read_run(tmp_path).observations == as_told(made.observations)


def test_workers_are_not_sent_the_baseline() -> None:
    """A plan that a worker process cannot read back."""
    accepted = Accepted(("accepted.toml",), (Entry("AST-06-5c8834380e", "known", "accepted.toml"),))
    sent = plan(baseline=baseline(case=200), accepted=accepted)
    assert Plan.loads(sent.dumps()) == plan()
