from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.campaign.progress import Progress
from contracts.campaign.shards import OPENING, Shard
from contracts.campaign.state import About, Line, add, line_of, lines, missing
from contracts.campaign.work import Done
from contracts.clauses.catalogue import load
from contracts.findings.documents import Unreadable
from contracts.plan import OUT_OF_TIME
from contracts.reporting.ledger import Ledger
from contracts.reporting.outcomes import OUTCOMES
from tests.fixtures.campaigns import ABOUT, outcome


def line(number: int, *, cut: bool = False, **changes: Any) -> Line:
    return Line(number, 0.0, 1.0 + number, 1.0, cut, [outcome(**changes)])


def progress() -> Progress:
    return Progress(ABOUT, Ledger(load()))


def shards(*numbers: int) -> list[Shard]:
    return [ABOUT.cut.shard(number, 99.0) for number in numbers]


def test_the_opening_comes_first_and_alone() -> None:
    """Probes that watch the funds, while a flow of another worker spends them."""
    begun = progress()
    assert begun.next([]) == OPENING
    assert begun.next(shards(OPENING)) is None
    begun.fold(line(OPENING))
    assert [begun.next([]), begun.next([])] == [1, 2]


def test_an_opening_that_was_cut_short_is_asked_whole_by_the_next_sitting() -> None:
    """Probes that nobody ever asks, because the first sitting's time or budget was over before them."""
    begun = progress()
    begun.fold(line(OPENING, cut=True))
    assert begun.next([]) == 1
    resumed = progress()
    resumed.recall([line(OPENING, cut=True), line(1)])
    assert resumed.next([]) == OPENING
    resumed = progress()
    resumed.recall([line(OPENING, cut=True), line(1), line(OPENING)])
    assert resumed.next([]) == 2


def test_what_is_still_to_be_asked_is_told_so() -> None:
    """A page that says of a clause that no question asks it, an hour before one does."""
    begun = progress()
    begun.ledger.under_way = True
    assert {row.reason for row in begun.ledger.rows()} == {"it has not been asked yet"}


def test_lines_say_all_that_was_known() -> None:
    """A campaign that goes on with other counters, or another choice, than one that was never stopped."""
    straight, done = progress(), []
    for _ in range(12):
        number = straight.next([])
        assert number is not None
        cases = 3 if number % 4 else 0
        done.append(line(number, cut=number == 8, cases=cases, answers=[f"createAsset {number}"] * cases))
        straight.fold(done[-1])
    again = progress()
    again.recall(done)
    assert (again.shards, again.elapsed_s) == (straight.shards, straight.elapsed_s)
    assert (again.ledger.cases, again.ledger.chances) == (straight.ledger.cases, straight.ledger.chances)
    assert [again.next([]) for _ in range(8)] == [straight.next([]) for _ in range(8)]


def night(begun: Progress, seconds: float, unoffered: Collection[int]) -> Counter[int]:
    """The seconds that each question has of so many: two for a shard, or a tenth where it is not offered."""
    begun.fold(line(OPENING))
    had: Counter[int] = Counter()
    while had.total() < 10 * seconds:
        number = begun.next([])
        assert number is not None
        place = ABOUT.cut.place(number)
        cases, tenths = (0, 1) if place in unoffered else (3, 20)
        begun.fold(replace(line(number, cases=cases), seconds=tenths / 10))
        had[place] += tenths
    return had


def test_what_a_target_does_not_offer_takes_no_time_of_what_it_does() -> None:
    """A service without its second half, whose questions have 63% of the night to say that they cannot be asked."""
    had = night(progress(), 3600.0, {0, 2, 3})
    assert all(had[place] for place in range(4))
    assert had[1] > had.total() * 0.98


def test_what_is_offered_again_gets_its_share_again() -> None:
    """A question that is lost for the night, because the funds were gone for a minute of it."""
    begun = progress()
    night(begun, 60.0, {0})
    assert night(begun, 3600.0, ())[0] > 3600.0 * 10 * 0.2


def test_what_its_budget_kept_back_is_asked_like_all_others() -> None:
    """A question that waits for an hour, because one shard of it came when its part of the budget was used up."""
    resumed = progress()
    kept_back = line(1, cut=True, ended="unasked", cases=0)
    resumed.recall([line(OPENING), kept_back, *(replace(line(number), seconds=2.0) for number in (2, 3, 4))])
    assert resumed.next([]) == 5


def test_a_question_that_is_not_offered_has_been_asked() -> None:
    """A service without its second half, whose campaigns are all told as cut short."""
    begun = progress()
    night(begun, 10.0, {0, 2, 3})
    begun.close()
    assert not begun.ledger.cut_short


