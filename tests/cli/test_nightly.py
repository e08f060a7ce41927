"""A nightly run fills its time: everything once, then the generated questions again and again."""

import json
from collections import Counter

from tests.fixtures.commands import Contracts

SMALL = """
[profiles.nightly]
examples = 5
schema_examples = 2
stateful_scenarios = 3
stateful_steps = 5
burst_repeats = 1
burst_width = 2
between = 2
"""


def test_a_nightly_run_fills_its_time_with_fresh_seeds(contracts: Contracts) -> None:
    """A night of an hour that ends after ten minutes, or asks the same cases until the morning."""
    folder = contracts("clauses", "AST-04").folder
    (folder / "contracts.toml").write_text(SMALL)
    ran = contracts("verify", "--profile", "nightly", "--clauses", "AST-04", "--max-time", "15s")
    assert ran.code == 0, ran.text
    assert 14.5 < ran.summary["duration_s"] < 60
    lines = [json.loads(line)["outcome"] for line in (ran.report / "outcomes.jsonl").read_text().splitlines()]
    asked = Counter(line["question"] for line in lines)
    assert asked["test_schema.py::test_fuzzed_cases[createAsset]"] > 1
    assert {count for question, count in asked.items() if question.startswith("test_assets.py")} == {1}
    assert ran.summary["cases"] == sum(line["cases"] for line in lines)
    assert "as far as it was asked" not in ran.out
