"""What one process keeps between questions, and the fixtures that questions ask it by."""

import gc
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

import pytest

from contracts.asking import token
from contracts.asking.asker import Asker
from contracts.asking.assets import Assets
from contracts.asking.fresh import Fresh
from contracts.asking.network import Caller, Network
from contracts.asking.record import Record
from contracts.clauses.catalogue import load
from contracts.findings.finding import identify
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.plan import OUT_OF_TIME, Plan, fresh_seed
from contracts.plugin import examples as drawn
from contracts.plugin.options import handed, in_flight, settled
from contracts.plugin.stash import CLAUSES, RECORD, SETTLED, WRITTEN, named
from contracts.plugin.writing import Writer, Written
from contracts.settings import Profile, Settings, mock_settings
from contracts.transport.client import Client
from contracts.transport.redaction import Redactor
from contracts.transport.route import Origin, Route
from contracts.violation import Unaskable, Violation

# What a profile's effort is measured for: a target that answers within 5 ms. At 50 ms a tenth of the examples are drawn.
USUAL_ANSWER_S = 0.005
# A race is between two.
NARROWEST = 2


class Target:
    """What one process keeps between questions: the plan, connections, names given and taken.

    Several threads may ask by it. Names, ids and keys are kept by single operations of itertools, dict and set, which need
    no lock; connections are each thread's own.
    """

    def __init__(self, plan: Plan, *, worker: str) -> None:
        self.plan = plan
        self.settings: Settings = plan.settings
        self.redactor = Redactor.of(self.settings)
        self.fresh = Fresh(plan.mark, worker)
        self.identities = Identities()
        self.used = UsedKeys()
        self.pace = plan.pace()
        self.drawn = drawn.Database(plan.drawn)
        folder = plan.findings_folder
        self.writer = Writer(plan, folder, self.redactor, self.pace) if folder is not None else None
        self._all: list[Client] = []
        self._own = threading.local()

    @property
    def clients(self) -> dict[str, Client]:
        """This thread's connections."""
        if not hasattr(self._own, "clients"):
            self._own.clients = {api: self._client(url) for api, url in self._origins().items()}
            self._all += self._own.clients.values()
        return self._own.clients  # type: ignore[no-any-return]  # a thread's own attributes have no type

    def _origins(self) -> dict[str, str]:
        network, assets = self.settings.base_url, self.settings.assets_base_url
        if network is None or assets is None:
            message = "a plan names its target: the embedded mock has been started by now"
            raise ValueError(message)
        return {"asset-pricing": assets, "go-network": network}

    def _client(self, url: str) -> Client:
        limit = self.settings.response_time_limit
        return Client(Origin.parse(url), limit, self.pace, route=Route.to(url, self.settings))

    def asker(self, record: Record) -> Asker:
        """A question's view of this target."""
        asker = Asker(self.settings, self.clients, self.fresh, self.identities, self.used, record)
        if self.settings.own is not None:
            asker.doubt = partial(token.doubt, Network(asker, Caller.of(self.settings.own)))
        if known := frozenset(self.plan.known):
            asker.is_known = lambda violation: identify(violation) in known
            asker.next_example = drawn.next_example
        return asker

    @property
    def speed(self) -> float:
        """1 on a target that answers as fast as an embedded mock, less on a slower one, or at a low rate: its part of the effort.

        Answers that are waited for at the same time cost a run no more than one.
        """
        rate = self.settings.caps.rate
        asked = sum(client.answers for client in self._all)
        seconds = sum(client.waited_s for client in self._all) / self.plan.in_flight
        by_answers = USUAL_ANSWER_S * asked / seconds if asked > 20 else 1.0
        return min(1.0, by_answers, USUAL_ANSWER_S * rate if rate is not None else 1.0)

    def look_after(self) -> None:
        """See whether all services are there, by a request for nothing in particular. Raises TargetLost."""
        for client in self.clients.values():
            client.look_after()

    def close(self) -> None:
        """Close this thread's connections."""
        for client in self.clients.values():
            client.close()


TARGET = pytest.StashKey[Target]()
"""On the configuration: the target of this process, once a question has been asked."""


