import json
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.campaign import engine as engines
from contracts.campaign import state
from contracts.campaign.engine import Engine, Plans
from contracts.campaign.hands import HandsLost, WorkerLost, WorkersGone
from contracts.campaign.progress import Progress
from contracts.campaign.purse import Purse
from contracts.campaign.remembered import Remembered
from contracts.campaign.state import About, lines
from contracts.campaign.work import Done, Task
from contracts.clauses.catalogue import load
from contracts.findings import store
from contracts.plan import BUDGET, CREATED, OUT_OF_TIME, Plan
from contracts.reporting.ledger import Ledger
from contracts.reporting.outcomes import OUTCOMES, append
from contracts.settings import PROFILES
from contracts.settings.caps import Caps
from tests.unit.campaign.test_progress import ABOUT, outcome

Answer = Callable[[Task], Done | BaseException]


def finding(id: str = "AST-01-1") -> dict[str, Any]:
    met = {"count": 1, "forms": {"": 1}, "first": "2026-01-01", "last": "2026-01-01"}
    return {"id": id, "recipe": {"steps": [{"body": "x"}]}, **met}


def brief(id: str = "AST-01-1") -> dict[str, Any]:
    words = dict.fromkeys(("operation", "kind", "expected", "received"), "x")
    return {**finding(id), **words, "clause": "AST-01", "advisory": False}


def plainly(task: Task) -> Done:
    return Done(task.shard.number, "host:1", 1.0, [outcome()], [], spent=spent(10) if task.limits else None)


def spent(requests: int) -> dict[str, Any]:
    return {"requests": requests, "records": 0, "sums": {}, "left_out": {}}


@dataclass
class Scripted:
    """Hands that give back at once what a script says, by the number of the shard; `asked` are all that were submitted."""

    script: dict[int, list[Answer]] = field(default_factory=dict)
    width: int = 2
    asked: list[Task] = field(default_factory=list)
    closed: bool = False

    def submit(self, task: Task) -> "Future[Done]":
        self.asked.append(task)
        answers = self.script.get(task.shard.number, [])
        came = (answers.pop(0) if answers else plainly)(task)
        future: Future[Done] = Future()
        if isinstance(came, BaseException):
            future.set_exception(came)
        else:
            future.set_result(came)
        return future

    def workers(self) -> Sequence[str]:
        return ["one", "two"]

    def close(self) -> None:
        self.closed = True


@dataclass
class Clock:
    """Time that passes while somebody waits or sleeps, and at each look."""

    now: float = 1000.0

    def monotonic(self) -> float:
        self.now += 0.01
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(engines, "time", clock)
    return clock


def begun(folder: Path, hands: Scripted, about: About = ABOUT, **changes: Any) -> Engine:
    ledger = Ledger(load())
    progress = Progress(about, ledger)
    progress.recall(lines(folder))
    target = {"BASE_URL": "http://127.0.0.1:9", "ASSETS_BASE_URL": "http://127.0.0.1:9"}
    plans = Plans(Plan(PROFILES["smoke"], target), Plan(PROFILES["nightly"], target))
    known: dict[str, Any] = {
        "purse": None,
        "left_s": 3.0,
        "remembered": Remembered(folder / "e", ledger.unwritten),
    }
    return Engine(folder, plans, progress, hands, **{**known, **changes})


def test_every_shard_counts_once(tmp_path: Path) -> None:
    """A shard whose worker died, counted twice or never."""
    dying: dict[int, list[Answer]] = {
        1: [lambda _: WorkerLost("gone")],
        3: [lambda _: WorkerLost("gone")] * 2,
    }
    hands = Scripted(dying)
    engine = begun(tmp_path, hands)
    engine.go()
    numbers = [line.shard for line in lines(tmp_path)]
    assert len({*numbers}) == len(numbers) > 4
    assert {1, 3} <= {*numbers}
    assert engine.progress.ledger.campaign == {"shards": len(numbers), "asked_again": 3}
    assert engine.progress.ledger.cases == 3 * len(numbers)
    assert hands.closed


