"""The pytest plugin: turns marked tests into questions to a target, and their outcomes into verdicts.

A question is a test marked `@pytest.mark.asks("AST-05", ...)`. The plugin leaves all other tests alone.
"""

import os
import traceback
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import Assets
from contracts.asking.fresh import Fresh
from contracts.asking.network import Caller, Network
from contracts.asking.record import Record
from contracts.clauses.catalogue import UnknownClause, load
from contracts.findings import finding as findings
from contracts.findings import store
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.outcome import Ended, outcome_of
from contracts.plan import Plan, fresh_seed, settle
from contracts.reporting import allure
from contracts.settings import Profile, Settings, SettingsProblem, mock_settings
from contracts.transport.client import Client, Pace, TargetLost
from contracts.transport.http1 import Origin
from contracts.transport.redaction import Redactor
from contracts.violation import ContractBroken, Unaskable, Violation

CARRIER = "contracts-plan"
"""The name under which `contracts verify` registers what carries its plan."""
DEEP_FILES = frozenset({"test_properties.py", "test_schema.py", "test_flows.py", "test_races.py"})
# Promises about every answer: whoever selects one of them needs every question, since any may break it.
OF_EVERY_ANSWER = frozenset({"HTP-01", "HTP-02", "HTP-03", "HTP-06", "HTP-08", "AUT-07"})
# What a profile's effort is measured for: a target that answers within 5 ms. At 50 ms a tenth of the examples are drawn.
USUAL_ANSWER_S = 0.005
LEAST_EXAMPLES = 5
RECORD = pytest.StashKey[Record]()
CLAUSES = pytest.StashKey[tuple[str, ...]]()
TARGET = pytest.StashKey["Target"]()
SETTLED = pytest.StashKey[tuple[Settings, Profile]]()
QUESTION_FOLDERS = frozenset({"contract", "_questions"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that a plain `pytest tests/contract` understands."""
    group = parser.getgroup("contracts", "contract questions to a target")
    group.addoption("--profile", default="smoke", help="how hard to ask: smoke, verify or nightly")
    group.addoption("--target", default=None, help="a named target of contracts.toml")
    group.addoption("--clauses", default=None, help="ask these only, for example AST,ALC-05")
    group.addoption("--seed", type=int, default=None, help="repeat a run's generated questions")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and refuse bad settings before anything is collected."""
    config.addinivalue_line(
        "markers", "asks(*clauses, needs=()): a question to the target, and the clauses it asks"
    )
    config.addinivalue_line("markers", "deep: generated, stateful or racing; left out of the smoke profile")
    config.addinivalue_line("markers", "xdist_group(name): asked by one worker process (the mark is xdist's)")
    config.addinivalue_line(
        "markers", "share(fraction): a generated question's part of the profile's examples"
    )
    by_hand = config.pluginmanager.get_plugin(CARRIER) is None and not hasattr(config, "workerinput")
    if by_hand and _names_questions(config):
        config.stash[SETTLED] = _settle(config)
        if config.option.seed is None:
            config.option.seed = fresh_seed()  # options go to worker processes as well


def _names_questions(config: pytest.Config) -> bool:
    """Whether the command line names questions: settings of a target must not stop the suite's own tests."""
    paths = (Path(argument.partition("::")[0]).absolute() for argument in config.args)
    return any(QUESTION_FOLDERS & {*path.parts} for path in paths)


def _settle(config: pytest.Config) -> tuple[Settings, Profile]:
    option = config.option
    try:
        return settle(
            profile=option.profile,
            target=option.target,
            clauses=option.clauses,
            environ=os.environ,
            directory=Path.cwd(),
        )
    except SettingsProblem as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name what a report of this run must name, so that the run can be repeated."""
    if SETTLED not in config.stash:
        return None
    settings, profile = config.stash[SETTLED]
    return f"contracts: target {settings.target_name}, profile {profile.name}, seed {config.option.seed}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the deep questions' files alone at profile smoke: importing their generators costs half its time."""
    deep = collection_path.name in DEEP_FILES and collection_path.parent.name in QUESTION_FOLDERS
    return True if deep and config.option.profile == "smoke" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select questions by profile and clauses; `-k ALC` works too, since clauses become keywords."""
    questions = [item for item in items if item.get_closest_marker("asks")]
    if not questions:
        return
    for item in questions:
        asked = item.stash[CLAUSES] = _clauses_of(item)
        item.extra_keyword_matches.update(asked)
    try:
        selected = load().select(config.option.clauses) if config.option.clauses else None
    except UnknownClause as problem:
        raise pytest.UsageError(str(problem)) from None
    wanted = None if selected is None else {clause.id for clause in selected}
    if wanted is not None and wanted & OF_EVERY_ANSWER:
        wanted = None
    smoke = config.option.profile == "smoke"
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        asked = item.stash.get(CLAUSES, ())
        out = bool(asked) and (
            (smoke and item.get_closest_marker("deep")) or (wanted is not None and not wanted & {*asked})
        )
        (left if out else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = _in_order(kept)


def _in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Cheap questions first, and each in one form before any in its second.

    So whenever a run's time is over, it has asked for as many clauses as it could.
    """
    seen: Counter[str] = Counter()
    ranks = {}
    for item in items:
        function = item.nodeid.partition("[")[0]
        ranks[item] = (item.get_closest_marker("deep") is not None, seen[function])
        seen[function] += 1
    return sorted(items, key=ranks.__getitem__)


def _clauses_of(item: pytest.Item) -> tuple[str, ...]:
    named = [name for mark in item.iter_markers("asks") for name in mark.args]
    return tuple(load()[name].id for name in dict.fromkeys(named))


class Target:
    """What one process keeps between questions: the plan, connections, names given and taken, an embedded mock."""

    def __init__(self, plan: Plan, *, worker: str) -> None:
        self.plan = plan
        self.settings: Settings = plan.settings
        self.redactor = Redactor(self.settings.secrets())
        self.fresh = Fresh(plan.mark, worker)
        self.identities = Identities()
        self.used = UsedKeys()
        pace = Pace(plan.rate)
        self.clients = {
            api: Client(Origin.parse(url), self.settings.response_time_limit, pace, insecure=plan.insecure)
            for api, url in self._origins().items()
        }

    def _origins(self) -> dict[str, str]:
        network, assets = self.settings.base_url, self.settings.assets_base_url
        if network is None or assets is None:
            message = "a plan names its target: the embedded mock has been started by now"
            raise ValueError(message)
        return {"asset-pricing": assets, "go-network": network}

    def asker(self, record: Record) -> Asker:
        """A question's view of this target."""
        return Asker(self.settings, self.clients, self.fresh, self.identities, self.used, record)

    @property
    def speed(self) -> float:
        """1 on a target that answers as fast as an embedded mock, less on a slower one: its part of the effort."""
        asked = sum(client.answers for client in self.clients.values())
        seconds = sum(client.waited_s for client in self.clients.values())
        return min(1.0, USUAL_ANSWER_S * asked / seconds) if asked > 20 else 1.0

    def close(self) -> None:
        """Close all connections."""
        for client in self.clients.values():
            client.close()


@contextmanager
def _plan_of(config: pytest.Config) -> Iterator[Plan]:
    """The plan of this run: the worker's, the command line's, or one made here, with an embedded mock if need be."""
    carrier = config.pluginmanager.get_plugin(CARRIER)
    if hasattr(config, "workerinput") and "contracts" in config.workerinput:
        yield Plan.loads(config.workerinput["contracts"])
    elif carrier is not None:
        yield carrier.plan
    else:
        option = config.option
        try:
            settings, profile = config.stash.get(SETTLED, None) or _settle(config)
        except pytest.UsageError as problem:
            pytest.exit(str(problem), returncode=2)
        seed = fresh_seed() if option.seed is None else option.seed
        with target_or_mock(settings) as reachable:
            yield Plan(profile, reachable.environment(), seed=seed, clauses=option.clauses)


@contextmanager
def target_or_mock(settings: Settings) -> Iterator[Settings]:
    """The settings of the named target, or of an embedded mock that lives as long as the block."""
    if settings.base_url is not None:
        yield settings
        return
    from contracts.mock.embedded import Embedded  # only runs without a target need it

    with Embedded() as mock:
        yield mock_settings(settings, mock.variables)


@pytest.fixture(scope="session")
def contract_target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The target of this process; an embedded mock when none is named."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw0").removeprefix("gw")
    with _plan_of(request.config) as plan:
        target = Target(plan, worker=worker)
        request.config.stash[TARGET] = target
        yield target
        target.close()


@pytest.fixture
def profile(contract_target: Target) -> Profile:
    """How hard this run asks."""
    return contract_target.plan.profile


@pytest.fixture
def settings(contract_target: Target) -> Settings:
    """What is known of the target."""
    return contract_target.settings


@pytest.fixture
def ask(request: pytest.FixtureRequest, contract_target: Target) -> Asker:
    """Puts requests and judges answers on behalf of this question."""
    item = request.node
    _refuse_the_inapplicable(item, contract_target)
    record = item.stash[RECORD] = Record()
    record.on_violation = partial(_write_down, item, contract_target)
    asker = contract_target.asker(record)
    asker.strict = hasattr(item.obj, "hypothesis")
    return asker


@pytest.fixture
def assets(ask: Asker) -> Assets:
    """The asset-pricing service."""
    return Assets(ask)


@pytest.fixture
def network(ask: Asker) -> Network:
    """The Go Network service, as the tenant under test."""
    tenant = ask.settings.own
    if tenant is None:
        pytest.skip("not applicable: ACCESS_TOKEN, ENTERPRISE_ID and CONNECTION_ID are not set")
    return Network(ask, Caller.of(tenant))


@pytest.fixture
def other(ask: Asker) -> Caller:
    """The other tenant."""
    tenant = ask.settings.other
    if tenant is None:
        pytest.skip("not applicable: OTHER_ACCESS_TOKEN is not set")
    return Caller.of(tenant)


class Inapplicable(Unaskable):
    """This target cannot be asked, for want of a variable."""


def _refuse_the_inapplicable(item: pytest.Item, target: Target) -> None:
    plan = target.plan
    if plan.out_of_time:
        message = "the run's time was over"
        raise Unaskable(message)
    # A question is about the clause that its mark names first; the others are judged on the way.
    needs = [name for mark in item.iter_markers("asks") for name in mark.kwargs.get("needs", ())]
    missing = target.settings.missing_for(load()[item.stash[CLAUSES][0]])
    unset = [*missing, *(name for name in needs if name not in target.settings.variables)]
    if unset:
        message = f"{', '.join(dict.fromkeys(unset))} not set"
        raise Inapplicable(message)


def _write_down(item: pytest.Item, target: Target, violation: Violation) -> None:
    folder = target.plan.findings_folder
    # Most violations of a run are met hundreds of times; only the first is told in full.
    if folder is not None and not store.is_kept(folder, findings.identify(violation)):
        story = findings.complete(violation, target.redactor, asked_by=item.nodeid, seed=target.plan.seed)
        store.keep(folder, story)


# Before Hypothesis' own plugin, which looks at the settings that are made here.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Ask; at the end of a question that found something, fail it with all that it found."""
    target = item.config.stash.get(TARGET, None)
    if CLAUSES not in item.stash or target is None:
        return (yield)
    if hasattr(getattr(item, "obj", None), "hypothesis"):
        _prepare_generation(item, target)
    record = item.stash.get(RECORD, None)
    if record is None:
        return (yield)
    if allure.is_on(item.config):
        asked = item.stash[CLAUSES]
        allure.label(asked)
    try:
        result = yield
    except Unaskable:
        if not record.violations:
            raise
        result = None
    except BaseException as problem:
        for violation in _violations_in(problem):
            record.keep(violation)
        if not record.violations or list(_bugs_in(problem)):
            raise
        result = None
    if record.violations and allure.is_on(item.config):
        allure.attach(record.violations, target.redactor)
    if any(not violation.advisory for violation in record.violations):
        raise ContractBroken(
            [_without_secrets(violation, target.redactor) for violation in record.violations]
        )
    return result


def _without_secrets(violation: Violation, redactor: Redactor) -> Violation:
    """What pytest, JUnit and Allure may show of a violation."""
    return replace(
        violation,
        kind=redactor.text(violation.kind),
        expected=redactor.text(violation.expected),
        received=redactor.text(violation.received),
    )


def _prepare_generation(item: pytest.Item, target: "Target") -> None:
    """Give a Hypothesis test its seed and its part of the profile's examples, fewer on a slow target."""
    plan = target.plan
    import hypothesis  # the smoke profile does without

    share = item.get_closest_marker("share")
    part = (share.args[0] if share else 1.0) * target.speed
    examples = max(LEAST_EXAMPLES, int(plan.profile.examples * part))
    quiet = [hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow]
    test = item.obj  # type: ignore[attr-defined]
    hypothesis.seed(plan.seed_of(item.nodeid))(test)
    # Set by hand: applying settings() to a test that pytest holds already would not replace the profile that Hypothesis
    # loads by itself under CI, which is derandomised.
    test._hypothesis_internal_use_settings = hypothesis.settings(  # noqa: SLF001
        max_examples=examples,
        # Explaining tries variations of what is found already: noise on a target, and up to a minute.
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink),
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=quiet,
    )


