"""Whether a finding's requests, asked again by themselves, show its bug once more."""

from collections.abc import Mapping
from typing import Any

from contracts.findings.again import Again, story
from contracts.findings.finding import identify
from contracts.recipes.recipe import Recipe


def still_there(again: Again, finding: Mapping[str, Any], recipe: Recipe) -> bool | None:
    """Ask the recipe's steps; None where the last was not answered, or where no answer alone shows the bug.

    Raises ValueError for a variable that is not set.
    """
    judge = finding["recipe"]["judge"]
    if judge["by"] == "question" or not recipe.steps:
        return None
    last = story(again, recipe)[-1]
    if last.inconclusive:
        return None
    if judge["by"] == "status":
        return last.status not in judge["allowed"]
    return any(identify(violation) == finding["id"] for violation in again.broken(finding["clause"], last))
