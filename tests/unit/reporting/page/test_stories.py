"""A finding on the page: put together from file and memory, cut where it is long, and then it says so."""

from contracts.reporting.page import stories
from contracts.reporting.page.stories import BRIEF, FULL, SHORT, Story
from tests.fixtures import runs


def told(finding: dict[str, object], detail: stories.Detail = FULL, **memory: object) -> Story:
    return stories.told(finding, detail, folder=runs.FOLDER, memory=runs.memory(**memory))


def test_the_replay_command_can_be_pasted() -> None:
    """A path with a space, or one that leads nowhere from where the run was started."""
    assert (
        told(runs.story()).again.replay == f"contracts replay {runs.FOLDER}/findings/AST-06-c4865c58c7.json"
    )
    spaced = stories.told(runs.story(), FULL, folder="my reports/x", memory=runs.memory())
    assert spaced.again.replay == "contracts replay 'my reports/x/findings/AST-06-c4865c58c7.json'"
    alone = stories.told(runs.story(), FULL, folder="", memory=runs.memory())
    assert alone.again.path == "findings/AST-06-c4865c58c7.json"


def test_marks_are_what_the_filter_offers() -> None:
    """A finding that no choice of the filter shows."""
    known = told(runs.story(), known=["AST-06-c4865c58c7"], flaky=["AST-06-c4865c58c7"])
    assert known.marks == "AST violated known flaky"
    assert told(runs.story(advisory=True, accepted={"reason": "x"})).marks == "AST warned accepted"
    assert told(runs.story("SIG-07", id="SIG-07-1")).verdict == "warned"


def test_long_standing_says_since_when() -> None:
    """A known bug that reads like one of today."""
    member = {"id": "AST-06-c4865c58c7", "since": "2026-10-02T10:00:00+00:00", "runs": 11}
    assert told(runs.story(), long_standing=[member]).standing.since == "since 2026-10-02, in 11 runs"


def test_sides_without_a_difference_are_told_whole() -> None:
    """A finding of an earlier format, or one whose sides have nothing in common, with empty boxes."""
    plain = told(runs.story(difference={}))
    assert plain.expected == (("409, because the symbol exists", False),)
    marked = told(runs.story())
    assert marked.received[0] == ("200", True)


def test_long_sentences_are_cut() -> None:
    """A sentence of a megabyte that repeats a body."""
    long = told(
        runs.story(
            difference={"expected": [["x" * 9_000, False]], "received": [["a", True], ["b" * 9_000, True]]}
        )
    )
    assert sum(len(text) for text, _ in long.expected) < FULL.sentence + 10
    assert long.received[1][0].endswith(" ...")


def test_the_last_exchanges_stay_and_keep_their_numbers() -> None:
    """A cut story that leaves out the answer that was wrong, or counts anew."""
    short = told(runs.story(exchanges=[runs.exchange() for _ in range(9)]), SHORT)
    assert [exchange.number for exchange in short.exchanges] == [8, 9]
    assert short.left_out["exchanges"] == 7
    brief = told(runs.story(), BRIEF)
    assert brief.exchanges == ()
    assert brief.again.curl is None
    assert not brief.detail.recipes


def test_steps_are_numbered_once() -> None:
    """A list that reads `1. 1. allocate`."""
    assert told(runs.story()).steps[0] == "create CT1NG2XN16X4M0000QC0: 200"
    assert told(runs.story(steps=["   0.0 to    0.6 ms  A  200"])).steps == ("   0.0 to    0.6 ms  A  200",)


def test_a_lost_answer_says_why() -> None:
    """An exchange without an answer that reads like an empty one."""
    (exchange,) = told(runs.story(exchanges=[runs.exchange(None)])).exchanges
    assert (exchange.outcome, exchange.lost, exchange.response) == ("lost", "no answer within 10 s", None)


def test_half_a_script_is_not_offered() -> None:
    """A curl script that is cut in the middle of a body, pasted and run."""
    assert told(runs.story(curl="x" * 50_000)).again.curl is None
    assert told(runs.story(curl=["an earlier format"])).again.curl is None


def test_a_form_without_a_name_is_no_form() -> None:
    """A line that says only `4x`."""
    assert told(runs.story()).met.forms == {"under another type": 3}
    assert told(runs.story(forms={"": 4})).met.forms == {}
