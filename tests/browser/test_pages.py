"""Pages in a browser: at two sizes, in light and dark, with and without script, by mouse and by keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kg import resources
from tests.browser.conftest import Watch, barriers
from tests.live import Server

ARTICLE = "/articles/2020-06-08-pmoi-najaf"
TEXT = (resources.find("articles") / "2020-06-08-pmoi-najaf" / "article.txt").read_bytes().decode()
WORDS = "security forces began using tear gas and live bullets"
AT = TEXT.index(WORDS)
PASSAGE = f"{ARTICLE}?passage={AT}-{AT + len(WORDS)}"
PAGES = {
    "home": "/",
    "articles": "/articles",
    "article": ARTICLE,
    "passage": PASSAGE,
    "denials": f"{ARTICLE}?polarity=negated",
    "person": "/page/mustafa-al-kadhimi",
    "commander": "/page/hadi-al-amiri",
    "place": "/page/najaf",
    "event": "/page/najaf-clashes",
    "outlet": "/page/al-hurra",
    "placeholder": "/page/najaf-eyewitnesses",
    "findings": "/findings",
    "rule": "/page/rule.circular-sourcing",
    "circle": "/page/finding-6078e032cacfa5a815951f97",
    "compare": "/compare",
    "compared": "/compare?voice=al-hurra&voice=pmoi",
    "statements": "/statements?about=najaf",
    "search": "/search?q=32,000 Iraqis",
    "nothing-found": "/search?q=Mustafo",
    "ontology-module": "/ontology/grounding",
    "catalogue": "/catalogue",
    "graph": "/page/graph.entities",
    "questions": "/queries",
    "question": "/queries/names-of-a-person",
}


SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def tab(browser: Browser, server: Server, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab; its parameter is a size, and then perhaps `dark` or `noscript`: `phone dark`."""
    given = str(getattr(request, "param", "desktop")).split()
    context = browser.new_context(
        base_url=server.url,
        viewport=SIZES[given[0]],  # type: ignore[arg-type]
        color_scheme="dark" if "dark" in given else "light",
        java_script_enabled="noscript" not in given,
        has_touch=given[0] == "phone",
    )
    context.set_default_timeout(30_000)
    yield watch.over(context.new_page())
    context.close()


def found(page: Page) -> list[str]:
    """What keeps people from using the page; the marks of an article are links in running text, which may be as small
    as its words (WCAG 2.2, 2.5.8, “Inline”)."""
    return [one for one in barriers(page) if not ("target-size" in one and 'class="mark' in one)]


def opened(page: Page, path: str) -> Page:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    return page


@pytest.mark.parametrize("tab", ["desktop", "desktop dark", "phone", "phone dark"], indirect=True)
def test_every_page_is_accessible_and_fits(tab: Page) -> None:
    """axe finds nothing (WCAG 2.2 AA and its best practices), and no page is wider than the screen."""
    broken = {}
    for name, path in PAGES.items():
        page = opened(tab, path)
        barred = found(page)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        told = [*barred[:5], *(["too wide"] if wide else [])]
        if told:
            broken[name] = told
    assert broken == {}


@pytest.mark.parametrize("tab", ["desktop", "phone"], indirect=True)
def test_a_statement_and_a_proposition_are_accessible(tab: Page) -> None:
    page = opened(tab, PASSAGE)
    for _ in range(2):
        link = page.get_attribute("a:text('The whole statement'), .sentences.big a.small", "href")
        assert link
        assert found(opened(page, link)) == []


def test_a_claim_opens_beside_the_text(tab: Page) -> None:
    page = opened(tab, ARTICLE)
    page.click(f"#c{AT}")
    card = page.locator(".panel .claim").first
    expect(card).to_contain_text("Said by Eyewitnesses")
    expect(card.locator(".chain li")).to_have_count(3)
    expect(card.locator(".chain li").nth(0)).to_contain_text("PMOI/MEK")
    expect(card.locator(".chain li").nth(1)).to_contain_text("Al Arabiya Al Hadath TV")
    expect(card.locator(".chain li").nth(2)).to_contain_text("Eyewitnesses have reported that")
    lit = page.locator(".text .lit")
    assert re.sub(r"\s+", " ", "".join(lit.all_text_contents())) == WORDS
    assert f"passage={AT}-" in page.url
    page.reload()
    expect(page.locator(".panel .claim").first).to_contain_text("Said by Eyewitnesses")
    page.keyboard.press("Escape")
    expect(page.locator(".panel .claim")).to_have_count(0)
    page.go_back()
    expect(page.locator(".panel .claim").first).to_contain_text("Said by Eyewitnesses")


@pytest.mark.parametrize("tab", ["desktop noscript", "phone noscript"], indirect=True)
def test_a_claim_opens_without_script(tab: Page) -> None:
    page = opened(tab, ARTICLE)
    page.click(f"#c{AT}")
    expect(page.locator(".panel .claim").first).to_contain_text("Said by Eyewitnesses")
    expect(page.locator(".panel .claim").first).to_be_in_viewport()
    expect(page.locator(f"#c{AT}")).to_be_in_viewport()


