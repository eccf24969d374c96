"""Two servers of ours, one of which asks the other, and endpoints that do not answer as they should."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import psutil
import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryResultsFormat, Store

from tests.live import Response, Server, free_port, serving
from tests.sparql.support import eventually, publish

from .hostile import Endpoint, answer, endpoint

SECONDS = 1.0  # that an endpoint is given here


def here() -> Iterator[Quad]:
    """What the asking server holds: five things, of which two are said to be the same as others' things."""
    for i in range(5):
        yield Quad(
            NamedNode(f"urn:s{i}"), NamedNode("urn:label"), Literal(f"thing {i}", language="en"), NamedNode("urn:here")
        )
    for i in (1, 2):
        yield Quad(NamedNode(f"urn:s{i}"), NamedNode("urn:same"), NamedNode(f"urn:t{i}"), NamedNode("urn:here"))
    yield Quad(BlankNode("x"), NamedNode("urn:about"), NamedNode("urn:s1"), NamedNode("urn:here"))


def there() -> Iterator[Quad]:
    """What the other server holds: four things, with notes that are blank nodes."""
    for i in range(1, 5):
        yield Quad(NamedNode(f"urn:t{i}"), NamedNode("urn:size"), Literal(i), NamedNode("urn:there"))
        yield Quad(BlankNode(f"n{i}"), NamedNode("urn:on"), NamedNode(f"urn:t{i}"), NamedNode("urn:there"))
        yield Quad(BlankNode(f"n{i}"), NamedNode("urn:text"), Literal(f'"{i}"\n\\ é'), NamedNode("urn:there"))
    yield Quad(NamedNode("urn:t1"), NamedNode("urn:closed"), Literal("yes"), NamedNode("urn:there"))
    yield Quad(NamedNode("urn:s1"), NamedNode("urn:size"), Literal(9), NamedNode("urn:there"))


def drip(taken: socket.socket) -> None:
    """An answer that never ends, a byte at a time, so that no wait for a byte is long."""
    taken.sendall(answer(b"", length=10**6))
    while True:
        taken.sendall(b" ")
        time.sleep(0.02)


def dumb(taken: socket.socket) -> None:
    taken.recv(1)  # until the other side has had enough


@dataclass(frozen=True)
class World:
    """Two servers that may ask each other, and endpoints that the first may ask too."""

    a: Server
    b: Server
    good: Endpoint
    endpoints: dict[str, Endpoint]

    def named(self, text: str) -> str:
        """The text with each `@name` as the IRI of that endpoint."""
        ports = {"a": self.a.port, "b": self.b.port} | {name: e.port for name, e in self.endpoints.items()}
        return re.sub(r"@(\w+)", lambda found: f"<{iri(ports[found[1]])}>", text)

    def ask(self, text: str, **headers: str) -> Response:
        address = "/sparql?" + urlencode({"query": self.named(text)})
        return self.a.request("GET", address, Accept="application/sparql-results+json", **headers)

    def rows(self, text: str) -> list[dict[str, str]]:
        response = self.ask(text)
        assert response.status == 200, response.body
        return [{k: v["value"] for k, v in row.items()} for row in response.json["results"]["bindings"]]

    def counted(self, outcome: str) -> float:
        metrics = self.a.request("GET", "/metrics").body.decode()
        found = re.search(rf'^attest_services_total{{outcome="{outcome}"}} (.+)$', metrics, re.MULTILINE)
        assert found
        return float(found[1])

    def relays(self) -> list[psutil.Process]:
        return [p for p in self.a.tree() if "kg.sparql.federation.relay" in p.cmdline()]


def iri(port: int) -> str:
    return f"http://127.0.0.1:{port}/sparql"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folders = {name: tmp_path_factory.mktemp(name) for name in "ab"}
    for name, quads in (("a", here), ("b", there)):
        publish(folders[name] / "kg-data", 1, quads())
    ports = {name: free_port() for name in "ab"}
    with endpoint(answer()) as good, endpoint(drip) as dripping, endpoint(dumb) as silent, endpoint(b"?") as odd:
        endpoints = {"good": good, "drip": dripping, "dumb": silent, "odd": odd}
        services = ",".join(map(iri, [*ports.values(), *(e.port for e in endpoints.values())]))
        common = {"articles": "none", "services": services, "service_seconds": SECONDS, "client_seconds": 1000}
        with (
            serving(folders["a"], port=ports["a"], data=folders["a"] / "kg-data", **common) as a,
            serving(folders["b"], port=ports["b"], data=folders["b"] / "kg-data", **common) as b,
        ):
            yield World(a, b, good, endpoints)


