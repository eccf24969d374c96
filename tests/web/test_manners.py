"""How the endpoint behaves as a server of HTTP: validators, codings, the description of itself, and browsers."""

import gzip
import http.client
import re
import socket
import zlib
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
import zstandard

from tests.live import JSON, Server, serving

SD = "http://www.w3.org/ns/sparql-service-description#"
FEW = "SELECT ?s { ?s ?p ?o FILTER(ISIRI(?s)) } ORDER BY ?s LIMIT 3"
# A blank node has another name with each worker.
MANY = "SELECT ?s ?p ?o { ?s ?p ?o FILTER(ISIRI(?s) && !ISBLANK(?o)) } ORDER BY ?s ?p ?o LIMIT 300"
READ = {
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
GRAPHS = ["text/turtle", "application/n-triples", "application/n-quads", "application/trig", "application/rdf+xml", "application/ld+json"]  # fmt: skip


def get(server: Server, path: str, **headers: str):
    return server.request("GET", path, **headers)


def test_a_client_that_has_the_answer_is_told_so(server: Server) -> None:
    first = server.query(FEW)
    tag = first.headers["etag"]
    assert tag.startswith('"'), "it names the bytes"
    assert first.headers["cache-control"] == "no-cache"
    path = "/sparql?" + urlencode({"query": FEW})
    again = get(server, path, Accept=JSON, If_None_Match=f'"other", {tag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["vary"] == first.headers["vary"] == "Accept, Accept-Encoding, Accept-Datetime"
    assert get(server, path, Accept="text/csv", If_None_Match=tag).status == 200
    assert get(server, path, Accept=JSON, If_None_Match=f"W/{tag}").status == 304
    assert get(server, path, Accept=JSON, If_None_Match='"other"').status == 200


def test_what_differs_from_call_to_call_may_not_be_stored(server: Server) -> None:
    answer = server.query("SELECT (UUID() AS ?x) {}")
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert server.query("SELECT (UUID() AS ?x) {}").body != answer.body


def test_an_answer_to_a_post_is_not_conditional(server: Server) -> None:
    form = urlencode({"query": FEW}).encode()
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Accept": JSON, "If_None_Match": "*"}
    assert server.request("POST", "/sparql", form, **headers).status == 200


@pytest.mark.parametrize(("encoding", "read"), READ.items())
def test_answers_are_compressed_for_those_who_ask(server: Server, encoding: str, read) -> None:
    path = "/sparql?" + urlencode({"query": MANY})
    plain, packed = (get(server, path, Accept="text/csv", Accept_Encoding=e) for e in ("identity", encoding))
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == encoding
    assert read(packed.body) == plain.body
    assert len(packed.body) == int(packed.headers["content-length"]) < len(plain.body)
    assert packed.headers["etag"] != plain.headers["etag"]


def test_a_large_answer_is_compressed_as_it_flows(server: Server) -> None:
    everything = "SELECT * { ?s ?p ?o }"
    answer = get(server, "/sparql?" + urlencode({"query": everything}), Accept="text/csv", Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-length" not in answer.headers
    plain = get(server, "/sparql?" + urlencode({"query": everything}), Accept="text/csv")
    assert sorted(gzip.decompress(answer.body).split(b"\n")) == sorted(plain.body.split(b"\n"))
    assert len(plain.body) > 1 << 20
    assert get(server, "/sparql?" + urlencode({"query": everything}), Accept="text/csv", If_None_Match=plain.headers["etag"]).status == 304  # fmt: skip


def test_compressed_bodies_are_read_within_the_limit(server: Server) -> None:
    headers = {"Content_Type": "application/sparql-query", "Content_Encoding": "gzip", "Accept": JSON}
    assert server.request("POST", "/sparql", gzip.compress(b"ASK {}"), **headers).json["boolean"] is True
    bomb = gzip.compress(b"#" * (100 << 20))
    assert len(bomb) < 1 << 20
    assert server.request("POST", "/sparql", bomb, **headers).status == 413
    assert server.request("POST", "/sparql", b"ASK {}", **headers).status == 400
    refused = server.request("POST", "/sparql", zlib.compress(b"ASK {}"), **{**headers, "Content_Encoding": "br"})
    assert (refused.status, refused.headers["accept-encoding"]) == (415, "gzip")


@pytest.mark.parametrize("media_type", GRAPHS)
def test_the_endpoint_describes_itself(server: Server, media_type: str) -> None:
    answer = get(server, "/sparql", Accept=media_type)
    assert answer.headers["content-type"].split(";")[0] == media_type
    graph = {q.triple for q in ox.parse(answer.body, ox.RdfFormat.from_media_type(media_type), base_iri="http://x/")}
    said = {(t.predicate.value.removeprefix(SD), getattr(t.object, "value", "")) for t in graph}
    assert ("endpoint", f"{server.url}/sparql") in said
    assert ("supportedLanguage", SD + "SPARQL11Query") in said
    assert ("feature", SD + "UnionDefaultGraph") in said
    named = {value for name, value in said if name == "name"}
    rows = server.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert named == {row["g"] for row in rows}
    assert (ox.NamedNode(f"{server.url}/sparql#service"), ox.NamedNode(SD + "defaultDataset")) in {(t.subject, t.predicate) for t in graph}  # fmt: skip


def test_a_writable_endpoint_says_where_and_what_its_default_graph_is_not(tmp_path: Path) -> None:
    given = {"articles": "none", "writable": "true", "auth": "false"}
    with serving(tmp_path, data=tmp_path / "kg-data", **given) as server:
        answer = get(server, "/sparql", Accept="application/n-triples")
        assert f"<{SD}endpoint> <{server.url}/update>".encode() in answer.body
        assert SD.encode() + b"SPARQL11Update" in answer.body
        assert b"UnionDefaultGraph" not in answer.body
        asked = "SELECT ?o { <urn:a> <urn:b> ?o }"
        for value in ("1", "2", "3"):
            text = f"DELETE WHERE {{ <urn:a> <urn:b> ?o }} ; INSERT DATA {{ <urn:a> <urn:b> {value} }}"
            written = server.request("POST", "/update", text.encode(), Content_Type="application/sparql-update")
            assert written.status in (200, 204), written.body
            assert [row["o"] for row in server.rows(asked)] == [value], "an answer that was kept is not kept too long"


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "text/turtle, text/html;q=0.5"}])
def test_programs_get_the_description_and_browsers_a_form(server: Server, headers: dict[str, str]) -> None:
    assert get(server, "/sparql", **headers).headers["content-type"].startswith("text/turtle")
    page = get(server, "/sparql", Accept=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert b'<form id="ask" action="/sparql" method="get"' in page.body


def test_the_description_has_the_address_that_the_client_used(server: Server) -> None:
    answer = get(server, "/sparql", Host="attest.example:81", Accept="application/n-triples")
    assert b"<http://attest.example:81/sparql>" in answer.body
    spoofed = get(
        server, "/sparql", X_Forwarded_Host="evil.example", X_Forwarded_Proto="https", X_Forwarded_Prefix="/x"
    )
    assert b"evil.example" not in spoofed.body
    assert get(server, "/sparql", Host='a"><b').status in (200, 400)


def test_head_and_options(server: Server) -> None:
    got = server.query(MANY, "text/csv")
    head = server.request("HEAD", "/sparql?" + urlencode({"query": MANY}), Accept="text/csv")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(got.body)))
    assert head.headers["etag"] == got.headers["etag"]
    assert "HEAD" in server.request("OPTIONS", "/sparql").headers["allow"]