@pytest.mark.parametrize("tab", ["phone"], indirect=True)
def test_on_a_phone_the_passage_and_its_claims_are_both_in_sight(tab: Page) -> None:
    page = opened(tab, PASSAGE + f"#c{AT}")
    expect(page.locator(".panel .claim").first).to_be_in_viewport()
    expect(page.locator(f"#c{AT}")).to_be_in_viewport()
    page.wait_for_function(f"document.getElementById('c{AT}').getBoundingClientRect().top < innerHeight / 2")
    panel, mark = page.locator(".panel").bounding_box(), page.locator(f"#c{AT}").bounding_box()
    assert panel is not None
    assert mark is not None
    assert 0 <= mark["y"] < panel["y"], "the passage stands above what lies over the text"


def test_suggestions_come_with_every_spelling_and_by_arrow_keys(tab: Page) -> None:
    page = opened(tab, "/")
    box = page.get_by_role("combobox")
    box.press_sequentially("kazem", delay=30)
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Mustafa al-Kadhimi")
    expect(option).to_contain_text("Kazemi")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    assert barriers(page) == []
    box.press("Enter")
    page.wait_for_url("**/page/mustafa-al-kadhimi")


def test_by_keyboard_alone_from_home_to_a_passage(tab: Page) -> None:
    page = opened(tab, "/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("href") == ARTICLE:
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ARTICLE}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("class") and "mark" in str(
            page.locator(":focus").get_attribute("class")
        ):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline not in ("none", ""), "focus is visible"
    page.keyboard.press("Enter")
    expect(page.locator(".panel .claim").first).to_be_visible()
    expect(page.locator(":focus")).to_have_attribute("id", "panel-title")
    page.keyboard.press("Escape")
    expect(page.locator(":focus")).to_have_class(re.compile("mark"))


def test_who_said_that_32_000_iraqis_are_paid_and_where_they_got_it(tab: Page) -> None:
    """In four clicks, without SPARQL."""
    page = opened(tab, "/")
    page.fill("#find", "32,000 Iraqis on Iran's payroll")
    page.click("button:text('Search')")
    page.click("a:has-text('32,000 Iraqis are directly getting their salaries from Iran')")
    expect(page.locator("h1")).to_contain_text("Said by Al-Hurra")
    expect(page.locator(".chain li").first).to_contain_text("PMOI/MEK")
    page.locator(".chain").get_by_role("link", name=re.compile("List of 32,000 Iraqis")).first.click()
    expect(page.locator("main")).to_contain_text("first obtained by")
    sourcing = page.locator(".fact", has_text="first obtained by")
    expect(sourcing.first).to_contain_text("said by")
    expect(sourcing.first).to_contain_text("PMOI/MEK")


def test_which_spellings_of_mustafa_al_kadhimi_and_who_uses_each(tab: Page) -> None:
    page = opened(tab, "/")
    page.fill("#find", "Mustafa al-Kadhimi")
    page.click("button:text('Search')")
    page.get_by_role("link", name="Mustafa al-Kadhimi", exact=True).click()
    rows = page.locator("table tbody tr")
    told = {row.locator("th").inner_text(): row.inner_text() for row in rows.all()}
    assert set(told) == {"al-Kadhimi", "Mustafa al-Kadhimi", "Al-Kadhemi", "Kazemi"}
    assert "Al-Hurra as printed by PMOI/MEK" in told["Kazemi"]
    assert "Sa’dollah Zarei as printed by PMOI/MEK" in told["Al-Kadhemi"]
    assert "PMOI/MEK in its own words" in told["Mustafa al-Kadhimi"]


def test_what_happened_in_najaf_on_7_june_2020_and_on_whose_word(tab: Page) -> None:
    page = opened(tab, "/")
    page.fill("#find", "Najaf")
    page.click("button:text('Search')")
    page.get_by_role("link", name="Najaf", exact=True).click()
    event = page.locator(".timeline li", has_text="7 June 2020")
    event.get_by_role("link").first.click()
    fact = page.locator(".fact", has_text="7 June 2020").first
    expect(fact).to_contain_text("said by")
    expect(fact.locator(".sayings a").first).to_be_visible()


def test_a_date_can_be_asked_of_a_place(tab: Page) -> None:
    page = opened(tab, "/page/najaf")
    page.fill("#from", "2020-06-07")
    page.fill("#to", "2020-06-07")
    page.click("button:text('Who says what of these days?')")
    expect(page.locator("table")).to_contain_text("Clashes outside the Najaf Provincial Council")


@pytest.mark.parametrize("tab", ["desktop dark"], indirect=True)
def test_what_is_printed_has_no_controls_and_says_where_it_is_found(tab: Page) -> None:
    page = opened(tab, PASSAGE)
    page.emulate_media(media="print")
    for control in (".top nav", ".find", ".filters", ".close", ".data"):
        assert page.locator(control).all()
        assert not any(one.is_visible() for one in page.locator(control).all()), control
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    text, panel = page.locator(".text").bounding_box(), page.locator(".panel").bounding_box()
    assert text is not None
    assert panel is not None
    assert panel["y"] >= text["y"] + text["height"] - 1, "what is open stands below the text, not over it"
    link = page.locator(".more a").first
    told = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert "statement-" in str(link.get_attribute("href"))
    assert told.endswith(f'"{link.get_attribute("href")}" ")"') or str(link.get_attribute("href")) in told
    assert page.pdf(format="A4").startswith(b"%PDF")
