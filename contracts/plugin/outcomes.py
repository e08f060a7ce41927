"""What becomes of a question: fails with all that it found, and reports its outcome without a secret."""

import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from contracts.asking.record import Record
from contracts.outcome import Ended, outcome_of
from contracts.plugin import examples, generation, secrecy
from contracts.plugin.stash import ASKED, CLAUSES, RECORD, WRITTEN, named
from contracts.plugin.target import TARGET, Inapplicable, Proven, Target
from contracts.transport.client import TargetLost
from contracts.transport.pace import RunEnded
from contracts.transport.redaction import Redactor
from contracts.violation import ContractBroken, Unaskable, Violation


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Forget what a question did once it is told: up to 2,000 exchanges each, which came to 135 MB in a run."""
    keys: tuple[pytest.StashKey[Any], ...] = (RECORD, WRITTEN, ASKED)
    try:
        return (yield)
    finally:
        for key in keys:
            if key in item.stash:
                del item.stash[key]


# Before Hypothesis' own plugin, which looks at the settings that are made here.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Ask; at the end of a question that found something, fail it with all that it found."""
    target = item.config.stash.get(TARGET, None)
    if CLAUSES not in item.stash or target is None or ASKED in item.stash:
        return (yield)
    with asking(item, target):
        return (yield)
    return None  # something was found that fails no question


@contextmanager
def asking(item: pytest.Item, target: Target) -> Iterator[None]:
    """Ask a question in this block; at its end, raise all that it found."""
    if hasattr(getattr(item, "obj", None), "hypothesis"):
        generation.prepare(item, target)
    try:
        yield
    except Unaskable:
        if not _record_of(item).violations:
            raise
    except (Proven, generation.OutOfTime):
        pass
    except BaseException as problem:
        if not _is_told(problem, _record_of(item), target):
            raise
    record = _record_of(item)
    if WRITTEN in item.stash:
        record.requests += item.stash[WRITTEN].ask_alone()
    if any(not violation.advisory for violation in record.violations):
        raise ContractBroken(
            [_without_secrets(violation, target.redactor) for violation in record.violations]
        )


def _record_of(item: pytest.Item) -> Record:
    """What a question did; nothing where it never came to ask."""
    return item.stash.get(RECORD, None) or Record()


def _is_told(problem: BaseException, record: Record, target: Target) -> bool:
    """Whether all that an exception says is kept in the record by now."""
    bugs = list(generation.bugs_in(problem))
    for violation in list(generation.violations_in(problem)) or (() if bugs else record.raised):
        record.keep(violation)
    if target.plan.example is not None and examples.is_other_outcome(problem):
        return True
    return bool(record.violations) and not bugs


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
    if call.when == "call" and ASKED in item.stash:
        ahead = item.stash[ASKED]
        call.start, call.stop, call.duration = ahead.began, ahead.ended, ahead.ended - ahead.began
    report = yield
    target = item.config.stash.get(TARGET, None)
    if CLAUSES not in item.stash:
        return report
    secrecy.clean(report, call, secrecy.redactor_of(item.config))
    if target is None:
        return report
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        record = _record_of(item)
        ended, reason = _ending(error)
        lost = str(error) if isinstance(error, TargetLost) else ""
        asked = item.stash[CLAUSES]
        report.contracts = outcome_of(
            record,
            asked,
            target.redactor,
            ended=ended,
            reason=reason,
            lost=lost,
            question=named(item),
            took_s=call.duration,
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
    if isinstance(error, Unaskable | pytest.skip.Exception | TargetLost | RunEnded):
        return "unasked", str(error)
    return "broken", "".join(traceback.format_exception_only(error)).strip()
