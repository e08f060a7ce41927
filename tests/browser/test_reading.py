"""What a reader does with the page: search, filter, share, copy; quickly, also with 500 findings; without a network."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.fixtures import runs


def ids(page: Page) -> list[str]:
    """The findings that are shown, in order."""
    found: list[str] = page.eval_on_selector_all(".finding:not([hidden])", "all => all.map(one => one.id)")
    return found


def counted(page: Page) -> str:
    return page.inner_text("#counted") or ""


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


# --- the file alone


@pytest.mark.parametrize("run", [runs.honest(), runs.eventful()], ids=["honest", "findings"])
def test_the_page_asks_for_nothing_and_complains_of_nothing(opened: Open, run: runs.Left) -> None:
    """A font or script from a network, or a policy that blocks the page's own style."""
    found = opened(*run)
    found.page.locator(".finding > details > summary, .fold > summary").first.click()
    assert found.strangers == []
    assert found.complaints == []


def test_the_policy_keeps_other_scripts_out(opened: Open) -> None:
    """A policy that lets through what a server smuggled into the page."""
    found = opened(*runs.honest())
    found.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.smuggled = 1'}))"
    )
    assert found.page.evaluate("window.smuggled") is None
    assert any("Content Security Policy" in complaint for complaint in found.complaints)


def test_everything_is_there_without_the_script(opened: Open) -> None:
    """Findings that only a script unfolds, or controls that do nothing without it."""
    summary, findings = runs.eventful()
    page = opened(summary, findings, java_script_enabled=False).page
    assert page.locator(".finding").count() == len(findings)
    assert page.locator("tr[id^=clause-]").count() == len(summary["clauses"])
    assert not page.locator("#filter").is_visible()
    assert page.locator("button:visible").count() == 0
    last = page.locator(".finding").last
    last.locator("summary").first.click()
    assert last.locator(".expected").is_visible()
    assert last.locator(".exchange pre").last.is_visible()


# --- finding something


def test_a_slash_goes_to_the_search(opened: Open) -> None:
    """A shortcut that does nothing, or that writes itself into the field."""
    page = opened(*runs.eventful()).page
    page.keyboard.press("/")
    page.keyboard.type("traceback")
    assert page.input_value("#q") == "traceback"
    assert ids(page) == ["HTP-06-05312752ce"]
    assert counted(page).startswith("1 of 5 findings")


def test_the_shortcut_can_be_turned_off(opened: Open) -> None:
    """Who speaks to the machine types a slash without wanting to (WCAG 2.1.4)."""
    page = opened(*runs.eventful()).page
    page.uncheck("#slash")
    page.locator("body").press("/")
    assert page.evaluate("document.activeElement.id") != "q"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("family", "AUT", ["AUT-06-27db12335a"]),
        ("verdict", "warned", ["AST-18-aaaa12335a"]),
        ("state", "new", ["AST-08-75270e1cd6"]),
        ("state", "accepted", ["AUT-06-27db12335a"]),
        ("state", "flaky", ["HTP-06-05312752ce"]),
        ("state", "known", ["AST-06-c4865c58c7"]),
    ],
)
def test_the_filter_shows_what_was_chosen(opened: Open, field: str, value: str, expected: list[str]) -> None:
    """A filter that hides a finding for which somebody is looking."""
    page = opened(*runs.eventful()).page
    page.select_option(f"[name={field}]", value)
    assert ids(page) == expected
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".finding:not([hidden])")).to_have_count(5)
    assert page.evaluate("location.hash") == ""


def test_clauses_are_filtered_too(opened: Open) -> None:
    """A clause table that goes on to show what was filtered out."""
    page = opened(*runs.eventful()).page
    page.select_option("[name=verdict]", "not_applicable")
    assert page.locator("tr[id^=clause-]:visible th").all_inner_texts() == ["ALC-15", "AUT-05"]
    assert page.locator("table.clauses:visible").count() == 2


def test_a_link_shares_what_was_filtered(opened: Open) -> None:
    """A link that shows its receiver something else."""
    page = opened(*runs.eventful()).page
    page.fill("#q", "createAsset")
    page.select_option("[name=family]", "AST")
    fragment = page.evaluate("location.hash")
    other = opened(*runs.eventful(), fragment=fragment).page
    assert ids(other) == ids(page)
    assert len(ids(other)) == 3
    assert other.input_value("#q") == "createAsset"


def test_a_link_to_a_finding_opens_it(opened: Open) -> None:
    """A link from a chat that ends on a closed line, or on one that a filter hides."""
    page = opened(*runs.eventful(), fragment="#HTP-06-05312752ce").page
    finding = page.locator("#HTP-06-05312752ce")
    assert finding.locator(".expected").is_visible()
    page.select_option("[name=family]", "AUT")
    page.evaluate("location.hash = '#AST-08-75270e1cd6'")
    expect(page.locator("#AST-08-75270e1cd6 .expected")).to_be_visible()


