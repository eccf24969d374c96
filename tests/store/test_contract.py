"""What every store answers, be it a generation here or a server at the other end of a socket."""

import csv
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from kg.errors import KgError, NotAcceptable, QuerySyntax, StoreUnavailable
from kg.store.oxigraph import OxigraphStore
from kg.store.remote import RemoteStore

from .support import change, published, quad

JSON = "application/sparql-results+json"


def handler(generation):
    """The SPARQL 1.1 Protocol over one generation, as a server elsewhere might do it."""

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            store = OxigraphStore(generation)
            try:
                answer = store.query(parse_qs(body)["query"][0], self.headers["Accept"])
                self.reply(200, answer.media_type, b"".join(answer.chunks))
            except KgError as error:
                details = {"title": error.title, "status": error.status, "detail": str(error)}
                if isinstance(error, QuerySyntax):
                    details |= {"line": error.line, "column": error.column}
                self.reply(error.status, "application/problem+json", json.dumps(details).encode())
            finally:
                store.close()

        def reply(self, status, media_type, body):
            self.send_response(status)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing on stderr."""

    return Endpoint


@pytest.fixture(scope="module")
def generation(tmp_path_factory):
    graphs = {"a": ["s p 'a", "s q o"], "b": ["s p 'b", "t q s"], "FROM": ["u p 'from"]}
    return published(tmp_path_factory.mktemp("data"), change(graphs))


@pytest.fixture(scope="module", params=["oxigraph", "remote"])
def store(request, generation):
    if request.param == "oxigraph":
        made = OxigraphStore(generation)
        yield made
        made.close()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(generation))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    made = RemoteStore(f"http://127.0.0.1:{server.server_port}/sparql", 10)
    yield made
    made.close()
    server.shutdown()
    thread.join()
    server.server_close()


def read(answer) -> bytes:
    return b"".join(answer.chunks)


RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "text/n3": RdfFormat.N3,
}


@pytest.mark.parametrize("accept", RESULTS)
def test_results_are_written_in_the_type_asked_for(store, accept):
    answer = store.query("SELECT ?v { ?s <https://example.org/p> ?v }", accept)
    assert answer.media_type == accept
    solutions = parse_query_results(read(answer), RESULTS[accept])
    assert {solution["v"].value for solution in solutions} == {"a", "b", "from"}


def test_csv_is_for_spreadsheets(store):
    answer = store.query("SELECT ?v { ?s <https://example.org/p> ?v } ORDER BY ?v", "text/csv")
    assert answer.media_type == "text/csv"
    assert list(csv.reader(io.StringIO(read(answer).decode()))) == [["v"], ["a"], ["b"], ["from"]]


@pytest.mark.parametrize(("query", "truth"), [("ASK { ?s ?p 'a' }", True), ("ASK { ?s ?p 'z' }", False)])
def test_ask_has_a_boolean(store, query, truth):
    assert json.loads(read(store.query(query, JSON)))["boolean"] is truth


@pytest.mark.parametrize("accept", GRAPHS)
@pytest.mark.parametrize(
    "query", ["CONSTRUCT WHERE { <https://example.org/t> ?p ?o }", "DESCRIBE <https://example.org/t>"]
)
def test_graphs_are_written_in_the_type_asked_for(store, query, accept):
    answer = store.query(query, accept)
    assert answer.media_type == accept
    assert [q.triple for q in parse(read(answer), GRAPHS[accept])] == [quad("t q s", "b").triple]


ACCEPTS = {
    "quality decides": ("text/csv;q=0.5, application/sparql-results+json;q=0.9", JSON),
    "order decides between equals": ("text/csv, application/sparql-results+json", "text/csv"),
    "what is not offered is passed over": ("image/png, text/csv;q=0.1", "text/csv"),
    "anything": ("*/*", JSON),
    "anything of text": ("text/*;q=0.3, image/*", "text/csv"),
    "graphs and results in one": ("text/turtle, text/csv;q=0.9", "text/csv"),
    "case does not count": ("Text/CSV", "text/csv"),
    "plain JSON": ("application/json", "application/json"),
}


@pytest.mark.parametrize(("accept", "expected"), ACCEPTS.values(), ids=ACCEPTS)
def test_the_type_is_negotiated(store, accept, expected):
    answer = store.query("SELECT * { ?s ?p 'a' }", accept)
    assert answer.media_type == expected
    assert read(answer)


REFUSED = {
    "a graph as CSV": ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv"),
    "results as Turtle": ("SELECT * { ?s ?p ?o }", "text/turtle"),
    "quality zero": ("ASK {}", "application/sparql-results+json;q=0"),
    "nothing known": ("ASK {}", "image/png"),
}


@pytest.mark.parametrize(("query", "accept"), REFUSED.values(), ids=REFUSED)
def test_a_type_that_cannot_be_written_is_refused(store, query, accept):
    with pytest.raises(NotAcceptable, match="expected one of"):
        store.query(query, accept)


SYNTAX = {
    "on line 1": ("SELEKT * { ?s ?p ?o }", 1),
    "on line 3": ("SELECT *\nWHERE {\n  ?s ?p }", 3),
    "an unknown prefix": ("SELECT * { ?s ex:p ?o }", 1),
}


@pytest.mark.parametrize(("query", "line"), SYNTAX.values(), ids=SYNTAX)
def test_a_syntax_error_says_where(store, query, line):
    with pytest.raises(QuerySyntax, match=f"does not parse at line {line}, column ") as error:
        store.query(query, JSON)
    assert error.value.line == line
    assert error.value.column is not None
    assert f"column {error.value.column}:" in str(error.value)


def graph(name):
    return f"<https://example.org/{name}>"


DATASETS = {
    "no FROM: the merge of all graphs": ("SELECT ?v { ?s ?p ?v }", 5),
    "FROM": (f"SELECT ?v FROM {graph('a')} {{ ?s ?p ?v }}", 2),
    "from, in small letters and tight": (f"SELECT ?v from{graph('b')}{{ ?s ?p ?v }}", 2),
    "FROM twice": (f"SELECT ?v FROM {graph('a')} FROM {graph('b')} {{ ?s ?p ?v }}", 4),
    "FROM NAMED alone leaves the default graph empty": (f"SELECT ?v FROM NAMED {graph('a')} {{ ?s ?p ?v }}", 0),
    "FROM NAMED and GRAPH": (f"SELECT ?v FROM NAMED {graph('a')} {{ GRAPH ?g {{ ?s ?p ?v }} }}", 2),
    "GRAPH reaches every graph": ("SELECT ?v { GRAPH ?g { ?s ?p ?v } }", 5),
    "a comment is not FROM": (f"SELECT ?v # FROM {graph('a')}\n{{ ?s ?p ?v }}", 5),
    "a variable is not FROM": ("SELECT ?from { ?s ?p ?from }", 5),
    "an IRI is not FROM": (f"SELECT ?v {{ GRAPH {graph('FROM')} {{ ?s ?p ?v }} }}", 1),
    "a string is not FROM": ('SELECT ?v { ?s ?p ?v FILTER(?v != \' FROM \' && ?v != """ " FROM """) }', 5),
    "a prefix is not FROM": ("PREFIX from: <https://example.org/> SELECT ?v { from:s from:p ?v }", 2),
    "a local name is not FROM": ("PREFIX e: <https://example.org/> SELECT ?v { GRAPH e:FROM { ?s ?p ?v } }", 1),
}


@pytest.mark.parametrize(("query", "count"), DATASETS.values(), ids=DATASETS)
def test_the_dataset_is_the_merge_unless_the_query_names_one(store, query, count):
    bindings = json.loads(read(store.query(query, JSON)))["results"]["bindings"]
    assert len(bindings) == count


def test_a_long_answer_comes_in_pieces(store):
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
    pieces = list(store.query(query, JSON).chunks)
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= 64 * 1024
    assert len(json.loads(b"".join(pieces))["results"]["bindings"]) == 5**5


def test_a_generation_that_is_gone_is_unavailable(tmp_path):
    made = published(tmp_path, change({"a": ["s p o"]}))
    made.record.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable, match="generation 1 cannot be opened"):
        OxigraphStore(made).query("ASK {}", JSON)
