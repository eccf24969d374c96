"""Names as linked data: where they lead, what is told of them, and what becomes of names that are gone or moved."""

import re

import pyoxigraph as ox
import pytest

from kg.build.pipeline import build
from tests.conftest import Project
from tests.live import Server, serving

BASE = "https://w3id.org/attest/id/"
AT = "https://w3id.org/attest/ontology#"
FORMATS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
REVISION = "2020-06-08-pmoi-najaf.cb63c25f9530"
NAMES = ["najaf", "hadi-al-amiri", REVISION, "graph.entities", "graph.propositions"]


def triples(body: bytes, media_type: str) -> set[ox.Triple]:
    return {q.triple for q in ox.parse(body, ox.RdfFormat.from_media_type(media_type), base_iri="http://other/")}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("extension", ["trig", "nq"])
def test_trig_and_n_quads_name_the_graph_of_each_triple(server: Server, name: str, extension: str) -> None:
    answer = server.request("GET", f"/data/{name}.{extension}")
    quads = list(ox.parse(answer.body, ox.RdfFormat.from_extension(extension)))  # type: ignore[arg-type]
    assert {str(quad.triple) for quad in quads if "_:" not in str(quad.triple)} == {
        str(triple)
        for triple in triples(server.request("GET", f"/data/{name}.nt").body, FORMATS["nt"])
        if "_:" not in str(triple)
    }
    graphs = {quad.graph_name.value for quad in quads}  # type: ignore[union-attr]
    assert (graphs == {BASE + name}) if "." in name else {f"{BASE}{REVISION}", f"{BASE}graph.propositions"} <= graphs
    for quad in quads[:: max(1, len(quads) // 20)]:
        if "_:" not in str(quad):
            held = server.query(
                f"ASK {{ GRAPH {quad.graph_name} {{ {quad.triple.subject} {quad.predicate} {quad.object} }} }}"
            )
            assert held.json["boolean"], quad


@pytest.mark.parametrize(
    ("accept", "where"),
    [
        ("text/html", "/page/najaf"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "/page/najaf"),
        ("*/*", "/page/najaf"),
        ("text/turtle", "/data/najaf.ttl"),
        ("application/rdf+xml;q=0.5, application/ld+json", "/data/najaf.jsonld"),
        ("application/n-triples", "/data/najaf.nt"),
    ],
)
def test_a_name_leads_to_its_page_or_its_data(server: Server, accept: str, where: str) -> None:
    answer = server.request("GET", "/id/najaf", Accept=accept)
    assert (answer.status, answer.headers["location"]) == (303, where)
    assert "accept" in answer.headers["vary"].lower()
    assert 'rel="describedby"' in answer.headers["link"]
    assert server.request("GET", where, Accept=accept).status == 200


def test_a_name_refuses_what_it_cannot_be(server: Server) -> None:
    assert server.request("GET", "/id/najaf", Accept="image/png").status == 406


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("prefix", ["/id/", "/page/", "/data/"])
def test_every_kind_of_name_resolves(server: Server, prefix: str, name: str) -> None:
    accept = "text/turtle" if prefix == "/data/" else "text/html"
    assert server.request("GET", prefix + name, Accept=accept).status in (200, 302, 303)


@pytest.mark.parametrize("extension", FORMATS)
def test_data_is_the_same_in_every_format(server: Server, extension: str) -> None:
    answer = server.request("GET", f"/data/hadi-al-amiri.{extension}")
    assert answer.headers["content-type"].split(";")[0] == FORMATS[extension]
    assert answer.headers["access-control-allow-origin"] == "*"
    told = server.request("GET", "/data/hadi-al-amiri", Accept="application/n-triples")
    assert triples(answer.body, FORMATS[extension]) == triples(told.body, "application/n-triples")


def test_data_holds_the_description_and_the_statements_about_it(server: Server) -> None:
    found = triples(server.request("GET", "/data/hadi-al-amiri.nt").body, "application/n-triples")
    amiri = ox.NamedNode(BASE + "hadi-al-amiri")
    assert any(t.subject == amiri and t.predicate.value == AT + "hasName" for t in found)
    assert any(t.object == amiri and t.predicate.value == AT + "commander" for t in found)
    about = {t.subject for t in found if t.predicate.value == AT + "expresses"}
    asked = server.rows(
        f"PREFIX at: <{AT}> SELECT DISTINCT ?s {{ ?s at:expresses ?p . GRAPH <graph.propositions> {{ ?p ?role <hadi-al-amiri> }} }}"
    )
    assert {s.value for s in about} == {row["s"] for row in asked}  # type: ignore[union-attr]
    assert len(about) > 5
    for statement in about:
        own = {t.predicate.value.removeprefix(AT) for t in found if t.subject == statement}
        assert {"attribution", "groundedIn", "polarity", "claimedBy"} <= own


def test_turtle_is_written_for_people(server: Server) -> None:
    text = server.request("GET", "/data/najaf.ttl").body.decode()
    assert "@prefix at: <https://w3id.org/attest/ontology#>" in text
    assert "id:najaf" in text


def test_a_revision_is_its_whole_graph(server: Server) -> None:
    found = triples(server.request("GET", f"/data/{REVISION}.nt").body, "application/n-triples")
    (row,) = server.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{REVISION}> {{ ?s ?p ?o }} }}")
    assert len(found) == int(row["n"]) > 5000


