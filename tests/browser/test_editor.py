"""The SPARQL editor in a real browser: what it completes, answers, shows and keeps to itself."""

import json
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, barriers
from tests.live import CROSS, Server

PREFIXES = "PREFIX at: <https://w3id.org/attest/ontology#>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
VOICES = PREFIXES + "SELECT ?voice (COUNT(*) AS ?n) { ?s at:claimedBy ?voice } GROUP BY ?voice ORDER BY DESC(?n) ?voice"
TIMES = (
    PREFIXES
    + "SELECT ?from ?to ?words { ?s at:firstPrecise ?from ; at:lastPrecise ?to ; at:groundedIn/at:exact ?words }"
)
COMMANDS = PREFIXES + "CONSTRUCT { ?who at:commands ?what } { ?p at:commander ?who ; at:commandedGroup ?what }"
WKT = "<http://www.opengis.net/ont/geosparql#wktLiteral>"
POINTS = f'SELECT ?place ?at {{ VALUES (?place ?at) {{ (<najaf> "POINT(44.3 32.0)"^^{WKT}) (<basra> UNDEF) }} }}'


def opened(page: Page, server: Server, path: str = "/sparql") -> Page:
    page.goto(server.url + path)
    page.wait_for_selector("#ask[data-ready]")
    return page


def write(page: Page, text: str) -> None:
    """Type, as a person does: what is there is selected first."""
    page.locator(".yasqe .CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def put(page: Page, text: str) -> None:
    page.evaluate("text => document.querySelector('.yasqe .CodeMirror').CodeMirror.setValue(text)", text)


def query(page: Page) -> str:
    return str(page.evaluate("() => document.querySelector('.yasqe .CodeMirror').CodeMirror.getValue()"))


def run(page: Page, text: str) -> None:
    put(page, text)
    with page.expect_response(lambda answer: answer.url.endswith("/sparql")):
        page.click("#run")
    expect(page.locator(".status")).to_contain_text("generation")


def offered(page: Page) -> list[str]:
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".CodeMirror-hint")
    return page.locator(".CodeMirror-hint").all_inner_texts()


def test_a_query_is_answered_with_labels_that_lead_to_pages(page: Page, server: Server) -> None:
    opened(page, server)
    run(page, VOICES)
    expected = server.rows(
        VOICES.replace("?voice (", "?voice (SAMPLE(?label) AS ?name) (").replace(
            "claimedBy ?voice }", "claimedBy ?voice . ?voice rdfs:label ?label }"
        )
    )
    cells = page.locator("#results table.answer tbody tr")
    expect(cells).to_have_count(len(expected))
    assert cells.first.locator("td").all_inner_texts() == [expected[0]["name"], expected[0]["n"]]
    assert str(cells.first.locator("a").get_attribute("href")).startswith("/id/")
    expect(page.locator(".status")).to_contain_text(f"{len(expected)} rows from generation 1")


def test_completion_offers_a_class_and_declares_its_prefix(page: Page, server: Server) -> None:
    opened(page, server)
    write(page, "SELECT * { ?s a at:State")
    found = offered(page)
    assert found[0].startswith("at:Statement")
    assert "One utterance" in found[0]
    page.keyboard.press("Enter")
    assert query(page) == "PREFIX at: <https://w3id.org/attest/ontology#>\nSELECT * { ?s a at:Statement"


@pytest.mark.parametrize(
    ("typed", "offer"),
    [
        ("SELECT * { ?s claimed", "at:claimedBy"),
        ("SELECT * { ?s at:claimedBy amiri", "id:hadi-al-amiri"),
        ("SELECT * { ?s at:claimedBy id:amiri", "id:hadi-al-amiri"),
        ("SELECT * { ?s at:polarity negat", "at:negated"),
    ],
)
def test_completion_finds_terms_and_entities_by_their_names(page: Page, server: Server, typed: str, offer: str) -> None:
    opened(page, server)
    write(page, typed)
    assert any(line.startswith(offer) for line in offered(page)), offer


def test_a_prefix_of_ours_declares_itself(page: Page, server: Server) -> None:
    opened(page, server)
    write(page, "")
    page.keyboard.type("SELECT * { ?s rdfs:")
    page.wait_for_function(
        "() => document.querySelector('.yasqe .CodeMirror').CodeMirror.getValue().includes('PREFIX rdfs')"
    )


def test_nothing_is_asked_of_others_and_nothing_is_kept(page: Page, server: Server, watch: Watch) -> None:
    opened(page, server)
    names = page.evaluate("() => Object.keys(Yasgui.Yasqe.Autocompleters)")
    assert names == ["variables", "prefixes", "class", "property", "entity"]
    write(page, "SELECT * { ?s foaf:name ?o . ?s a dbo:Pers")
    page.keyboard.press("Control+Space")
    page.wait_for_timeout(500)
    assert "PREFIX foaf" not in query(page), "a prefix that is not ours came from YASGUI's list"
    run(page, VOICES)
    page.keyboard.press("Tab")
    kept = page.evaluate("() => ({ ...localStorage, ...sessionStorage, cookies: document.cookie })")
    assert kept == {"cookies": ""}
    watch.clean()


def test_literals_stay_as_they_are(page: Page, server: Server) -> None:
    """YASR would put the value of a variable in place of {{…}}, and markup must stay text."""
    opened(page, server)
    words = "“{{b}}” <b>&amp;</b>"
    run(page, f'SELECT ("{words}" AS ?a) ("x" AS ?b) {{}}')
    assert page.locator("#results tbody td").all_inner_texts() == [words, "x"]