def test_a_shard_that_was_left_is_asked_before_anything_new() -> None:
    """A kill between handing out and coming back: a seed that nobody ever asks."""
    resumed = progress()
    resumed.recall([line(OPENING), line(5), line(2)])  # 1, 5's first turn, never came back
    assert resumed.next([]) == 1
    assert resumed.next([]) not in {1, 2, 5}


def test_no_number_comes_twice() -> None:
    """A resumed campaign that asks a shard which has a line already: it would count twice."""
    resumed = progress()
    done = [OPENING, 1, 2, 3, 4, 5, 9]
    resumed.recall(line(number) for number in done)
    later = [resumed.next([]) for _ in range(30)]
    assert len({*later}) == len(later)
    assert not {*later} & {*done}


def test_a_left_shard_waits_for_its_group() -> None:
    """What is asked again, beside another question that spends the same funds."""
    resumed = progress()
    resumed.recall([line(OPENING), line(7)])  # 3 was passed over; its group is "funds"
    assert resumed.next(shards(4)) not in {3, None}
    assert resumed.next([]) == 3


def test_missing_are_those_before_the_last_of_each_question() -> None:
    """All that could ever be asked taken for what was left: a resumed campaign begins anew."""
    assert missing([0, 1, 2, 3, 4], ABOUT.cut) == []
    assert missing([0, 9], ABOUT.cut) == [1, 5]
    assert missing([], ABOUT.cut) == [0]


def test_a_campaign_that_never_came_to_a_question_is_not_whole() -> None:
    """A finding that nobody looked for, told as fixed."""
    cut = progress()
    cut.recall([line(OPENING), line(1)])
    cut.close()
    assert not cut.ledger.whole


# --- what is kept ---------------------------------------------------------------------------------------------


def done(*outcomes: dict[str, Any]) -> Done:
    return Done(3, "host:1", 2.0, list(outcomes), [])


def test_what_is_kept_is_what_was_counted(tmp_path: Path) -> None:
    """A line that is read otherwise than it was folded."""
    first, second = line(0), line_of(done(outcome()), began=10.0, ended=12.5)
    for each in (first, second):
        add(tmp_path, each)
    assert list(lines(tmp_path)) == [first, second]


def test_a_line_that_a_kill_cut_off_was_never_counted(tmp_path: Path) -> None:
    """Half a line that keeps the campaign from going on, or counts."""
    add(tmp_path, line(0))
    with (tmp_path / OUTCOMES).open("a") as file:
        file.write('{"shard": 1, "beg')
    assert [known.shard for known in lines(tmp_path)] == [0]
    add(tmp_path, line(2))
    assert [known.shard for known in lines(tmp_path)] == [0, 2]


def test_times_count_from_the_campaigns_beginning() -> None:
    """A first violation whose time is the clock of a worker that has been rebooted since."""
    red = {"AST-01": {"requests": 2, "at": 1.25}}
    kept = line_of(done(outcome(began=1.0, reds=red)), began=100.0, ended=103.0).outcomes[0]
    assert (kept["began"], kept["reds"]["AST-01"]["at"]) == (101.0, 101.25)


def test_the_end_of_a_slice_is_not_the_end_of_the_campaign() -> None:
    """A clause that is held in part for ever, because one shard's ten seconds were over."""
    over = outcome(ended="unasked", reason=OUT_OF_TIME)
    late = outcome(unasked={"AST-01": OUT_OF_TIME, "AST-02": "no funds"})
    kept = line_of(done(over, late), began=0.0, ended=1.0)
    assert [told["unasked"] for told in kept.outcomes] == [{"AST-02": "no funds"}]
    assert kept.cut
    assert not line_of(done(outcome(unasked={"AST-02": "no funds"})), began=0.0, ended=1.0).cut


def test_a_part_of_the_budget_is_not_the_budget() -> None:
    """A clause that had its chances, called half asked because of one lease; one that had none, left without a reason."""
    why = "the budget of 300 requests is used up (--max-requests)"
    kept = line_of(done(outcome(unasked={"AST-01": why, "AST-02": why})), began=0.0, ended=1.0).outcomes
    assert kept[0]["unasked"] == {"AST-02": "the budget is used up (--max-requests)"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{}", "another version"),
        ('{"format": 1}', "not as it was written"),
        ('{"format": 99, "questions": []}', "another version"),
        ("[]", "another version"),
    ],
)
def test_a_folder_of_something_else_is_told_apart(text: str, said: str, tmp_path: Path) -> None:
    """A traceback for a file that somebody has edited."""
    (tmp_path / "campaign.json").write_text(text)
    with pytest.raises(Unreadable, match=said):
        About.read(tmp_path)


def test_a_campaign_reads_as_it_was_written(tmp_path: Path) -> None:
    """Questions in another order after a restart: every shard's number names another question."""
    ABOUT.write(tmp_path)
    assert About.read(tmp_path) == ABOUT
    with pytest.raises(Unreadable, match="there is no"):
        About.read(tmp_path / "nowhere")
