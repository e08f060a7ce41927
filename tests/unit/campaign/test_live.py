"""A campaign on the terminal and in a log."""

import io
import re
from typing import Any

import pytest

from contracts.campaign.glance import Arm, Busy, Glance
from contracts.campaign.live import LiveView, picture, plain
from contracts.clauses.catalogue import load
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import Row
from contracts.violation import Verdict
from tests.fixtures.glances import budget, finding, glance, unbroken


class Log(Outlet):
    """A console that writes down what it is told; a terminal if it is told so."""

    def __init__(self, width: int = 80, height: int = 24, **settings: Any) -> None:
        self.written = io.StringIO()
        size = {"width": width, "height": height}
        super().__init__(file=self.written, **{"_environ": {}, "soft_wrap": True, **size, **settings})

    @property
    def text(self) -> str:
        return self.written.getvalue()


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(seen: Glance, width: int = 80, height: int = 18) -> list[str]:
    """The lines of the picture on a screen."""
    log = Log(width, height, soft_wrap=False)
    log.print(picture(seen, height))
    return log.text.splitlines()


BEGUN = glance(findings=[], rows=[])
CROWD = glance(
    workers=[Busy(f"tcp://10.0.0.{number}:41123", "test_flows.py::test_assets", 3.0) for number in range(40)],
    arms=[Arm(f"test_flows.py::test_{number}", number, number, 0) for number in range(60)],
)


