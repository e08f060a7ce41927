"""What a question found is told, in whatever way Hypothesis ended it."""

import gc
import weakref
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis.errors import FlakyStrategyDefinition
from rich.console import Console

from contracts.asking.record import Record
from contracts.commands.running import Effort, run
from contracts.exchange import Exchange
from contracts.mock.embedded import Embedded
from contracts.plan import Plan
from contracts.plugin import secrecy
from contracts.plugin.outcomes import _is_told
from contracts.settings import PROFILES
from contracts.transport.client import TargetLost
from contracts.transport.redaction import Redactor
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


def test_a_lost_target_is_told_without_our_stack() -> None:
    """A traceback in Allure's results for a service that went down."""
    with pytest.raises(TargetLost) as lost:
        raise TargetLost("http://target no longer answers")
    report: Any = SimpleNamespace(longreprtext="Traceback (most recent call last)")
    call: Any = SimpleNamespace(excinfo=lost)
    assert secrecy._told(report, call, Redactor(frozenset())) == "http://target no longer answers"


def test_what_a_question_did_is_forgotten_once_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every exchange of a run kept to its end: 260 MB after a minute, and a night that ends for want of memory."""
    exchanges = weakref.WeakSet[Exchange]()
    held: list[int] = []
    saw = Record.saw

    def told(record: Record, exchange: Exchange) -> None:
        exchanges.add(exchange)
        if record.requests == 0:  # a new question: what is left of those before it?
            gc.collect()
            held.append(len(exchanges))
        saw(record, exchange)

    monkeypatch.setattr(Record, "saw", told)
    with Embedded() as target:
        ledger = run(
            Plan(PROFILES["smoke"], dict(target.variables), seed=1),
            Effort(question="test_signing.py::test_payload_carries_the_quantity"),
            Console(file=StringIO()),
        )
    assert ledger.exit_code == 0
    assert len(held) > 4
    assert max(held) < 3, held


def test_a_known_violation_is_no_end_of_a_question() -> None:
    """A bug in every answer that keeps a whole campaign from finding any other by the same question."""
    question = Effort(question="test_properties.py::test_drawn_assets_come_back_and_conflict")
    with Embedded(["asset-modified-before-created", "asset-conflict-answers-422"]) as target:
        variables = {**target.variables, "RESPONSE_TIME_LIMIT": "30"}
        first = run(Plan(PROFILES["verify"], variables, seed=3), question, Console(file=StringIO()))
        known = tuple(first.findings)
        later = run(
            Plan(PROFILES["verify"], variables, seed=3, known=known), question, Console(file=StringIO())
        )
    assert {finding["clause"] for finding in first.findings.values()} == {"AST-04"}
    assert {"AST-04", "HTP-02"} <= {finding["clause"] for finding in later.findings.values()}
    assert not later.broken
    assert not later.failed
