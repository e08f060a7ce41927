"""What a generator drew when a question failed, kept so that a replay draws the same again."""

import sys
from typing import Any

from contracts.violation import Violation


def version() -> str:
    """The version of Hypothesis whose form of what was drawn `remember` keeps; another one cannot read it."""
    import hypothesis  # the smoke profile does without

    return str(hypothesis.__version__)


def remember(examples: dict[tuple[str, str, str], str], violation: Violation) -> None:
    """Note what was drawn up to a violation, in the last run of it: by then it is minimal."""
    if "hypothesis.core" not in sys.modules:
        return
    from hypothesis.control import current_build_context, currently_in_test_context
    from hypothesis.core import encode_failure

    if currently_in_test_context() and (context := current_build_context()).is_final:
        examples[violation.identity] = encode_failure(context.data.choices).decode()


def repeat(
    test: Any, example: str
) -> None:  # a test or the maker of a state machine: Hypothesis' own convention
    """Have a test draw what was drawn then, once, and nothing else."""
    from hypothesis import reproduce_failure

    reproduce_failure(version(), example.encode())(test)


def is_other_outcome(problem: BaseException) -> bool:
    """Whether this is Hypothesis' word on a repeated example: that it did not fail this time, or drew something else."""
    return type(problem).__name__ == "DidNotReproduce"