@pytest.fixture(scope="module")
def both() -> Store:
    """The other server's content in a graph beside our own: what must be answered, without any federation."""
    store = Store()
    store.extend(Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in here())
    store.extend(Quad(q.subject, q.predicate, q.object, NamedNode("urn:b")) for q in there())
    return store


QUERIES = {
    "join": "SELECT * { ?s <urn:same> ?t . SERVICE @b { ?t <urn:size> ?n } }",
    "first": "SELECT * { SERVICE @b { ?t <urn:size> ?n } ?s <urn:same> ?t }",
    "alone": "SELECT * { SERVICE @b { ?s ?p ?o } }",
    "nothing": "SELECT * { ?s <urn:none> ?t . SERVICE @b { ?t <urn:size> ?n } }",
    "optional": "SELECT * { ?s <urn:label> ?l OPTIONAL { ?s <urn:same> ?t . SERVICE @b { ?t <urn:size> ?n FILTER(?n > 1) } } }",
    "optional within": "SELECT * { ?s <urn:same> ?t SERVICE @b { ?t <urn:size> ?n OPTIONAL { ?t <urn:closed> ?c } } }",
    "unbound before": "SELECT * { ?s <urn:label> ?l OPTIONAL { ?s <urn:same> ?t } SERVICE @b { ?t <urn:closed> ?c } }",
    "unbound after": "SELECT * { ?s <urn:same> ?t SERVICE @b { ?x <urn:closed> ?c OPTIONAL { ?x <urn:none> ?t } } }",
    "blank before": "SELECT ?c { ?x <urn:about> ?s SERVICE @b { ?x <urn:text> ?c } }",
    "blank nodes": "SELECT ?t ?c (isBlank(?x) AS ?b) { SERVICE @b { ?x <urn:on> ?t ; <urn:text> ?c } }",
    "two": "SELECT * { ?s <urn:same> ?t SERVICE @b { ?t <urn:size> ?n } SERVICE @b { ?y <urn:on> ?t ; <urn:text> ?c } }",
    "filter": "SELECT * { ?s <urn:label> ?l FILTER(BOUND(?n)) SERVICE @b { ?s <urn:size> ?n } }",
    "filter within": "SELECT * { ?s <urn:same> ?t SERVICE @b { ?x <urn:size> ?n FILTER(!BOUND(?t)) } }",
    "union": "SELECT * { ?s <urn:same> ?t { SERVICE @b { ?t <urn:size> ?n } } UNION { SERVICE @b { ?t <urn:closed> ?c } } }",
    "minus": "SELECT * { ?s <urn:same> ?t MINUS { SERVICE @b { ?t <urn:closed> ?c } } }",
    "exists": "SELECT * { ?s <urn:same> ?t FILTER NOT EXISTS { SERVICE @b { ?t <urn:closed> ?c } } }",
    "subquery": "SELECT * { ?s <urn:label> ?l { SELECT (COUNT(*) AS ?n) { SERVICE @b { ?s <urn:size> ?m } } } }",
    "subquery within": "SELECT * { ?s <urn:same> ?t SERVICE @b { SELECT ?t (MAX(?n) AS ?m) { ?t <urn:size> ?n } GROUP BY ?t } }",
    "hidden within": "SELECT * { ?s <urn:same> ?t SERVICE @b { SELECT (COUNT(?t) AS ?m) { ?t <urn:size> ?n } } }",
    "aggregate": "SELECT ?t (COUNT(*) AS ?k) { ?s <urn:same> ?t SERVICE @b { ?y <urn:on> ?t } } GROUP BY ?t",
    "bind": "SELECT * { ?s <urn:same> ?t BIND(?t AS ?u) SERVICE @b { ?u <urn:size> ?n BIND(?n * 2 AS ?d) } }",
    "values": "SELECT * { VALUES ?t { <urn:t1> <urn:t1> } SERVICE @b { ?t <urn:size> ?n } }",
    "no variables": "SELECT * { ?s <urn:same> ?t SERVICE @b { <urn:t1> <urn:closed> 'yes' } }",
    "order": "SELECT * { ?s <urn:same> ?t SERVICE @b { { ?t <urn:size> 1 } UNION { ?t <urn:size> 2 } } } ORDER BY DESC(?t) LIMIT 1",
    "prefixes": "PREFIX : <urn:> PREFIX x: <urn:si> SELECT * { ?s :same ?t SERVICE @b { ?t x:ze ?n } }",
}  # fmt: skip


def solutions(body: bytes) -> list[str]:
    """The solutions, in any order, with one name for every blank node."""
    rows = json.loads(body)["results"]["bindings"]
    same = ({k: "blank" if v["type"] == "bnode" else v for k, v in row.items()} for row in rows)
    return sorted(json.dumps(row, sort_keys=True) for row in same)


