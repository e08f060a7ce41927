"""The options and marks of a plain `pytest tests/contract`, and the settings of its target."""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from contracts.plan import BUDGET, Plan, fresh_seed, settle
from contracts.plugin.stash import CARRIER, SETTLED
from contracts.reporting import allure
from contracts.settings import Profile, Settings, SettingsProblem

_SHARED = "contracts_options"
QUESTION_FOLDERS = frozenset({"contract", "_questions"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that a plain `pytest tests/contract` understands."""
    group = parser.getgroup("contracts", "contract questions to a target")
    group.addoption("--profile", default="smoke", help="how hard to ask: smoke, verify or nightly")
    group.addoption("--target", default=None, help="a named target of contracts.toml")
    group.addoption("--clauses", default=None, help="ask these only, for example AST,ALC-05")
    group.addoption("--seed", type=int, default=None, help="repeat a run's generated questions")
    group.addoption("--budget", default=None, help=argparse.SUPPRESS)
    group.addoption("--in-flight", type=int, default=None, help="questions under way at once (without -n)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and refuse bad settings before anything is collected."""
    config.addinivalue_line(
        "markers", "asks(*clauses, needs=()): a question to the target, and the clauses it asks"
    )
    config.addinivalue_line("markers", "deep: generated, stateful or racing; left out of the smoke profile")
    config.addinivalue_line("markers", "xdist_group(name): asked one after the other (the mark is xdist's)")
    config.addinivalue_line("markers", "alone: asked when this process asks nothing else")
    config.addinivalue_line(
        "markers", "share(fraction): a generated question's part of the profile's examples"
    )
    plan = handed(config)
    vars(config.option).update(getattr(config, "workerinput", {}).get(_SHARED, {}))
    _tell_allure(config, plan)
    if plan is None and not hasattr(config, "workerinput") and _names_questions(config):
        config.stash[SETTLED] = settled(config)
        if config.option.seed is None:
            config.option.seed = fresh_seed()
        if config.stash[SETTLED][0].caps.are_counted:
            config.option.budget = _scratch_file(config)


def _scratch_file(config: pytest.Config) -> str:
    """A file for as long as pytest runs."""
    scratch = tempfile.TemporaryDirectory()
    config.add_cleanup(scratch.cleanup)
    return str(Path(scratch.name, BUDGET))


def handed(config: pytest.Config) -> Plan | None:
    """The plan that `contracts verify` has given to this process, be it a worker's; None in a plain pytest run."""
    carrier = config.pluginmanager.get_plugin(CARRIER)
    if carrier is not None:
        return carrier.plan  # type: ignore[no-any-return]  # a plugin has no type
    text = getattr(config, "workerinput", {}).get("contracts")
    return Plan.loads(text) if text is not None else None


def in_flight(config: pytest.Config) -> int:
    """How many questions may be under way at once in this process: one in each where there are workers."""
    if hasattr(config, "workerinput") or config.pluginmanager.has_plugin("dsession"):
        return 1
    plan = handed(config)
    if plan is not None:
        return plan.in_flight
    return (config.stash[SETTLED][0].in_flight or 1) if SETTLED in config.stash else 1


def _tell_allure(config: pytest.Config, plan: Plan | None) -> None:
    """See to Allure's results, in runs that have them."""
    folder = plan.folder if plan is not None else None
    by_allure = config.getoption("allure_report_dir", None)
    if folder is None and by_allure is None:
        return
    from contracts.plugin.allured import AllureCorrector, AllureWriter  # other runs do without Allure

    plugin = AllureWriter(Path(folder, allure.FOLDER)) if folder is not None else AllureCorrector()
    config.pluginmanager.register(plugin)


def _names_questions(config: pytest.Config) -> bool:
    """Whether the command line names questions: settings of a target must not stop the suite's own tests."""
    paths = (Path(argument.partition("::")[0]).absolute() for argument in config.args)
    return any(QUESTION_FOLDERS & {*path.parts} for path in paths)


def settled(config: pytest.Config) -> tuple[Settings, Profile]:
    """Whom a plain pytest run asks, and how hard. Raises pytest.UsageError with every mistake."""
    option = config.option
    try:
        return settle(
            profile=option.profile,
            target=option.target,
            clauses=option.clauses,
            environ=os.environ,
            directory=Path.cwd(),
            line={"IN_FLIGHT": str(option.in_flight) if option.in_flight is not None else None},
        )
    except SettingsProblem as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name what a report of this run must name, so that the run can be repeated."""
    if SETTLED not in config.stash:
        return None
    settings, profile = config.stash[SETTLED]
    return f"contracts: target {settings.target_name}, profile {profile.name}, seed {config.option.seed}"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # xdist has no types
    """Hand the plan to a worker process; in plain pytest, what was made up here: workers read the same command line again."""
    carrier = node.config.pluginmanager.get_plugin(CARRIER)
    if carrier is not None:
        node.workerinput["contracts"] = carrier.plan.dumps()
    option = node.config.option
    node.workerinput[_SHARED] = {"seed": option.seed, "budget": option.budget}
