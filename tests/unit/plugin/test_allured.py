"""Allure's result of a question: the same name and ids in every run, the ledger's word on what became of it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allure_commons import model2

from contracts.asking.record import Record
from contracts.plugin.allured import AllureCorrector, AllureWriter
from contracts.plugin.stash import CLAUSES, RECORD, SETTLED
from tests.fixtures.outcomes import finding, outcome, plan, violation

VALUES = {"kind": "COIN", "change": object(), "layout": lambda body: body, "amount": 3}


def item(
    result: model2.TestResult | None = None,
    folder: str = "tests/contract",
    values: dict[str, Any] | None = None,
) -> Any:
    """A question as pytest has it, with Allure's listener behind it."""
    reporter = SimpleNamespace(get_test=lambda _: result)
    plugins = {"allure_listener": SimpleNamespace(allure_logger=reporter)}
    return SimpleNamespace(
        name="test_asked[COIN]",
        path=Path(folder) / "test_symbols.py",
        nodeid=f"{folder}/test_symbols.py::test_asked[COIN]",
        stash={CLAUSES: ("AST-06",)},
        function=test_labels_come_with_every_result,
        callspec=SimpleNamespace(params=VALUES if values is None else values),
        config=SimpleNamespace(
            pluginmanager=SimpleNamespace(get_plugin=plugins.get), stash={SETTLED: (plan().settings, None)}
        ),
        iter_markers=lambda: iter([pytest.mark.deep.mark, pytest.mark.asks("AST-06").mark]),
    )


def made(
    plugin: AllureCorrector | AllureWriter, when: str, asked: Any, told: dict[str, Any] | None = None
) -> None:
    """Have a plugin see one of a question's reports made."""
    report = SimpleNamespace(failed=told is not None, longreprtext="the story\nE: the end")
    if told:
        report.contracts = told
    call: Any = pytest.CallInfo(None, None, 1.0, 2.0, 1.0, when, _ispytest=True)  # type: ignore[arg-type]
    hook = plugin.pytest_runtest_makereport(asked, call)
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(report)  # type: ignore[arg-type]
    assert ended.value.value is report


def corrected(
    when: str, result: model2.TestResult, told: dict[str, Any] | None = None, **place: Any
) -> model2.TestResult:
    """What is made of a result of allure-pytest's."""
    made(AllureCorrector(), when, item(result, **place), told)
    return result


def named(values: dict[str, Any], folder: str = "tests/contract") -> model2.TestResult:
    parameters = [model2.Parameter(name, repr(value)) for name, value in values.items()]
    return corrected("teardown", model2.TestResult(parameters=parameters), folder=folder, values=values)


def written(folder: Path, when: str, asked: Any, told: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The results that are written when a report is made."""
    made(AllureWriter(folder / "results"), when, asked, told)
    return [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("results/*-result.json")]


def test_question_keeps_its_ids_wherever_it_is_asked() -> None:
    """A checkout in another folder, or an installed wheel, that begins every history anew."""
    first = named({**VALUES, "change": object()})
    other = named({**VALUES, "change": object()}, folder="site-packages/contracts/_questions")
    for name in ("historyId", "testCaseId", "fullName", "titlePath", "parameters"):
        assert getattr(first, name) == getattr(other, name), name


def test_no_parameter_shows_an_address(tmp_path: Path) -> None:
    """An object's repr, by which Allure 3 takes each night's question for another one."""
    assert [parameter.name for parameter in named(VALUES).parameters] == ["kind", "amount"]
    (result,) = written(tmp_path, "call", item(), outcome("AST-06"))
    assert result["parameters"] == [{"name": "kind", "value": "'COIN'"}, {"name": "amount", "value": "3"}]


def test_outcome_is_the_status() -> None:
    """A failed assertion of our own code, which Allure takes for the target's fault."""
    told = outcome("AST-06", ended="broken", reason="assert 1 == 2")
    broken = corrected("call", model2.TestResult(status="failed"), told)
    assert broken.status == "broken"
    assert broken.statusDetails.message == "assert 1 == 2"
    assert broken.statusDetails.trace == "the story\nE: the end"
    told = outcome("AST-06", violations=[finding("AST-06")])
    assert corrected("call", model2.TestResult(status="broken"), told).status == "failed"


def test_labels_come_with_every_result() -> None:
    """A question that was skipped before it began, and that stands outside of every family."""
    labels = {label.name: label.value for label in named(VALUES).labels}
    assert (labels["feature"], labels["tag"]) == ("create asset", "AST-06")


def test_question_is_written_once(tmp_path: Path) -> None:
    """A second result by setup or teardown, which Allure shows as a retry."""
    folder = tmp_path
    assert written(folder, "setup", item(), None) == []
    assert len(written(folder, "call", item(), outcome("AST-06"))) == 1
    assert len(written(folder, "teardown", item(), None)) == 1


def test_what_broke_without_an_outcome_is_written(tmp_path: Path) -> None:
    """A fixture that breaks behind its question, and a results' folder that is green."""
    (result,) = written(tmp_path, "teardown", item(), {})
    assert result["status"] == "broken"
    assert result["statusDetails"] == {"message": "E: the end", "trace": "the story\nE: the end"}


def test_each_story_is_attached_by_file(tmp_path: Path) -> None:
    """A failure whose request and response nobody can look at."""
    asked = item()
    asked.stash[RECORD] = Record(violations=[violation()])
    (result,) = written(tmp_path, "call", asked, outcome("AST-06", violations=[finding("AST-06")]))
    (attached,) = result["attachments"]
    assert attached["name"] == "AST-02 request and response 1"
    assert "request" in json.loads((tmp_path / "results" / attached["source"]).read_text(encoding="utf-8"))