@pytest.mark.parametrize("name", QUERIES)
def test_the_answer_is_that_of_the_standard(name: str, world: World, both: Store) -> None:
    text = QUERIES[name]
    response = world.ask(text)
    assert response.status == 200, response.body
    results = both.query(text.replace("SERVICE @b", "GRAPH <urn:b>"))
    expected = results.serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]
    assert solutions(response.body) == solutions(expected or b"")
    assert response.json["head"]["vars"] == json.loads(expected or b"")["head"]["vars"]


def test_blank_nodes_of_two_answers_are_different_ones(world: World) -> None:
    assert world.rows("SELECT ?t { SERVICE @b { ?x <urn:on> ?t } SERVICE @b { ?x <urn:text> ?c } }") == []


def test_other_forms(world: World) -> None:
    assert world.ask("ASK { SERVICE @b { <urn:t1> <urn:closed> 'yes' } }").json["boolean"]
    assert not world.ask("ASK { SERVICE @b { <urn:t2> <urn:closed> 'yes' } }").json["boolean"]
    graph = world.named("CONSTRUCT { ?s <urn:n> ?n } WHERE { ?s <urn:same> ?t SERVICE @b { ?t <urn:size> ?n } }")
    assert len(world.a.query(graph, "application/n-triples").body.splitlines()) == 2
    direct = {"Accept": "text/csv", "Content-Type": "application/sparql-query"}
    posted = world.a.request("POST", "/sparql", world.named(QUERIES["join"]).encode(), **direct)
    assert sorted(posted.body.split()) == [b"1,urn:s1,urn:t1", b"2,urn:s2,urn:t2", b"n,s,t"]


def asked_of(world: World, text: str) -> list[str]:
    """What the good endpoint is asked for by a query."""
    world.good.requests.clear()
    assert world.ask(text).status == 200
    return [parse_qs(r.decode().partition("\r\n\r\n")[2])["query"][0] for r in world.good.requests]


def test_an_endpoint_is_asked_for_what_can_be_joined(world: World) -> None:
    (asked,) = asked_of(world, "SELECT * { ?x <urn:same> ?s . SERVICE @good { ?s ?p ?o } }")
    values = re.search(r"VALUES \(\?s\) { (.*?) }", asked)
    assert values
    assert sorted(values[1].split()) == ["(<urn:t1>)", "(<urn:t2>)"]
    (asked,) = asked_of(world, "SELECT * { { ?x <urn:same> ?s FILTER(?x = <urn:s1>) } SERVICE @good { ?s ?p ?o } }")
    assert "VALUES (?s) { (<urn:t1>) }" in asked
    (asked,) = asked_of(world, "SELECT * { SERVICE @good { ?s ?p ?o } ?x <urn:same> ?s }")
    assert "VALUES" not in asked
    assert asked_of(world, "SELECT * { ?x <urn:none> ?s . SERVICE @good { ?s ?p ?o } }") == []


def test_nothing_is_kept(world: World) -> None:
    for _ in range(2):
        assert len(asked_of(world, "SELECT * { SERVICE @good { ?s ?p ?o } }")) == 1
    response = world.ask("SELECT * { SERVICE @good { ?s ?p ?o } }")
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


def test_of_the_client_nothing_is_passed_on(world: World) -> None:
    world.good.requests.clear()
    mine = {"Authorization": "Bearer secret", "Cookie": "a=secret", "User-Agent": "secret", "Referer": "http://secret/"}
    assert world.ask("SELECT * { SERVICE @good { ?s ?p ?o } }", **mine).status == 200
    (request,) = world.good.requests
    assert b"secret" not in request


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("odd", 502, "cannot be reached"),
        ("dumb", 504, "did not answer in the 1.0 s"),
        ("drip", 504, "did not answer in the 1.0 s"),
    ],
)
def test_an_endpoint_that_fails(name: str, status: int, reason: str, world: World) -> None:
    outcomes = ("called", "failed", "silenced", "refused")
    before = {outcome: world.counted(outcome) for outcome in outcomes}
    response = world.ask(f"SELECT * {{ SERVICE @{name} {{ ?s ?p ?o }} }}")
    assert response.status == status
    assert response.headers["retry-after"]
    assert f"SERVICE {world.named('@' + name)} {reason}" in response.json["detail"]
    assert world.rows(f"SELECT * {{ ?s <urn:same> ?t SERVICE SILENT @{name} {{ ?t ?p ?o }} }} ORDER BY ?s") == [
        {"s": "urn:s1", "t": "urn:t1"},
        {"s": "urn:s2", "t": "urn:t2"},
    ]
    silent = world.ask(f"SELECT * {{ SERVICE SILENT @{name} {{ ?t ?p ?o FILTER(?x) }} }}").json
    assert (silent["head"]["vars"], silent["results"]["bindings"]) == (["o", "p", "t"], [{}])
    after = {outcome: world.counted(outcome) - before[outcome] for outcome in outcomes}
    assert after == {"called": 3, "failed": 3, "silenced": 2, "refused": 0}


