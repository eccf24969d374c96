"""Pages without a browser: what they say, that they attribute it, and that hostile addresses are answered plainly."""

import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from kg import resources
from kg.build.pipeline import build
from kg.errors import BadInput
from kg.web.record import Day, Iri, Text, query
from tests.conftest import CLAIMS, Project
from tests.live import Server, serving

ARTICLE = "/articles/2020-06-08-pmoi-najaf"
TEXT = (resources.find("articles") / "2020-06-08-pmoi-najaf" / "article.txt").read_bytes().decode()


class Reader(HTMLParser):
    """The text of a page, its links, and what could break a strict policy."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "script" and "src" not in given and given.get("type") != "application/ld+json":
            self.inline.append("script")

    def handle_data(self, data: str) -> None:
        if self._in not in ("script", "style"):
            self.words.append(data)


def read(server: Server, path: str, status: int = 200) -> Reader:
    answer = server.request("GET", path, Accept="text/html")
    assert answer.status == status, answer.body[:2000]
    reader = Reader()
    reader.feed(answer.body.decode())
    return reader


def count(server: Server, pattern: str) -> int:
    (row,) = server.rows(f"PREFIX at: <https://w3id.org/attest/ontology#> SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(row["n"])


def words(reader: Reader) -> str:
    return re.sub(r"\s+", " ", "".join(reader.words))


def test_every_page_that_is_linked_answers(server: Server) -> None:
    """Two links deep from the front page; nothing leads nowhere, nothing is inline."""
    seen: set[str] = set()
    wave = ["/"]
    for _ in range(2):
        found: list[str] = []
        for path in wave:
            page = read(server, path)
            assert page.inline == [], path
            found += [link.partition("#")[0] for link in page.links]
        seen |= set(wave)
        wave = sorted({link for link in found if link.startswith("/")} - seen)[:60]
    for path in wave:
        answer = server.request("GET", path, Accept="text/html, */*;q=0.1")
        assert answer.status in (200, 302, 303), path


def test_the_article_is_shown_as_published(server: Server) -> None:
    html = server.request("GET", ARTICLE, Accept="text/html").body.decode()
    body = re.search(r'<div class="text".*?</div>', html, re.DOTALL)
    assert body
    reader = Reader()
    reader.feed(body[0])
    assert re.sub(r"\s", "", "".join(reader.words)) == re.sub(r"\s", "", TEXT)
    assert '<span class="furniture"' in body[0]


def test_a_passage_opens_its_claims_with_their_chain(server: Server) -> None:
    start = TEXT.index("security forces began using tear gas and live bullets")
    page = words(read(server, f"{ARTICLE}?passage={start}-{start + 10}"))
    assert "Said by Eyewitnesses" in page
    assert (
        page.index("PMOI/MEK publishes")
        < page.index("Al Arabiya Al Hadath TV passes it on")
        < page.index("Eyewitnesses unnamed holds it")
    )
    assert "cue: Eyewitnesses have reported that" in page


def test_filters_choose_among_the_claims(server: Server) -> None:
    whole = read(server, ARTICLE)
    denied = read(server, f"{ARTICLE}?polarity=negated")
    total, negated = count(server, "?s a at:Statement"), count(server, "?s at:polarity at:negated")
    assert f"{total} of {total} claims are marked" in words(whole)
    assert f"{negated} of {total} claims are marked" in words(denied)
    assert 0 < negated < total


def test_a_panel_alone_for_the_script(server: Server) -> None:
    html = server.request("GET", f"{ARTICLE}?passage=1109-1162&part=panel", Accept="text/html").body.decode()
    assert "<html" not in html
    assert 'data-claim="statement-' in html


def test_every_statement_has_a_page_that_says_who_and_in_which_words(server: Server) -> None:
    rows = server.rows(
        "PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?s ?voice ?words { ?s at:claimedBy/rdfs:label ?voice ; at:groundedIn/at:exact ?words } ORDER BY ?s"
    )
    assert len(rows) > 200
    for row in rows[::10]:
        page = words(read(server, "/page/" + row["s"].rpartition("/")[2]))
        assert f"by {row['voice']}" in page
        assert re.sub(r"\s+", " ", row["words"]) in page


def test_every_entity_has_a_page(server: Server) -> None:
    rows = server.rows(
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT DISTINCT ?s ?label "
        "{ ?s rdfs:label ?label FILTER(STRSTARTS(STR(?s), 'https://w3id.org/attest/id/')) }"
    )
    assert len(rows) > 100
    for row in rows[::4]:
        assert row["label"] in words(read(server, "/page/" + row["s"].rpartition("/")[2]))


def test_the_spellings_of_a_name_and_who_uses_each(server: Server) -> None:
    page = words(read(server, "/page/mustafa-al-kadhimi"))
    told = {
        form: page[page.index(f"{form} Latin script") :][:120]
        for form in ("Kazemi", "Al-Kadhemi", "Mustafa al-Kadhimi")
    }
    assert "Al-Hurra as printed by PMOI/MEK" in told["Kazemi"]
    assert "Sa’dollah Zarei as printed by PMOI/MEK" in told["Al-Kadhemi"]
    assert "PMOI/MEK in its own words" in told["Mustafa al-Kadhimi"]


def test_what_is_claimed_and_denied_stand_side_by_side(project: Project) -> None:
    hurt = """  hurt:
    quote: the guards used tear gas
    chain: [gazette, {voice: witnesses, cue: Witnesses said that}]
    says: {Event: {event: shooting, participant: crowd, inRole: injured}}
