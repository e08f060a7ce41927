"""What a generator drew when a question failed, kept so that a replay draws the same again, and a campaign's next night first."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contracts.violation import Violation

if TYPE_CHECKING:
    from hypothesis.database import ExampleDatabase

Drawn = dict[str, list[str]]
"""What Hypothesis has kept of one question, in its own form, as hex: by `primary` (minimal) and `secondary`."""

# What else it keeps is for targeted draws, which no question makes.
_KINDS = ("primary", "secondary")
# Steps of shrinking are hundreds; of those it tries a tenth of the examples at most.
_MOST = 20


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


def next_example() -> None:
    """End this example as one that says nothing."""
    from hypothesis import reject

    reject()


class Database:
    """Hypothesis' example database of the one question that a process asks, in memory; away where a plan keeps nothing."""

    def __init__(self, drawn: Mapping[str, list[str]] | None) -> None:
        self._is_kept = drawn is not None
        self._is_shut = False
        self._kept = {kind: {*map(bytes.fromhex, (drawn or {}).get(kind, ()))} for kind in _KINDS}

    def opened(self) -> "ExampleDatabase | None":
        """The database, as a setting of Hypothesis."""
        if not self._is_kept:
            return None
        from hypothesis.database import ExampleDatabase

        mine = self

        class OfOneQuestion(ExampleDatabase):
            """Whatever key Hypothesis makes of a question's source: tomorrow's version of it may try the same."""

            def save(self, key: bytes, value: bytes) -> None:
                if not mine._is_shut:
                    mine._kept.setdefault(_kind(key), set()).add(value)

            def fetch(self, key: bytes) -> "list[bytes]":
                return sorted(mine._kept.get(_kind(key), ()))

            def delete(self, key: bytes, value: bytes) -> None:
                if not mine._is_shut:
                    mine._kept.get(_kind(key), set()).discard(value)

        return OfOneQuestion()

    def shut(self) -> None:
        """Keep and forget nothing more."""
        self._is_shut = True

    def kept(self) -> Drawn:
        """What it holds by now: what failed, but for what was tried and did not fail again."""
        return {
            kind: [value.hex() for value in sorted(self._kept[kind], key=_shortest)[:_MOST]]
            for kind in _KINDS
        }


def _shortest(value: bytes) -> tuple[int, bytes]:
    return len(value), value


def _kind(key: bytes) -> str:
    return next((kind for kind in ("secondary", "pareto") if key.endswith(b"." + kind.encode())), "primary")
