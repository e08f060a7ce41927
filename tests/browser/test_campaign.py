"""The page of a campaign under way: it keeps itself up to date, and disturbs nobody who reads it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from contracts.campaign.glance import Glance
from contracts.campaign.page import Page as Campaign
from contracts.transport import showing as server
from contracts.transport.showing import showing
from tests.browser.conftest import DESKTOP
from tests.browser.test_access import complaints
from tests.fixtures.glances import finding, glance, unbroken

PHONE = {"width": 320, "height": 640}
# What the page waits between two looks.
EVERY_MS = 2_000


class Watched:
    """A campaign, and a browser that looks at it in a time of its own."""

    def __init__(self, seen: Glance, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.campaign = Campaign(seen)
        self._serving = ExitStack()
        serving = showing("127.0.0.1", 0, self.campaign.html, self.campaign.data)
        self.address = self._serving.enter_context(serving)
        page.clock.install()
        page.goto(self.address)

    def news(self, seen: Glance) -> None:
        """Show another glance, and let the page look."""
        self.campaign.show(seen)
        self.page.clock.run_for(EVERY_MS)

    def end(self) -> None:
        """Nobody answers any more."""
        self._serving.close()


Watch = Callable[..., Watched]


@pytest.fixture
def watch(tab: Callable[..., BrowserContext], monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    monkeypatch.setattr(server, "_LAST_LOOK_S", 0.0)
    with ExitStack() as ended:

        def begin(seen: Glance | None = None, **settings: Any) -> Watched:
            watched = Watched(seen or glance(), tab(**settings).new_page())
            ended.callback(watched.end)
            return watched

        yield begin


SETTINGS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": PHONE},
    "dark phone": {"color_scheme": "dark", "viewport": PHONE},
}
CAMPAIGNS = {
    "under way": glance(findings=[finding(), finding("AST-18", advisory=True, accepted={"reason": "known"})]),
    "ended": glance(ended="its time was over", findings=[]),
    "long words": unbroken(),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("seen", CAMPAIGNS.values(), ids=CAMPAIGNS.keys())
def test_no_rule_of_wcag_aa_is_broken(watch: Watch, seen: Glance, settings: dict[str, Any]) -> None:
    """A colour too faint, a drawing without words, a table that a screen reader cannot tell."""
    watched = watch(seen, **settings)
    assert complaints(watched.page) == []
    assert watched.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("seen", CAMPAIGNS.values(), ids=CAMPAIGNS.keys())
def test_no_screen_scrolls_sideways(watch: Watch, seen: Glance, size: dict[str, int]) -> None:
    """A long worker's name, or a table of numbers, that pushes the page out of a screen of 320 pixels."""
    page = watch(seen, viewport=size).page
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_news_take_their_place_without_a_reload(watch: Watch) -> None:
    """A page that stands still, or that flickers every two seconds."""
    watched = watch(glance(findings=[]))
    watched.page.evaluate("window.same = true")
    watched.news(glance(cases=4_000_000))
    expect(watched.page.locator("#top")).to_contain_text("4,000,000")
    expect(watched.page.locator("#findings tbody tr")).to_have_count(1)
    expect(watched.page.locator("#said")).to_have_text("Findings: 1, new: 1")
    assert watched.page.evaluate("window.same") is True
    assert watched.complaints == []


def top(page: Page, part: str) -> float:
    """Where a part begins on the screen."""
    place: float = page.locator(part).evaluate("part => part.getBoundingClientRect().top")
    return place


def test_the_reader_stays_where_they_are(watch: Watch) -> None:
    """News above that push away what somebody is reading, or take the keyboard's place from them."""
    watched = watch()
    page = watched.page
    page.locator("#to-AST-06-c4865c58c7").focus()
    page.locator("#workers").evaluate("part => part.scrollIntoView()")
    before = top(page, "#workers")
    watched.news(
        glance(cases=4_000_000, findings=[finding(), *(finding(id=f"AST-06-{n}") for n in range(9))])
    )
    expect(page.locator("#findings tbody tr")).to_have_count(10)
    assert top(page, "#workers") == pytest.approx(before, abs=1)  # a screen scrolls by whole pixels
    assert page.evaluate("document.activeElement.id") == "to-AST-06-c4865c58c7"


def test_a_marked_text_stays_marked(watch: Watch) -> None:
    """An id that nobody can copy, since it is replaced under the mouse."""
    watched = watch()
    page = watched.page
    page.locator("#top h1").select_text()
    watched.news(glance(cases=4_000_000, findings=[]))
    expect(page.locator("#findings")).to_contain_text("None so far")
    assert page.evaluate("String(getSelection())").startswith("staging")


def test_who_has_paused_sees_no_news(watch: Watch) -> None:
    """Text that moves and cannot be stopped (WCAG 2.2.2)."""
    watched = watch()
    page = watched.page
    page.get_by_role("button", name="Pause").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    watched.news(glance(cases=4_000_000))
    page.clock.run_for(10 * EVERY_MS)
    assert asked == []
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#top")).to_contain_text("4,000,000")


def test_a_dead_client_is_told_and_a_resumed_one_is_seen(watch: Watch) -> None:
    """A page of yesterday that looks like one of now."""
    watched = watch()
    page, port = watched.page, int(watched.address.rstrip("/").rpartition(":")[2])
    expect(page.locator("#stale")).to_be_hidden()
    watched.end()
    page.clock.run_for(EVERY_MS)
    expect(page.get_by_role("alert")).to_contain_text("the campaign has ended or was killed")
    resumed = Campaign(glance(cases=4_000_000))
    with showing("127.0.0.1", port, resumed.html, resumed.data):
        page.clock.run_for(EVERY_MS)
        expect(page.locator("#top")).to_contain_text("4,000,000")
        expect(page.locator("#stale")).to_be_hidden()


def test_an_ended_campaign_is_left_alone(watch: Watch) -> None:
    """A page that says "killed" as soon as a campaign has ended as it should, or asks for ever."""
    watched = watch()
    page = watched.page
    watched.news(glance(ended="its time was over"))
    expect(page.locator("#top")).to_contain_text("Ended after 2:14:07: its time was over.")
    expect(page.locator("#pause")).to_be_hidden()
    watched.end()
    page.clock.run_for(10 * EVERY_MS)
    expect(page.locator("#stale")).to_be_hidden()


def test_without_a_script_the_page_loads_itself_anew(watch: Watch) -> None:
    """A page that needs scripts to show a number."""
    watched = watch(java_script_enabled=False)
    watched.campaign.show(glance(cases=4_000_000))
    expect(watched.page.locator("#top")).to_contain_text("4,000,000")
    assert not watched.page.locator("#pause").is_visible()
