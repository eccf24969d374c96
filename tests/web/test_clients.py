"""Other people's clients, as their users use them, against a running server."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
import sparql_dataframe
from owlready2 import World
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, POST, POSTDIRECTLY, RDFXML, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.live import Server, serving

AT = "https://w3id.org/attest/ontology#"
PREFIXES = f"PREFIX at: <{AT}>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
VOICES = PREFIXES + "SELECT ?voice ?words { ?s at:claimedBy/rdfs:label ?voice ; at:groundedIn/at:exact ?words } ORDER BY ?voice ?words LIMIT 20"  # fmt: skip
STATEMENTS = PREFIXES + "CONSTRUCT { ?s a at:Statement } { ?s a at:Statement }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("clients")
    with serving(folder, data=folder / "kg-data") as running:
        yield running


@pytest.fixture
def voices(server: Server) -> list[tuple[str, str]]:
    rows = [(row["voice"], row["words"]) for row in server.rows(VOICES)]
    assert len(rows) == 20
    return rows


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_a_remote_store(server: Server, voices: list[tuple[str, str]], method: str) -> None:
    graph = Graph(SPARQLStore(f"{server.url}/sparql", method=method, returnFormat="json"))
    assert [(str(row.voice), str(row.words)) for row in graph.query(VOICES)] == voices  # type: ignore[union-attr]
    statements = set(
        graph.subjects(URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), URIRef(AT + "Statement"))
    )
    assert len(statements) == int(server.rows(PREFIXES + "SELECT (COUNT(*) AS ?n) { ?s a at:Statement }")[0]["n"])
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True


def test_rdflib_federates_to_us(server: Server, voices: list[tuple[str, str]]) -> None:
    local = Graph()
    local.add((URIRef("urn:note"), URIRef("urn:about"), Literal(voices[0][0], lang="en")))
    pattern = VOICES[VOICES.index("{") + 1 : VOICES.rindex("}")]
    text = PREFIXES + f"SELECT ?voice ?words {{ ?n <urn:about> ?name . SERVICE <{server.url}/sparql> {{ {pattern} }} FILTER(STR(?voice) = STR(?name)) }}"  # fmt: skip
    found = {(str(row.voice), str(row.words)) for row in local.query(text)}  # type: ignore[union-attr]
    expected = {
        (row["voice"], row["words"])
        for row in server.rows(VOICES.replace("LIMIT 20", ""))
        if row["voice"] == voices[0][0]
    }
    assert found == expected != set()


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [JSON, XML, CSV])
def test_sparqlwrapper_selects(server: Server, voices: list[tuple[str, str]], method: str, form: str) -> None:
    wrapper = SPARQLWrapper(f"{server.url}/sparql", returnFormat=form)
    wrapper.setMethod(method)
    wrapper.setQuery(VOICES)
    found = wrapper.queryAndConvert()
    if form == JSON:
        assert [(r["voice"]["value"], r["words"]["value"]) for r in found["results"]["bindings"]] == voices
    elif form == XML:
        assert len(found.getElementsByTagName("result")) == 20
    else:
        assert found.decode().count("\r\n") == 21


def test_sparqlwrapper_posts_directly_and_names_a_dataset(server: Server) -> None:
    wrapper = SPARQLWrapper(f"{server.url}/sparql", returnFormat=JSON)
    wrapper.setMethod(POST)
    wrapper.setRequestMethod(POSTDIRECTLY)
    wrapper.addDefaultGraph("https://w3id.org/attest/id/graph.entities")
    wrapper.setQuery("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    (row,) = wrapper.queryAndConvert()["results"]["bindings"]
    everything = int(server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"])
    assert 0 < int(row["n"]["value"]) < everything


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # SPARQLWrapper uses it
@pytest.mark.parametrize("form", [TURTLE, RDFXML, XML, JSONLD])
def test_sparqlwrapper_constructs(server: Server, form: str) -> None:
    wrapper = SPARQLWrapper(f"{server.url}/sparql", returnFormat=form)
    wrapper.setQuery(STATEMENTS)
    found = wrapper.queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert len(graph) == len(server.rows(PREFIXES + "SELECT ?s { ?s a at:Statement }"))


def test_sparqlwrapper_is_told_what_is_wrong(server: Server) -> None:
    wrapper = SPARQLWrapper(f"{server.url}/sparql", returnFormat=JSON)
    wrapper.setQuery("SELECT * { ?s ?p }")
    with pytest.raises(QueryBadFormed, match="line 1, column"):
        wrapper.query()


@pytest.mark.parametrize("post", [False, True])
def test_sparql_dataframe(server: Server, voices: list[tuple[str, str]], post: bool) -> None:
    frame = sparql_dataframe.get(f"{server.url}/sparql", VOICES, post=post)
    assert list(frame.itertuples(index=False, name=None)) == voices


def test_pandas_reads_csv(server: Server, voices: list[tuple[str, str]]) -> None:
    frame = pd.read_csv(f"{server.url}/sparql?{urlencode({'query': VOICES, 'format': 'csv'})}")
    assert list(frame.columns) == ["voice", "words"]
    assert list(frame.itertuples(index=False, name=None)) == voices


def test_owlready_loads_the_ontology_that_the_record_holds(server: Server) -> None:
    graph = "https://w3id.org/attest/id/graph.ontology"
    text = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(?p != <http://www.w3.org/2002/07/owl#imports>) }"  # it would fetch
    query = urlencode({"query": text, "default-graph-uri": graph, "format": "nt"})
    ontology = World().get_ontology(f"{server.url}/sparql?{query}").load()
    assert {"Statement", "Person"} <= {c.name for c in ontology.world.classes()}


ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs" / "clients.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_of_the_docs_finds_something(server: Server, example: str) -> None:
    names: dict[str, object] = {}
    exec(example.replace("http://127.0.0.1:8000", server.url), names)
    found = names["frame"] if "frame" in names else names["rows"]
    assert len(found) >= 5  # type: ignore[arg-type]


def test_the_federated_query_of_the_docs_asks_us_for_what_we_have(server: Server) -> None:
    """What Comunica and Fuseki printed is still what rdflib finds with the same files."""
    shown = (ROOT / "docs" / "clients.md").read_text("utf-8").partition("$ docs/clients/comunica.sh\n")[2]
    query = (ROOT / "docs" / "clients" / "notes.rq").read_text("utf-8").replace("http://127.0.0.1:8000", server.url)
    notes = Graph().parse(ROOT / "docs" / "clients" / "notes.ttl")
    printed = (notes.query(query).serialize(format="csv") or b"").decode().replace("\r\n", "\n")
    assert shown.startswith(printed)