def test_a_shard_is_asked_again_under_fresh_names(tmp_path: Path) -> None:
    """A second try that meets its own first one: each create is a duplicate."""
    hands = Scripted({1: [lambda _: WorkerLost("gone")]})
    begun(tmp_path, hands).go()
    first, second = (task for task in hands.asked if task.shard.number == 1)
    assert first.shard == second.shard
    assert first.mark != second.mark


def test_findings_are_on_disk_before_their_line(tmp_path: Path) -> None:
    """A kill between the two: a shard that is never asked again, and whose finding nobody has."""
    found = Done(0, "host:1", 1.0, [outcome(violations=[brief()])], [finding()])
    engine = begun(tmp_path, Scripted({0: [lambda _: found]}))
    (tmp_path / "outcomes.jsonl").mkdir()  # so the line cannot be written
    with pytest.raises(OSError, match="outcomes"):
        engine.go()
    assert (tmp_path / "findings" / "AST-01-1.json").exists()


def test_what_a_dead_worker_has_found_is_kept(tmp_path: Path) -> None:
    """A race that shows once a night, found by a worker that died a second later."""

    def dies(task: Task) -> BaseException:
        assert task.scratch is not None
        store.keep(Path(task.scratch, "findings"), finding())
        Path(task.scratch, CREATED).write_text('{"kind": "asset"}\n')
        return WorkerLost("gone")

    begun(tmp_path, Scripted({1: [dies]})).go()
    assert (tmp_path / "findings" / "AST-01-1.json").exists()
    assert (tmp_path / CREATED).read_text() == '{"kind": "asset"}\n'
    assert not (tmp_path / engines.SCRATCH).exists()


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_what_came_back_is_taken_in_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between a shard's line and its count: a report that lacks what the folder holds."""
    really = state.add

    def add(folder: Path, line: state.Line) -> None:
        really(folder, line)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(state, "add", add)
    engine = begun(tmp_path, Scripted())
    with pytest.raises(KeyboardInterrupt):
        engine.go()
    assert engine.progress.shards == len(list(lines(tmp_path))) == 1