# --- copying


def test_copies_are_exact(opened: Open) -> None:
    """A body that is copied as it is laid out, or a command with the words of its button."""
    summary, findings = runs.eventful()
    found = opened(
        summary, findings, fragment="#AST-06-c4865c58c7", permissions=["clipboard-read", "clipboard-write"]
    )
    page, finding = found.page, found.page.locator("#AST-06-c4865c58c7")
    story = next(one for one in findings if one["id"] == "AST-06-c4865c58c7")
    wanted = {
        "Copy id": story["id"],
        "Copy replay command": f"contracts replay {runs.FOLDER}/findings/{story['id']}.json",
        "Copy Request body": story["exchanges"][-1]["request"]["body"],
        "Copy Answer body": story["exchanges"][-1]["response"]["body"],
        "Copy curl script": story["curl"],
        "Copy pytest test": story["pytest"],
    }
    for fold in finding.locator(".fold > summary").all():
        fold.click()
    for name, text in wanted.items():
        finding.get_by_role("button", name=name).last.click()
        expect(page.locator("#said")).to_have_text(f"{name.removeprefix('Copy ')} copied")
        assert clipboard(page) == text, name
    page.locator("#run").get_by_role("button", name="Copy command").click()
    expect(page.locator("#said")).to_have_text("command copied")
    assert clipboard(page) == "BASE_URL=https://api.example contracts verify --profile verify --seed 7"


# --- what a server may say

HOSTILE = {
    "a script": "<script>window.pwned = 1</script>",
    "the end of a script": "</script></style><img src=x onerror='window.pwned = 1'>",
    "quotes": "\"' onmouseover='window.pwned=1' x=\"",
    "a template": "{{ 7 * 7 }}{% if x %}",
    "bidirectional controls": "abc\u202edef\u2066ghi",
    "NUL and other controls": "a\x00b\x08c\x1bd\re\x7ff",
    "half a pair": "a\ud800b\udfffc",
    "not quite there": "a\u200bb\ufeffc",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_texts(opened: Open, text: str) -> None:
    """A server that writes into the report: an element, a script, a turned line; or a text that is copied otherwise."""
    exchange = runs.exchange()
    exchange["request"] |= {"target": f"/{text}", "headers": [[text, text]], "body": text}
    exchange["response"] |= {
        "headers": [[text, text]],
        "body": json.dumps({text: [text, {}]}),
        "reason": text,
    }
    story = runs.story(
        kind=text,
        expected=text,
        received=text,
        difference={},
        steps=[text],
        exchanges=[exchange],
        curl=text,
        pytest=text,
    )
    summary = runs.summary([story], lost=text, broke=text, observations={"ALC-19": {text: text}})
    found = opened(summary, [story], permissions=["clipboard-read", "clipboard-write"])
    page = found.page
    assert page.evaluate("window.pwned") is None
    assert found.strangers == []
    assert found.complaints == []
    assert page.locator("main img, main script, main style").count() == 0
    whole = page.locator("body").text_content() or ""
    assert "49" not in (page.locator(".finding h3").text_content() or "")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffd]", whole)
    page.get_by_role("button", name="Copy Request body").click()
    expect(page.locator("#said")).to_have_text("Request body copied")
    assert clipboard(page) == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def test_a_body_of_a_megabyte_is_cut_and_says_so(opened: Open) -> None:
    """A page that no browser opens because one server answered at length."""
    exchange = runs.exchange()
    exchange["response"]["body"] = json.dumps({"items": ["x" * 40] * 24_000})
    story = runs.story(exchanges=[exchange] * 4)
    found = opened(runs.summary([story]), [story])
    assert found.path.stat().st_size < 500_000
    note = found.page.locator(".exchange .note").last.text_content() or ""
    assert note.startswith("the first 8,000 of 1,0")
    assert f"findings/{story['id']}.json" in note


# --- many findings


def test_500_findings_open_in_a_second(opened: Open) -> None:
    """A page that grows with the findings until nobody waits for it."""
    findings = runs.many(500)
    found = opened(runs.summary(findings), findings)
    page = found.page
    loaded: float = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert 0 < loaded < 1_000
    assert found.path.stat().st_size < 2_000_000
    assert page.locator(".finding").count() == 500
    answered: float = page.evaluate(
        """() => new Promise(done => {
          const began = performance.now(), q = document.getElementById("q");
          q.value = "wrong way 499";
          q.dispatchEvent(new Event("input", {bubbles: true}));
          requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
        })"""
    )
    assert loaded + answered < 1_000
    assert len(ids(page)) == 1