def test_unknown_parameters_are_ignored(server: Server) -> None:
    assert server.query("ASK {}", ac="1", results="json", _="17").status == 200


@pytest.mark.parametrize(
    ("accept", "holds"),
    [
        (JSON, b'"type":"triple"'),
        ("application/sparql-results+xml", b"<triple>"),
        ("text/tab-separated-values", b'<<( <urn:s> <urn:p> "o"@en )>>'),
        ("text/csv", b"urn:s"),
    ],
)
def test_triple_terms_in_results(server: Server, accept: str, holds: bytes) -> None:
    answer = server.query('SELECT (<<( <urn:s> <urn:p> "o"@en )>> AS ?t) {}', accept)
    assert answer.status == 200
    assert holds in answer.body


@pytest.mark.parametrize("media_type", GRAPHS[:5])
def test_triple_terms_in_graphs(server: Server, media_type: str) -> None:
    reify = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> CONSTRUCT { <urn:r> rdf:reifies <<( <urn:s> <urn:p> 1 )>> } {}"
    (quad,) = ox.parse(server.query(reify, media_type).body, ox.RdfFormat.from_media_type(media_type))
    assert isinstance(quad.object, ox.Triple)
    refused = server.query(reify, "application/ld+json")
    assert refused.status == 406
    assert "triple terms" in refused.json["detail"]