def test_an_interrupted_opening_counts_as_far_as_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an hour at ten requests a second, of which the report knows nothing."""

    def begins(task: Task) -> Done:
        assert task.scratch is not None
        Path(task.scratch).mkdir(parents=True)
        append(Path(task.scratch, OUTCOMES), outcome())
        return plainly(task)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engines, "wait", interrupted)
        engine = begun(tmp_path, Scripted({0: [begins]}))
        with pytest.raises(KeyboardInterrupt):
            engine.go()
    assert engine.progress.ledger.cases == 3
    assert engine.progress.ledger.cut_short
    engine = begun(tmp_path, Scripted())
    engine.go()
    assert [line.shard for line in lines(tmp_path)].count(0) == 2
    assert engine.progress.ledger.cases == 3 * len(list(lines(tmp_path)))


def test_what_was_made_is_listed_once(tmp_path: Path) -> None:
    """Each record of a shard twice, one line glued to half of another: its line met a full disk, and it was taken in again."""
    (tmp_path / CREATED).write_bytes(b'{"name": "A"}\n{"name": "B"}\n{"na')
    scratch = tmp_path / engines.SCRATCH / "7-0"
    scratch.mkdir(parents=True)
    (scratch / CREATED).write_bytes(b'{"name": "B"}\n{"name": "C"}\n{"name": "D')
    begun(tmp_path, Scripted())
    assert (tmp_path / CREATED).read_bytes() == b'{"name": "A"}\n{"name": "B"}\n{"name": "C"}\n'


def test_what_a_killed_client_has_left_is_kept(tmp_path: Path) -> None:
    """Findings in a folder that the next sitting wipes."""
    store.keep(tmp_path / engines.SCRATCH / "7-0" / "findings", finding())
    begun(tmp_path, Scripted())
    assert (tmp_path / "findings" / "AST-01-1.json").exists()


def test_a_shard_of_another_machine_leaves_its_mark(tmp_path: Path) -> None:
    """Records at the target that nobody can find again."""
    hands = Scripted({1: [lambda _: WorkerLost("gone")]})
    begun(tmp_path, hands, here=False).go()
    lost = next(task for task in hands.asked if task.shard.number == 1)
    assert lost.scratch is None
    assert json.loads((tmp_path / CREATED).read_text())["mark"] == lost.mark


def test_a_shard_that_kills_its_workers_is_a_bug_of_ours(tmp_path: Path) -> None:
    """A campaign that asks the same shard for ever, or that hides what killed it."""
    engine = begun(tmp_path, Scripted({1: [lambda _: WorkerLost("gone")] * 99}), left_s=None)
    engine.go()
    assert "shard 1 (a) has lost 5 workers: gone" in engine.progress.ledger.failed


def test_a_cluster_that_goes_to_sleep_is_no_bug_of_ours(tmp_path: Path) -> None:
    """A night on machines that may be taken away at any time: exit code 3, since the same shard lost all of them five times."""
    gone: Answer = lambda _: WorkersGone("no worker is left")  # noqa: E731
    engine = begun(tmp_path, Scripted({1: [gone] * 2 * engines.DEATHS}))
    engine.go()
    assert (engine.ended, engine.progress.ledger.failed) == ("its time is over", "")
    assert [line.shard for line in lines(tmp_path)].count(1) == 1


@pytest.mark.parametrize("caps", [None, Caps(requests=5000)], ids=["no caps", "caps"])
def test_without_a_worker_a_campaign_waits_for_its_end(tmp_path: Path, caps: Caps | None) -> None:
    """A cluster that had no worker for the night: shards wait there with their leases, or nobody hears that nothing was asked."""
    seen: list[int] = []
    purse = Purse.opened(caps, tmp_path / "budget.json") if caps is not None else None
    hands = Scripted(width=0)
    engine = begun(tmp_path, hands, purse=purse, left_s=20.0, show=lambda glance: seen.append(glance.width))
    engine.go()
    assert hands.asked == []
    assert engine.ended == "its time is over"
    assert engine.progress.ledger.lost == "no worker was there at the end"
    assert {*seen} == {0}


def test_a_question_that_breaks_costs_its_shard_and_is_told(tmp_path: Path) -> None:
    """One broken question that ends the night, or that nobody hears of."""
    broke = Done(1, "host:1", 1.0, [], [], failed="Traceback")
    engine = begun(tmp_path, Scripted({1: [lambda _: broke]}))
    engine.go()
    assert engine.progress.ledger.failed == "Traceback"
    assert engine.progress.shards > 3


def test_what_broke_is_remembered(tmp_path: Path) -> None:
    """A clause that our own bug kept from being judged, in a campaign that was stopped, went on, and is green."""
    broke = Done(1, "host:1", 1.0, [], [], failed="Traceback")
    begun(tmp_path, Scripted({1: [lambda _: broke]})).go()
    engine = begun(tmp_path, Scripted())
    engine.go()
    assert engine.progress.ledger.failed == "Traceback"


def test_an_opening_that_was_cut_is_no_whole_run(tmp_path: Path) -> None:
    """Probes that nobody came to, in a campaign that is said to hold without a but."""
    unasked = outcome(question="test_a.py::never", ended="unasked", reason=OUT_OF_TIME, cases=0)
    cut = Done(0, "host:1", 1.0, [outcome(), unasked], [])
    engine = begun(tmp_path, Scripted({0: [lambda _: cut]}))
    engine.go()
    assert engine.progress.ledger.cut_short
    engine = begun(tmp_path, Scripted())
    engine.go()
    assert not engine.progress.ledger.cut_short


@pytest.mark.parametrize("width", [1, 2, 8])
def test_a_target_is_given_the_same_time_by_however_many_workers(
    tmp_path: Path, clock: Clock, width: int
) -> None:
    """A deployment of half a minute: it ended the night of eight workers at once, and that of one never."""
    gone: Answer = lambda task: Done(task.shard.number, "w", 1.0, [], [], lost="refused")  # noqa: E731
    began = clock.now
    begun(tmp_path, Scripted({number: [gone] * 99 for number in range(1, 99)}, width), left_s=None).go()
    assert clock.now - began == pytest.approx((engines.AWAY_TIMES - 1) * engines.AWAY_S, abs=5.0)


def test_no_two_shards_share_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers that make the same asset: a conflict that no server is to blame for."""
    monkeypatch.setattr("contracts.asking.fresh.time", SimpleNamespace(time=lambda: 1e9))
    monkeypatch.setattr("secrets.randbits", lambda _: 7)
    hands = Scripted()
    begun(tmp_path, hands).go()
    marks = [task.mark for task in hands.asked]
    assert len({*marks}) == len(marks) > 9


