"""The W3C's tests of SPARQL 1.1 Federated Query, between servers of ours: one for each endpoint that a test names."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from tests.live import Server, free_port, serving

GENERAL = {"articles": "none", "writable": "true", "auth": "false"}
ASKING = "http://asking.example/sparql"  # the one that is given the query
ENDPOINTS = (ASKING, "http://example.org/sparql", "http://example1.org/sparql", "http://example2.org/sparql")
INVALID = "http://invalid.endpoint.org/sparql"  # where nobody answers
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
VARIABLE = {"service5"}  # asks an endpoint that is a variable, which is refused


class Case:
    """A test of the manifest: its query, what each endpoint holds, and the solutions expected."""

    def __init__(self, subject: str, folder: Path, triples: dict[str, dict[str, list[str]]]) -> None:
        def one(subject: str, term: str) -> str:
            return triples[subject][term][0]

        base = folder.as_uri() + "/"
        action = one(subject, MF + "action")

        def read(iri: str) -> bytes:
            return (folder / iri.removeprefix(base)).read_bytes()

        self.query = read(one(action, QT + "query")).decode()
        self.data: dict[str, bytes] = {}
        if own := triples[action].get(QT + "data"):
            self.data[ASKING] = read(own[0])
        for service in triples[action].get(QT + "serviceData", []):
            self.data[one(service, QT + "endpoint")] = read(one(service, QT + "data"))
        self.expected = read(one(subject, MF + "result"))


def cases(folder: Path) -> dict[str, Case]:
    triples: dict[str, dict[str, list[str]]] = {}
    base = folder.as_uri() + "/manifest"
    for quad in parse((folder / "manifest.ttl").read_bytes(), RdfFormat.TURTLE, base_iri=base):
        subject, predicate = str(getattr(quad.subject, "value", quad.subject)), quad.predicate.value
        triples.setdefault(subject, {}).setdefault(predicate, []).append(str(getattr(quad.object, "value", "")))
    tests = [subject for subject, told in triples.items() if MF + "action" in told]
    return {test.rpartition("#")[2]: Case(test, folder, triples) for test in tests}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """A server for each endpoint, all of which may ask each other."""
    ports = {endpoint: free_port() for endpoint in (*ENDPOINTS, INVALID)}
    services = ",".join(f"http://127.0.0.1:{port}/sparql" for port in ports.values())
    with ExitStack() as stack:
        made = {}
        for endpoint in ENDPOINTS:
            folder = tmp_path_factory.mktemp("endpoint")
            more = {**GENERAL, "services": services, "data": folder / "kg-data"}
            made[endpoint] = stack.enter_context(serving(folder, port=ports[endpoint], **more))
        yield made | {INVALID: Server(ports[INVALID], made[ASKING].process, made[ASKING].log)}


def solutions(results: object) -> list[str]:
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return sorted(json.dumps([str(row[name]) for name in names]) for row in results)


def test_service(shared: Path, servers: dict[str, Server]) -> None:
    found = cases(shared / "conformance" / "rdf-tests-sparql" / "sparql11" / "service")
    assert len(found) == 7
    for name, case in found.items():
        for endpoint in ENDPOINTS:
            content = case.data.get(endpoint, b"")
            put = servers[endpoint].request("PUT", "/store?default", content, Content_Type="text/turtle")
            assert put.status in (200, 201, 204), put.body
        query = re.sub(r"<(http://[^>]*/sparql)>", lambda match: f"<{servers[match[1]].url}/sparql>", case.query)
        answer = servers[ASKING].query(query, "application/sparql-results+xml")
        assert answer.status == (400 if name in VARIABLE else 200), (name, answer.body)
        if name not in VARIABLE:
            expected = solutions(parse_query_results(case.expected, QueryResultsFormat.XML))
            assert solutions(parse_query_results(answer.body, QueryResultsFormat.XML)) == expected, name


def test_syntax(shared: Path, servers: dict[str, Server]) -> None:
    """The queries are read as such, and refused for an endpoint that is not listed; answered where it is."""
    files = sorted((shared / "conformance" / "rdf-tests-sparql" / "sparql11" / "syntax-fed").glob("*.rq"))
    assert len(files) == 3
    for file in files:
        text = file.read_text("utf-8")
        assert servers[ASKING].query(text).status == 400
        listed = text.replace("<g>", f"<{servers[ENDPOINTS[1]].url}/sparql>")
        assert servers[ASKING].query(listed).status == 200, file.name