@pytest.mark.parametrize(
    "seen",
    [glance(), CROWD, unbroken(), glance(budget=None, workers=[], findings=[], arms=[], rows=[])],
    ids=["plain", "crowd", "long words", "bare"],
)
@pytest.mark.parametrize(("width", "height"), [(80, 18), (40, 18), (120, 60), (300, 200)])
def test_a_picture_keeps_within_its_screen(seen: Glance, width: int, height: int) -> None:
    """A line too many, or too wide: the terminal scrolls, and each picture leaves a copy of itself behind."""
    lines = drawn(seen, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_a_picture_grows_with_its_terminal() -> None:
    """A large screen that shows no more than a small one."""
    small, large = drawn(CROWD), drawn(CROWD, height=120)
    assert len(small) == 18
    assert sum("held" in line for line in large) > sum("held" in line for line in small) + 40
    assert any("effort went to" in line for line in large)


def test_a_picture_says_what_it_leaves_out() -> None:
    """A list that ends in the middle and looks whole."""
    text = "\n".join(drawn(CROWD))
    (clauses,) = re.findall(r"and (\d+) clauses more", text)
    (workers,) = re.findall(r"and (\d+) workers more", text)
    assert len(re.findall(r"  [A-Z]{3}-\d\d", text)) + int(clauses) == len(CROWD.rows)
    assert text.count("tcp://") + int(workers) == len(CROWD.workers)
    assert not re.search(r"and \d+ \w+ more", "\n".join(drawn(glance(), height=120)))


def test_a_picture_tells_all_that_matters() -> None:
    """A live view that hides the pace, the time left, the budget, or what went wrong."""
    text = "\n".join(drawn(glance(), width=120))
    for told in (
        "staging, seed 7, 2:14:07 (5:45:53 left)",
        "3,318,220 cases (412/s), 1 finding, 1,204 shards (2 again), 2 workers, 3,400,101 requests",
        "requests 12,034 of 20,000, records 41 of 5,000, tbtc 9,000 of 10,000, 12 requests left out",
        "1 violated, 67 held, 1 not applicable",
        "violated  AST-06  a used symbol conflicts whatever else differs",
        "worker-1  test_races.py::test_one_create_wins[other contents]",
    ):
        assert told in text
    assert text.index("violated  AST-06") < text.index("held      AST-01")


def test_texts_of_a_target_do_not_steer_the_terminal() -> None:
    """An escape sequence or a mark-up in what a server said: colours, links, a cleared screen."""
    evil = "\x1b[2J[bold red]gone[/] :smile: \u202eback\nnext"
    told = glance(
        target=evil,
        findings=[finding(kind=evil)],
        workers=[Busy(evil, evil, 1.0)],
        budget=budget(sums={evil: 1}),
    )
    log = Log()
    with LiveView(log, BEGUN, Clock()) as view:
        view.show(told)
    for text in (log.text, "\n".join(drawn(told, width=200, height=40)), plain(told)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "[bold red]gone[/] :smile:" in log.text
    assert "[bold red]gone[/] :smile:" in "\n".join(drawn(told, width=200, height=40))


def test_a_finding_is_told_once_and_at_once() -> None:
    """A finding that waits for the next line of a log, or that comes with each of them."""
    log, clock = Log(), Clock()
    with LiveView(log, BEGUN, clock) as view:
        view.show(glance(findings=[]))
        assert log.text == ""
        view.show(glance(findings=[finding()]))
        view.show(glance(findings=[finding(), finding("AST-18", "no string", advisory=True)]))
        view.show(glance(findings=[finding(), finding("ALC-09", accepted={"reason": "known"})]))
    words = [line.split()[:2] for line in log.text.splitlines()]
    assert words == [["violated", "AST-06"], ["warned", "AST-18"], ["accepted", "ALC-09"]]


def test_what_an_earlier_sitting_told_is_no_news() -> None:
    """A morning's log that begins with all findings of the night, as if they had come again."""
    log = Log()
    with LiveView(log, glance(findings=[finding()], rows=[]), Clock()) as view:
        view.show(glance(findings=[finding(), finding("AST-09")], rows=[]))
    assert [line.split()[:2] for line in log.text.splitlines()] == [["violated", "AST-09"]]


def test_a_bug_of_ours_is_told_once() -> None:
    """A clause that nobody judges all night, in a row that nobody scrolls to."""
    log = Log()
    broken = Row(load()["AST-05"], Verdict.BROKEN, 3, "KeyError: 'id'\n  in a check")
    with LiveView(log, BEGUN, Clock()) as view:
        for _ in range(2):
            view.show(glance(findings=[], rows=[broken]))
    assert log.text == "broken   AST-05  KeyError: 'id' in a check\n"


def test_a_log_gets_a_line_every_half_minute() -> None:
    """A CI log of a hundred thousand lines, or one that is silent for an hour."""
    log, clock = Log(), Clock()
    with LiveView(log, BEGUN, clock) as view:
        for half_second in range(240):
            clock.now = half_second / 2
            view.show(glance(findings=[], elapsed_s=clock.now))
    times = [line.partition(" ")[0] for line in log.text.splitlines()]
    assert times == ["0:00:30", "0:01:00", "0:01:30"]


def test_a_plain_line_says_how_it_stands() -> None:
    """A line that is a sign of life and nothing else."""
    assert plain(glance(left_s=None, asked_again=0)) == (
        "2:14:07, 3,318,220 cases (412/s), 1 finding, 1,204 shards, 2 workers, 3,400,101 requests, "
        "1 violated, 67 held, 1 not applicable"
    )


def on_a_terminal(**settings: Any) -> Log:
    return Log(force_terminal=True, color_system="standard", **settings)


def test_a_terminal_is_drawn_anew_only_now_and_then() -> None:
    """A picture a shard: a fast campaign would spend its time on drawing."""
    log, clock = on_a_terminal(), Clock()
    with LiveView(log, BEGUN, clock) as view:
        view.show(glance(cases=1))
        view.show(glance(cases=2))
        clock.now = 0.3
        view.show(glance(cases=3))
    assert "1 cases" in log.text
    assert "2 cases" not in log.text
    assert "3 cases" in log.text


def test_a_finding_stands_above_the_picture_and_the_picture_goes_in_the_end() -> None:
    """Findings that the next picture wipes away, or a picture that stays in the way of the verdict."""
    log, clock = on_a_terminal(), Clock()
    with LiveView(log, BEGUN, clock) as view:
        view.show(glance(findings=[]))
        clock.now = 1.0
        before = len(log.text)
        view.show(glance())
        later = log.text[before:]
        assert later.index("createAsset") < later.index("campaign")
    behind_the_last = log.text.rpartition("campaign  ")[2]
    assert behind_the_last.count("\x1b[2K") >= behind_the_last.count("\n") > 10


@pytest.mark.parametrize(
    "settings", [{"no_color": True}, {"_environ": {"TERM": "dumb"}}, {"force_terminal": False}]
)
def test_lines_stand_where_nothing_can_be_drawn(settings: dict[str, Any]) -> None:
    """Sequences that move the cursor in a log, on a dumb terminal, or where NO_COLOR asks for plain text."""
    log, clock = Log(**{"force_terminal": True, **settings}), Clock()
    with LiveView(log, BEGUN, clock) as view:
        clock.now = 30.0
        view.show(glance())
    assert not re.search(r"\x1b\[[0-9?]*[^0-9?m]", log.text)
    assert log.text.splitlines()[1].startswith("2:14:07")


class Gone(Log):
    """A terminal whose window is closed after the first picture."""

    left = False
    given_up = 0

    def _write_buffer(self) -> None:
        if self.left:
            raise OSError(5, "Input/output error")
        super()._write_buffer()

    def on_broken_pipe(self) -> None:
        self.given_up += 1
        self.quiet = True


def test_a_campaign_outlives_its_terminal() -> None:
    """A window that is closed, and a night's campaign that ends with it."""
    log, clock = Gone(force_terminal=True), Clock()
    with LiveView(log, BEGUN, clock) as view:
        view.show(glance())
        log.left = True
        clock.now = 1.0
        view.show(glance(findings=[finding("AST-05")]))
    assert log.given_up