@contextmanager
def target_or_mock(settings: Settings) -> Iterator[Settings]:
    """The settings of the named target, or of an embedded mock that lives as long as the block."""
    if settings.base_url is not None:
        yield settings
        return
    from contracts.mock.embedded import Embedded  # only runs without a target need it

    with Embedded() as mock:
        yield mock_settings(settings, mock.variables)


@contextmanager
def _plan_of(config: pytest.Config) -> Iterator[Plan]:
    """The plan of this run: the worker's, the command line's, or one made here, with an embedded mock if need be."""
    plan = handed(config)
    if plan is not None:
        yield plan
    else:
        option = config.option
        try:
            settings, profile = config.stash.get(SETTLED, None) or settled(config)
        except pytest.UsageError as problem:
            pytest.exit(str(problem), returncode=2)
        seed = fresh_seed() if option.seed is None else option.seed
        with target_or_mock(settings) as reachable:
            yield Plan(
                profile,
                reachable.environment(),
                seed=seed,
                clauses=option.clauses,
                in_flight=in_flight(config),
                processes=getattr(config, "workerinput", {}).get("workercount", 1),
                budget=option.budget,
            )


@contextmanager
def opened(config: pytest.Config) -> Iterator[Target]:
    """The target of this process, an embedded mock when none is named; whoever opens it first closes it."""
    known = config.stash.get(TARGET, None)
    if known is not None:
        yield known
        return
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0").removeprefix("gw")
    with _plan_of(config) as plan, _collecting_rarely():
        target = config.stash[TARGET] = Target(plan, worker=worker)
        try:
            yield target
        finally:
            target.close()


_SESSIONS = count()


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Keep the garbage collector from what stays, and from looking after every 700 objects: about 5% of a run.

    What an earlier session of this process has left goes first: frozen, it would stay for ever (1.8 GB in seven minutes).
    """
    usual = gc.get_threshold()
    if next(_SESSIONS):
        gc.unfreeze()
        gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@pytest.fixture(scope="session")
def contract_target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The target of this process."""
    with opened(request.config) as target:
        yield target


@pytest.fixture
def profile(contract_target: Target) -> Profile:
    """How hard this run asks: races no wider than its caps let them be, which would not be asked at all."""
    profile, widest = contract_target.plan.profile, contract_target.pace.widest
    if widest is None or profile.burst_width <= widest:
        return profile
    return profile.model_copy(update={"burst_width": max(NARROWEST, widest)})


@pytest.fixture
def bursts(contract_target: Target) -> Iterable[int]:
    """The number of each burst that a race is to send; none but the first when the time is over."""
    plan = contract_target.plan
    return (number for number in range(plan.profile.burst_repeats) if not (number and plan.out_of_time))


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
    _write_down(item, record, contract_target)
    if contract_target.plan.until is not None:
        record.on_red = partial(_end_when_proven, record, contract_target.plan.until)
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


class Proven(BaseException):  # Hypothesis would shrink an Exception
    """The clause that the run waits for is broken: nothing more is asked."""


def _write_down(item: pytest.Item, record: Record, target: Target) -> None:
    if target.writer is None:
        return
    examples: dict[tuple[str, str, str], str] = {}
    record.on_met = partial(drawn.remember, examples)
    written = item.stash[WRITTEN] = Written(target.writer, named(item), examples)
    record.on_violation = written.write_down


def _end_when_proven(record: Record, until: str, violation: Violation) -> None:
    if violation.clause == until:
        record.keep(violation)
        raise Proven(until)


def _refuse_the_inapplicable(item: pytest.Item, target: Target) -> None:
    plan = target.plan
    if plan.out_of_time:
        raise Unaskable(OUT_OF_TIME)
    # A question is about the clause that its mark names first; the others are judged on the way.
    needs = [name for mark in item.iter_markers("asks") for name in mark.kwargs.get("needs", ())]
    missing = target.settings.missing_for(load()[item.stash[CLAUSES][0]])
    unset = [*missing, *(name for name in needs if name not in target.settings.variables)]
    if unset:
        message = f"{', '.join(dict.fromkeys(unset))} not set"
        raise Inapplicable(message)