def _violations_in(problem: BaseException) -> Iterator[Violation]:
    if isinstance(problem, ContractBroken):
        yield from problem.violations
    for inner in getattr(problem, "exceptions", ()):
        yield from _violations_in(inner)


def _bugs_in(problem: BaseException) -> Iterator[BaseException]:
    """The leaves of an exception (group) that are neither violations nor Hypothesis' word on its own replay."""
    if isinstance(problem, BaseExceptionGroup):
        for inner in problem.exceptions:
            yield from _bugs_in(inner)
    elif (
        not isinstance(problem, ContractBroken) and type(problem).__module__.partition(".")[0] != "hypothesis"
    ):
        yield problem


@pytest.hookimpl(wrapper=True, trylast=True)  # innermost: writers of reports see what is left here
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Attach the question's outcome to the report that carries its result, and leave no secret in the report."""
    # Read before the others: pytest replaces a SkipTest, and with it what kind of skip it was.
    error = call.excinfo.value if call.excinfo is not None else None
    report = yield
    target = item.config.stash.get(TARGET, None)
    if CLAUSES not in item.stash or target is None:
        return report
    if report.failed:
        report.longrepr = _told(report, call, target.redactor)
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        record = item.stash.get(RECORD, None) or Record()
        ended, reason = _ending(error)
        lost = str(error) if isinstance(error, TargetLost) else ""
        asked = item.stash[CLAUSES]
        report.contracts = outcome_of(record, asked, target.redactor, ended=ended, reason=reason, lost=lost)
        if lost:
            item.session.shouldstop = lost
    return report


