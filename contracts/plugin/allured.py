"""Allure's result of a question: written here in a run of `contracts verify`, made of allure-pytest's own in a plain one."""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allure_commons.model2 import Attachment, Label, Parameter, StatusDetails, TestResult
from allure_commons.types import AttachmentType
from allure_commons.utils import host_tag, platform_label, represent, thread_tag

from contracts.findings import store
from contracts.findings.unwritten import reason
from contracts.plugin import secrecy
from contracts.plugin.stash import CLAUSES, RECORD, named
from contracts.reporting import allure
from contracts.reporting.visible import visible, whole

Making = Generator[None, pytest.TestReport, pytest.TestReport]

_STEADY = (str, int, bool, type(None))


class AllureWriter:
    """A pytest plugin of every process that asks: a file for each question, as soon as it has been asked.

    allure-pytest would write three more, about fixtures, and take 1.2 ms to the 0.2 of this.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost: the report has its outcome, and no secret
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Making:
        """Write the result of a question that was asked, or that broke before or behind its asking."""
        report = yield
        if CLAUSES in item.stash and (hasattr(report, "contracts") or report.failed):
            try:
                self._write(item, call, report)
            except OSError as problem:
                # To the process that keeps the ledger, which tells it.
                report.refused = reason(problem)  # type: ignore[attr-defined]  # a report takes any attribute
        return report

    def _write(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        result = _result(item, call)
        _settle(result, report)
        _name(result, item)
        result.attachments = [self._attached(name, text) for name, text in _stories(item)]
        store.write_text(self._folder / f"{result.uuid}-result.json", _as_json(result))

    def _attached(self, name: str, text: str) -> Attachment:
        source = f"{uuid4()}-attachment.json"
        store.write_text(self._folder / source, text)
        return Attachment(name=name, source=source, type=AttachmentType.JSON.mime_type)


class AllureCorrector:
    """A pytest plugin of every process that asks, in plain runs with `--alluredir`: allure-pytest writes."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost: Allure's own listener has had its say
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Making:
        """Correct the result of a question while it is made; it is written behind the last of its reports."""
        report = yield
        listener: Any = item.config.pluginmanager.get_plugin("allure_listener")
        result = listener.allure_logger.get_test(None)
        if CLAUSES not in item.stash or result is None:
            return report
        if hasattr(report, "contracts"):
            _settle(result, report)
            for name, text in _stories(item):
                listener.attach_data(text, name, AttachmentType.JSON, None)
        if call.when == "teardown":
            _name(result, item)
        return report


def _result(item: pytest.Item, call: pytest.CallInfo[None]) -> TestResult:
    """What allure-pytest says of a test, without what is settled by its outcome and named by its question."""
    module, marks = item.path.stem, item.iter_markers()
    labels = {
        "suite": module,
        "host": host_tag(),
        "thread": thread_tag(),
        "framework": "pytest",
        "language": platform_label(),
        "package": module,
    }
    return TestResult(
        uuid=str(uuid4()),
        name=item.name,
        description=item.function.__doc__,  # type: ignore[attr-defined]  # questions are functions
        parameters=[Parameter(name, represent(value)) for name, value in _values(item).items()],
        labels=[
            *(Label("tag", mark.name) for mark in marks if not mark.args and not mark.kwargs),
            *(Label(name, value) for name, value in labels.items()),
        ],
        start=round(call.start * 1000),
        stop=round(call.stop * 1000),
    )


def _settle(result: TestResult, report: pytest.TestReport) -> None:
    """Give the result the ledger's word on what became of its question; without an outcome the suite itself broke."""
    outcome = getattr(report, "contracts", None)
    trace = visible(report.longreprtext) if report.failed else ""
    result.status, message = (
        allure.status(outcome) if outcome else ("broken", trace.strip().rpartition("\n")[2])
    )
    result.statusDetails = StatusDetails(message=message, trace=trace or None) if message else None


def _name(result: TestResult, item: pytest.Item) -> None:
    """Give the result the name and the ids that it has in every run."""
    question, clauses = named(item), item.stash[CLAUSES]
    result.fullName = question
    result.titlePath = [item.path.name]
    result.testCaseId = result.historyId = allure.history(question)
    result.labels += [Label(name, value) for name, value in allure.labels(clauses)]
    # An object would show its address, which is another one in each run.
    objects = {name for name, value in _values(item).items() if not isinstance(value, _STEADY)}
    result.parameters = [parameter for parameter in result.parameters if parameter.name not in objects]


def _values(item: pytest.Item) -> dict[str, Any]:
    """The values that a question is asked with."""
    return item.callspec.params if hasattr(item, "callspec") else {}


def _as_json(result: TestResult) -> str:
    """A result as Allure writes it: what is not set is left out."""
    return whole(json.dumps(result, default=_set, ensure_ascii=False))


def _set(part: Any) -> dict[str, Any]:  # any of Allure's models
    return {name: value for name, value in vars(part).items() if value or value is False}


def _stories(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """The exchanges of what a question found, by name, as JSON without secrets."""
    if RECORD in item.stash:
        yield from allure.stories(item.stash[RECORD].violations, secrecy.redactor_of(item.config))
