"""The ledger: one verdict for each clause, whatever the order in which outcomes arrive."""

import itertools
import random
from collections import Counter
from math import ceil
from typing import Any

import pytest

from contracts.asking.record import Record
from contracts.clauses.catalogue import load
from contracts.outcome import outcome_of
from contracts.reporting.ledger import Ledger, Row
from contracts.transport.redaction import Redactor
from contracts.violation import Verdict
from tests.fixtures.outcomes import finding, outcome


def ledger(*outcomes: dict[str, Any], **changes: Any) -> Ledger:
    made = Ledger(load(), **changes)
    for told in outcomes:
        made.add(told)
    return made


def row(made: Ledger, clause: str) -> Row:
    return next(row for row in made.rows() if row.clause.id == clause)


def verdict(clause: str, *outcomes: dict[str, Any]) -> Verdict:
    return row(ledger(*outcomes), clause).verdict


FOUND = outcome("AST-02", violations=[finding()])
WARNED = outcome("AST-03", violations=[finding("AST-03", "id is no UUID", advisory=True)])


@pytest.mark.parametrize(
    ("clause", "outcomes", "expected"),
    [
        ("AST-02", [outcome("AST-02")], Verdict.HELD),
        ("AST-02", [FOUND], Verdict.VIOLATED),
        ("AST-02", [outcome("AST-02"), FOUND, outcome("AST-02")], Verdict.VIOLATED),
        ("AST-03", [WARNED], Verdict.WARNED),
        ("AST-03", [WARNED, outcome("AST-03", violations=[finding("AST-03")])], Verdict.VIOLATED),
        ("SIG-07", [outcome("SIG-07", violations=[finding("SIG-07")])], Verdict.WARNED),
        ("SIG-07", [outcome("SIG-07")], Verdict.HELD),
        ("AST-20", [outcome("AST-20", observations={"AST-20": {"case": [409]}})], Verdict.OBSERVED),
        ("AST-20", [outcome("AST-20")], Verdict.NOT_EXERCISED),
        ("AST-02", [], Verdict.NOT_EXERCISED),
        ("AST-02", [outcome("AST-02", chances=0)], Verdict.NOT_EXERCISED),
        ("AST-02", [outcome("AST-02", chances=0, ended="unasked", reason="lost")], Verdict.NOT_EXERCISED),
        (
            "AUT-03",
            [outcome("AUT-03", chances=0, ended="inapplicable", reason="OTHER_ACCESS_TOKEN")],
            Verdict.NOT_APPLICABLE,
        ),
        ("AUT-03", [outcome("AUT-03", chances=0, ended="inapplicable"), outcome("AUT-03")], Verdict.HELD),
        ("AST-02", [outcome("AST-02", ended="broken", reason="KeyError"), outcome("AST-02")], Verdict.BROKEN),
        ("AST-02", [FOUND, outcome("AST-02", ended="broken", reason="KeyError")], Verdict.BROKEN),
        ("AST-02", [outcome("AST-01", chances=0, broken={"AST-02": "check broke"})], Verdict.BROKEN),
        ("AST-05", [outcome("AST-05", chances=0, violations=[finding("AST-02")])], Verdict.NOT_EXERCISED),
        ("ALC-10", [outcome("ALC-10", unknown={"ALC-10": "600 worlds"}), outcome("ALC-10")], Verdict.UNKNOWN),
        ("AST-02", [FOUND, outcome("AST-02", unknown={"AST-02": "600 worlds"})], Verdict.VIOLATED),
    ],
)
def test_verdict_of_a_clause(clause: str, outcomes: list[dict[str, Any]], expected: Verdict) -> None:
    """A clause that counts as held though nothing could break it, or whose violation is outvoted."""
    for order in itertools.permutations(outcomes):
        assert verdict(clause, *order) is expected


