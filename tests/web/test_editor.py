"""The editor's page without script, and what its script asks for."""

import gzip
import json
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.live import Response, Server

BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept_Encoding": "gzip",
}
AT = "https://w3id.org/attest/ontology#"
ID = "https://w3id.org/attest/id/"


def page(server: Server, **parameters: str) -> Response:
    return server.request("GET", f"/sparql?{urlencode(parameters)}", **BROWSER)


def text(answer: Response) -> str:
    return unescape(source(answer))


def source(answer: Response) -> str:
    packed = answer.headers.get("content-encoding") == "gzip"
    return (gzip.decompress(answer.body) if packed else answer.body).decode()


def test_a_query_is_answered_with_labels_in_a_table(server: Server) -> None:
    answer = page(server, query=f"SELECT ?v {{ ?s <{AT}claimedBy> ?v }} LIMIT 1")
    assert answer.status == 200
    (row,) = server.rows(
        f"SELECT ?v ?l {{ {{ SELECT ?v {{ ?s <{AT}claimedBy> ?v }} LIMIT 1 }} ?v <http://www.w3.org/2000/01/rdf-schema#label> ?l }}"
    )
    shown = text(answer)
    assert f'<a href="/id/{row["v"].removeprefix(ID)}">{row["l"]}</a>' in shown
    assert "<p>1 row.</p>" in shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK {}", '<p class="boolean">Yes</p>'),
        ("SELECT * { ?s <urn:none> ?o }", "Nothing in the record answers this."),
        ("CONSTRUCT { <urn:a> <urn:b> <urn:c> } {}", "<urn:a> <urn:b> <urn:c> ."),
        ('SELECT ("مصطفى"@ar AS ?name) {}', '<td lang="ar" dir="auto">مصطفى</td>'),
        ("SELECT * { VALUES ?n { 1 2 } }", "<p>2 rows.</p>"),
    ],
)
def test_each_form_has_its_answer(server: Server, query: str, shown: str) -> None:
    assert shown in text(page(server, query=query))


def test_markup_in_literals_stays_text(server: Server) -> None:
    shown = source(page(server, query='SELECT ("<img src=x onerror=alert(1)>" AS ?x) {}'))
    assert '<td dir="auto">&lt;img src=x onerror=alert(1)&gt;</td>' in shown


def test_a_long_answer_says_how_much_of_it_is_shown(server: Server) -> None:
    shown = text(page(server, query="SELECT * { ?s ?p ?o } LIMIT 1234"))
    assert "<p>1,234 rows, of which the first 200 are shown.</p>" in shown
    assert shown.count("<tr>") == 201
    assert "The answer is too long to be shown here." in text(page(server, query="SELECT * { ?s ?p ?o }"))


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("SELECT * {\n ?s ?p }", 400, "line 2, column 9"),
        ("INSERT DATA {}", 400, "expected a query, found an update"),
        ("", 400, "expected SELECT"),
    ],
)
def test_a_wrong_query_stays_in_the_form_with_what_is_wrong(server: Server, query: str, status: int, told: str) -> None:
    answer = page(server, query=query)
    assert answer.status == status
    assert told in text(answer)
    assert f'aria-invalid="true" aria-describedby="wrong">{query}</textarea>' in text(answer)


def test_downloads_are_links_to_the_server_with_the_right_media_type(server: Server) -> None:
    query = "SELECT * { ?s ?p ?o } LIMIT 2"
    shown = text(page(server, query=query))
    for media_type, extension in [("text/csv", "csv"), ("application/sparql-results+xml", "srx")]:
        href = "/sparql?" + urlencode({"query": query, "format": media_type})
        assert f'<a href="{href}" type="{media_type}" download="answer.{extension}">' in shown
        assert server.request("GET", href, **BROWSER).headers["content-type"].startswith(media_type)


