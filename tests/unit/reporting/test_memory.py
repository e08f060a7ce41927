"""The memory: what is new, fixed, flaky or long known, told of runs that compare, and of nothing that was not asked for."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.reporting.drift import drift
from contracts.reporting.memory import TRAIL, remember
from tests.fixtures.kept_runs import ASKED, DRAWN, ID, QUESTION, found, summary

OTHER = "AST-05-0000000001"
UNASKED: Mapping[str, frozenset[str]] = {}


class Runs:
    """Runs that follow each other, an hour apart, in one folder of reports."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "history.jsonl"
        self.now = datetime(2026, 11, 21, 10, tzinfo=UTC)

    def __call__(
        self, *findings: dict[str, Any], asked: Mapping[str, frozenset[str]] = ASKED, **changes: Any
    ) -> dict[str, Any]:
        """What the memory says of one more run."""
        self.now += timedelta(hours=1)
        changes.setdefault("mark", self.now.isoformat())
        told = remember(self.path, summary(*findings, **changes), asked, folder="run", now=self.now)
        return told or {}


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def ids(told: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in told]


def test_a_first_run_has_nothing_to_remember(runs: Runs) -> None:
    """All findings of a first run called new, as if there had been a better one."""
    assert runs(found()) == {}


def test_a_run_that_is_merged_again_is_no_earlier_one(runs: Runs) -> None:
    """What a merging job has found, told as known since yesterday when the job is run again."""
    runs(found(), mark="SHARDS")
    assert runs(found(), mark="SHARDS") == {}
    assert runs(found())["known"] == [ID]


def test_new_known_and_fixed(runs: Runs) -> None:
    """A bug that is announced each night, or mended in silence."""
    runs()
    first = runs(found())
    assert (first["runs"], first["new"], first["known"]) == (1, [ID], [])
    again = runs(found(), found(OTHER))
    assert (again["new"], again["known"], again["fixed"]) == ([OTHER], [ID], [])
    mended = runs(found(OTHER))
    assert mended["fixed"] == [
        {
            "id": ID,
            "clause": "AST-06",
            "operation": "createAsset",
            "kind": "the symbol exists: 200",
            "last": "2026-11-21T13:00:00+00:00",
        }
    ]
    assert runs(found(OTHER))["fixed"] == []


def test_a_finding_that_was_not_asked_for_is_neither_fixed_nor_new_again(runs: Runs) -> None:
    """A smoke run that calls fixed what nightly found, and a nightly run that calls it new again."""
    runs(found())
    for _ in range(2 * TRAIL):
        between = runs(asked=UNASKED)
        assert (between["fixed"], between["not_met"]) == ([], [])
    again = runs(found())
    assert (again["new"], again["known"], again["flaky"]) == ([], [ID], [])


def test_a_question_asked_less_hard_does_not_count(runs: Runs) -> None:
    """Five thousand records in between find it, a hundred and twenty do not: nothing was mended."""
    runs(found(), profile="nightly")
    assert runs(profile="smoke")["fixed"] == []
    assert ids(runs(profile="nightly")["fixed"]) == [ID]


def test_a_question_that_draws_fixes_nothing_by_not_finding(runs: Runs) -> None:
    """Another seed, and a bug that is called mended until the next night."""
    runs(found(question=DRAWN))
    told = runs()
    assert (told["fixed"], ids(told["not_met"])) == ([], [ID])
    assert told["not_met"][0]["why"] == "its question finds it by chance"


def test_flaky(runs: Runs) -> None:
    """A bug that comes and goes is called fixed and new in turns."""
    runs(found())
    assert ids(runs()["fixed"]) == [ID]
    again = runs(found())
    assert (again["flaky"], again["known"], again["new"]) == ([ID], [ID], [])
    gone = runs()
    assert (gone["fixed"], ids(gone["not_met"]), gone["not_met"][0]["why"]) == ([], [ID], "it comes and goes")


def test_what_was_fixed_long_ago_is_new_again(runs: Runs) -> None:
    """A finding of last year that makes today's one flaky."""
    runs(found())
    for _ in range(TRAIL):
        runs()
    again = runs(found())
    assert (again["new"], again["flaky"]) == ([ID], [])


def test_long_standing(runs: Runs) -> None:
    """A bug that everybody has become used to."""
    told = [runs(found()) for _ in range(5)]
    assert [bool(each.get("long_standing")) for each in told] == [False] * 4 + [True]
    assert told[4]["long_standing"] == [{"id": ID, "since": "2026-11-21T11:00:00+00:00", "runs": 5}]


def test_a_week_is_long_however_few_the_runs(runs: Runs) -> None:
    """A weekly pipeline that takes five weeks to say so."""
    runs(found())
    runs.now += timedelta(days=7)
    assert ids(runs(found())["long_standing"]) == [ID]


@pytest.mark.parametrize(
    ("target", "compares"),
    [
        ({"name": "staging", "base_url": "https://api.example"}, True),
        ({"name": "staging", "base_url": "https://other.example"}, False),
        ({"name": "production", "base_url": "https://api.example"}, False),
    ],
)
def test_only_runs_of_the_same_target_compare(runs: Runs, target: dict[str, str], *, compares: bool) -> None:
    """A bug of staging that is called fixed because production does not have it."""
    runs(found())
    assert bool(runs(target=target)) == compares


def test_embedded_mocks_are_one_target(runs: Runs) -> None:
    """A mock that never has an earlier run, since each has a port of its own."""
    runs(found(), target={"name": "mock", "base_url": "http://127.0.0.1:1"})
    assert runs(found(), target={"name": "mock", "base_url": "http://127.0.0.1:2"})["known"] == [ID]