def test_pages_read_answers_as_they_are_whatever_the_browser_takes_and_has(server: Server) -> None:
    path = "/sparql?" + urlencode({"query": MANY})
    known = get(server, path, Accept=JSON).headers["etag"]
    headers = {"Accept": BROWSER, "Accept_Encoding": "gzip, zstd", "If_None_Match": known}
    for _ in range(2):
        page = get(server, path, **headers)
        assert page.status == 200
        assert "Accept-Encoding" in page.headers["vary"]
        assert b"<td" in READ[page.headers["content-encoding"]](page.body)
    assert get(server, "/queries/who-said-what", **headers).status == 200
    assert b"<td" in get(server, path, Accept=BROWSER).body


def test_a_request_with_two_hosts_is_refused(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as client:
        client.sendall(b"GET /sparql HTTP/1.1\r\nHost: one.example\r\nHost: two.example\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"expected one Host header, found 2" in answer


def test_an_answer_that_fails_late_never_looks_whole(tmp_path: Path) -> None:
    """Sent as it comes, and over a limit in the middle: the connection breaks, whatever the coding."""
    limits = {"query_hold": "false", "query_bytes": 2_500_000}
    path = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"})
    with serving(tmp_path, data=tmp_path / "kg-data", **limits) as server:
        for encoding in ("identity", "gzip", "zstd"):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", path, headers={"Accept-Encoding": encoding})
            answer = connection.getresponse()
            assert answer.status == 200
            with pytest.raises(http.client.IncompleteRead):
                answer.read()
            connection.close()
        assert server.request("GET", "/sparql?query=ASK%7B%7D").status == 200


def test_scripts_and_styles_are_encoded_and_kept_for_good_where_the_address_says_which(server: Server) -> None:
    page = get(server, "/", Accept=BROWSER).body.decode()
    (path,) = re.findall(r"/static/[0-9a-f]{12}/attest\.css", page)
    plain = get(server, path)
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in plain.headers
    for coding, read in READ.items():
        coded = get(server, path, Accept_Encoding=coding)
        assert coded.headers["content-encoding"] == coding
        assert "Accept-Encoding" in coded.headers["vary"]
        assert read(coded.body) == plain.body
        assert len(coded.body) < len(plain.body) / 2
        assert coded.headers["etag"] != plain.headers["etag"]
    again = get(server, path, If_None_Match=plain.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    for other in ("/static/attest.css", "/static/000000000000/attest.css"):
        answer = get(server, other)
        assert (answer.status, answer.body, answer.headers["cache-control"]) == (200, plain.body, "no-cache")
    for none in ("/static/none.css", "/static/..%2fapp.py", f"{path}/x"):
        assert get(server, none).status == 404


@pytest.mark.parametrize("path", ["/", "/compare", "/timeline", "/graph.json", "/perspectives", "/perspectives/pmoi", "/perspectives/pmoi/compare/al-hurra", "/ontology", "/sparql/terms"])  # fmt: skip
def test_what_a_generation_does_not_change_is_not_made_again(server: Server, path: str) -> None:
    first = get(server, path, Accept=BROWSER)
    assert first.status == 200
    assert first.headers["attest-generation"] == "1"
    again = get(server, path, Accept=BROWSER, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert "Accept" in again.headers["vary"]


@pytest.mark.parametrize("path", ["/queries", "/queries/who-said-what", "/sparql", "/problems", "/generations"])
def test_a_page_made_otherwise_is_not_sent_again(server: Server, path: str) -> None:
    first = get(server, path, Accept=BROWSER, Accept_Encoding="gzip")
    again = get(server, path, Accept=BROWSER, If_None_Match=first.headers["etag"])
    assert (again.status, again.body, again.headers["cache-control"]) == (304, b"", "no-cache")
    assert get(server, path, Accept=BROWSER, If_None_Match='W/"other"').body != b""
    for alone in ("/health", "/ready", "/metrics", "/problems/none"):
        assert "etag" not in get(server, alone, Accept=BROWSER).headers
