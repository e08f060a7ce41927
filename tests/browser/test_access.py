"""Who cannot see well, uses no mouse, or reads on a phone or on paper gets the whole report."""

from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.fixtures import runs

WCAG_AA = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PHONE = {"width": 360, "height": 740}


def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong: the rule, and the elements."""
    found: list[dict[str, Any]] = Axe().run(page, options=WCAG_AA).response["violations"]
    return [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in found]


def open_all(page: Page) -> None:
    """Everything that is folded is shown: axe looks at nothing else."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    expect(page.locator("details:not([open])")).to_have_count(0)


SETTINGS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": PHONE},
    "dark phone": {"color_scheme": "dark", "viewport": PHONE},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("run", [runs.honest(), runs.eventful()], ids=["honest", "findings"])
def test_no_rule_of_wcag_aa_is_broken(opened: Open, run: runs.Left, settings: dict[str, Any]) -> None:
    """A colour too faint, a control without a name, a table that a screen reader cannot tell."""
    page = opened(*run, **settings).page
    open_all(page)
    assert complaints(page) == []


@pytest.mark.parametrize(
    "run", [runs.honest(), runs.eventful(), runs.unbroken()], ids=["honest", "findings", "long words"]
)
def test_a_phone_never_scrolls_sideways(opened: Open, run: runs.Left) -> None:
    """A long id or a wide table that pushes the page out of a screen of 360 pixels."""
    page = opened(*run, viewport=PHONE).page
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_headings_are_in_order(opened: Open) -> None:
    """A level that is left out: who moves by headings takes it for a missing part."""
    page = opened(*runs.eventful()).page
    levels: list[int] = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(one => Number(one.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_keys_reach_everything(opened: Open) -> None:
    """A finding that only a mouse can open, or a first stop behind forty links."""
    page = opened(*runs.eventful()).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.keyboard.press("Enter")
    second = page.locator(".finding > details").nth(1)
    second.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert second.get_attribute("open") is not None


def test_paper_shows_what_is_folded(opened: Open) -> None:
    """A printed report of which nobody can open the findings, with buttons that nobody can press."""
    page = opened(*runs.eventful(), java_script_enabled=False).page
    page.emulate_media(media="print")
    for finding in page.locator(".finding").all():
        assert finding.locator(".expected").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.locator("button:visible").count() == 0


def test_differences_are_told_without_colour(opened: Open) -> None:
    """Marks that only colour shows: a screen reader, or a black and white printer, would lose them."""
    page = opened(*runs.eventful()).page
    said = page.locator(".finding ins").first
    assert said.text_content() == "200"
    before: str = said.evaluate("one => getComputedStyle(one, '::before').content")
    assert "instead" in before
    assert said.evaluate("one => getComputedStyle(one).borderBottomStyle") == "solid"