def test_the_clients_own_deadline_holds(world: World) -> None:
    response = world.a.query(world.named("ASK { SERVICE @dumb { ?s ?p ?o } }"), timeout="0.5")
    assert response.status == 504
    assert "in the 0." in response.json["detail"]


def test_a_wrong_query_asks_nobody(world: World) -> None:
    world.good.requests.clear()
    wrong = world.ask("SELECT * {\n  SERVICE SILENT @good { ?s ?p }\n}")
    assert (wrong.status, "line" in wrong.json) == (400, True)
    undeclared = world.ask("SELECT * {\n  SERVICE SILENT @good { ?s at:x ?o } }")
    assert "the prefix at: is not declared" in undeclared.json["detail"]
    assert undeclared.json["line"] == 2
    assert undeclared.json["context"].splitlines()[0].endswith("{ ?s at:x ?o } }")
    assert world.good.requests == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:1/sparql> { ?s ?p ?o } }",
        "PREFIX SERVICE: <http://127.0.0.1/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:x { ?s ?p ?o } SERVICE @good { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1/> SELECT * { SERVICESILENT:x { ?s ?p ?o } SERVICE @good { ?s ?p ?o } }",
    ],
)
def test_what_is_not_listed_stays_refused(text: str, world: World) -> None:
    assert world.ask(text).status == 400


def test_too_many_patterns(world: World) -> None:
    response = world.ask("SELECT * { " + "SERVICE @good { ?s ?p ?o } " * 11 + "}")
    assert response.status == 400
    assert "at most 10 SERVICE patterns" in response.json["detail"]


def test_servers_that_ask_each_other_come_to_an_end(world: World) -> None:
    assert len(world.rows("SELECT * { SERVICE @b { SERVICE @a { ?s <urn:same> ?t } } }")) == 2
    assert world.ask("SELECT * { SERVICE @b { SERVICE @a { SERVICE @b { ?t <urn:size> ?n } } } }").status == 502
    headers = {"Attest-Federation-Depth": "1"}
    assert world.ask("ASK { SERVICE @b { ?s ?p ?o } }", **headers).status == 200
    for depth in ("2", "99", "100", "-1", "x", ""):
        headers = {"Attest-Federation-Depth": depth}
        refused = world.ask("ASK { SERVICE @b { ?s ?p ?o } }", **headers)
        assert refused.status == 400, depth
        assert "passed on" in refused.json["detail"]
    assert world.ask("ASK { ?s ?p ?o }", **headers).status == 200


def while_asked(world: World, pool: ThreadPoolExecutor, then: Callable[[], object]) -> Response:
    """The answer to a query whose endpoint is dumb, when something was done while it waited."""
    connections = world.endpoints["dumb"].connections
    asked = pool.submit(world.ask, "ASK { SERVICE @dumb { ?s ?p ?o } }")
    eventually(lambda: world.endpoints["dumb"].connections > connections)
    then()
    return asked.result()


def test_a_relay_that_dies_takes_one_query_with_it(world: World) -> None:
    with ThreadPoolExecutor() as pool:
        response = while_asked(world, pool, lambda: [relay.kill() for relay in world.relays()])
    assert response.status == 502
    assert "the process that asks it has ended" in response.json["detail"]
    eventually(lambda: world.ask("ASK { SERVICE @b { ?s ?p ?o } }").status == 200)


def test_others_are_answered_while_endpoints_are_waited_for(world: World) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(world.ask, "ASK { SERVICE @dumb { ?s ?p ?o } }") for _ in range(4)]
        assert all(world.ask("SELECT * { ?s <urn:same> ?t }").status == 200 for _ in range(5))
        assert {asked.result().status for asked in waiting} == {504}


def test_it_is_told_that_some_may_be_asked(world: World) -> None:
    assert world.a.request("GET", "/ready").json["services"] == 6
    described = world.a.request("GET", "/sparql", Accept="application/n-triples").body
    assert b"<http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery>" in described


def test_relays_end_with_the_server(world: World, tmp_path: Path) -> None:
    publish(tmp_path / "kg-data", 1, here())
    more = {"services": iri(world.endpoints["dumb"].port), "service_seconds": 2}
    with serving(tmp_path, data=tmp_path / "kg-data", articles="none", **more) as server, ThreadPoolExecutor() as pool:
        other = World(server, world.b, world.good, world.endpoints)
        found: list[psutil.Process] = []
        with pytest.raises(OSError):
            while_asked(other, pool, lambda: found.extend(other.relays()) or server.front.kill())
        assert found
        assert psutil.wait_procs(found, timeout=15)[1] == []