def test_another_target_in_between_does_not_hide_the_last_run(runs: Runs) -> None:
    """Two pipelines that share a folder, each of which calls everything new."""
    runs(found())
    runs(target={"name": "production", "base_url": "https://prod.example"})
    assert runs(found())["known"] == [ID]


def rows(**verdicts: str) -> dict[str, Any]:
    return {
        id.replace("_", "-"): {"level": "must", "verdict": verdict, "exercised": 1}
        for id, verdict in verdicts.items()
    }


@pytest.mark.parametrize(
    ("before", "between", "now", "regressed"),
    [
        ("held", "held", "violated", True),
        ("warned", "not_exercised", "violated", True),
        ("held", "not_exercised", "violated", True),
        ("held", "violated", "violated", False),
        ("violated", "unknown", "violated", False),
        ("not_exercised", "not_applicable", "violated", False),
        ("held", "held", "not_exercised", False),
        ("violated", "violated", "held", False),
    ],
)
def test_clauses_regress_where_both_runs_put_them_to_the_test(
    runs: Runs, before: str, between: str, now: str, *, regressed: bool
) -> None:
    """A clause that nobody could ask last time, reported as a promise that was just broken."""
    runs(clauses=rows(AST_05=before))
    runs(clauses=rows(AST_05=between))
    assert runs(clauses=rows(AST_05=now))["regressed"] == (["AST-05"] if regressed else [])


def test_a_run_that_was_cut_short_held_nothing(runs: Runs) -> None:
    """-x ended a run before the question that breaks a clause: the next whole run calls it a regression."""
    runs(clauses=rows(AST_05="held"), cut_short=True)
    assert runs(clauses=rows(AST_05="violated"))["regressed"] == []


def test_what_a_deeper_run_finds_has_not_regressed(runs: Runs) -> None:
    """Smoke held it, nightly always broke it: each night a regression."""
    runs(clauses=rows(AST_05="held"), profile="smoke")
    assert runs(clauses=rows(AST_05="violated"), profile="nightly")["regressed"] == []
    runs(clauses=rows(AST_05="held"), profile="nightly")
    assert runs(clauses=rows(AST_05="violated"), profile="smoke")["regressed"] == ["AST-05"]


def times(p95: float, count: int = 100) -> dict[str, Any]:
    return {"createAsset": {"count": count, "p95_ms": p95}}


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([times(10)] * 3, times(20), True),
        ([times(10)] * 2, times(20), False),
        ([times(10)] * 3, times(15), False),
        ([times(1)] * 3, times(5), False),
        ([times(10)] * 3, times(20, count=49), False),
        ([times(10), times(10), times(10, count=49)], times(20), False),
        ([times(10), times(90), times(10)], times(20), True),
        ([times(90)] * 10 + [times(10)] * 20, times(100), False),
        ([times(0)] * 3, times(20), True),
        ([{}] * 3, times(20), False),
    ],
)
def test_drift_is_told_where_it_is_no_noise(
    before: list[dict[str, Any]], now: dict[str, Any], *, told: bool
) -> None:
    """A p95 of ten answers, or of a busy minute, that cries wolf; or an API twice as slow that nobody hears of."""
    assert bool(drift(now, before)) == told


def test_drift_is_held_against_runs_that_asked_alike(runs: Runs) -> None:
    """Nightly's bursts beside smoke's single requests."""
    for _ in range(3):
        runs(timings=times(10))
    assert runs(timings=times(40), profile="nightly")["drift"] == []
    assert runs(timings=times(40), clauses_asked_for="AST")["drift"] == []
    assert runs(timings=times(40))["drift"] == [
        {"operation": "createAsset", "before_p95_ms": 10, "p95_ms": 40, "ratio": 4.0}
    ]


def test_a_line_holds_what_a_reader_wants(runs: Runs) -> None:
    """A history from which nobody can draw a chart."""
    runs(found())
    (line,) = runs.path.read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert told["clauses"] == {"AST-05": "held", "AST-06": "violated"}
    assert told["timings"] == {"createAsset": {"count": 100, "p95_ms": 2.0}}
    assert (told["folder"], told["verdict"], told["exit_code"], told["seed"]) == ("run", "violated", 1, 7)
    (known,) = told["findings"]
    assert (known["id"], known["question"], known["trail"]) == (ID, QUESTION, "1")


def test_one_broken_night_does_not_make_every_line_long(runs: Runs) -> None:
    """A target that was down once, and a history of gigabytes."""
    runs(*(found(f"AST-06-{number:010x}") for number in range(500)))
    runs(asked=UNASKED)
    assert len(runs.path.read_bytes().splitlines()[-1]) < 50_000


def test_half_a_line_costs_one_run_and_is_told(runs: Runs) -> None:
    """A kill in the middle of a write, after which everything is new."""
    runs(found())
    runs(found())
    whole = runs.path.read_bytes()
    runs.path.write_bytes(whole[:-200])
    told = runs(found())
    assert (told["known"], told["runs"]) == ([ID], 1)
    assert told["notices"] == ["history.jsonl line 2: ends in the middle of its JSON; left out"]


def test_notices_come_without_earlier_runs_too(runs: Runs) -> None:
    """A history of a later version that is ignored without a word."""
    runs.path.write_text('{"format": 9}\n', encoding="utf-8")
    told = runs(found())
    assert (told["runs"], told["new"]) == (0, [])
    assert "has format 9" in told["notices"][0]