@pytest.mark.parametrize(
    ("outcomes", "changes", "code"),
    [
        ([outcome("AST-02")], {}, 0),
        ([WARNED], {}, 0),
        ([outcome("AST-02"), outcome("AUT-03", chances=0, ended="inapplicable")], {}, 0),
        ([FOUND], {}, 1),
        ([FOUND, outcome("AST-01", lost="target down")], {}, 1),
        ([], {}, 2),
        ([outcome("AST-02", chances=0, ended="unasked")], {}, 2),
        ([outcome("AST-02"), outcome("AST-01", chances=0, ended="unasked", lost="target down")], {}, 2),
        ([FOUND, outcome("AST-01", ended="broken")], {}, 3),
        ([FOUND], {"failed": "a question cannot be read"}, 3),
        ([FOUND], {"interrupted": True}, 130),
        ([outcome("AST-02")], {"interrupted": True}, 130),
        ([], {"shard": "2/4"}, 0),
        ([outcome("AST-02", chances=0, ended="unasked", lost="target down")], {"shard": "2/4"}, 2),
    ],
)  # fmt: skip
def test_exit_code(outcomes: list[dict[str, Any]], changes: dict[str, Any], code: int) -> None:
    """A pipeline that goes green where nothing was tested, or red without a violation."""
    assert ledger(*outcomes, **changes).exit_code == code


def test_the_whole_takes_the_worst() -> None:
    """A violation hidden behind what held."""
    assert ledger(outcome("AST-01"), FOUND, WARNED).verdict is Verdict.VIOLATED
    assert ledger(outcome("AST-01"), WARNED).verdict is Verdict.WARNED
    assert ledger().verdict is Verdict.NOT_EXERCISED


def test_a_finding_is_counted_and_kept_once() -> None:
    """One bug that fills the report a thousand times."""
    made = ledger(FOUND, FOUND, outcome("AST-02", violations=[finding(kind="type changed")]))
    assert {name: told["count"] for name, told in made.findings.items()} == {
        "AST-02-symbol changed": 2,
        "AST-02-type changed": 1,
    }
    assert FOUND["violations"][0]["count"] == 1


def test_selection_keeps_what_was_found_on_the_way() -> None:
    """`--clauses AST-05` that hides the violation of another clause, or lists all the clauses that nobody asked for."""
    made = ledger(outcome("AST-05"), FOUND, selected=frozenset({"AST-05"}))
    assert [told.clause.id for told in made.rows()] == ["AST-02", "AST-05"]


def test_a_shard_is_not_the_whole() -> None:
    """Accepted findings called stale by three shards out of four."""
    assert ledger(outcome("AST-02")).whole
    assert not ledger(outcome("AST-02"), shard="2/4").whole


def test_reasons_are_told() -> None:
    """A row that does not say why nobody knows."""
    made = ledger(
        outcome("AST-01", chances=0, ended="unasked", reason="first"),
        outcome("AST-01", chances=0, ended="unasked", reason="second"),
        outcome("AST-05", chances=0, unasked={"AST-02": "no connection"}),
        outcome("AUT-03", chances=0, ended="inapplicable", reason="OTHER_ACCESS_TOKEN not set"),
    )
    assert row(made, "AST-01").reason == "first"
    assert row(made, "AST-02").reason == "no connection"
    assert row(made, "AUT-03").reason == "OTHER_ACCESS_TOKEN not set"
    assert row(made, "AST-06").reason
    assert row(made, "AST-05").reason


def test_counters_add_up() -> None:
    """Numbers of one worker that overwrite another's."""
    timings = {"createAsset": [[1.0, 1], [3.0, 1]]}
    made = ledger(
        outcome("AST-01", chances=3, requests=5, cases=4, timings=timings), outcome("AST-01", timings=timings)
    )
    assert (made.requests, made.cases, made.chances["AST-01"], made.questions["asked"]) == (6, 5, 4, 2)
    assert made.percentiles()["createAsset"]["count"] == 4


def test_percentiles() -> None:
    """A percentile off by one: the slowest answer hidden, or shown as the usual one."""
    values = [[float(number), 1] for number in range(100, 0, -1)]
    made = ledger(outcome("AST-01", timings={"createAsset": values, "signingPayload": [[7.5, 1]]}))
    told = made.percentiles()["createAsset"]
    assert (told["count"], told["max_ms"]) == (100, 100)
    assert 50 <= told["p50_ms"] <= 51
    assert 95 <= told["p95_ms"] <= 96
    assert 99 <= told["p99_ms"] <= 100
    assert made.percentiles()["signingPayload"] == {
        "count": 1,
        "p50_ms": 7.5,
        "p95_ms": 7.5,
        "p99_ms": 7.5,
        "max_ms": 7.5,
        "buckets": [(8.0, 1)],
    }