@pytest.mark.parametrize(
    ("ends", "given"),
    [
        ([], [True]),
        ([Done(1, "host:1", 1.0, [], [], lost="refused")], [True, True]),
        ([WorkerLost("gone")] * 2, [True, True, False]),
    ],
    ids=["asked", "target away", "worker dead"],
)
def test_what_failed_last_night_is_tried_tonight_whatever_comes_between(
    tmp_path: Path, ends: list[Done | BaseException], given: list[bool]
) -> None:
    """Examples that went to a worker which never tried them; or that kill each worker they are given to."""
    script = iter(ends)
    hands = Scripted({1: [lambda _: next(script)] * len(ends)})
    engine = begun(tmp_path, hands, left_s=12.0)
    engine.remembered.merge("a", {}, {"primary": ["aa"]})
    engine.go()
    assert [bool(task.drawn) for task in hands.asked if task.shard.number == 1] == given


def test_a_target_that_is_away_for_a_while_ends_nothing(tmp_path: Path, clock: Clock) -> None:
    """A deployment at 3 o'clock: the rest of the night is not asked, or is asked of a dead target."""
    away = Done(1, "host:1", 1.0, [outcome(lost="refused")], [], lost="refused")
    hands = Scripted({1: [lambda _: away]})
    began = clock.now
    engine = begun(tmp_path, hands, left_s=60.0)
    engine.go()
    assert not engine.progress.ledger.lost
    assert [line.shard for line in lines(tmp_path)].count(1) == 1
    assert clock.now - began > engines.AWAY_S


def test_a_target_that_stays_away_ends_it(tmp_path: Path) -> None:
    """A campaign that asks a dead target until the morning and says that it holds."""
    gone: Answer = lambda task: Done(task.shard.number, "w", 1.0, [], [], lost="refused")  # noqa: E731
    engine = begun(tmp_path, Scripted({0: [gone] * 99}), left_s=None)
    engine.go()
    assert (engine.progress.ledger.lost, engine.ended) == ("refused", "the target was lost")


def test_a_target_that_is_away_at_the_end_is_lost(tmp_path: Path) -> None:
    """A target that dies an hour before the end, and a verdict that says it holds."""
    gone: Answer = lambda task: Done(task.shard.number, "w", 1.0, [], [], lost="refused")  # noqa: E731
    engine = begun(tmp_path, Scripted({number: [gone] * 99 for number in range(3, 99)}), left_s=5.0)
    engine.go()
    assert engine.ended == "its time is over"
    assert engine.progress.ledger.lost == "refused"


def test_a_lost_scheduler_leaves_what_was_counted(tmp_path: Path) -> None:
    """A scheduler's death that takes the report along, or hangs."""
    hands = Scripted({3: [lambda _: HandsLost("the scheduler is gone")]})
    engine = begun(tmp_path, hands)
    with pytest.raises(HandsLost):
        engine.go()
    assert sorted(line.shard for line in lines(tmp_path)) == [0, 1, 2]
    assert hands.closed


def test_going_on_counts_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    """Counters that begin anew, or shards that are asked twice."""
    for _ in range(2):
        begun(tmp_path, Scripted()).go()
    engine = begun(tmp_path, Scripted())
    engine.go()
    numbers = [line.shard for line in lines(tmp_path)]
    assert len({*numbers}) == len(numbers)
    assert engine.progress.ledger.cases == 3 * len(numbers)
    assert engine.progress.ledger.requests == 4 * len(numbers)


