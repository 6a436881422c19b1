"""Debian's Chromium, driven by Playwright, and the pages of a finished review."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.reviews import Review

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def built(finished: Callable[[str], Review]) -> Path:
    """The results of the anakinra review."""
    return finished("anakinra").folder / "results"


@pytest.fixture(scope="session")
def pages(built: Path) -> dict[str, Path]:
    """The article in each language ("main", "pl") and its supplement ("supplement" …)."""
    return {
        path.name.removeprefix("review").removesuffix(".html").strip(".") or "main": path
        for path in sorted((built / "report").glob("*.html"))
    }


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None and os.environ.get("CI") != "true":
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    assert chromium, "continuous integration needs chromium: .ci/run installs it"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@dataclass
class Opened:
    """A page in the browser, what its console said and what it asked the network for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Browser, pages: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    """Opens the page of a language; further options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def opened(language: str = "main", **options: object) -> Opened:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}  # type: ignore[arg-type]
        )
        contexts.append(context)
        view = Opened(context.new_page())
        view.page.on("console", lambda message: view.said.append(message.text))
        view.page.on("pageerror", lambda error: view.said.append(str(error)))
        view.page.on("request", lambda request: view.asked.append(request.url))
        view.page.goto(pages[language].as_uri())
        return view

    yield opened
    for context in contexts:
        context.close()
