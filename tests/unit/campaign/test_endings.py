"""What ends a campaign, and what does not: its time, its budget, a target or workers that are away."""

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.campaign import absence
from contracts.campaign import engine as engines
from contracts.campaign.hands import HandsLost, WorkerLost, WorkersGone
from contracts.campaign.purse import Purse
from contracts.campaign.state import lines
from contracts.campaign.work import Done, Task
from contracts.plan import OUT_OF_TIME
from contracts.settings.caps import Caps
from tests.fixtures.campaigns import ABOUT, Answer, Clock, Scripted, begun, outcome

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_suite_that_breaks_ends_it(tmp_path: Path, width: int) -> None:
    """A night of 10,000 broken shards: several came back at once, and nobody looked when there were just five."""
    broke: Answer = lambda task: Done(task.shard.number, "host:1", 1.0, [outcome()], [], failed="broke")  # noqa: E731
    hands = Scripted({number: [broke] for number in range(1, 999)}, width)
    engine = begun(tmp_path, hands, left_s=600.0)
    engine.go()
    assert (engine.ended, engine.progress.ledger.failed) == ("the suite itself broke", "broke")


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
    assert clock.now - began == pytest.approx((absence.AWAY_TIMES - 1) * absence.AWAY_S, abs=5.0)


def test_a_target_that_is_away_for_a_while_ends_nothing(tmp_path: Path, clock: Clock) -> None:
    """A deployment at 3 o'clock: the rest of the night is not asked, or is asked of a dead target."""
    away = Done(1, "host:1", 1.0, [outcome(lost="refused")], [], lost="refused")
    hands = Scripted({1: [lambda _: away]})
    began = clock.now
    engine = begun(tmp_path, hands, left_s=60.0)
    engine.go()
    assert not engine.progress.ledger.lost
    assert [line.shard for line in lines(tmp_path)].count(1) == 1
    assert clock.now - began > absence.AWAY_S


def test_a_machine_without_a_way_to_the_target_holds_up_no_other(tmp_path: Path, clock: Clock) -> None:
    """Eleven machines that wait ten seconds each time that the twelfth, behind another firewall, was given a shard."""
    cut_off: Answer = lambda task: Done(task.shard.number, "far:1", 1.0, [], [], lost="refused")  # noqa: E731
    hands = Scripted({1: [cut_off] * 9999})
    engine = begun(tmp_path, hands, left_s=60.0, here=False)
    engine.go()
    assert engine.ended == "its time is over"
    assert engine.progress.shards > 100


def test_a_target_that_stays_away_ends_it(tmp_path: Path) -> None:
    """A campaign that asks a dead target until the morning and says that it holds."""
    gone: Answer = lambda task: Done(task.shard.number, "w", 1.0, [], [], lost="refused")  # noqa: E731
    engine = begun(tmp_path, Scripted({0: [gone] * 99}), left_s=None)
    engine.go()
    assert (engine.progress.ledger.lost, engine.ended) == ("refused", "the target was lost")


def test_a_machine_that_comes_last_ends_no_night(tmp_path: Path, clock: Clock) -> None:
    """A night that went well and is red, for the last to come back was a machine behind a firewall."""

    def cut_off(task: Task) -> Done:
        clock.now += 30.0
        return Done(task.shard.number, "far:1", 30.0, [], [], lost="timed out")

    engine = begun(tmp_path, Scripted({2: [cut_off] * 99}), left_s=20.0, here=False)
    engine.go()
    assert (engine.ended, engine.progress.ledger.lost) == ("its time is over", "")
    assert engine.glance().cut_off == {"far": "timed out"}


def test_a_machine_that_hangs_is_waited_for_no_longer_than_that(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night that ends when CI kills it, without a report, since one virtual machine was frozen."""

    def waited(futures: Collection[Future[Done]], **_: object) -> tuple[set[Future[Done]], None]:
        clock.now += 1.0
        return {future for future in futures if future.done()}, None

    monkeypatch.setattr(engines, "wait", waited)
    engine = begun(tmp_path, Scripted({3: [lambda _: None]}), left_s=9.0)
    engine.go()
    assert engine.ended == "its time is over; 1 shard did not come back"
    assert clock.now < 1000.0 + 9.0 + engines.LATE_S + 5.0
    assert 3 not in {line.shard for line in lines(tmp_path)}


def test_what_cannot_be_asked_is_no_answer(tmp_path: Path) -> None:
    """A dead target that is back with each question it does not offer, and lost only in the morning, or never."""
    gone: Answer = lambda task: Done(task.shard.number, "host:1", 1.0, [], [], lost="refused")  # noqa: E731
    script: dict[int, list[Answer]] = {
        number: [gone] * 99 if number % 4 == 1 else [unoffered] for number in range(1, 999)
    }
    engine = begun(tmp_path, Scripted(script), left_s=None)
    engine.go()
    assert (engine.ended, engine.progress.ledger.lost) == ("the target was lost", "refused")


def test_a_machine_that_cannot_ask_is_named(tmp_path: Path) -> None:
    """A cluster of which one machine has no way to the target, and nobody knows which."""
    gone: Answer = lambda task: Done(task.shard.number, "far:1", 1.0, [], [], lost="refused")  # noqa: E731
    engine = begun(tmp_path, Scripted({0: [gone] * 99}), left_s=None, here=False)
    engine.go()
    assert engine.progress.ledger.lost == "refused (asked from far)"


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


def test_a_budget_ends_the_campaign_and_not_before(tmp_path: Path) -> None:
    """A campaign that goes on without a request to send, or ends with half of its budget."""
    purse = Purse.opened(Caps(requests=500), tmp_path / "budget.json")
    hands = Scripted()
    engine = begun(tmp_path, hands, purse=purse, left_s=None)
    engine.go()
    assert engine.ended == "its budget is used up"
    assert purse.used.requests == 500 == 10 * len(hands.asked)


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
