"""The fast path answers as Flask does, byte for byte, and logs and counts alike; and it is taken."""

import concurrent.futures
import gzip
import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from kg.settings import Settings
from kg.sparql.service import QueryService
from kg.web.fast import FastPath
from tests.live import CROSS, JSON, Server, serving

SELECT = "SELECT * { ?s a <https://w3id.org/attest/ontology#Person> } ORDER BY ?s"
GRAPH = "CONSTRUCT WHERE { <https://w3id.org/attest/id/badr-corps> ?p ?o }"
LARGE = "SELECT * { ?s ?p ?o }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
ASIDE = "aside"  # a parameter that nobody reads: Flask answers who has it

Request = tuple[str, dict[str, str], bytes | None, dict[str, str]]  # method, parameters, body, headers
CASES: dict[str, Request] = {
    "select": ("GET", {"query": SELECT}, None, {"Accept": JSON}),
    "any": ("GET", {"query": SELECT}, None, {"Accept": "*/*"}),
    "no accept": ("GET", {"query": SELECT}, None, {}),
    "csv": ("GET", {"query": SELECT, "format": "csv"}, None, {}),
    "ask": ("GET", {"query": "ASK {}", "output": "xml"}, None, {"Accept": "text/html"}),
    "graph": ("GET", {"query": GRAPH}, None, {"Accept": "text/turtle"}),
    "describe": ("GET", {"query": "DESCRIBE <https://w3id.org/attest/id/badr-corps>"}, None, {}),
    "gzip": ("GET", {"query": SELECT}, None, {"Accept-Encoding": "gzip"}),
    "zstd": ("GET", {"query": SELECT}, None, {"Accept-Encoding": "gzip, zstd"}),
    "never the same": ("GET", {"query": "SELECT (1 AS ?now) { FILTER(NOW() > 0 || true) }"}, None, {}),
    "known": ("GET", {"query": SELECT}, None, {"If-None-Match": "*"}),
    "unknown": ("GET", {"query": SELECT}, None, {"If-None-Match": '"x", W/"y"'}),
    "dataset": ("GET", {"query": SELECT, "default-graph-uri": "urn:none"}, None, {}),
    "form": ("POST", {}, urlencode({"query": SELECT}).encode(), FORM),
    "form with format": ("POST", {"format": "tsv"}, urlencode({"query": SELECT}).encode(), FORM),
    "direct": ("POST", {}, SELECT.encode(), DIRECT),
    "syntax": ("GET", {"query": "SELECT * { ?s ?p }"}, None, {}),
    "prefix": ("GET", {"query": "SELECT * { ?s ex:p ?o }"}, None, {"Accept-Encoding": "gzip"}),
    "service": ("GET", {"query": "SELECT * { SERVICE <urn:x> { ?s ?p ?o } }"}, None, {}),
    "not acceptable": ("GET", {"query": SELECT}, None, {"Accept": "image/png"}),
    "two queries": ("POST", {}, urlencode([("query", SELECT), ("query", SELECT)]).encode(), FORM),
    "media type": ("POST", {}, SELECT.encode(), {"Content-Type": "text/plain"}),
    "evaluation": ("GET", {"query": "SELECT * { ?s ?p ?o }", "named-graph-uri": "no iri"}, None, {}),
    "timeout": ("GET", {"query": CROSS, "timeout": "0.3"}, None, {}),
    "large": ("GET", {"query": LARGE}, None, {"Accept": "text/csv"}),
    "large gzip": ("GET", {"query": LARGE}, None, {"Accept": "text/csv", "Accept-Encoding": "gzip"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped corpus from disk: each worker that loads it into memory names blank nodes anew."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, data=folder / "kg-data", query_seconds=2, body_seconds=2, memory_quads=1) as running:
        yield running


def answered(server: Server, request: Request, aside: bool) -> tuple[int, list[tuple[str, str]], bytes]:
    method, parameters, body, headers = request
    path = "/sparql?" + urlencode(parameters | ({ASIDE: "1"} if aside else {}))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, body, {"Accept-Encoding": "identity"} | headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, [(k, v) for k, v in answer.getheaders() if k.lower() != "date"], content


def logged(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


@pytest.mark.parametrize("name", CASES)
def test_the_fast_path_answers_as_flask_does(server: Server, name: str) -> None:
    fresh, kept = (answered(server, CASES[name], aside=False) for _ in range(2))
    flask = answered(server, CASES[name], aside=True)
    if name == "large gzip":  # what is streamed is not coded in the same pieces each time
        fresh, kept, flask = ((*head, gzip.decompress(body)) for *head, body in (fresh, kept, flask))
    assert kept == flask
    assert fresh[0::2] == flask[0::2]


def test_it_logs_and_counts_as_flask_does(server: Server) -> None:
    before = len(logged(server))
    for name in ("select", "form", "syntax", "known"):
        for aside in (False, True):
            answered(server, CASES[name], aside)
    lines = logged(server)[before:]
    told = [{k: v for k, v in line.items() if k not in ("time", "seconds")} for line in lines]
    assert len(told) == 8
    assert told[0::2] == told[1::2]
    assert all(line["route"] == "/sparql" for line in told)
    assert all(0 <= line["seconds"] < 2 for line in lines)


def scope(method: str, query_string: str, *headers: tuple[bytes, bytes], path: str = "/sparql") -> dict[str, object]:
    return {"method": method, "path": path, "query_string": query_string.encode(), "headers": headers}


@pytest.mark.parametrize(
    ("given", "body", "taken"),
    [
        (scope("GET", urlencode({"query": SELECT})), b"", True),
        (scope("GET", urlencode({"query": SELECT}), (b"accept", b"*/*")), b"", True),
        (scope("POST", "", (b"content-type", b"application/sparql-query")), SELECT.encode(), True),
        (scope("POST", "", (b"content-type", FORM["Content-Type"].encode())), b"query=ASK+%7B%7D", True),
        (scope("GET", urlencode({"query": SELECT}), (b"accept", b"text/html,*/*;q=0.8")), b"", False),
        (scope("HEAD", urlencode({"query": SELECT})), b"", False),
        (scope("GET", urlencode({"query": SELECT}), path="/sparql/"), b"", False),
        (scope("GET", urlencode({"query": SELECT, "generation": "1"})), b"", False),
        (scope("GET", urlencode({"query": SELECT}), (b"accept-datetime", b"x")), b"", False),
        (scope("GET", urlencode({"query": SELECT}), (b"accept", b"a/b"), (b"accept", b"*/*")), b"", False),
        (scope("GET", urlencode({"query": SELECT}), (b"content-length", b"3")), b"", False),
        (scope("GET", "query=NONSENSE"), b"", False),
        (scope("GET", ""), b"", False),
        (scope("POST", "", (b"content-encoding", b"gzip"), (b"content-type", b"application/sparql-query")), b"x", False),
    ],
)  # fmt: skip
def test_what_is_plain(given: dict[str, object], body: bytes, taken: bool) -> None:
    path = FastPath(QueryService(Settings()), lambda _: None, ThreadPoolExecutor(1))
    for _ in range(2):
        assert (path.asked(given, body, "127.0.0.1", "127.0.0.1", lambda: False) is not None) == taken


def test_queries_of_many_at_once_are_each_answered(server: Server) -> None:
    texts = [f"SELECT ({i % 7} AS ?n) {{}}" for i in range(60)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(server.query, texts))
    found = [answer.json["results"]["bindings"][0]["n"]["value"] for answer in answers]
    assert found == [str(i % 7) for i in range(60)]
