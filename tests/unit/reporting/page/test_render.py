"""The page as a whole: complete, in the order in which somebody acts, and never larger than it may be."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from contracts.clauses.catalogue import load
from contracts.reporting.page.render import render
from tests.fixtures import runs

VOID = {"meta", "br", "input"}


class Nesting(HTMLParser):
    """Fails where an element is not closed, or closed by another."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself: of a drawing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()


def nesting(page: str) -> Nesting:
    parser = Nesting()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("run", [runs.honest(), runs.eventful()], ids=["honest", "findings"])
def test_elements_are_closed_and_names_are_given_once(run: runs.Left) -> None:
    """Half an element that swallows the rest of the page; a link that leads to another finding."""
    found = nesting(render(*run, runs.FOLDER))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert {f"clause-{id}" for id in load()} <= set(found.ids)


def test_links_within_the_page_lead_somewhere() -> None:
    """A clause that links to a finding which the page does not hold."""
    page = render(*runs.eventful(), runs.FOLDER)
    targets = set(re.findall(r'href="#([^"=]+)"', page))
    assert targets <= set(nesting(page).ids)


def test_violations_nobody_accepted_come_first_and_new_ones_before_known() -> None:
    """A new violation below twenty that everybody knows."""
    page = render(*runs.eventful(), runs.FOLDER)
    order = re.findall(r'<article class="finding" id="([^"]+)"', page)
    assert order == [
        "AST-08-75270e1cd6",
        "AST-06-c4865c58c7",
        "HTP-06-05312752ce",
        "AST-18-aaaa12335a",
        "AUT-06-27db12335a",
    ]


def test_what_the_run_counted_wins_over_the_file() -> None:
    """A file that was written at the first meeting says `once` of what was met a thousand times."""
    story = runs.story(count=1)
    page = render(runs.summary([runs.brief(story, count=1_234)]), [story])
    assert "1,234 times" in page


def test_reasons_of_what_was_not_judged_are_told() -> None:
    """A clause that nobody asked, and nobody knows which variable to set."""
    page = render(*runs.eventful(), runs.FOLDER)
    section = page.partition('id="unjudged"')[2].partition("</section>")[0]
    for reason in (
        "SCRATCH_CURRENCY",
        "READ_ONLY_TOKEN",
        "too many answers",
        "no question",
        "SECOND_CONNECTION_ID",
    ):
        assert reason in section


def test_accepted_and_outdated_entries_are_told() -> None:
    """An accepted finding that looks like any other, or an entry that fails the run unseen."""
    page = render(*runs.eventful(), runs.FOLDER)
    assert "payments until 2026-12-31, PAY-1184: until release 4.2" in page
    assert "ALC-09-1234567890</code>, its question was asked to the end" in page


@pytest.mark.parametrize("missing", ["memory", "accepted"])
def test_a_run_without_history_has_a_page(missing: str) -> None:
    """The first run of all, whose report breaks."""
    summary, findings = runs.eventful()
    del summary[missing]
    render(summary, findings)
    render({**summary, missing: None}, findings)


def test_a_finding_of_which_only_the_summary_knows_is_told() -> None:
    """A story that could not be written, and a violation that the page leaves out."""
    story = runs.story()
    page = render(runs.summary([story]), [runs.brief(story)])
    assert 'id="AST-06-c4865c58c7"' in page


def test_drawings_are_well_formed() -> None:
    """A drawing that no browser shows."""
    page = render(*runs.eventful(), runs.FOLDER)
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) > 8
    for drawing in drawings:
        ET.fromstring(drawing)  # noqa: S314  # our own text


@pytest.mark.parametrize("count", [60, 500])
def test_many_findings_stay_under_2_mb_and_the_first_are_told_in_full(count: int) -> None:
    """A page that grows until a build server cuts it; or one that says little of each finding, though there is room."""
    findings = runs.many(count)
    page = render(runs.summary(findings), findings, runs.FOLDER)
    assert len(page.encode()) < 2_000_000
    stories = page.split('<article class="finding"')[1:]
    assert len(stories) == count
    assert "As a pytest test" in stories[0]
    assert ("Told in brief" in page) == (count == 500)


def test_one_long_story_leaves_room_for_the_others() -> None:
    """A burst of large bodies that uses up the page, so that every other finding is told in brief."""
    big = runs.exchange()
    big["response"]["body"] = "<>" * 30_000
    findings = [runs.story(id=f"AST-06-{number:010x}", exchanges=[big] * 20) for number in range(30)]
    page = render(runs.summary(findings), findings, runs.FOLDER)
    assert len(page.encode()) < 2_000_000
    assert "Told in brief" not in page