def _told(report: pytest.TestReport, call: pytest.CallInfo[Any], redactor: Redactor) -> str:
    """A failure as text: a violation tells its story without our stack, our own bug with it, neither a secret."""
    assert call.excinfo is not None  # it failed
    if isinstance(call.excinfo.value, ContractBroken):
        return str(call.excinfo.value)
    said = call.excinfo.exconly()
    if redactor.text(said) != said:
        masked = RuntimeError(redactor.text(said))
        call.excinfo = pytest.ExceptionInfo.from_exc_info((RuntimeError, masked, call.excinfo.tb))
    return redactor.text(report.longreprtext)


def _ending(error: BaseException | None) -> tuple[Ended, str]:
    if error is None or isinstance(error, ContractBroken):
        return "asked", ""
    if isinstance(error, Inapplicable) or str(error).startswith("not applicable: "):
        return "inapplicable", str(error).removeprefix("not applicable: ")
    if isinstance(error, Unaskable | pytest.skip.Exception | TargetLost):
        return "unasked", str(error)
    return "broken", "".join(traceback.format_exception_only(error)).strip()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # xdist has no types
    """Hand the plan to a worker process."""
    carrier = node.config.pluginmanager.get_plugin(CARRIER)
    if carrier is not None:
        node.workerinput["contracts"] = carrier.plan.dumps()