def test_the_keyboard_is_enough(page: Page, server: Server) -> None:
    opened(page, server)
    put(page, "SELECT (1 AS ?one) {}")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.closest('.yasqe') !== null"):
            break
    else:
        pytest.fail("the editor is not reached by Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "run", "Tab does not lead out of the editor"
    page.keyboard.press("Enter")
    expect(page.locator("#results tbody td")).to_have_text("1")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".status")).to_contain_text("1 row from generation")


def test_an_error_says_where_and_puts_the_cursor_there(page: Page, server: Server, watch: Watch) -> None:
    watch.expected.append("400 (Bad Request)")
    opened(page, server)
    put(page, "SELECT * {\n  ?s ?p }")
    page.click("#run")
    alert = page.locator("#answer[role=alert]")
    expect(alert).to_contain_text("line 2, column 10")
    cursor = page.evaluate("() => document.querySelector('.yasqe .CodeMirror').CodeMirror.getCursor()")
    assert (cursor["line"], cursor["ch"]) == (1, 9)
    page.hover(".parseErrorIcon")  # its tooltip has a style in its markup, which the policy must let through
    expect(page.locator(".yasqe_tooltip")).to_be_visible()


def test_the_link_leads_to_the_same_answer(page: Page, server: Server, browser: Browser, watch: Watch) -> None:
    opened(page, server)
    run(page, VOICES)
    page.click(".select_chart")
    expect(page.locator("#results table.chart tbody tr").first).to_be_visible()
    told = parse_qs(urlsplit(page.url).query)
    assert told == {"query": [VOICES], "view": ["chart"]}
    address = page.url
    page.goto("about:blank")
    opened(page, server, address.removeprefix(server.url))
    expect(page.locator("#results table.chart tbody tr")).to_have_count(len(server.rows(VOICES)))
    plain = browser.new_context(java_script_enabled=False)
    other = watch.over(plain.new_page())
    other.goto(address)
    assert other.locator("#query").input_value() == VOICES
    rows = other.locator("#answer table.answer tbody tr")
    assert rows.count() == len(server.rows(VOICES))
    plain.close()


@pytest.mark.parametrize(
    ("text", "extension", "media_type"), [(VOICES, "csv", "text/csv"), (COMMANDS, "ttl", "text/turtle")]
)
def test_files_come_from_the_server(
    page: Page, server: Server, tmp_path: Path, text: str, extension: str, media_type: str
) -> None:
    opened(page, server)
    run(page, text)
    link = page.locator("#downloads a", has_text=extension).first
    with page.expect_download() as coming:
        link.click()
    assert coming.value.suggested_filename == f"answer.{extension}"
    coming.value.save_as(tmp_path / "answer")
    answer = server.request("GET", str(link.get_attribute("href")))
    assert answer.headers["content-type"].startswith(media_type)
    assert (tmp_path / "answer").read_bytes() == answer.body


VIEWS = {
    "table": (VOICES, "table.answer"),
    "chart": (VOICES, "table.chart"),
    "response": (VOICES, ".CodeMirror"),
    "timeline": (TIMES, ".vis-item"),
    "graph": (COMMANDS, ".graph canvas"),
    "map": (POINTS, ".map .mark"),
    "boolean": (PREFIXES + "ASK { ?s a at:Statement }", ".boolean"),
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_each_view_is_drawn_without_barriers(
    browser: Browser, server: Server, watch: Watch, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = opened(watch.over(context.new_page()), server, "/sparql?" + urlencode({"query": VOICES}))
    assert barriers(page) == [], "the table that the server wrote"
    for view, (text, shown) in VIEWS.items():
        run(page, text)
        button = page.locator(f".select_{view}")
        if button.get_attribute("aria-pressed") != "true":
            button.click()
        page.wait_for_selector(f"#results {shown}")
        expect(button).to_have_attribute("aria-pressed", "true")
        assert barriers(page) == [], view
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), f"{view} scrolls sideways"
    context.close()


def test_the_map_places_what_has_coordinates_and_lists_the_rest(page: Page, server: Server) -> None:
    opened(page, server)
    run(page, POINTS)
    page.click(".select_map")
    expect(page.locator(".map .mark")).to_have_count(1)
    expect(page.locator(".map .mark")).to_have_attribute("title", "Najaf")
    assert page.locator(".unplaced li").all_inner_texts() == ["Basra"]
    assert page.locator(".leaflet-control-attribution").inner_text() == "Borders as Natural Earth draws them"


def test_a_long_answer_is_shown_by_the_page_and_sorted_by_labels(page: Page, server: Server) -> None:
    opened(page, server)
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/sparql/labels") else None)
    run(page, "SELECT ?s ?p { ?s ?p ?o }")
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(200)
    assert len(asked) <= 2, "only what is shown is named"
    page.click("button:has-text('Show 200 more')")
    expect(rows).to_have_count(400)
    run(page, VOICES)
    page.click("th button:has-text('voice')")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("voice")
    names = page.locator("#results tbody td:first-child").all_inner_texts()
    assert names == page.evaluate(
        "names => [...names].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))", names
    )


def test_a_running_query_can_be_stopped(page: Page, server: Server, watch: Watch) -> None:
    opened(page, server)
    put(page, CROSS)
    page.click("#run")
    page.click("button:has-text('Stop')")
    expect(page.locator(".status")).to_have_text("Stopped.")
    run(page, "SELECT (1 AS ?one) {}")


def test_an_example_takes_its_parameters(page: Page, server: Server) -> None:
    opened(page, server)
    page.select_option("#example", "commanders-on-a-date")
    page.click("text=Open it")
    page.fill("#param-group", "quds-force")
    page.click("text=Put these values into the query")
    page.wait_for_selector("#ask[data-ready]")
    assert "VALUES ?group { <quds-force> }" in query(page)
    assert json.dumps(page.evaluate("() => location.search")).count("group=quds-force") == 1
