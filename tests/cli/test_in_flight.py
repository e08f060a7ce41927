"""`--in-flight`: the same report as one question after the other, from one process, in a part of the time."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.embedded import Embedded
from tests.cli.test_interruption import running, summary
from tests.fixtures.commands import TIME_LIMIT_S, Contracts, until

SMOKE_AT_ONCE = ("verify", "--profile", "smoke", "--in-flight", "8")
# None of their questions ends by the clock.
FEW = ("--clauses", "AST-05,AST-11,ALC-16")


@pytest.fixture(scope="module")
def slow() -> Iterator[Embedded]:
    """A mock that takes 20 ms for each answer."""
    with Embedded(latency_ms=20) as mock:
        yield mock


def told(report: dict[str, Any]) -> dict[str, Any]:
    """What two runs of the same questions have in common: not times and names, nor who first needed a plain request beside his."""
    same = {name: report[name] for name in ("questions", "observations", "verdict", "exit_code")}
    return {
        **same,
        "clauses": {id: {**row, "seconds": None} for id, row in report["clauses"].items()},
    }


def test_report_is_the_same_as_one_after_the_other(
    contracts: Contracts, honest: Embedded, slow: Embedded
) -> None:
    """A question that is lost, told twice or judged otherwise when threads ask it."""
    alone = contracts("verify", "--profile", "smoke", "--in-flight", "1", *FEW, **honest.variables).summary
    beside = contracts(*SMOKE_AT_ONCE, *FEW, **slow.variables).summary
    assert (alone["in_flight"], beside["in_flight"]) == (1, 8)
    assert told(alone) == told(beside)
    assert sum(row["seconds"] for row in beside["clauses"].values()) > beside["duration_s"]


def test_findings_are_the_same_as_one_after_the_other(contracts: Contracts, faulty: Embedded) -> None:
    """A bug that only one of two ways to ask meets, or that gets another name by the other."""
    alone = contracts("verify", "--profile", "smoke", *FEW, **faulty.variables)
    beside = contracts(*SMOKE_AT_ONCE, *FEW, **faulty.variables)
    assert alone.code == beside.code == 1
    ids = [{finding["id"] for finding in ran.summary["findings"]} for ran in (alone, beside)]
    assert ids[0] == ids[1]
    assert {path.stem for path in (beside.report / "findings").glob("*.json")} == ids[0]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_tells_all_that_it_found(tmp_path: Path, sent: signal.Signals) -> None:
    """Threads that keep an interrupted process, or findings of theirs that its summary does not know."""
    with (
        Embedded(["asset-answers-201"], latency_ms=20) as target,
        running(tmp_path, "--in-flight", "8", variables=target.variables) as run,
    ):
        until(lambda: list(tmp_path.glob("reports/*Z-*/findings/*.json")))
        os.killpg(run.pid, sent)
        out, _ = run.communicate(timeout=TIME_LIMIT_S)
    assert run.returncode == 130, out
    assert "Traceback" not in out
    report = summary(tmp_path)
    assert report["complete"] is True
    assert {path.stem for path in tmp_path.glob("reports/*Z-*/findings/*.json")} == {
        finding["id"] for finding in report["findings"]
    }


def test_slow_target_is_asked_several_questions_at_once(contracts: Contracts, slow: Embedded) -> None:
    """An hour where a few minutes would do; or more at once than the rate lets through."""
    ran = contracts("verify", "--profile", "smoke", "--clauses", "AST-05", **slow.variables)
    assert ran.summary["in_flight"] == 8
    assert "8 questions in flight: an answer takes " in ran.out
    slowly = contracts(
        *("verify", "--profile", "smoke", "--clauses", "AST-05", "--rate", "120/s"), **slow.variables
    )
    told = re.search(r"questions in flight: an answer takes (\d+) ms", slowly.out)
    assert told  # 20 ms, and what a busy machine adds to them
    assert 2 <= slowly.summary["in_flight"] <= 120 * (int(told[1]) + 1) / 1000


def test_setting_says_how_many(contracts: Contracts, slow: Embedded) -> None:
    """A service that bears one request at a time, and no way to say so once and for all."""
    ran = contracts("verify", "--profile", "smoke", *FEW, "--max-time", "1s", IN_FLIGHT="1", **slow.variables)
    assert ran.summary["in_flight"] == 1
    assert "in flight" not in ran.out
    wrong = contracts("verify", IN_FLIGHT="many", **slow.variables)
    assert wrong.code == 2
    assert "environment: IN_FLIGHT: 'many' cannot be used" in wrong.text


def test_workers_ask_one_question_each(contracts: Contracts) -> None:
    """Two options of which one is forgotten."""
    ran = contracts("verify", "-n", "2", "--in-flight", "4")
    assert ran.code == 2
    assert "give one of them" in ran.err