def test_links_lead_on(server: Server) -> None:
    answer = server.request("GET", "/data/najaf.ttl")
    links = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])
    assert (BASE + "najaf", "describes") in links
    others = [target for target, relation in links if relation == "alternate"]
    assert len(others) == len(FORMATS)
    for target in others:
        assert server.request("GET", target, Accept="*/*").status == 200
    assert 'rel="describedby"' in server.request("GET", "/page/najaf", Accept="text/html").headers["link"]


def test_pages_of_statements_are_told_of_and_end(server: Server) -> None:
    assert 'rel="next"' not in server.request("GET", "/data/najaf.ttl").headers["link"]
    first = server.request("GET", "/data/iraq.nt")
    last = server.request("GET", "/data/iraq.nt?page=2")
    assert last.status == (200 if 'rel="next"' in first.headers["link"] else 404)
    assert server.request("GET", "/data/iraq.nt?page=0").status == 404


@pytest.mark.parametrize("name", ["nobody", "Najaf", "najaf%20", "x" * 300, "najaf.ttl.ttl", "%3Cscript%3E"])
@pytest.mark.parametrize("prefix", ["/id/", "/page/", "/data/"])
def test_an_unknown_name_is_not_found(server: Server, prefix: str, name: str) -> None:
    answer = server.request("GET", prefix + name, Accept="text/html")
    assert answer.status == 404
    assert b"<script>" not in answer.body


def test_it_works_under_any_host(server: Server) -> None:
    for host in ("attest.example", "127.0.0.1:1"):
        answer = server.request("GET", "/id/najaf", Accept="text/html", Host=host)
        assert answer.headers["location"] == "/page/najaf"
        page = server.request("GET", "/page/najaf", Accept="text/html", Host=host).body.decode()
        assert f'href="{BASE}' not in page


def test_a_page_need_not_be_made_again(server: Server) -> None:
    for path in ("/page/najaf", "/data/najaf", "/ontology", "/", "/search?q=najaf"):
        first = server.request("GET", path, Accept="text/html, text/turtle;q=0.9")
        tag = first.headers["etag"]
        again = server.request("GET", path, Accept="text/html, text/turtle;q=0.9", If_None_Match=tag)
        assert (again.status, again.body) == (304, b"")
        other = server.request(
            "GET", path, Accept="application/n-triples, application/json, */*;q=0.1", If_None_Match=tag
        )
        assert other.status == 200, "another representation has another tag"


def test_names_that_are_gone_and_names_that_moved(project: Project) -> None:
    (project.root / "ontology" / "moving.ttl").write_text(
        """@prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix at: <https://w3id.org/attest/ontology#> .
        dcterms:isReplacedBy a owl:ObjectProperty ; rdfs:domain at:Entity ; rdfs:range at:Entity ; rdfs:label "is replaced by"@en .
        """
    )
    assert build(project.settings).published
    project.edit(
        "crowd: {is: Collective, label: The crowd}",
        "people: {is: Collective, label: The crowd}\n  old-name: {is: Collective, label: Old, 'dcterms:isReplacedBy': people}",
    )
    claims = project.claims.read_text("utf-8").replace("participant: crowd", "participant: people")
    project.claims.write_text(claims, "utf-8")
    assert build(project.settings).published
    settings = {name: getattr(project.settings, name) for name in ("articles", "ontology", "shapes", "data")}
    with serving(project.root, **settings) as server:
        gone = server.request("GET", "/id/crowd", Accept="text/html")
        assert gone.status == 410
        assert b"generation 1" in gone.body
        assert not any("pyoxigraph" in mapped.path for mapped in server.front.memory_maps())
        moved = server.request("GET", "/id/old-name", Accept="text/turtle")
        assert (moved.status, moved.headers["location"]) == (301, "/id/people")
        assert server.request("GET", "/page/old-name").headers["location"] == "/page/people"
        assert server.request("GET", "/data/old-name.ttl").headers["location"] == "/data/people"
        assert server.request("GET", "/id/never-was").status == 404
