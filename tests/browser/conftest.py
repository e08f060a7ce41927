"""The page in a real browser: Debian's Chromium or another one, driven by playwright; nothing is downloaded."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from contracts.findings.store import write_text
from contracts.reporting.page.render import render
from tests.fixtures.runs import FOLDER

DESKTOP = {"width": 1280, "height": 900}


class Opened:
    """A page of the report in a tab of its own, and what the tab complained of or asked for."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._noted)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._requested)

    def _noted(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)

    def go(self, fragment: str = "") -> Page:
        """Open the page, at a fragment if one is given."""
        self.page.goto(self.path.as_uri() + fragment)
        return self.page

    @property
    def strangers(self) -> list[str]:
        """What was asked for beside the file itself."""
        return [url for url in self.requests if url.partition("#")[0] != self.path.as_uri()]


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.exit(
            "no Chromium: install one (Debian: apt-get install chromium), or set CHROMIUM", returncode=2
        )
    # CI runs as root in a container, where Chromium's own sandbox cannot be set up; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts (a window with settings of its own), and closes them."""
    made: list[BrowserContext] = []

    def new(**settings: Any) -> BrowserContext:
        made.append(browser.new_context(**{"viewport": DESKTOP, **settings}))
        return made[-1]

    yield new
    for context in made:
        context.close()


@pytest.fixture
def opened(tab: Callable[..., BrowserContext], tmp_path: Path) -> Open:
    """Renders a run into a file and opens it; settings are those of the window."""

    def open_page(
        summary: Mapping[str, Any],
        findings: Iterable[Mapping[str, Any]] = (),
        *,
        fragment: str = "",
        **settings: Any,
    ) -> Opened:
        path = tmp_path / "report.html"
        write_text(path, render(summary, findings, FOLDER))
        found = Opened(tab(**settings).new_page(), path)
        found.go(fragment)
        return found

    return open_page
