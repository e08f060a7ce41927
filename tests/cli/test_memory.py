"""What runs remember of each other: a line each, whatever became of the lines before."""

import json

from tests.fixtures.commands import Contracts

ASKED = ("verify", "--profile", "smoke", "--clauses", "AST-12")


def test_runs_of_the_embedded_mock_know_each_other(contracts: Contracts) -> None:
    """A first run that talks of others, or a second one that knows of none since the mock has another port."""
    first = contracts(*ASKED)
    assert first.code == 0, first.text
    assert first.summary["memory"] is None
    assert "memory:" not in first.out
    second = contracts(*ASKED)
    assert second.summary["memory"]["runs"] == 1
    assert "memory:  nothing new, beside 1 earlier run of this target" in second.out


def test_half_a_line_of_a_kill_spoils_no_run(contracts: Contracts) -> None:
    """A history that a kill cut short, after which every run breaks or none is remembered."""
    contracts(*ASKED)
    history = contracts(*ASKED).folder / "reports" / "history.jsonl"
    history.write_bytes(history.read_bytes()[:-100])
    third = contracts(*ASKED)
    assert third.code == 0, third.text
    assert "note: reports/history.jsonl line 2: ends in the middle of its JSON; left out" in third.out
    assert third.summary["memory"]["runs"] == 1
    whole = [line for line in history.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    assert [json.loads(line)["exit_code"] for line in whole] == [0, 0]