def test_times_are_counted_to_three_digits() -> None:
    """A campaign that keeps, and sends, each of its millions of times."""
    record = Record(timings={"createAsset": [0.98765, 0.9881, 0.0, 1234.5, 0.9876]})
    told = outcome_of(record, ("AST-01",), Redactor(frozenset()), ended="asked")
    assert told["timings"] == {"createAsset": [[0.0, 1], [0.988, 3], [1230.0, 1]]}
    made = ledger(told, told)
    assert made.percentiles()["createAsset"]["count"] == 10
    assert made.percentiles()["createAsset"]["max_ms"] == 1230


@pytest.mark.parametrize("seed", range(20))
def test_percentiles_of_counted_times_are_those_of_the_times(seed: int) -> None:
    """Counts that shift a percentile to the next time, as soon as times repeat."""
    draw = random.Random(seed)
    times = sorted(float(draw.randint(1, 9)) for _ in range(draw.randint(1, 300)))
    made = ledger(outcome("AST-01", timings={"createAsset": [*map(list, Counter(times).items())]}))
    told = made.percentiles()["createAsset"]
    assert told["count"] == len(times)
    for share in (50, 95, 99):
        assert told[f"p{share}_ms"] == times[ceil((len(times) - 1) * share / 100)]


def test_buckets_hold_every_answer_and_double_every_second_time() -> None:
    """A histogram that leaves out the answer that came at once, or the slowest one."""
    times = [[0.0, 1], [1.0, 1], [1.2, 1], [1.9, 1], [2.0, 1], [2.1, 1], [900.0, 1]]
    made = ledger(outcome("AST-01", timings={"createAsset": times}))
    buckets = made.percentiles()["createAsset"]["buckets"]
    assert buckets == [(0.011, 1), (1.0, 1), (1.414, 1), (2.0, 2), (2.828, 1), (1024.0, 1)]


# --- the first violation


def red(
    clause: str, requests: int, at: float, *, question: str = "test_a.py::test_b", **changes: Any
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "question": question,
        "reds": {clause: {"requests": requests, "at": at}},
        "requests": 10,
        "began": 100.0,
    }
    return outcome(clause, violations=[finding(clause)], **(told | changes))


def test_first_violation_counts_all_that_was_asked_before() -> None:
    """A fault that seems to cost three requests, found behind ten thousand."""
    made = ledger(outcome("AST-01", requests=40, began=90.0), red("AST-02", 3, 101.5))
    assert made.first_red() == {
        "requests": 43,
        "seconds": 11.5,
        "clause": "AST-02",
        "question": "test_a.py::test_b",
    }
    assert made.first_red("AST-01") is None


def test_first_violation_is_the_earliest_of_all_workers() -> None:
    """The question that ended first taken for the one that saw it first."""
    late = red("AST-02", 1, 104.0, question="test_a.py::test_late")
    early = red("AST-02", 2, 101.0, question="test_a.py::test_early", began=99.0)
    made = ledger(late, early)
    first = made.first_red("AST-02")
    assert first is not None
    assert (first["question"], first["seconds"], first["requests"]) == ("test_a.py::test_early", 2.0, 12)


def test_broken_convention_is_no_first_violation() -> None:
    """A run that is said to be red after three requests, and that ends with exit code 0."""
    made = ledger(red("SIG-07", 3, 101.0))
    assert row(made, "SIG-07").verdict is Verdict.WARNED
    assert made.first_red() is None


def test_a_question_takes_its_time_once() -> None:
    """Clauses whose times add up to three runs, since a question counts for each that it asks."""
    made = ledger(outcome("AST-05", "HTP-02", took_s=0.5), outcome("AST-05", took_s=0.25))
    assert made.took_s == {"AST-05": 0.75}
