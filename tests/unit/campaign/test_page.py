"""The page of a campaign, as a text; tests/browser opens it."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from contracts.campaign.page import Course, Page, render
from contracts.violation import Verdict
from tests.fixtures.glances import budget, finding, glance, rows, unbroken


class Text(HTMLParser):
    """The words that a reader sees, and the ids of elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        self._inside.append("")

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] not in (["style"], ["script"]):
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def seen(page: str) -> str:
    return Text(page).text


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_page_tells_how_it_stands() -> None:
    """A number that the terminal shows and the page does not."""
    text = seen(render(glance()))
    for told in (
        "staging violated so far",
        "Under way for 2:14:07, 5:45:53 left.",
        "Cases 3,318,220 Cases a second 412 Requests 3,400,101 Shards 1,204 Asked again 2 Seed 7",
        "requests 12,034 of 20,000",
        "tbtc 9,000 of 10,000",
        "left out 12 requests",
        "Findings 1",
        "AST-06 createAsset: the symbol exists: wrong status AST-06-c4865c58c7 4",
        "1 violated 67 held 1 not applicable",
        "worker-1 test_races.py::test_one_create_wins[other contents] 0:00:04",
        "worker-2 nothing",
        "test_races.py::test_one_create_wins[other contents] 58 120,000 9",
    ):
        assert told in text


def test_a_bare_campaign_has_a_page() -> None:
    """The first seconds: no worker, no shard, no course, no cap, and a page that breaks."""
    bare = glance(
        budget=None, workers=[], findings=[], arms=[], rows=[], left_s=None, cases=0, shards=0, elapsed_s=0.0
    )
    text = seen(render(bare))
    assert "Under way for 0:00:00." in text
    assert "None so far." in text


def test_what_is_interesting_comes_first() -> None:
    """A violated clause among seventy held ones, the latest finding below the fold."""
    told = glance(
        rows=rows(HTP_06=Verdict.VIOLATED), findings=[finding("AST-01"), finding("HTP-06"), finding("AST-02")]
    )
    ids = Text(render(told)).ids
    assert next(id for id in ids if id.startswith("clause-")) == "clause-HTP-06"
    found = [id for id in ids if id.endswith("c4865c58c7") and not id.startswith("to-")]
    assert [id[:6] for id in found] == ["AST-02", "HTP-06", "AST-01"]


def test_the_verdict_so_far_colours_the_page() -> None:
    """A green page over a violated clause, or a verdict that reads as the last word."""
    page = render(glance(rows=rows()))
    assert 'class="top held"' in page
    assert "<title>held so far: staging, campaign</title>" in page


def test_an_ended_campaign_says_so_and_looks_for_nothing() -> None:
    """A page that waits for news of a campaign that is over."""
    page = render(glance(ended="its time was over"), silent_s=3_600)
    assert "Ended after 2:14:07: its time was over." in seen(page)
    assert "so far" not in seen(page)
    assert "<body data-ended>" in page
    assert 'http-equiv="refresh"' not in page
    assert "said nothing" not in page


def test_without_a_script_the_page_loads_itself_anew() -> None:
    """A page that stands still where scripts are off, or jumps to its top every 2 s where they are on."""
    assert re.search(r'<noscript><meta http-equiv="refresh" content="2"></noscript>', render(glance()))


def test_silence_is_told() -> None:
    """A campaign that hangs, behind a page that answers as if nothing were wrong."""
    clock = Clock()
    page = Page(glance(), clock)
    clock.now = 10.0
    assert "said nothing" not in page.html()
    clock.now = 80.0
    assert "The campaign has said nothing for 0:01:20" in seen(page.html())
    page.show(glance())
    assert "said nothing" not in page.html()


def test_readers_get_the_latest() -> None:
    """A page that keeps its first look."""
    page = Page(glance(cases=1))
    page.show(glance(cases=22_222))
    assert "22,222" in page.html()
    assert json.loads(page.data())["cases"] == 22_222


def test_nothing_but_the_page_itself_is_run_or_loaded() -> None:
    """A policy that lets through what a server smuggled in, or that stops the page's own script and style."""
    page = render(glance())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].replace("&#39;", "'").split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["connect-src"] == "'self'"
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert " style=" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:,|glance\.json)', page)


def test_texts_of_a_target_are_texts() -> None:
    """Mark-up, or characters that hide or reorder, in what a server said."""
    evil = '<script>alert(1)</script>"\x00\u202e\u200b\ud800'
    told = glance(
        folder=evil,
        target=evil,
        ended=evil,
        findings=[finding(kind=evil, operation=evil)],
        budget=budget(sums={evil: 1}),
    )
    page = render(told)
    assert "<script>alert" not in page
    assert not re.search("[\x00\u202e\u200b\ud800]", page)
    assert "\\u202e" in page
    page.encode()


def test_ids_are_there_once() -> None:
    """Two elements of one id: the script puts news in the wrong place."""
    told = Text(render(glance(findings=[finding("AST-01"), finding("AST-02")]))).ids
    assert len(told) == len(set(told))


def test_every_part_is_always_there() -> None:
    """The script replaces parts by their ids: one that comes later would never be seen."""
    bare = glance(budget=None, workers=[], findings=[], arms=[], rows=[])
    for told in (glance(), bare, glance(ended="interrupted")):
        assert {"top", "pace", "findings", "clauses", "workers", "effort"} <= set(Text(render(told)).ids)


def test_a_course_is_drawn_within_its_frame() -> None:
    """A line that leaves its drawing, or a division by nothing where nothing moved yet."""
    path = re.search(r'<path d="M([^"]*)"', render(glance(), [(0.0, 0.0), (5.0, 800.0), (20.0, 400.0)]))
    assert path is not None
    assert path[1] == "0.0 40.0 L75.0 0.0 L300.0 20.0"
    assert "<path" not in render(glance(), [(0.0, 0.0)])
    assert "<path" in render(glance(), [(0.0, 0.0), (1.0, 0.0)])


def test_a_course_covers_the_whole_night() -> None:
    """A drawing of 60,000 points, or one of the last minutes alone."""
    course = Course()
    for half_second in range(8 * 3600 * 2):
        course.saw(half_second / 2, 400.0)
    assert 100 < len(course.points) <= 240
    assert course.points[0][0] == 0
    assert course.points[-1][0] > 7.9 * 3600
    gaps = {later[0] - earlier[0] for earlier, later in zip(course.points, course.points[1:], strict=False)}
    assert max(gaps) <= 2 * min(gaps)


def test_a_large_campaign_has_a_page_that_travels() -> None:
    """A page of megabytes, every two seconds, for each reader."""
    many = [finding(id=f"AST-06-{number:010}") for number in range(300)]
    assert len(render(glance(findings=many))) < 300_000
    assert len(render(unbroken())) < 300_000


@pytest.mark.parametrize(("used", "colour"), [(100, "held"), (16_000, "warned"), (20_000, "violated")])
def test_a_cap_that_is_near_is_marked(used: int, colour: str) -> None:
    """A budget that runs out in green."""
    page = render(glance(budget=budget(requests=used, records=0, sums={})))
    bars = re.findall(r'<rect class="(\w+)" width="[\d.]+" height="4"/>', page)
    assert bars[0] == colour
