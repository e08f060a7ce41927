"""What becomes of a question: fails with all that it found, and reports its outcome without a secret."""

import traceback
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from contracts.asking.record import Record
from contracts.outcome import Ended, outcome_of
from contracts.plugin import examples, generation, secrecy
from contracts.plugin.stash import CLAUSES, RECORD, WRITTEN, named
from contracts.plugin.target import TARGET, Inapplicable, Proven
from contracts.reporting import allure
from contracts.transport.client import TargetLost
from contracts.transport.redaction import Redactor
from contracts.violation import ContractBroken, Unaskable, Violation


# Before Hypothesis' own plugin, which looks at the settings that are made here.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Ask; at the end of a question that found something, fail it with all that it found."""
    target = item.config.stash.get(TARGET, None)
    if CLAUSES not in item.stash or target is None:
        return (yield)
    if hasattr(getattr(item, "obj", None), "hypothesis"):
        generation.prepare(item, target)
    record = item.stash.get(RECORD, None)
    if record is None:
        return (yield)
    try:
        result = yield
    except Unaskable:
        if not record.violations:
            raise
        result = None
    except Proven:
        result = None
    except BaseException as problem:
        for violation in generation.violations_in(problem):
            record.keep(violation)
        repeated = target.plan.example is not None and examples.is_other_outcome(problem)
        if not repeated and (not record.violations or list(generation.bugs_in(problem))):
            raise
        result = None
    if WRITTEN in item.stash:
        record.requests += item.stash[WRITTEN].ask_alone()
    if record.violations and allure.is_on(item.config):
        allure.attach(record.violations, target.redactor)
    if any(not violation.advisory for violation in record.violations):
        raise ContractBroken(
            [_without_secrets(violation, target.redactor) for violation in record.violations]
        )
    return result


def _without_secrets(violation: Violation, redactor: Redactor) -> Violation:
    """What pytest, JUnit and Allure may show of a violation."""
    redactor = redactor.beside(*violation.exchanges)
    return replace(
        violation,
        kind=redactor.text(violation.kind),
        expected=redactor.text(violation.expected),
        received=redactor.text(violation.received),
        steps=tuple(redactor.text(step) for step in violation.steps),
    )


@pytest.hookimpl(wrapper=True, trylast=True)  # innermost: writers of reports see what is left here
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Attach the question's outcome to the report that carries its result, and leave no secret in the report."""
    # Read before the others: pytest replaces a SkipTest, and with it what kind of skip it was.
    error = call.excinfo.value if call.excinfo is not None else None
    report = yield
    target = item.config.stash.get(TARGET, None)
    if CLAUSES not in item.stash:
        return report
    secrecy.clean(report, call, secrecy.redactor_of(item.config))
    if target is None:
        return report
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        record = item.stash.get(RECORD, None) or Record()
        ended, reason = _ending(error)
        lost = str(error) if isinstance(error, TargetLost) else ""
        asked = item.stash[CLAUSES]
        report.contracts = outcome_of(
            record, asked, target.redactor, ended=ended, reason=reason, lost=lost, question=named(item)
        )
        if lost:
            item.session.shouldstop = lost
        elif target.plan.until in record.reds:
            item.session.shouldstop = f"{target.plan.until} is broken"
    return report


def _ending(error: BaseException | None) -> tuple[Ended, str]:
    if error is None or isinstance(error, ContractBroken):
        return "asked", ""
    if isinstance(error, Inapplicable) or str(error).startswith("not applicable: "):
        return "inapplicable", str(error).removeprefix("not applicable: ")
    if isinstance(error, Unaskable | pytest.skip.Exception | TargetLost):
        return "unasked", str(error)
    return "broken", "".join(traceback.format_exception_only(error)).strip()
