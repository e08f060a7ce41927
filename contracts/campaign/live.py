"""A campaign on the terminal: a picture that is drawn anew where it stands, or plain lines in a log; each finding once, as it comes."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from contracts.campaign.glance import Glance, lasting, left_out, most_asked_first, telling_first, uses
from contracts.reporting.closing import STYLES
from contracts.reporting.counted import counted
from contracts.reporting.front import Outlet
from contracts.reporting.page.opening import VERDICTS
from contracts.reporting.visible import one_line
from contracts.violation import Verdict

# Twice as often as anything in it changes.
_DRAWN_EVERY_S = 0.25
# A night has a thousand of these lines.
_PLAIN_EVERY_S = 30.0
# Lines that stay free above the picture: the latest findings stand there.
_LEFT_FREE = 6
# In a terminal with fewer lines the clauses want them all.
_ROOM_FOR_ARMS = 24
_WIDEST_NAME = 24
_LONGEST = 300


class LiveView:
    """Shows a campaign for as long as it is entered; `show` may be called as often as one likes."""

    def __init__(self, console: Outlet, known: Glance, clock: Callable[[], float] = time.monotonic) -> None:
        """What is `known` from earlier sittings is no news."""
        self._console = console
        self._clock = clock
        self._told = {id for id, _ in _news(known)}
        self._last = clock()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Begin the picture, where there is a terminal to draw it on."""
        if self._console.is_terminal and not self._console.is_dumb_terminal and not self._console.no_color:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._last -= _DRAWN_EVERY_S
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the picture away; the lines above it stay."""
        if self._live is not None:
            self._live.stop()

    def show(self, glance: Glance) -> None:
        """Print what is new and stays; draw the rest where it is time to."""
        for id, line in _news(glance):
            if id not in self._told:
                self._told.add(id)
                self._console.print(line)
        every = _PLAIN_EVERY_S if self._live is None else _DRAWN_EVERY_S
        if self._clock() - self._last >= every:
            self._last = self._clock()
            self._draw(glance)

    def _draw(self, glance: Glance) -> None:
        if self._live is None:
            self._console.print(Text(plain(glance)))
        else:
            self._live.update(picture(glance, self._console.height - _LEFT_FREE), refresh=True)


def _news(glance: Glance) -> Iterator[tuple[str, Text]]:
    """A line for each finding, and for each clause that could not be judged because of a bug of ours."""
    for finding in glance.findings:
        verdict = Verdict.WARNED if finding["advisory"] else Verdict.VIOLATED
        word, style = VERDICTS[verdict.word], STYLES[verdict]
        if finding.get("accepted"):
            word, style = "accepted", STYLES[Verdict.WARNED]
        yield finding["id"], _told(word, style, finding["clause"], finding["operation"], finding["kind"])
    for row in glance.rows:
        if row.verdict is Verdict.BROKEN:
            yield row.clause.id, _told("broken", STYLES[row.verdict], row.clause.id, row.reason)


def _told(word: str, style: str, *texts: str) -> Text:
    return Text.assemble((f"{word:9}", style), "  ".join(one_line(text, _LONGEST) for text in texts))


def plain(glance: Glance) -> str:
    """The campaign in one line."""
    return ", ".join([_time(glance), *_counts(glance), _verdicts(glance).plain])


def picture(glance: Glance, height: int) -> RenderableType:
    """The campaign in so many lines, or in the dozen that it takes at least."""
    head = list(_head(glance))
    room = max(height - len(head), 8)
    workers = min(len(glance.workers), room // 4)
    arms = min(len(glance.arms), room // 4) if room >= _ROOM_FOR_ARMS else 0
    clauses = room - workers - arms - (3 if arms else 2)  # each table has a line of headings
    tables = [_clauses(glance, clauses), _workers(glance, workers)]
    return Group(*head, *tables, *([_arms(glance, arms)] if arms else []))


def _head(glance: Glance) -> Iterator[Text]:
    yield _line("campaign", f"{one_line(glance.target, _LONGEST)}, seed {glance.seed}, {_time(glance)}")
    yield _line("so far", ", ".join(_counts(glance)))
    told = [f"{use.name} {use.used:,} of {use.cap:,}" for use in uses(glance)]
    if told:
        told += [f"{left_out(glance):,} requests left out"] if left_out(glance) else []
        yield _line("budget", one_line(", ".join(told), _LONGEST))
    yield _line("clauses", _verdicts(glance))


def _line(name: str, told: str | Text) -> Text:
    return Text.assemble((f"{name:10}", "dim"), told, no_wrap=True, overflow="ellipsis")


def _time(glance: Glance) -> str:
    left = f" ({lasting(glance.left_s)} left)" if glance.left_s is not None else ""
    return f"{lasting(glance.elapsed_s)}{left}"


def _counts(glance: Glance) -> Iterator[str]:
    yield f"{glance.cases:,} cases ({glance.cases_per_s:,.0f}/s)"
    yield counted(len(glance.findings), "finding")
    yield counted(glance.shards, "shard") + (f" ({glance.asked_again:,} again)" if glance.asked_again else "")
    yield counted(len(glance.workers), "worker")
    yield counted(glance.requests, "request")


def _verdicts(glance: Glance) -> Text:
    """How many clauses came to which verdict so far, the worst first."""
    counts = Counter(row.verdict for row in glance.rows)
    parts = [
        Text(f"{counts[verdict]} {VERDICTS[verdict.word]}", STYLES.get(verdict, ""))
        for verdict in sorted(counts, reverse=True)
    ]
    return Text(", ").join(parts)


def _clauses(glance: Glance, most: int) -> Table:
    table = _table(("verdict", "clause"), "", ("chances",))
    rows = telling_first(glance.rows)
    shown = _fitting(rows, most)
    for row in rows[:shown]:
        word = Text(VERDICTS[row.verdict.word], STYLES.get(row.verdict, "dim"))
        table.add_row(word, row.clause.id, Text(row.clause.title), f"{row.exercised:,}")
    return _with_rest(table, len(rows) - shown, "clause")


def _workers(glance: Glance, most: int) -> Table:
    table = _table(("worker",), "asks", ("for",))
    shown = _fitting(glance.workers, most)
    for busy in glance.workers[:shown]:
        asks = Text(one_line(busy.question, _LONGEST)) if busy.question else Text("nothing", "dim")
        table.add_row(Text(one_line(busy.worker, _LONGEST)), asks, lasting(busy.since_s))
    return _with_rest(table, len(glance.workers) - shown, "worker")


def _arms(glance: Glance, most: int) -> Table:
    table = _table((), "effort went to", ("shards", "cases", "new"))
    arms = most_asked_first(glance.arms)
    shown = _fitting(arms, most)
    for arm in arms[:shown]:
        counts = (f"{arm.shards:,}", f"{arm.cases:,}", f"{arm.new:,}")
        table.add_row(Text(one_line(arm.question, _LONGEST)), *counts)
    return _with_rest(table, len(arms) - shown, "question")


def _table(names: Sequence[str], text: str, numbers: Sequence[str]) -> Table:
    """A table as wide as the terminal, whose text takes the room that names and numbers leave."""
    table = Table(box=None, pad_edge=False, expand=True, header_style="dim")
    for name in names:
        table.add_column(name, no_wrap=True, max_width=_WIDEST_NAME)
    table.add_column(text, no_wrap=True, overflow="ellipsis", ratio=1)
    for name in numbers:
        table.add_column(name, no_wrap=True, justify="right")
    return table


def _fitting(items: Sequence[object], most: int) -> int:
    """How many to show in so many lines: the last one is wanted for how many there are more."""
    return len(items) if len(items) <= most else max(most - 1, 0)


def _with_rest(table: Table, more: int, noun: str) -> Table:
    if more:
        before = [""] * next(index for index, column in enumerate(table.columns) if column.ratio)
        table.add_row(*before, Text(f"and {counted(more, noun)} more", "dim"))
    return table
