"""Findings act: asked again they fail while the bug is there and are fixed when it is gone, and what they paste runs."""

from typing import Any

import pytest

from tests.prove.replays import told_each

# One for each way to tell whether a bug is still there, and for each way to ask: see `recipe.judge` in a finding.
FAULTS = (
    "asset-conflict-forgets-other-type",  # a status, after another create
    "asset-409-is-empty",  # a check, after another create
    "asset-conflict-by-letters-only",  # a status, after a create of a lookalike
    "agreement-skips-quantity",  # a lie under a true signature
    "allocation-missing-field-answers-422",  # many kinds
    "access-token-extended",  # a token and something behind it
    "repeat-forgotten-after-150",  # what a question asks in between
    "http-409-shows-query",  # every answer may show it
)


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    return {each["fault"]: each for each in told_each(FAULTS)}


@pytest.mark.parametrize("fault", FAULTS)
def test_findings_are_replayed(fault: str, told: dict[str, dict[str, Any]]) -> None:
    """A replay that calls a bug fixed, or cries wolf; a curl that does not run; a pasted test that cannot fail."""
    assert told[fault]["findings"]
    for row in told[fault]["replayed"]:
        with_it, without = row["with"], row["without"]
        assert (with_it["replay"], without["replay"]) == ("failed", "fixed"), row
        assert (with_it["curl"], without["curl"]) == ("ran", "ran"), row
        assert (with_it["pytest"], without["pytest"]) == ("failed", "passed"), row
