"""What a question found is told, in whatever way Hypothesis ended it."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis.errors import FlakyStrategyDefinition

from contracts.asking.record import Record
from contracts.plugin.outcomes import _is_told
from contracts.violation import ContractBroken, Violation

TARGET: Any = SimpleNamespace(plan=SimpleNamespace(example=None))
FOUND = Violation("AST-05", "the symbol exists: 200", "409", "200")
OTHER = Violation("AST-06", "the symbol exists: 200", "409", "200")


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (FlakyStrategyDefinition("inconsistent data generation"), [FOUND]),
        (ContractBroken.by([OTHER]), [OTHER]),
        (ExceptionGroup("flaky", [ContractBroken.by([OTHER])]), [OTHER]),
    ],
    ids=["replay went another way", "shrunk", "flaky"],
)
def test_a_violation_is_told_however_the_generator_ended(
    problem: BaseException, told: list[Violation]
) -> None:
    """A flow that goes another way when it is replayed: exit code 3, and the violation that it met is lost."""
    record = Record(raised=(FOUND,))
    assert _is_told(problem, record, TARGET)
    assert record.violations == told


def test_a_bug_of_our_own_is_told_as_one() -> None:
    """A KeyError of ours behind which an earlier violation stands, so that nobody mends it."""
    record = Record(raised=(FOUND,))
    assert not _is_told(KeyError("symbol"), record, TARGET)
    assert record.violations == []
