"""The system's Chromium, and a page of it that notes whatever no page of ours may do."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from kg.web import assets
from tests.live import Server, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, but never in CI."""
    lacks = None if CHROMIUM else "no chromium on this machine (Debian: apt-get install chromium)"
    lacks = lacks or assets.lack()
    if lacks and os.environ.get("CI") != "true":
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=lacks))


@dataclass
class Watch:
    """What pages did that none may do: errors on the console or in scripts, requests of other hosts, things kept."""

    url: str
    troubles: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)  # parts of troubles that a test provokes

    def over(self, page: Page) -> Page:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", lambda asked: self._note(not asked.url.startswith((self.url, "blob:", "data:")), asked.url))
        return page

    def _said(self, message: ConsoleMessage) -> None:
        self._note(message.type in ("error", "warning"), f"{message.text} ({message.location['url']})")

    def _note(self, wrong: bool, text: str) -> None:
        if wrong:
            self.troubles.append(text)

    def clean(self) -> None:
        left = [one for one in self.troubles if not any(part in one for part in self.expected)]
        assert left == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, data=folder / "kg-data") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "these tests drive chromium, and there is none"
    assert assets.fetched(), assets.lack()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(30_000)
    yield made
    made.close()


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    """A test that uses it fails when a page did what none may do."""
    noted = Watch(server.url)
    yield noted
    noted.clean()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    return watch.over(context.new_page())


def barriers(page: Page) -> list[str]:
    """What axe-core finds that keeps people from using the page: rule and place."""
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:200]}" for one in found for node in one["nodes"]]
