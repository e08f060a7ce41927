"""Allure's result of a question: the same name and ids in every run, the ledger's word on what became of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allure_commons import model2

from contracts.plugin.allured import AllureResults
from contracts.plugin.stash import CLAUSES
from tests.fixtures.outcomes import finding, outcome

VALUES = {"kind": "COIN", "change": object(), "layout": lambda body: body, "amount": 3}


def item(
    result: model2.TestResult, folder: str = "tests/contract", values: dict[str, Any] | None = None
) -> Any:
    """A question as pytest has it, with Allure's listener behind it."""
    reporter = SimpleNamespace(get_test=lambda _: result)
    plugins = SimpleNamespace(get_plugin=lambda _: SimpleNamespace(allure_logger=reporter))
    return SimpleNamespace(
        path=Path(folder) / "test_symbols.py",
        nodeid=f"{folder}/test_symbols.py::test_asked[COIN]",
        stash={CLAUSES: ("AST-06",)},
        callspec=SimpleNamespace(params=VALUES if values is None else values),
        config=SimpleNamespace(pluginmanager=plugins),
    )


def made(
    when: str, result: model2.TestResult, told: dict[str, Any] | None = None, **place: Any
) -> model2.TestResult:
    """The result after one of its reports was made."""
    report = SimpleNamespace(failed=told is not None, longreprtext="the story")
    if told is not None:
        report.contracts = told
    hook = AllureResults().pytest_runtest_makereport(
        item(result, **place),
        pytest.CallInfo(None, None, 0.0, 0.0, 0.0, when, _ispytest=True),  # type: ignore[arg-type]
    )
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(report)
    assert ended.value.value is report
    return result


def named(values: dict[str, Any], folder: str = "tests/contract") -> model2.TestResult:
    parameters = [model2.Parameter(name, repr(value)) for name, value in values.items()]
    return made("teardown", model2.TestResult(parameters=parameters), folder=folder, values=values)


def test_question_keeps_its_ids_wherever_it_is_asked() -> None:
    """A checkout in another folder, or an installed wheel, that begins every history anew."""
    first = named({**VALUES, "change": object()})
    other = named({**VALUES, "change": object()}, folder="site-packages/contracts/_questions")
    for name in ("historyId", "testCaseId", "fullName", "titlePath", "parameters"):
        assert getattr(first, name) == getattr(other, name), name


def test_no_parameter_shows_an_address() -> None:
    """An object's repr, by which Allure 3 takes each night's question for another one."""
    assert [parameter.name for parameter in named(VALUES).parameters] == ["kind", "amount"]


def test_outcome_is_the_status() -> None:
    """A failed assertion of our own code, which Allure takes for the target's fault."""
    broken = made(
        "call", model2.TestResult(status="failed"), outcome("AST-06", ended="broken", reason="assert 1 == 2")
    )
    assert broken.status == "broken"
    assert (broken.statusDetails.message, broken.statusDetails.trace) == ("assert 1 == 2", "the story")
    failed = made(
        "call", model2.TestResult(status="broken"), outcome("AST-06", violations=[finding("AST-06")])
    )
    assert failed.status == "failed"


def test_labels_come_with_every_result() -> None:
    """A question that was skipped before it began, and that stands outside of every family."""
    labels = {label.name: label.value for label in named(VALUES).labels}
    assert (labels["feature"], labels["tag"]) == ("create asset", "AST-06")
