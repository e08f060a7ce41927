"""Questions in threads: asked as one after the other, each with what its seed draws, and none left behind."""

import re
import signal
import threading
from io import StringIO
from itertools import pairwise

import pytest
from hypothesis.internal.conjecture import providers
from rich.console import Console

from contracts.asking.record import Record
from contracts.commands.running import Effort, run
from contracts.exchange import Exchange
from contracts.mock.embedded import Embedded
from contracts.plan import Plan
from contracts.plugin import overlap
from contracts.plugin.target import Target
from contracts.reporting.ledger import Ledger
from contracts.settings import PROFILES
from contracts.transport.client import Client
from tests.fixtures.outcomes import plan

# What differs from run to run: names, be it with one character changed, and signatures.
OWN = re.compile(r"[0-9A-Za-z]{15,}|signature.*", re.DOTALL)
DEEP = PROFILES["verify"].model_copy(update={"examples": 12, "stateful_scenarios": 4, "stateful_steps": 8})


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Exchange]:
    """Every exchange of the runs in this process."""
    exchanges: list[Exchange] = []
    saw = Record.saw

    def told(record: Record, exchange: Exchange) -> None:
        exchanges.append(exchange)
        saw(record, exchange)

    monkeypatch.setattr(Record, "saw", told)
    return exchanges


def asked(target: Embedded, question: str, *watching: object, in_flight: int, **changes: object) -> Ledger:
    """A run of one file's questions, or of a single one."""
    # Typed as one kind of value for all of them.
    variables = {**target.variables, "RESPONSE_TIME_LIMIT": "30"}  # a busy machine is no slow target
    made = Plan(DEEP, variables, seed=5, in_flight=in_flight, **changes)  # type: ignore[arg-type]
    return run(made, Effort(question=question), Console(file=StringIO()), *watching)


def likeness(exchange: Exchange) -> str:
    """What was sent, without what differs from run to run; a drawn layout may hide that in escapes."""
    body = (exchange.request.body or b"").decode("latin-1")
    return OWN.sub("...", re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), body))


@pytest.mark.parametrize("file", ["test_properties.py", "test_flows.py"])
def test_same_seed_draws_the_same_in_threads(
    file: str, seen: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A generator that threads share: what a nightly found, its seed would not find again."""
    monkeypatch.setattr(Target, "speed", 1.0)  # else a busy machine draws less
    # Other tests of this process have left constants of other sources there.
    monkeypatch.setattr(providers, "CONSTANTS_CACHE", type(providers.CONSTANTS_CACHE)(1024))
    drawn: list[set[str]] = []
    for in_flight in (1, 16):
        with Embedded() as target:
            ledger = asked(target, file, in_flight=in_flight)
        assert not ledger.failed
        assert not ledger.findings  # a question that finds something draws no more
        assert set(ledger.questions) == {"asked"}
        drawn.append(set(map(likeness, seen)))
        seen.clear()
    # All but a few: which question asks for a plain allocation first, as a control, hangs on their order.
    assert len(drawn[0] ^ drawn[1]) < len(drawn[0]) / 20


def test_questions_about_scratch_funds_are_asked_in_turn(seen: list[Exchange]) -> None:
    """One question that spends what another has just counted: a violation that is ours."""
    with Embedded() as target:
        ledger = asked(target, "test_funds.py", in_flight=8)
    assert ledger.exit_code == 0
    assert all(before.ended <= after.began for before, after in pairwise(seen))


def test_run_that_ends_early_leaves_no_thread_and_tells_all_that_was_asked(seen: list[Exchange]) -> None:
    """Threads that ask on, or what they have asked and found missing from the report."""
    before = threading.active_count()
    with Embedded(["asset-answers-201"], latency_ms=20) as target:
        ledger = asked(target, "test_assets.py", in_flight=8, until="AST-01")
    assert ledger.stopped_early
    assert threading.active_count() == before
    assert ledger.requests == len(seen)
    assert ledger.questions.total() < 150  # of 198


class CtrlC:
    """A pytest plugin that interrupts its process while pytest is at the fifth question."""

    def __init__(self, when: str) -> None:
        self.begun = 0
        setattr(self, f"pytest_runtest_{when}", self._come_to)

    def _come_to(self) -> None:
        self.begun += 1
        if self.begun == 5:
            signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("heeds_ctrl_c")
@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_interruption_waits_until_a_question_is_told(when: str) -> None:
    """Ctrl-C that leaves pytest half way through one question, so that all after it are called broken."""
    ctrl_c = CtrlC(when)
    with Embedded() as target:
        ledger = asked(target, "test_assets.py", ctrl_c, in_flight=8)
    assert ledger.interrupted
    assert not ledger.broken
    assert ledger.questions.keys() <= {"asked", "unasked"}
    assert 5 <= ledger.questions.total() == ctrl_c.begun < 150  # of 198


def test_thread_that_dies_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that waits for ever for the questions of a thread that met a bug of ours."""

    def dying(*_: object) -> object:
        raise MemoryError

    monkeypatch.setattr(overlap, "Asked", dying)
    with Embedded() as target:
        ledger = asked(target, "test_symbols.py", in_flight=2)
    assert ledger.exit_code == 3
    assert "MemoryError" in ledger.failed


def test_what_a_fixture_raises_is_the_questions_end() -> None:
    """A question that cannot be asked: broken, or called asked, since a thread made its fixtures."""
    with Embedded() as target:
        del target.variables["SCRATCH_CURRENCY"]
        ledger = asked(target, "test_funds.py", in_flight=4)
    assert set(ledger.questions) == {"inapplicable"}
    assert "SCRATCH_CURRENCY" in ledger.inapplicable["ALC-14"]


def test_generated_question_ends_when_the_time_is_over(
    seen: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on for minutes behind --max-time, because each question of a slow target takes as long."""
    monkeypatch.setattr(Plan, "out_of_time", property(lambda _: len(seen) > 40))
    with Embedded() as target:
        question = "test_properties.py::test_drawn_assets_come_back_and_conflict"
        ledger = asked(target, question, in_flight=1)
    assert ledger.cut_short
    assert 40 < ledger.requests < 80  # of 220
    assert ledger.exit_code == 0


def test_answers_waited_for_at_once_are_counted_once() -> None:
    """A tenth of the examples on a target of 50 ms, though 16 questions wait for it at the same time."""
    for in_flight, part in ((1, 0.1), (4, 0.4), (16, 1.0)):
        target = Target(plan(in_flight=in_flight), worker="0")
        target.clients["asset-pricing"].answers = 100
        target.clients["asset-pricing"].waited_s = 5.0
        assert target.speed == pytest.approx(part)


def test_each_thread_has_its_own_connections() -> None:
    """An answer that another thread's request was waiting for."""
    target = Target(plan(), worker="0")
    others: list[dict[str, Client]] = []
    thread = threading.Thread(target=lambda: others.append(target.clients))
    thread.start()
    thread.join()
    assert target.clients is target.clients
    assert not {id(client) for client in target.clients.values()} & {
        id(client) for client in others[0].values()
    }