def test_a_budget_ends_the_campaign_and_not_before(tmp_path: Path) -> None:
    """A campaign that goes on without a request to send, or ends with half of its budget."""
    purse = Purse.opened(Caps(requests=500), tmp_path / "budget.json")
    hands = Scripted()
    engine = begun(tmp_path, hands, purse=purse, left_s=None)
    engine.go()
    assert engine.ended == "its budget is used up"
    assert purse.used.requests == 500 == 10 * len(hands.asked)


def test_a_dead_worker_has_spent_what_it_counted(tmp_path: Path) -> None:
    """Half of a night's budget lost to Ctrl-C: all that was lent, of which hardly anything was sent."""

    def dies(task: Task) -> BaseException:
        assert task.scratch is not None
        Path(task.scratch).mkdir(parents=True)
        Path(task.scratch, BUDGET).write_text(json.dumps(spent(3)))
        return WorkerLost("gone")

    purse = Purse.opened(Caps(requests=1000), tmp_path / "budget.json")
    engine = begun(tmp_path, hands := Scripted({1: [dies]}), purse=purse)
    assert engine.glance().budget == {"caps": asdict(purse.caps), **spent(0)}
    engine.go()
    assert purse.used.requests == 10 * (len(hands.asked) - 1) + 3


def test_a_dead_worker_elsewhere_has_spent_all_it_was_lent(tmp_path: Path) -> None:
    """A cap that is passed because nobody knows what a machine sent before it vanished."""
    purse = Purse.opened(Caps(requests=1000), tmp_path / "budget.json")
    hands = Scripted({1: [lambda _: WorkerLost("gone")]})
    begun(tmp_path, hands, purse=purse, here=False).go()
    lent = next(int(task.limits["MAX_REQUESTS"]) for task in hands.asked if task.shard.number == 1)
    assert purse.used.requests == 10 * (len(hands.asked) - 1) + lent


def test_a_campaign_without_generated_questions_ends_behind_its_opening(tmp_path: Path) -> None:
    """A selection that probes alone ask: a campaign that waits for its end, or for ever, with nothing to ask."""
    engine = begun(tmp_path, Scripted(), replace(ABOUT, questions=[]), left_s=60.0)
    engine.go()
    assert engine.ended == "nothing is left to ask"
    assert [line.shard for line in lines(tmp_path)] == [0]


def unoffered(task: Task) -> Done:
    return Done(task.shard.number, "host:1", 0.4, [outcome(ended="inapplicable", cases=0)], [])


def test_a_question_that_can_be_asked_is_asked_to_the_end(tmp_path: Path) -> None:
    """A night that is over after three minutes, for others came back with nothing to ask while one was asked."""
    script: dict[int, list[Answer]] = {number: [unoffered] for number in range(1, 999) if number % 4 != 1}
    engine = begun(tmp_path, Scripted(script), left_s=9.0)
    engine.go()
    assert engine.ended == "its time is over"


def test_a_machine_that_is_slow_for_a_minute_ends_nothing(tmp_path: Path) -> None:
    """A night that is over at its beginning, while the backup ran: no shard came to ask anything within its time."""
    late: Answer = lambda task: Done(  # noqa: E731
        task.shard.number, "w", 2.5, [outcome(ended="unasked", reason=OUT_OF_TIME, cases=0)], []
    )
    engine = begun(tmp_path, Scripted({number: [late] for number in range(1, 40)}), left_s=9.0)
    engine.go()
    assert engine.ended == "its time is over"


def test_a_campaign_that_may_ask_nothing_ends(tmp_path: Path) -> None:
    """A selection that the target does not offer, asked about in vain until the morning; or given up at the first try."""
    hands = Scripted({number: [unoffered] for number in range(1, 999)})
    engine = begun(tmp_path, hands, left_s=None)
    engine.go()
    assert engine.ended == "nothing is left to ask"
    assert {arm.shards for arm in engine.progress.arms} <= {engines.IDLE_TIMES, engines.IDLE_TIMES + 1}


def test_the_view_sees_how_it_ended(tmp_path: Path) -> None:
    """A page that says for ever that the campaign goes on."""
    seen: list[str] = []
    engine = begun(tmp_path, Scripted(), show=lambda glance: seen.append(glance.ended))
    engine.go()
    assert seen[0] == ""
    assert engine.glance().ended == "its time is over"
