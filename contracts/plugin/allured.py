"""Makes of Allure's own result of a question what `reporting/allure.py` says: labels, status, history."""

from collections.abc import Generator
from typing import Any

import pytest

from contracts.plugin.stash import CLAUSES, named
from contracts.reporting import allure
from contracts.reporting.visible import visible

_STEADY = (str, int, bool, type(None))


class AllureResults:
    """A pytest plugin of every process that asks, in runs that write Allure results."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost: Allure's own listener has had its say
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any, Any]:
        """Correct the result of a question while it is made; it is written behind the last of its reports."""
        report = yield
        listener: Any = item.config.pluginmanager.get_plugin("allure_listener")
        result = listener.allure_logger.get_test(None)
        if CLAUSES not in item.stash or result is None:
            return report
        outcome = getattr(report, "contracts", None)
        if outcome is not None:
            _settle(result, outcome, report.longreprtext if report.failed else "")
        if call.when == "teardown":
            _name(result, item)
        return report


def _settle(result: Any, outcome: dict[str, Any], trace: str) -> None:
    from allure_commons.model2 import StatusDetails

    result.status, message = allure.status(outcome)
    result.statusDetails = StatusDetails(message=message, trace=visible(trace) or None) if message else None


def _name(result: Any, item: pytest.Item) -> None:
    """Give the result the name and the ids that it has in every run."""
    from allure_commons.model2 import Label

    question, clauses = named(item), item.stash[CLAUSES]
    result.fullName = question
    result.titlePath = [item.path.name]
    result.testCaseId = result.historyId = allure.history(question)
    result.labels += [Label(name, value) for name, value in allure.labels(clauses)]
    # An object would show its address, which is another one in each run.
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    result.parameters = [
        parameter for parameter in result.parameters if isinstance(parameters.get(parameter.name), _STEADY)
    ]