"""
    project.write(CLAIMS + hurt)
    assert build(project.settings).published
    settings = {name: getattr(project.settings, name) for name in ("articles", "ontology", "shapes", "data")}
    with serving(project.root, **settings) as server:
        page = server.request("GET", "/page/shooting", Accept="text/html").body.decode()
        fact = page[page.index('class="fact disputed"') :]
        said, denied = fact.index("said by"), fact.index("denied by")
        assert said < fact.index("Witnesses") < denied < fact.index("The captain of the guards")
        proposition = re.search(r'href="(/page/proposition-[0-9a-f]{24})"', fact)
        if proposition:
            both = words(read(server, proposition[1]))
            assert both.index("Denied by") < both.index("Said by")


def test_a_name_in_another_script_is_set_its_own_way_and_found_by_any_hand(project: Project) -> None:
    entities = project.root / "articles" / "entities.yaml"
    name = "{nameForm: {ar: مصطفى الكاظمي}, script: Arab}"
    mayor = "mayor: {is: Person, label: The mayor of Norwick}"
    text = entities.read_text("utf-8")
    assert mayor in text
    entities.write_text(text.replace(mayor, mayor.replace("}", f", hasName: [{name}]}}")), "utf-8")
    assert build(project.settings).published
    settings = {name: getattr(project.settings, name) for name in ("articles", "ontology", "shapes", "data")}
    with serving(project.root, **settings) as server:
        page = server.request("GET", "/page/mayor", Accept="text/html").body.decode()
        assert '<th scope="row" class="form" lang="ar"><bdi>مصطفى الكاظمي</bdi></th>' in page
        for asked in ("مصطفى الكاظمي", "مصطفي", "الکاظمی", "مصطفــى"):  # as written, and as other keyboards write it
            found = server.request("GET", f"/search?q={quote(asked)}", Accept="application/json").json["things"]
            assert [(thing["label"], thing["form"]) for thing in found] == [
                ("The mayor of Norwick", "مصطفى الكاظمي")
            ], asked


def test_a_finding_comes_with_what_it_rests_on_and_is_told_there(server: Server) -> None:
    rule = read(server, "/page/rule.circular-sourcing")
    assert "It does not mean" in words(rule)
    (finding,) = [link for link in rule.links if link.startswith("/page/finding-")]
    page = read(server, finding)
    assert "the circle adds no evidence" in words(page)
    statements = {link for link in page.links if link.startswith("/page/statement-")}
    rows = server.rows(
        f"PREFIX at: <https://w3id.org/attest/ontology#> SELECT ?s {{ <{finding.removeprefix('/page/')}> at:restsOn ?s }}"
    )
    assert statements == {"/page/" + row["s"].rpartition("/")[2] for row in rows} != set()
    assert finding in read(server, statements.pop()).links
    assert finding in read(server, "/page/payroll-list").links


def test_every_rule_is_listed_with_how_much_it_found(server: Server) -> None:
    page = words(read(server, "/findings"))
    rows = server.rows(
        "PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?label (COUNT(?f) AS ?n) { ?rule a at:FindingRule ; rdfs:label ?label OPTIONAL { ?f at:rule ?rule } } GROUP BY ?label"
    )
    assert len(rows) > 5
    for row in rows:
        assert f"{row['label']} {row['n']}" in page


def test_a_placeholder_is_shown_as_such(server: Server) -> None:
    page = words(read(server, "/page/najaf-eyewitnesses"))
    assert "placeholder" in page
    assert "anonymous source" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Kazemi", "mustafa-al-kadhimi"),
        ("al kadhemi", "mustafa-al-kadhimi"),
        ("MUSTAFA", "mustafa-al-kadhimi"),
        ("sadollah", "sadollah-zarei"),
        ("Sa’dollah Zarei", "sadollah-zarei"),
    ],
)
def test_search_finds_every_spelling(server: Server, asked: str, found: str) -> None:
    answer = server.request("GET", f"/search?q={quote(asked)}", Accept="application/json")
    urls = [thing["url"] for thing in answer.json["things"]]
    assert any(found in url for url in urls), urls


def test_search_finds_words_and_says_who(server: Server) -> None:
    answer = server.request("GET", "/search?q=32%2C000%20Iraqis%20salaries", Accept="application/json")
    first = answer.json["statements"][0]
    assert "32,000 Iraqis are directly getting their salaries" in first["words"]
    assert first["voice"] == "Al-Hurra"


def test_a_misspelt_search_is_helped(server: Server) -> None:
    assert "Did you mean" in words(read(server, "/search?q=Mustafo"))


@pytest.mark.parametrize("asked", ["%22", "*", "NEAR(", "a%00b", "%27%3B--", "-", "%E2%80%8F", "x" * 150])
def test_no_search_breaks_the_index(server: Server, asked: str) -> None:
    assert server.request("GET", f"/search?q={asked}", Accept="text/html").status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/search?q=" + "x" * 201, 400),
        (ARTICLE + "?passage=9-3", 400),
        (ARTICLE + "?passage=a", 400),
        (ARTICLE + "?claim=nobody", 404),
        (ARTICLE + "?voice=%22%3E%3Cscript%3E", 200),
        ("/articles/Nothing", 404),
        ("/articles/nothing", 404),
        ("/articles?page=0", 404),
        ("/statements?about=%3E%20%7D", 400),
        ("/statements?polarity=x", 400),
        ("/statements?page=99", 404),
        ("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 200),
    ],
)
def test_odd_addresses_are_answered_plainly(server: Server, path: str, status: int) -> None:
    answer = server.request("GET", path, Accept="text/html")
    assert answer.status == status
    assert b"<script>" not in answer.body


def test_the_policy_lets_in_nothing_from_elsewhere(server: Server) -> None:
    policy = server.request("GET", "/", Accept="text/html").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_values_are_bound_as_terms() -> None:
    assert "VALUES ?thing { <http://x/y> }" in query("thing", thing=Iri("http://x/y"))
    assert r'VALUES ?slug { "a\" }" }' in query("document", slug=Text('a" }'))
    text = query("listed", limit=5, offset=10, polarity=Iri("http://x/p"))
    assert "LIMIT 5\nOFFSET 10" in text
    assert "VALUES ?polarity { <http://x/p> }" in text
    assert "?voice" not in text, "a line with a value that is not given is left out"
    assert 'VALUES ?from { "2020-06-07"^^<http://www.w3.org/2001/XMLSchema#date> }' in query(
        "view-map", **{"from": Day("2020-06-07")}
    )
    with pytest.raises(BadInput):
        query("thing", thing=Iri("http://x/> } #"))


def test_lists_are_paged_with_totals(server: Server) -> None:
    first, second = read(server, "/statements"), read(server, "/statements?page=2")
    total = count(server, "?s a at:Statement")
    assert f"1–25 of {total} statements" in words(first)
    assert f"26–50 of {total} statements" in words(second)
    assert set(first.links) != set(second.links)