def test_an_example_comes_with_its_parameters_bound(server: Server) -> None:
    shown = text(page(server, example="commanders-on-a-date", group="quds-force"))
    assert "VALUES ?group { <quds-force> }" in shown
    assert ">\n# title: Who commanded this group on this date, and who says so?\nPREFIX at:" in shown.replace(
        ">#", ">\n#"
    )
    assert 'id="param-group" name="group" value="quds-force"' in shown
    wrong = page(server, example="commanders-on-a-date", day="yesterday")
    assert wrong.status == 400
    assert "expected a day like 2020-06-08, found 'yesterday'" in text(wrong)
    assert page(server, example="none").status == 404
    assert page(server, example="commanders-on-a-date", nonsense="1").status == 400


def test_the_page_tells_limits_and_generation_and_is_kept_to_this_host(server: Server) -> None:
    answer = page(server)
    shown = text(answer)
    assert "A query may take 2 seconds and answer with 200,000 rows" in shown
    assert 'generation <span id="generation">1</span>' in shown
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-hashes" not in server.request("GET", "/", **BROWSER).headers["content-security-policy"]


@pytest.mark.parametrize("accept", ["*/*", "application/sparql-results+json", "text/csv, text/html;q=0.5"])
def test_programs_get_no_page(server: Server, accept: str) -> None:
    answer = server.query("ASK {}", accept)
    assert not answer.headers["content-type"].startswith("text/html")


def test_terms_and_prefixes_come_from_the_store(server: Server) -> None:
    told = server.request("GET", "/sparql/terms").json
    terms = {(term["kind"], term["term"]): term for term in told["terms"]}
    assert terms["class", f"{AT}Statement"]["definition"].startswith("One utterance")
    assert ("property", f"{AT}claimedBy") in terms
    assert len(terms) == len(told["terms"])
    assert told["prefixes"]["at"] == AT
    assert told["prefixes"]["id"] == ID
    declared = {
        row["c"] for row in server.rows("SELECT ?c { ?c a <http://www.w3.org/2002/07/owl#Class> FILTER(isIRI(?c)) }")
    }
    assert declared <= {iri for kind, iri in terms if kind == "class"}


@pytest.mark.parametrize(
    ("letters", "found"), [("amiri", "hadi-al-amiri"), ("AMIRI", "hadi-al-amiri"), ('"} #', None), ("\\\\", None)]
)
def test_entities_are_found_by_any_of_their_names(server: Server, letters: str, found: str | None) -> None:
    answer = server.request("GET", "/sparql/entities?" + urlencode({"q": letters}))
    iris = [one["iri"] for one in answer.json]
    assert (f"{ID}{found}" in iris) if found else iris == []


def test_every_spelling_finds_its_entity(server: Server) -> None:
    rows = server.rows(
        f"SELECT ?e ?form {{ ?e a <{AT}Entity> ; <{AT}hasName>/<{AT}nameForm> ?form }} ORDER BY ?form LIMIT 10"
    )
    assert len(rows) == 10
    for row in rows:
        found = server.request("GET", "/sparql/entities?" + urlencode({"q": row["form"]})).json
        assert row["e"] in [one["iri"] for one in found], row


@pytest.mark.parametrize("letters", ["", "a", "a" * 101])
def test_too_few_or_too_many_letters_are_refused(server: Server, letters: str) -> None:
    assert server.request("GET", "/sparql/entities?" + urlencode({"q": letters})).status == 400


def labels(server: Server, iris: object) -> Response:
    return server.request("POST", "/sparql/labels", json.dumps(iris).encode(), Content_Type="application/json")


def test_labels_prefer_english_and_leave_out_what_has_none(server: Server) -> None:
    told = labels(server, [f"{ID}najaf", f"{AT}affirmed", "urn:none"]).json
    assert told == {
        f"{ID}najaf": {"text": "Najaf", "language": "en", "href": "/id/najaf"},
        f"{AT}affirmed": {"text": "affirmed", "language": "en", "href": "/ontology#affirmed"},
    }


@pytest.mark.parametrize("iris", [{}, "x", [1], ["x y"], ["> } #"], ["urn:a"] * 501])
def test_what_is_no_list_of_iris_is_refused(server: Server, iris: object) -> None:
    assert labels(server, iris).status == 400
