from typing import Any

from contracts.asking.record import KEPT_ANSWERS, Record
from contracts.campaign.effort import Arm, Effort
from contracts.outcome import outcome_of
from contracts.transport.redaction import Redactor
from tests.fixtures.exchanges import answered, create_asset


def outcome(
    clause: str = "AST-01", answers: tuple[str, ...] = (), findings: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "clauses": [clause],
        "answers": list(answers),
        "violations": [{"id": name} for name in findings],
        "cases": 10,
    }


def spent(effort: Effort, rounds: int, seconds: dict[int, float] | None = None) -> list[int]:
    """Which arms so many shards in a row go to, none of which finds anything new."""
    chosen = []
    for _ in range(rounds):
        arm = effort.choose(())
        assert arm is not None
        chosen.append(arm)
        effort.learn(arm, [outcome()], (seconds or {}).get(arm, 10.0))
    return chosen


def test_everyone_is_asked_before_anyone_is_asked_again() -> None:
    """A question that waits for another to be exhausted: a short campaign never comes to it."""
    assert sorted(spent(Effort([Arm(name) for name in "abcde"]), 5)) == [0, 1, 2, 3, 4]


def test_who_finds_something_new_gets_more_and_nobody_gets_nothing() -> None:
    """Effort that stays where nothing is found, or that starves a question for good."""
    effort = Effort([Arm(name) for name in "abc"])
    for arm in range(3):
        effort.choose(())
        effort.learn(arm, [outcome(findings=("AST-01-1",))] if arm == 1 else [outcome()], 10.0)
    after = spent(effort, 20)
    assert after.count(1) > after.count(0)
    assert {0, 1, 2} == {*after}


def test_what_was_found_long_ago_counts_no_longer() -> None:
    """A question that once found much and holds the whole night for it."""
    effort = Effort([Arm("a"), Arm("b")])
    effort.choose(())
    effort.learn(0, [outcome(findings=("X",))], 10.0)
    late = spent(effort, 200)[-40:]
    assert abs(late.count(0) - late.count(1)) <= 2


def test_time_is_shared_and_not_turns() -> None:
    """A question of half a second that gets as few turns as one of ten, or one that takes all of them."""
    chosen = spent(Effort([Arm("short"), Arm("long")]), 210, {0: 0.5, 1: 10.0})
    assert 15 <= chosen.count(0) / chosen.count(1) <= 25


def test_the_same_answer_is_new_once_for_each_clause() -> None:
    """Novelty that never ends, or one that another clause's question has used up."""
    effort = Effort([Arm("a"), Arm("b")])
    effort.learn(0, [outcome(answers=("createAsset 201 id",))], 1.0)
    effort.learn(0, [outcome(answers=("createAsset 201 id",))], 1.0)
    assert effort.arms[0].new == 1
    effort.learn(1, [outcome("AST-02", answers=("createAsset 201 id",))], 1.0)
    assert effort.arms[1].new == 1


def test_names_that_the_campaign_has_made_up_are_nothing_new() -> None:
    """A target that gives back misspelt members: they have two thirds of the night, or leave no room for an answer that is new."""
    record = Record()
    for name in ["id", *(f"symb{number}l" for number in range(KEPT_ANSWERS)), "symbol"]:
        record.saw(answered(create_asset(), 201, {"id": "x"} | {name: "y"}))
    effort = Effort([Arm("a")])
    effort.learn(0, [outcome_of(record, ["AST-01"], Redactor(frozenset()), ended="asked")], 10.0)
    assert effort.arms[0].new == 3


def test_two_of_a_group_are_never_under_way_at_once() -> None:
    """Two questions that watch the same funds, each taking for a lock what the other has spent."""
    effort = Effort([Arm("a", "funds"), Arm("b", "funds"), Arm("c")])
    assert effort.choose(()) == 0
    assert effort.choose({"funds"}) == 2
    assert Effort([Arm("a", "funds")]).choose({"funds"}) is None


def test_several_workers_do_not_ask_the_same_question() -> None:
    """A choice that does not see what is under way: eight workers begin with one question."""
    effort = Effort([Arm(name) for name in "abcd"])
    assert [effort.choose(()) for _ in range(4)] == [0, 1, 2, 3]


def test_what_has_nothing_to_ask_fills_no_gaps() -> None:
    """A worker that waits for another one's ten seconds, and asks twice a second what cannot be asked."""
    effort = Effort([Arm("funds", "funds"), Arm("idle")])
    for arm, told, seconds in ((0, outcome(), 10.0), (1, outcome() | {"cases": 0}, 25.0)):
        assert effort.choose(()) == arm
        effort.learn(arm, [told], seconds)
    assert effort.choose(()) == 0
    assert effort.choose({"funds"}) is None
    effort.learn(0, [outcome()], 10.0)
    assert effort.choose(()) == 0
    assert effort.choose({"funds"}) == 1
