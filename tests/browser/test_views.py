"""The timeline, the graph and the map on their own pages, in a real browser."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, barriers
from tests.live import Server


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize(
    ("path", "drawn"),
    [("/timeline", ".vis-item"), ("/graph?about=hadi-al-amiri", ".graph canvas"), ("/map", ".unplaced li")],
)
def test_a_view_is_drawn_without_barriers(
    browser: Browser, server: Server, watch: Watch, path: str, drawn: str, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = watch.over(context.new_page())
    page.goto(server.url + path)
    page.wait_for_selector(drawn)
    assert barriers(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("() => ({ ...localStorage })") == {}
    context.close()


def test_the_timeline_shows_the_days_that_are_said(page: Page, server: Server, watch: Watch) -> None:
    page.goto(server.url + "/timeline?about=najaf-clashes")
    page.wait_for_selector(".vis-item")
    told = server.request("GET", "/timeline.json?about=najaf-clashes").json["items"]
    page.click("text=Whole")
    shown = page.locator(".vis-item.vis-point:not(.vis-dot), .vis-item.vis-range, .vis-item.vis-box")
    expect(shown).to_have_count(len(told))
    assert {text.strip() for text in shown.all_inner_texts()} == {
        f"{item['manner']}: {item['label']}".removeprefix(": ").strip() for item in told
    }
    watch.clean()
    watch.expected.append("/statement-")  # what the statement's page does is not this test's concern
    shown.first.click()
    page.wait_for_url("**/statement-*")


def test_a_choice_is_in_the_address_and_in_the_form(page: Page, server: Server) -> None:
    page.goto(server.url + "/graph")
    page.select_option("#filter-about", label="Badr Corps")
    page.click("button:has-text('Show')")
    page.wait_for_url("**about=badr-corps**")
    page.wait_for_selector(".graph canvas")
    assert page.locator("#filter-about").input_value() == "badr-corps"
    rows = page.locator("table.answer tbody tr")
    assert rows.count() > 0
    assert all("Badr Corps" in text for text in rows.all_inner_texts())


def test_an_entity_s_page_draws_what_is_opened(page: Page, server: Server) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + "/page/hadi-al-amiri")
    page.wait_for_selector("[data-drawings]:not([hidden])")
    assert [url for url in asked if "vendor" in url] == [], "nothing is fetched that is not asked for"
    for name, drawn in [("graph", ".graph canvas"), ("timeline", ".drawing"), ("map", ".drawing")]:
        page.click(f"details[data-name={name}] summary")
        page.wait_for_selector(f"details[data-name={name}] {drawn}")
    expect(page.locator("details[data-name=map]")).to_contain_text("The record holds nothing to draw here.")
    assert barriers(page) == []
