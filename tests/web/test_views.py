"""The timeline, the graph and the map tell what the record says, filtered as the address says, in data and in a table."""

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg import resources
from tests.conftest import CLAIMS, ENTITIES, TEXT
from tests.live import Response, Server, serving

PREFIXES = "PREFIX at: <https://w3id.org/attest/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
ID = "https://w3id.org/attest/id/"

COORDINATES = """\
@prefix at: <https://w3id.org/attest/ontology#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

geo:asWKT a owl:DatatypeProperty ; rdfs:domain at:Place ; rdfs:range geo:wktLiteral ; rdfs:label "as WKT"@en .
"""
PLACES = """\
  norwick: {is: Settlement, label: Norwick, geo:asWKT: "POINT(1.3 52.63)"}
  square: {is: Site, label: The square}
"""
PLACED = CLAIMS.replace("inRole: victim}", "inRole: victim, atPlace: [norwick, square]}").replace(
    "    says: {Event: {event: shooting, participant: crowd, inRole: injured}}",
    "    says: {Command: {commander: captain, commandedGroup: guards}}",
)


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A corpus with coordinates, by a module that an ontologist adds, and with a command that is denied."""
    root: Path = tmp_path_factory.mktemp("placed")
    shutil.copytree(resources.find("ontology"), root / "ontology")
    (root / "ontology" / "coordinates.ttl").write_text(COORDINATES, "utf-8")
    article = root / "articles" / "norwick"
    article.mkdir(parents=True)
    (article / "article.txt").write_text(TEXT, "utf-8")
    (article / "claims.yaml").write_text(PLACED, "utf-8")
    (root / "articles" / "entities.yaml").write_text(ENTITIES + PLACES, "utf-8")
    with serving(root, data=root / "kg-data", articles=root / "articles", ontology=root / "ontology") as running:
        yield running


def data(server: Server, name: str, **filters: str):
    answer = server.request("GET", f"/{name}.json?{urlencode(filters)}")
    assert answer.status == 200, answer.body
    return answer.json


def page(server: Server, name: str, **filters: str) -> Response:
    return server.request("GET", f"/{name}?{urlencode(filters)}", Accept="text/html")


def test_the_timeline_has_every_statement_with_a_time(server: Server) -> None:
    recorded = server.rows(
        PREFIXES + "SELECT ?s (SAMPLE(?a) AS ?first) (SAMPLE(?b) AS ?last) { ?s a at:Statement "
        "OPTIONAL { ?s at:firstImprecise ?a } OPTIONAL { ?s at:lastImprecise ?b } FILTER(BOUND(?a) || BOUND(?b)) } GROUP BY ?s"
    )
    items = data(server, "timeline")["items"]
    assert len(recorded) > 20
    assert {(item["href"], item["start"], item["end"]) for item in items} == {
        ("/id/" + row["s"].removeprefix(ID), row.get("first", ""), row.get("last", "")) for row in recorded
    }
    starts = [item["start"] or item["end"] for item in items]
    assert starts == sorted(starts)
    denied = server.rows(PREFIXES + "SELECT ?s { ?s at:polarity at:negated }")
    assert {item["href"] for item in items if item["denied"]} <= {"/id/" + row["s"].removeprefix(ID) for row in denied}


def test_filters_narrow_what_is_told(server: Server) -> None:
    every = {item["href"] for item in data(server, "timeline")["items"]}
    about = {item["href"] for item in data(server, "timeline", about="najaf-clashes")["items"]}
    expected = server.rows(
        PREFIXES + f"SELECT DISTINCT ?s {{ ?s at:expresses/at:event <{ID}najaf-clashes> ; at:firstImprecise ?d }}"
    )
    assert about == {"/id/" + row["s"].removeprefix(ID) for row in expected}
    assert 0 < len(about) < len(every)
    voice = {item["href"] for item in data(server, "timeline", voice="al-hurra")["items"]}
    passed = server.rows(
        PREFIXES
        + f"SELECT DISTINCT ?s {{ ?s at:claimedBy|at:claimedVia <{ID}al-hurra> ; at:firstImprecise|at:lastImprecise ?d }}"
    )
    assert voice == {"/id/" + row["s"].removeprefix(ID) for row in passed}
    assert 0 < len(voice) < len(every)
    early = data(server, "timeline", to="2019-12-31")["items"]
    assert early
    assert all(item["start"] < "2020" or not item["start"] for item in early)


def test_the_graph_has_each_relation_once_with_its_voices(server: Server) -> None:
    told = data(server, "graph", relation="https://w3id.org/attest/ontology#commands")
    recorded = server.rows(
        PREFIXES
        + "SELECT DISTINCT ?who ?what { GRAPH <graph.propositions> { ?p a at:CommandProposition } ?p at:commander ?who ; at:commandedGroup ?what . ?s at:expresses ?p "
        "FILTER NOT EXISTS { ?p at:inCapacity/at:projectsPredicate ?other } }"
    )
    assert len(recorded) > 2
    assert {(edge["from"], edge["to"]) for edge in told["edges"]} == {(row["who"], row["what"]) for row in recorded}
    assert {node["id"] for node in told["nodes"]} == {end for row in recorded for end in row.values()}
    assert all(
        edge["statements"] and edge["voices"] and edge["href"].startswith("/id/statement-") for edge in told["edges"]
    )


def test_a_deputy_is_no_commander(server: Server) -> None:
    labels = {
        edge["label"]
        for edge in data(server, "graph", about="hadi-al-amiri")["edges"]
        if edge["from"] == f"{ID}hadi-al-amiri"
    }
    assert {"commands", "deputizes in"} <= labels


def test_what_is_denied_is_told_as_denied(placed: Server) -> None:
    (edge,) = data(placed, "graph")["edges"]
    assert (edge["label"], edge["denied"], edge["voices"]) == ("commands", True, ["The captain of the guards"])
    assert edge["manner"] == "denied"
    assert "denied: commands" in unescape(page(placed, "graph").body.decode())


def test_what_is_no_plain_assertion_is_told_as_what_it_is(server: Server) -> None:
    """An order, a prediction or a mere possibility must not look like a report."""
    rows = server.rows(
        PREFIXES
        + "SELECT DISTINCT ?s ?a ?m { ?s at:firstImprecise|at:lastImprecise ?d ; at:speechAct ?act ; at:modality ?modality . "
        "?act rdfs:label ?a . ?modality rdfs:label ?m "
        "FILTER(?act NOT IN (at:asserted, at:presupposed, at:evaluated) || ?modality != at:certain) }"
    )
    items = {item["href"]: item["manner"] for item in data(server, "timeline")["items"]}
    assert rows
    for row in rows:
        manner = items["/id/" + row["s"].removeprefix(ID)]
        assert {row["a"], row["m"]} - {"asserted", "presupposed", "evaluated", "certain"} <= set(manner.split(", "))


def test_places_stand_where_the_record_puts_them_or_nowhere(placed: Server) -> None:
    items = {item["label"]: item for item in data(placed, "map")["items"]}
    assert items["Norwick"]["wkt"] == "POINT(1.3 52.63)"
    assert items["The square"]["wkt"] == ""
    assert items["Norwick"]["note"] == "Shooting in Norwick (The mayor of Norwick)"
    assert [item["label"] for item in data(placed, "map", about="square")["items"]] == ["The square"]


@pytest.mark.parametrize("name", ["timeline", "graph", "map"])
def test_the_page_tells_the_same_without_script(server: Server, name: str) -> None:
    told = unescape(page(server, name).body.decode())
    drawn = data(server, name)
    labels = (
        [node["label"] for node in drawn["nodes"]] if name == "graph" else [item["href"] for item in drawn["items"]]
    )
    assert len(labels) > 10
    assert [label for label in labels if label not in told] == []
    assert page(server, name).headers["content-security-policy"].startswith("default-src 'none'")


def test_the_address_keeps_what_is_chosen(server: Server) -> None:
    told = unescape(page(server, "graph", about="badr-corps", voice="pmoi").body.decode())
    assert '<option value="badr-corps" selected>Badr Corps</option>' in told
    assert '<option value="pmoi" selected>' in told


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"from": "yesterday"}, "expected a day like 2020-06-08, found 'yesterday'"),
        ({"about": "> } #"}, "expected an id like badr-corps"),
        ({"nonsense": "1"}, "expected one of about, voice, from, to"),
    ],
)
def test_a_wrong_filter_is_told(server: Server, filters: dict[str, str], told: str) -> None:
    for path in ("timeline", "timeline.json"):
        answer = page(server, path, **filters)
        assert answer.status == 400
        assert told in unescape(answer.body.decode())
    assert page(server, "timeline", about="no-such-thing").status == 200
