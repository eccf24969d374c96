"""Writing over HTTP: tokens, the gate, conditions, ownership, hostile writes, and reading what was written."""

import concurrent.futures
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

from tests.conftest import Project, write_project
from tests.live import Response, Server, environment, serving

TURTLE, UPDATE = "text/turtle", "application/sparql-update"
SH = "http://www.w3.org/ns/shacl#"
AT = "https://w3id.org/attest/ontology#"
ID = "https://w3id.org/attest/id/"
MERGED = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@dataclass(frozen=True)
class Client:
    server: Server
    token: str | None = None

    def send(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Response:
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        raw = body.encode() if isinstance(body, str) else body
        return self.server.request(method, path, raw, timeout=90, **headers)

    def update(self, text: str, *, to: str = "/update", **headers: str) -> Response:
        return self.send("POST", to, text, **{"Content_Type": UPDATE, **headers})

    def put(self, graph: str, text: str | bytes, method: str = "PUT", **headers: str) -> Response:
        return self.send(method, f"/store?graph={quote(graph, safe='')}", text, **{"Content_Type": TURTLE, **headers})

    def get(self, graph: str, method: str = "GET", **headers: str) -> Response:
        return self.send(method, f"/store?graph={quote(graph, safe='')}", **headers)


def token(data: Path, *more: str) -> str:
    command = [sys.executable, "-m", "kg", "token", "add", "a test", *more]
    made = subprocess.run(command, env=environment(data=data), capture_output=True, text=True, check=True)
    return made.stdout.strip()


@pytest.fixture(scope="module")
def general(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A general store without tokens."""
    folder = tmp_path_factory.mktemp("general")
    with serving(folder, data=folder / "kg-data", articles="none", writable="true", auth="false") as server:
        yield Client(server)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_project(tmp_path_factory.mktemp("record"))


@pytest.fixture(scope="module")
def record(project: Project) -> Iterator[Client]:
    """The record of a small corpus, which takes writes with a token."""
    settings = {name: getattr(project.settings, name) for name in ("data", "articles", "ontology", "shapes")}
    with serving(project.root, **settings, writable="true", store_bytes=4 << 20, write_seconds=60) as server:
        yield Client(server, token(project.settings.data))


# Perspectives


def test_worlds_live_through_writes_and_no_client_adds_one(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    policy = "format: 1\nlanguage: en\nperspectives:\n  mayor: {title: The mayor, acceptsVoice: mayor}\n"
    (project.root / "articles" / "perspectives.yaml").write_text(policy, "utf-8")
    settings = {name: getattr(project.settings, name) for name in ("data", "articles", "ontology", "shapes")}
    with serving(project.root, **settings, writable="true") as server:
        client = Client(server, token(project.settings.data))
        asked = "/perspectives/mayor/sparql?" + urlencode({"query": "SELECT * { ?s <" + AT + "involvedIn> ?o }"})
        before = server.request("GET", asked, Accept="text/csv")
        assert before.body.count(b"\n") == 3
        one = f'<{ID}perspective.mine> a <{AT}Perspective> ; <http://purl.org/dc/terms/title> "Mine"@en .'
        assert client.put("urn:mine", one).status == 201
        assert client.put(f"{ID}graph.perspectives", one).status == 403
        after = server.request("GET", asked, Accept="text/csv")
        assert (after.status, after.body) == (200, before.body)
        assert int(after.headers["attest-generation"]) == int(before.headers["attest-generation"]) + 1
        listed = server.request("GET", "/perspectives", Accept="application/json").json
        assert [about["name"] for about in listed] == ["mayor"]


# Tokens


def test_without_a_token_nothing_is_written(record: Client) -> None:
    stranger = Client(record.server)
    for answer in (stranger.update("CLEAR ALL"), stranger.put("urn:t", "<urn:a> <urn:b> 1 .")):
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="Attest"'
    for wrong in ("Bearer kg_wrong", "Bearer ", "Basic a2c6a2c=", "Bearer é"):
        answer = stranger.update("CLEAR ALL", Authorization=wrong)
        assert answer.status == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert stranger.get("urn:t").status == 404


def test_a_token_for_one_graph_writes_no_other_and_no_update(record: Client, project: Project) -> None:
    scoped = Client(record.server, token(project.settings.data, "--graph", "urn:mine"))
    assert scoped.put("urn:mine", "<urn:a> <urn:mine> 1 .").status == 201
    assert scoped.put("urn:other", "<urn:a> <urn:mine> 2 .").status == 403
    assert scoped.update("INSERT DATA { GRAPH <urn:mine> { <urn:a> <urn:mine> 3 } }").status == 403
    assert scoped.send("DELETE", "/store?default").status == 403
    assert scoped.put("urn:mine", "", method="DELETE").status == 204


def test_a_token_ends_when_it_is_revoked_and_when_it_expires(record: Client, project: Project) -> None:
    data = project.settings.data
    short = Client(record.server, token(data, "--days", "0.00001"))
    kg = [sys.executable, "-m", "kg", "token"]
    listed = subprocess.run([*kg, "list"], env=environment(data=data), capture_output=True, text=True, check=True)
    last = listed.stdout.splitlines()[-1].split("\t")
    assert last[2:] == ["a test", "everything"]
    assert short.token not in listed.stdout
    assert short.token not in (data / "tokens.json").read_text()
    assert short.update("CLEAR SILENT GRAPH <urn:none>").status in (204, 401)
    while (answer := short.update("CLEAR SILENT GRAPH <urn:none>")).status != 401:
        assert answer.status == 204
    assert "expired" in answer.json["detail"]
    other = Client(record.server, token(data))
    assert other.update("CLEAR SILENT GRAPH <urn:none>").status == 204
    listed = subprocess.run([*kg, "list"], env=environment(data=data), capture_output=True, text=True, check=True)
    subprocess.run(
        [*kg, "revoke", listed.stdout.split("\n")[-2].split("\t")[0]], env=environment(data=data), check=True
    )
    assert other.update("CLEAR SILENT GRAPH <urn:none>").status == 401


def test_a_server_takes_no_writes_unless_told(server: Server) -> None:
    reader = Client(server)
    assert reader.update("CLEAR ALL").status == 403
    for method in ("PUT", "POST", "DELETE"):
        answer = reader.put("urn:g", "", method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert reader.get("urn:none").status == 404
    ontology = reader.get(f"{ID}graph.ontology", Accept="application/n-triples")
    assert ontology.status == 200
    assert len(list(ox.parse(ontology.body, ox.RdfFormat.N_TRIPLES))) > 1000


# The Graph Store Protocol


def test_a_graph_is_made_read_replaced_and_removed(general: Client) -> None:
    first = general.put("urn:g", "<urn:a> <urn:b> 'é' .")
    assert first.status == 201
    read = general.get("urn:g", Accept="application/n-triples")
    assert (read.status, read.body.decode()) == (200, '<urn:a> <urn:b> "é" .\n')
    assert general.put("urn:g", "<urn:a> <urn:b> 2 .").status == 204
    assert general.put("urn:g", "<urn:a> <urn:b> 3 .", method="POST").status == 204
    assert general.get("urn:g").body.count(b"<urn:b>") == 1
    assert general.get("urn:g").body.count(b" , ") == 1
    assert general.get("urn:g", method="HEAD").status == 200
    assert general.put("urn:g", "", method="DELETE").status == 204
    assert general.put("urn:g", "", method="DELETE").status == 404
    assert general.get("urn:g", method="HEAD").status == 404


def test_what_was_written_is_read_at_once(general: Client) -> None:
    for number in range(20):
        written = general.update(
            f"WITH <urn:counter> DELETE {{ ?s ?p ?o }} INSERT {{ <urn:n> <urn:is> {number} }} WHERE {{ OPTIONAL {{ ?s ?p ?o }} }}"
        )
        assert written.status == 204
        for _ in range(3):
            rows = general.server.query("SELECT ?o { GRAPH <urn:counter> { ?s ?p ?o } }")
            assert rows.json["results"]["bindings"][0]["o"]["value"] == str(number)
            assert int(rows.headers["attest-generation"]) >= int(written.headers["attest-generation"])


def test_empty_graphs_exist_until_they_are_dropped(general: Client) -> None:
    assert general.put("urn:empty", "").status == 201
    assert general.update("CREATE GRAPH <urn:empty2>").status == 204
    assert general.update("CREATE GRAPH <urn:empty2>").status == 409
    for graph in ("urn:empty", "urn:empty2"):
        answer = general.get(graph, Accept="application/n-triples")
        assert (answer.status, answer.body) == (200, b"")
    assert general.put("urn:empty", "<urn:a> <urn:b> 1 .").status == 204
    assert general.update("DROP GRAPH <urn:empty2>").status == 204
    assert general.get("urn:empty2").status == 404


def test_the_server_names_a_graph_that_has_no_name(general: Client) -> None:
    answer = general.send("POST", "/store", "<> <urn:b> <x> .", Content_Type=TURTLE)
    assert answer.status == 201
    name = answer.headers["location"]
    assert name.startswith(f"{general.server.url}/store/")
    direct = general.send("GET", name.removeprefix(general.server.url), Accept="application/n-triples")
    assert direct.body.decode() == f"<{name}> <urn:b> <{general.server.url}/store/x> .\n"


def test_several_documents_at_once(general: Client) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="{0}"; filename="{0}"\r\nContent-Type: {1}\r\n\r\n{2}\r\n'
    body = part.format("a.ttl", TURTLE, "<urn:a> <urn:b> _:x .") + part.format(
        "b.jsonld", "", '{"@id": "urn:c", "urn:d": 1}'
    )
    answer = general.put("urn:parts", body + "--b--\r\n", method="POST", Content_Type="multipart/form-data; boundary=b")
    assert answer.status == 201, answer.body
    assert len(general.get("urn:parts", Accept="application/n-triples").body.splitlines()) == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/store?graph=relative", 400),
        ("/store?graph=urn:g&default", 400),
        ("/store?graph=urn:g&graph=urn:h", 400),
        ("/store?graph=", 400),
        ("/store?graph=urn:a%3E%20x", 400),
        ("/store/name?graph=urn:g", 400),
        ("/store", 400),
    ],
)
def test_a_graph_must_be_named_once(general: Client, path: str, status: int) -> None:
    assert general.send("GET", path).status == status
    assert general.send("PUT", path, "", Content_Type=TURTLE).status == status


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/rdf+xml", '<?xml version="1.0"?><!-- x --><!DOCTYPE a [<!ENTITY b "c">]><a/>', 400),
        ("application/rdf+xml", "\ufeff <!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 400),
        ("application/rdf+xml", b"\xff\xfe<\x00a\x00/\x00>\x00", 415),
        ("application/rdf+xml", '<?xml version="1.0" encoding="UTF-16"?><a/>', 415),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/c", "@id": "urn:a"}', 400),
        ("application/trig", "GRAPH <urn:x> { <urn:a> <urn:b> 1 }", 415),
        ("text/n3", "{ <urn:a> <urn:b> 1 } => { } .", 415),
        ("", "<urn:a> <urn:b> 1 .", 415),
        ("text/turtle; charset=utf-16", "", 415),
        (TURTLE, "<urn:a> <urn:b> ", 400),
        (TURTLE, "<urn:a> <urn:b> " + "(" * 200_000, 400),
    ],
)
def test_a_document_that_is_not_read_changes_nothing(
    general: Client, content_type: str, body: str | bytes, status: int
) -> None:
    answer = general.put("urn:bad", body, Content_Type=content_type)
    assert answer.status == status, answer.body
    assert general.get("urn:bad").status == 404


@pytest.mark.parametrize("number", [1, 99_999])
def test_nothing_is_written_to_a_past_generation_kept_or_not(general: Client, number: int) -> None:
    refused = general.send(
        "PUT", f"/store?graph=urn:past&generation={number}", "<urn:s> <urn:p> 1 .", Content_Type=TURTLE
    )
    assert (refused.status, refused.json["detail"]) == (
        400,
        "expected no 'generation': what is written is a generation of its own",
    )
    assert general.get("urn:past").status == 404


def test_a_large_document_is_taken_from_who_may_write(record: Client) -> None:
    lines = "".join(f"<urn:a> <urn:long> '{n:0200}' .\n" for n in range(10_000))
    assert len(lines) > 1 << 20
    assert record.put("urn:large", lines).status == 201
    assert Client(record.server).put("urn:large", lines).status in (401, 413)
    assert record.update(f"INSERT DATA {{ GRAPH <urn:large> {{ {lines} }} }}").status == 413
    assert record.put("urn:large", lines * 2).status == 413
    assert record.put("urn:large", "", method="DELETE").status == 204


def test_writes_are_conditional_on_what_was_read(general: Client) -> None:
    general.put("urn:cond", "<urn:a> <urn:b> 1 .")
    tag = general.get("urn:cond").headers["etag"]
    assert general.get("urn:cond", If_None_Match=tag).status == 304
    assert general.put("urn:another", f"<urn:a> <urn:b> '{tag[1:9]}' .").status in (201, 204)
    assert general.put("urn:cond", "<urn:a> <urn:b> 2 .", If_Match=tag).status == 204
    assert general.put("urn:cond", "<urn:a> <urn:b> 3 .", If_Match=tag).status == 412
    assert general.put("urn:cond", "", method="DELETE", If_Match=f'"x", {tag}').status == 412
    assert general.put("urn:cond", "<urn:a> <urn:b> 4 .", If_Match="*").status == 204
    assert general.put("urn:nothing", "<urn:a> <urn:b> 4 .", If_Match="*").status == 412
    assert general.put("urn:cond", "<urn:a> <urn:b> 5 .", If_None_Match="*").status == 412
    assert general.put("urn:fresh", "<urn:a> <urn:b> 5 .", If_None_Match="*").status == 201
    assert general.get("urn:cond").body == b"<urn:a> <urn:b> 4 .\n"


# Updates


@pytest.mark.parametrize(
    ("method", "path", "content_type", "body", "status"),
    [
        ("GET", "/update?update=CLEAR%20ALL", "", "", 405),
        ("POST", "/update?update=CLEAR%20ALL", UPDATE, "", 400),
        ("POST", "/update", "application/x-www-form-urlencoded", "update=CLEAR+ALL&update=CLEAR+ALL", 400),
        ("POST", "/update", "application/x-www-form-urlencoded", "query=ASK+%7B%7D", 400),
        ("POST", "/update", "text/plain", "CLEAR ALL", 415),
        ("POST", "/update", f"{UPDATE}; charset=utf-16", "CLEAR ALL", 415),
        ("POST", "/update", UPDATE, b"INSERT DATA { <urn:a> <urn:b> '\xff' }", 400),
        ("POST", "/update", UPDATE, "SELECT * {}", 400),
        ("POST", "/update", UPDATE, "INSERT DATA { <urn:a> <urn:b> ?c }", 400),
    ],
)
def test_a_request_that_is_no_update(
    general: Client, method: str, path: str, content_type: str, body: str | bytes, status: int
) -> None:
    assert general.send(method, path, body, Content_Type=content_type).status == status


def test_a_syntax_error_is_placed_in_the_whole_request(general: Client) -> None:
    answer = general.update("PREFIX e: <urn:e:>\nINSERT DATA { e:a e:b e:c } ;\nINSERT DATA { e:a , }")
    assert (answer.status, answer.json["line"]) == (400, 3)


def test_a_dataset_may_be_given_with_the_request(general: Client) -> None:
    general.update("INSERT DATA { GRAPH <urn:d1> { <urn:a> <urn:b> 1 } GRAPH <urn:d2> { <urn:a> <urn:b> 2 } }")
    copy = "INSERT { GRAPH <urn:d3> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    assert general.update(copy, to="/update?using-graph-uri=urn:d1&using-graph-uri=urn:d2").status == 204
    assert len(general.get("urn:d3", Accept="application/n-triples").body.splitlines()) == 2
    form = urlencode({"update": "DELETE WHERE { GRAPH <urn:d3> { ?s ?p 1 } }", "using-named-graph-uri": "urn:d3"})
    assert general.send("POST", "/update", form, Content_Type="application/x-www-form-urlencoded").status == 204
    assert general.get("urn:d3").body == b"<urn:a> <urn:b> 2 .\n"


HOSTILE = {
    "endless": "INSERT { <urn:x> <urn:y> ?n } WHERE { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(40)))} }}" for n in range(9))
    + " BIND(RAND() AS ?n) }",
    "hungry": "INSERT { <urn:x> <urn:y> ?s } WHERE { BIND('x' AS ?s0) "
    + " ".join(f"BIND(CONCAT({', '.join([f'?s{n}'] * 32)}) AS ?s{n + 1})" for n in range(8))
    + " BIND(?s8 AS ?s) }",
    "load": "LOAD <file:///etc/passwd>",
    "service": "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "deep": "INSERT DATA { <urn:x> <urn:y> " + "(" * 5_000 + ")" * 5_000 + " }",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_update_is_ended_and_those_beside_it_are_kept(tmp_path: Path, name: str) -> None:
    settings = {"articles": "none", "writable": "true", "auth": "false", "write_seconds": 3, "write_memory": 300 << 20}
    with serving(tmp_path, data=tmp_path / "kg-data", **settings) as server:
        client = Client(server)
        with concurrent.futures.ThreadPoolExecutor(9) as pool:
            bad = pool.submit(client.update, HOSTILE[name])
            good = [pool.submit(client.update, f"INSERT DATA {{ <urn:good> <urn:n> {n} }}") for n in range(8)]
            assert [future.result().status for future in good] == [204] * 8
            answer = bad.result()
        assert answer.status in (400, 503), answer.body
        assert answer.status == 400 or "retry-after" in answer.headers
        assert server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "8"}]


def test_pages_of_other_sites_cannot_write_to_a_server_without_tokens(general: Client) -> None:
    text = "INSERT DATA { <urn:evil> <urn:b> 1 }"
    assert general.update(text, Origin="https://evil.example").status == 403
    assert general.update(text, Origin="null").status == 403
    assert general.update(text, Host="evil.example").status == 403
    assert general.put("urn:evil", "", Origin="https://evil.example").status == 403
    assert general.update("CLEAR SILENT GRAPH <urn:none>", Origin=general.server.url).status == 204
    assert general.server.rows("SELECT * { <urn:evil> ?p ?o }") == []


def test_a_server_without_tokens_is_for_this_machine_only() -> None:
    command = [sys.executable, "-m", "kg", "serve", "--writable", "--no-auth", "--host", "0.0.0.0"]
    ran = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "--no-auth is for this machine only" in ran.stderr


# The gate


def report(answer: Response, syntax: ox.RdfFormat) -> set[str]:
    """The messages of a validation report."""
    assert answer.status == 422, answer.body
    quads = list(ox.parse(answer.body, syntax))
    assert any(quad.object == NamedNode(f"{SH}ValidationReport") for quad in quads)
    return {quad.object.value for quad in quads if quad.predicate == NamedNode(f"{SH}resultMessage")}  # type: ignore[union-attr]


def test_a_term_that_nobody_defined_is_refused_with_a_report(record: Client, general: Client) -> None:
    for client in (record, general):
        answer = client.put("urn:terms", f"<urn:a> a <{AT}Statment> .")
        assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
        assert report(answer, ox.RdfFormat.TURTLE) == {"unknown term 'Statment'; did you mean Statement?"}
        assert client.get("urn:terms").status == 404


def test_a_broken_shape_is_refused_in_the_format_that_is_asked_for(record: Client) -> None:
    document = f"<urn:judgement> a <{AT}Assessment> ."
    told = report(record.put("urn:judged", document, Accept="application/ld+json"), ox.RdfFormat.JSON_LD)
    assert told
    assert report(record.put("urn:judged", document, Accept="application/rdf+xml"), ox.RdfFormat.RDF_XML) == told
    problem = record.put("urn:judged", document, Accept="application/problem+json")
    assert (problem.status, problem.headers["content-type"]) == (422, "application/problem+json")
    assert set(problem.json["detail"].split("; ")) <= told
    update = f"INSERT DATA {{ GRAPH <urn:judged> {{ {document} }} }}"
    assert report(record.update(update, Accept="*/*"), ox.RdfFormat.TURTLE) == told


def test_other_peoples_vocabulary_passes_untouched(record: Client) -> None:
    document = "<urn:a> a <http://schema.org/Person> ; <http://schema.org/name> 'A' , _:b ; <urn:p> <<( <urn:a> <urn:b> 1 )>> ."
    assert record.put("urn:foreign", document).status == 201
    assert record.put("urn:foreign", "", method="DELETE").status == 204


def test_what_refers_to_nothing_or_repeats_what_is_there_is_refused(record: Client) -> None:
    assert report(record.put("urn:x", f"<urn:a> <urn:about> <{ID}nobody> ."), ox.RdfFormat.TURTLE)
    assert record.put("urn:x", f"<urn:a> <urn:about> <{ID}mayor> .").status == 201
    repeated = record.put("urn:y", f"<urn:a> <urn:about> <{ID}mayor> .")
    assert (repeated.status, repeated.headers["content-type"]) == (409, "application/problem+json")
    assert record.put("urn:x", "", method="DELETE").status == 204


def test_in_a_batch_only_the_culprit_is_refused(record: Client) -> None:
    documents = [f"<urn:n{n}> <urn:batch> {n} ." if n % 3 else f"<urn:n{n}> a <{AT}Nothing> ." for n in range(12)]
    before = int(record.update("CLEAR SILENT GRAPH <urn:none>").headers["attest-generation"])
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: record.put(f"urn:batch{n}", documents[n]), range(12)))
    assert [answer.status for answer in answers] == [201 if n % 3 else 422 for n in range(12)]
    made = {int(answer.headers["attest-generation"]) for answer in answers if answer.status == 201}
    assert max(made) - before <= 8  # they shared generations
    rows = record.server.rows("SELECT (COUNT(*) AS ?n) { ?s <urn:batch> ?o }")
    assert rows == [{"n": "8"}]


def test_graphs_of_the_build_are_refused_with_the_file_to_edit(record: Client) -> None:
    graphs = {
        row["g"]
        for row in record.server.rows(
            "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), STR(<>))) }"
        )
    }
    owned = {graph for graph in graphs if graph.startswith(ID)}
    assert len(owned) >= 5
    files = {"entities": "articles/entities.yaml", "ontology": "Turtle files", "propositions": "claims.yaml"}
    for graph in owned:
        for answer in (
            record.put(graph, "<urn:a> <urn:b> 1 ."),
            record.put(graph, "", method="DELETE"),
            record.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <urn:a> <urn:b> 1 }} }}"),
            record.update(f"CLEAR GRAPH <{graph}>"),
            record.update(
                f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ VALUES ?g {{ <{graph}> }} GRAPH ?g {{ ?s ?p ?o }} }}"
            ),
        ):
            assert answer.status == 403, (graph, answer.body)
            wanted = files.get(graph.rpartition(".")[2], "claims.yaml" if "graph." not in graph else "")
            assert wanted in answer.json["detail"]
    assert record.update("DROP ALL").status == 403
    assert record.put(f"{ID}norwick.0123456789ab", "<urn:a> <urn:b> 1 .").status == 403


def test_an_update_of_the_record_sees_what_queries_see(record: Client) -> None:
    text = f"INSERT {{ GRAPH <urn:said> {{ ?s <urn:was-said-by> ?who }} }} WHERE {{ ?s <{AT}claimedBy> ?who . ?who a <{AT}Person> }}"
    assert record.update(text).status == 204
    asked = record.server.rows(f"SELECT ?s {{ ?s <{AT}claimedBy> ?who . ?who a <{AT}Person> }}")
    assert asked
    assert record.server.rows("SELECT ?s { ?s <urn:was-said-by> ?who }") == asked
    assert record.put("urn:said", "", method="DELETE").status == 204


def test_a_build_beside_writes_touches_none_of_their_graphs(record: Client, project: Project) -> None:
    assert record.put("urn:kept", f"<urn:doc> a <http://schema.org/Article> ; <{AT}headline> 'kept' .").status in (
        201,
        422,
    )
    assert record.put("urn:kept", "<urn:doc> <urn:kept> 1 .").status in (201, 204)
    settings = {name: getattr(project.settings, name) for name in ("data", "articles", "ontology", "shapes")}
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        writes = [pool.submit(record.put, f"urn:beside{n}", f"<urn:beside> <urn:n> {n} .") for n in range(15)]
        project.edit("label: The crowd", "label: A crowd")
        built = subprocess.run(
            [sys.executable, "-m", "kg", "build"],
            env=environment(**settings),
            capture_output=True,
            text=True,
            check=False,
        )
        statuses = [future.result().status for future in writes]
    assert built.returncode == 0, built.stderr
    assert set(statuses) <= {201, 503}, statuses
    record.server.await_generation(int((project.settings.data / "CURRENT").read_text("ascii")))
    assert record.server.rows("SELECT (COUNT(*) AS ?n) { ?s <urn:n> ?o }") == [{"n": str(statuses.count(201))}]
    assert record.get("urn:kept").status == 200
    assert record.server.rows("SELECT ?s { ?s <http://www.w3.org/2000/01/rdf-schema#label> 'A crowd'@en }")


def test_a_monitor_sees_the_writes(general: Client) -> None:
    general.update("INSERT DATA { <urn:monitored> <urn:b> 1 }")
    general.update("NONSENSE")
    told = dict(line.rsplit(b" ", 1) for line in general.send("GET", "/metrics").body.splitlines() if line[:1] != b"#")
    assert float(told[b'attest_writes_total{outcome="committed"}']) >= 1
    assert float(told[b'attest_writes_total{outcome="QuerySyntax"}']) >= 1
    assert float(told[b"attest_writer_up"]) == 1
    assert general.send("GET", "/ready").json["writable"] is True


def test_rdflib_writes_through_its_own_store(general: Client) -> None:
    url = general.server.url
    graph = Graph(SPARQLUpdateStore(f"{url}/sparql", f"{url}/update"), identifier=URIRef("urn:rdflib"))
    triple = (URIRef("urn:a"), URIRef("urn:b"), Literal('é\n"quoted"'))
    graph.add(triple)
    assert list(graph) == [triple]
    graph.update("DELETE WHERE { ?s ?p ?o }")
    assert len(graph) == 0
