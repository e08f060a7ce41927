"""What becomes of a shard: counted once, asked again, its findings kept, whoever dies or interrupts."""

import json
import shutil
import signal
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.campaign import engine as engines
from contracts.campaign import state
from contracts.campaign.hands import WorkerLost
from contracts.campaign.leavings import SCRATCH
from contracts.campaign.purse import Purse
from contracts.campaign.state import lines
from contracts.campaign.work import Done, Task
from contracts.findings import store
from contracts.plan import BUDGET, CREATED
from contracts.reporting.outcomes import OUTCOMES, append
from contracts.settings.caps import Caps
from tests.fixtures.campaigns import ABOUT, Answer, Scripted, begun, brief, finding, outcome, plainly, spent

pytestmark = pytest.mark.usefixtures("clock")


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
    resumed = begun(tmp_path, Scripted())
    assert resumed.progress.ledger.campaign == engine.progress.ledger.campaign
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
    assert not (tmp_path / SCRATCH).exists()


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


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def asking(*outcomes: dict[str, Any]) -> Answer:
    """A worker of this machine that has come so far."""

    def begins(task: Task) -> Done:
        assert task.scratch is not None
        Path(task.scratch).mkdir(parents=True)
        for each in outcomes:
            append(Path(task.scratch, OUTCOMES), each)
        return plainly(task)

    return begins


def test_an_interrupted_opening_counts_as_far_as_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an hour at ten requests a second, of which the report knows nothing."""
    with monkeypatch.context() as patched:
        patched.setattr(engines, "wait", interrupted)
        engine = begun(tmp_path, Scripted({0: [asking(outcome())]}))
        with pytest.raises(KeyboardInterrupt):
            engine.go()
    assert engine.progress.ledger.cases == 3
    assert engine.progress.ledger.cut_short
    engine = begun(tmp_path, Scripted())
    engine.go()
    assert [line.shard for line in lines(tmp_path)].count(0) == 2
    assert engine.progress.ledger.cases == 3 * len(list(lines(tmp_path)))


def test_an_interrupted_opening_leaves_no_target_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target that was away when Ctrl-C came, and lost for ever to whoever goes on."""
    away = outcome(ended="unasked", reason="refused", lost="refused", cases=0)
    with monkeypatch.context() as patched:
        patched.setattr(engines, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            begun(tmp_path, Scripted({0: [asking(outcome(), away)]})).go()
    engine = begun(tmp_path, Scripted())
    engine.go()
    assert (engine.ended, engine.progress.ledger.lost) == ("its time is over", "")


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_what_was_lent_is_given_back_whenever_ctrl_c_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third of a night's budget, lent to a shard that nobody was asked to ask."""
    really = Purse.lend

    def lend(purse: Purse, *asked: Any, **known: Any) -> Caps | None:
        lease = really(purse, *asked, **known)
        signal.raise_signal(signal.SIGINT)
        return lease

    monkeypatch.setattr(Purse, "lend", lend)
    purse = Purse.opened(Caps(requests=1000), tmp_path / "budget.json")
    engine = begun(tmp_path, Scripted(), purse=purse)
    with pytest.raises(KeyboardInterrupt):
        engine.go()
    assert not purse.out


def test_a_race_that_waits_for_another_holds_up_no_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three workers idle for the whole of a race: the next race was first in the queue, and had no room beside it."""
    about = replace(
        ABOUT, questions=[("test_races.py::a", ""), ("test_races.py::b", ""), ("c", ""), ("d", "")]
    )
    purse = Purse.opened(Caps(concurrent=10), tmp_path / "budget.json")
    state.add(tmp_path, state.Line(0, 0.0, 1.0, 1.0, cut=False, outcomes=[outcome()]))
    monkeypatch.setattr(engines, "wait", interrupted)
    hands = Scripted(width=3)
    with pytest.raises(KeyboardInterrupt):
        begun(tmp_path, hands, about, purse=purse).go()
    assert [task.shard.question for task in hands.asked] == ["test_races.py::a", "c", "d"]


def test_what_was_made_is_listed_once(tmp_path: Path) -> None:
    """Each record of a shard twice, one line glued to half of another: its line met a full disk, and it was taken in again."""
    (tmp_path / CREATED).write_bytes(b'{"name": "A"}\n{"name": "B"}\n{"na')
    scratch = tmp_path / SCRATCH / "7-0"
    scratch.mkdir(parents=True)
    (scratch / CREATED).write_bytes(b'{"name": "B"}\n{"name": "C"}\n{"name": "D')
    begun(tmp_path, Scripted()).go()
    assert (tmp_path / CREATED).read_bytes() == b'{"name": "A"}\n{"name": "B"}\n{"name": "C"}\n'


def test_what_a_killed_client_has_left_is_kept(tmp_path: Path) -> None:
    """Findings in a folder that the next sitting wipes."""
    store.keep(tmp_path / SCRATCH / "7-0" / "findings", finding())
    begun(tmp_path, Scripted()).go()
    assert (tmp_path / "findings" / "AST-01-1.json").exists()


def test_a_shard_of_another_machine_leaves_its_mark(tmp_path: Path) -> None:
    """Records at the target that nobody can find again."""
    hands = Scripted({1: [lambda _: WorkerLost("gone")]})
    begun(tmp_path, hands, here=False).go()
    lost = next(task for task in hands.asked if task.shard.number == 1)
    assert lost.scratch is None
    assert json.loads((tmp_path / CREATED).read_text())["mark"] == lost.mark


def test_a_killed_client_leaves_the_marks_of_what_was_elsewhere(tmp_path: Path) -> None:
    """251 assets at a target, and not a word of them: the client that knew their shard's mark was killed."""

    def killed(task: Task) -> Done:
        shutil.copytree(tmp_path / "before", tmp_path / "after")
        return plainly(task)

    (tmp_path / "before").mkdir()
    hands = Scripted({3: [killed]})
    begun(tmp_path / "before", hands, here=False).go()
    assert not (tmp_path / "before" / CREATED).exists()
    begun(tmp_path / "after", Scripted(), here=False).go()
    lost = next(task for task in hands.asked if task.shard.number == 3)
    made = (tmp_path / "after" / CREATED).read_text().splitlines()
    assert [json.loads(line)["mark"] for line in made] == [lost.mark]
    assert not (tmp_path / "after" / SCRATCH).exists()


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


def test_a_race_has_the_rate_that_its_bursts_take(tmp_path: Path) -> None:
    """14 requests in a second of a campaign that may send 10: a burst of one worker, beside what two others send."""
    questions = [("test_races.py::test_r", ""), ("a", ""), ("b", "")]
    purse = Purse.opened(Caps(rate=20.0, concurrent=18), tmp_path / "budget.json")
    hands = Scripted()
    begun(tmp_path, hands, replace(ABOUT, questions=questions), purse=purse).go()
    rates = {task.shard.question: task.limits["MAX_RATE"] for task in hands.asked}
    assert rates == {"": "20.000000", "test_races.py::test_r": "16.000000", "a": "4.000000", "b": "10.000000"}


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
