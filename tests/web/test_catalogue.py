"""What the server says of its data: read with the very queries of the clients that look for it."""

import pyoxigraph as ox
import pytest

from kg import resources
from kg.questions import questions
from tests.live import JSON, Server

VOID = "PREFIX void: <http://rdfs.org/ns/void#> PREFIX void-ext: <http://ldf.fi/void-ext#> "
SH = "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
AT = "https://w3id.org/attest/ontology#"

# The three queries by which sib-swiss/sparql-editor learns what an endpoint holds.
CLASSES = (
    VOID
    + """SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
  { ?cp void:class ?subjectClass ; void:propertyPartition ?pp . ?pp void:property ?prop .
    OPTIONAL { { ?pp void:classPartition [ void:class ?objectClass ] }
      UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] } } }
  UNION { ?linkset void:subjectsTarget ?subjectClass ; void:linkPredicate ?prop ; void:objectsTarget ?objectClass } }"""
)
EXAMPLES = (
    SH
    + """SELECT DISTINCT ?sq ?comment ?query WHERE { ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
  sh:select|sh:ask|sh:construct|sh:describe ?query } ORDER BY ?sq"""
)
PREFIXES = (
    SH + "SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"
)


def parsed(server: Server, path: str, media_type: str) -> set[ox.Triple]:
    answer = server.request("GET", path, Accept=media_type)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].split(";")[0] == media_type
    return {q.triple for q in ox.parse(answer.body, ox.RdfFormat.from_media_type(media_type), base_iri="http://x/")}


def test_an_editor_learns_classes_and_their_properties(server: Server) -> None:
    rows = server.rows(CLASSES)
    assert {"subjectClass": AT + "Statement", "prop": AT + "attribution", "objectClass": AT + "Attribution"} in rows
    exact = {
        "subjectClass": AT + "Passage",
        "prop": AT + "exact",
        "objectDatatype": "http://www.w3.org/2001/XMLSchema#string",
    }
    assert exact in rows


def test_an_editor_learns_prefixes_that_are_true(server: Server) -> None:
    found = {row["prefix"]: row["namespace"] for row in server.rows(PREFIXES)}
    assert found["at"] == AT
    assert found["id"] == "https://w3id.org/attest/id/"
    assert len(found) == len(server.rows(PREFIXES))


def test_an_editor_finds_every_question_and_each_runs_anywhere(server: Server) -> None:
    rows = server.rows(EXAMPLES)
    asked = {question.title: question for question in questions(resources.find("queries"))}
    assert {row["comment"] for row in rows} == set(asked)
    for row in rows:
        assert server.query(row["query"]).status == 200, row["sq"]


def test_the_numbers_are_those_of_the_record(server: Server) -> None:
    entities = {
        row["c"]: int(row["n"]) for row in server.rows(VOID + "SELECT ?c ?n { ?part void:class ?c ; void:entities ?n }")
    }
    for cls in ("Statement", "Passage", "Person", "Attribution"):
        (row,) = server.rows(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{AT}{cls}> }}")
        assert entities[AT + cls] == int(row["n"]) > 0
    graphs = {
        row["g"]: int(row["n"])
        for row in server.rows(VOID + "SELECT ?g ?n { <dataset.record> void:subset ?g . ?g void:triples ?n }")
    }
    assert len(graphs) >= 5
    for graph, triples in graphs.items():
        (row,) = server.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        assert triples == int(row["n"])
    told = {
        row["p"]: (int(row["t"]), int(row["s"]), int(row["o"]))
        for row in server.rows(
            VOID
            + """SELECT ?p ?t ?s ?o { <dataset.record> void:propertyPartition ?part . ?part void:property ?p ;
              void:triples ?t ; void:distinctSubjects ?s ; void:distinctObjects ?o }"""
        )
    }
    for term in ("claimedBy", "exact", "relayedBy"):
        (row,) = server.rows(
            "SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?a) AS ?s) (COUNT(DISTINCT ?b) AS ?o) { ?a <%s> ?b }" % (AT + term)
        )
        assert told[AT + term] == tuple(int(row[n]) for n in "tso"), term
    (total,) = server.rows(VOID + "SELECT ?n { <dataset.record> void:triples ?n }")
    assert int(total["n"]) == sum(graphs.values())


@pytest.mark.parametrize("media_type", ["text/turtle", "application/ld+json", "application/rdf+xml"])
def test_void_tells_of_this_host(server: Server, media_type: str) -> None:
    found = parsed(server, "/.well-known/void", media_type)
    void = "http://rdfs.org/ns/void#"
    endpoints = {t.object.value for t in found if t.predicate.value == void + "sparqlEndpoint"}  # type: ignore[union-attr]
    assert endpoints == {f"{server.url}/sparql"}
    kinds = {t.object.value for t in found if t.predicate.value.endswith("#type")}  # type: ignore[union-attr]
    assert {void + "Dataset", void + "DatasetDescription"} <= kinds


def test_the_catalogue_has_what_dcat_ap_requires(server: Server) -> None:
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in parsed(server, "/catalogue", "text/turtle"))
    required = """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
    ASK {
      ?catalogue a dcat:Catalog ; dcterms:title ?a ; dcterms:description ?b ; dcterms:publisher ?who ; dcat:dataset ?set ; dcat:service ?service .
      ?who a foaf:Agent ; foaf:name ?name .
      ?set a dcat:Dataset ; dcterms:title ?c ; dcterms:description ?d ; dcat:distribution ?file .
      ?file a dcat:Distribution ; dcat:accessURL ?url .
      ?service a dcat:DataService ; dcterms:title ?e ; dcat:endpointURL ?url ; dcat:servesDataset ?set .
    }"""
    assert bool(store.query(required))


def test_the_catalogue_is_a_page_too(server: Server) -> None:
    answer = server.request("GET", "/catalogue", Accept="text/html")
    assert answer.headers["content-type"].startswith("text/html")
    assert b"/.well-known/void" in answer.body
    assert server.request("GET", "/catalogue.ttl", Accept="text/html").headers["content-type"].startswith("text/turtle")
    assert server.request("GET", "/catalogue", Accept="image/png").status == 406
    assert server.request("GET", "/.well-known/void", Accept="image/png").status == 406


def test_no_description_is_taken_for_something_spoken_of(server: Server) -> None:
    found = server.request("GET", "/search?q=Who+said+what", Accept="application/json").json["things"]
    assert [thing for thing in found if "query." in thing["url"]] == []
    assert server.query("ASK {}", JSON).status == 200
