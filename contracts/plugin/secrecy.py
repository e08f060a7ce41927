"""Takes secrets out of what pytest and its plugins print of a failure: reports, captured output, fixtures, pytest's own crash."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from contracts.plugin.options import handed
from contracts.plugin.stash import SETTLED
from contracts.plugin.target import TARGET
from contracts.transport.client import TargetLost
from contracts.transport.redaction import Redactor
from contracts.violation import ContractBroken

_REDACTOR = pytest.StashKey[Redactor]()


def redactor_of(config: pytest.Config) -> Redactor:
    """What knows the secrets of this run, also before its target is there: then all that lie in reach."""
    target = config.stash.get(TARGET, None)
    if target is not None:
        return target.redactor
    if _REDACTOR not in config.stash:
        config.stash[_REDACTOR] = _without_target(config)
    return config.stash[_REDACTOR]


def _without_target(config: pytest.Config) -> Redactor:
    plan = handed(config)
    if plan is not None:
        return Redactor.of(plan.settings)
    if SETTLED in config.stash:
        return Redactor.of(config.stash[SETTLED][0])
    return Redactor.of_sources(os.environ, Path.cwd())


def clean(report: pytest.TestReport, call: pytest.CallInfo[Any], redactor: Redactor) -> None:
    """Leave no secret in a report, nor in the exception that other plugins (Allure) take from the call."""
    report.sections = [(name, redactor.text(text)) for name, text in report.sections]
    if report.skipped and isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, redactor.text(reason))
    elif report.failed:
        report.longrepr = _told(report, call, redactor)


def _told(report: pytest.TestReport, call: pytest.CallInfo[Any], redactor: Redactor) -> str:
    """A failure as text: a violation or a lost target without our stack, our own bug with it, none with a secret."""
    assert call.excinfo is not None  # it failed
    if isinstance(call.excinfo.value, ContractBroken | TargetLost):
        return str(call.excinfo.value)
    story = redactor.text(report.longreprtext)
    masked = _masked(call.excinfo.value, redactor)
    if masked is not call.excinfo.value:
        call.excinfo = pytest.ExceptionInfo.from_exc_info((RuntimeError, masked, call.excinfo.tb))
    return story


def _masked(problem: BaseException, redactor: Redactor) -> BaseException:
    """The exception itself, or one that says the same without the secrets in it and in its notes."""
    said = "\n".join((f"{type(problem).__name__}: {problem}", *getattr(problem, "__notes__", ())))
    clean = redactor.text(said)
    return problem if clean == said else RuntimeError(clean)


@pytest.hookimpl(wrapper=True, trylast=True)  # innermost: Allure keeps what a fixture raised
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """Raise what a fixture raises, without secrets."""
    try:
        return (yield)
    except Exception as problem:
        masked = _masked(problem, redactor_of(request.config))
        if masked is problem:
            raise
        raise masked.with_traceback(problem.__traceback__) from None


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Tell why questions cannot be read, without secrets."""
    report = yield
    if report.failed:
        said = report.longreprtext
        clean = redactor_of(collector.config).text(said)
        report.longrepr = report.longrepr if clean == said else clean
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_internalerror(excrepr: Any, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Make pytest's report of its own crash, which the other implementations of this hook print, tell no secret."""
    config = _config_in(excinfo)
    redactor = redactor_of(config) if config is not None else Redactor.of_sources(os.environ, Path.cwd())
    said = redactor.text(str(excrepr))
    excrepr.toterminal = lambda terminal: terminal.line(said)


def _config_in(excinfo: pytest.ExceptionInfo[BaseException]) -> pytest.Config | None:
    """The configuration of the session that crashed: this hook is not given it."""
    for entry in excinfo.traceback:
        for value in entry.frame.f_locals.values():
            if isinstance(value, pytest.Config):
                return value
            if isinstance(value, pytest.Session):
                return value.config
    return None
