"""What an operator sees: /metrics, the log, /problems; and what neither shows."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.live import CROSS, JSON, Server, serving

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SECRET = "SELECT * { ?s ?p 'a name that nobody may read in a log' }"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("watched")
    with serving(folder, data=folder / "kg-data", query_seconds=2, body_seconds=2) as running:
        yield running


def metrics(server: Server) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = server.request("GET", "/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def one(server: Server, name: str, **labels: str) -> float:
    return metrics(server).get((name, frozenset(labels.items())), 0.0)


def lines(server: Server) -> list[dict[str, object]]:
    return [json.loads(line) for line in server.log.read_text("utf-8").splitlines() if line.startswith("{")]


def eventually_logged(server: Server, **wanted: object) -> dict[str, object]:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for line in lines(server):
            if wanted.items() <= line.items():
                return line
        time.sleep(0.05)
    raise AssertionError(f"no line has {wanted}: {lines(server)}")


def test_requests_are_counted_by_route_and_status(watched: Server) -> None:
    labels = {"method": "GET", "route": "/sparql", "status": "200"}
    before = one(watched, "attest_http_requests_total", **labels)
    watched.query("ASK {}")
    assert one(watched, "attest_http_requests_total", **labels) == before + 1
    assert one(watched, "attest_http_request_seconds_count", route="/sparql") >= 1
    assert one(watched, "attest_generation") == 1
    assert one(watched, "attest_query_workers") >= 1
    assert one(watched, "process_resident_memory_bytes") > 1 << 20


def test_what_a_client_makes_up_is_no_label(watched: Server) -> None:
    for path in ("/nothing/1", "/nothing/2", "/static/../x", "/queries/none-like-this"):
        watched.request("GET", path)
    watched.request("BREW", "/sparql")
    routes = {dict(labels).get("route") for _, labels in metrics(watched)}
    assert routes <= {None, "none", "/", "/sparql", "/metrics", "/ready", "/health", "/queries/<name>", "/static/<path:filename>"}  # fmt: skip
    assert {dict(labels).get("method") for _, labels in metrics(watched)} <= {None, "GET", "POST", "HEAD", "OPTIONS", "other"}  # fmt: skip


def test_the_cache_is_counted(watched: Server) -> None:
    text = "SELECT (1 AS ?only_here) {}"
    hits = one(watched, "attest_cache_hits_total")
    watched.query(text)
    watched.query(text)
    assert one(watched, "attest_cache_hits_total") == hits + 1
    assert one(watched, "attest_cache_misses_total") >= 1
    assert one(watched, "attest_cache_bytes") > 0


def test_what_ends_a_query_is_counted(watched: Server) -> None:
    before = one(watched, "attest_queries_ended_total", reason="deadline")
    watched.query(CROSS)
    assert one(watched, "attest_queries_ended_total", reason="deadline") == before + 1


def test_a_worker_that_dies_of_its_query_is_the_querys_fault_and_counted(tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data", query_memory=64 << 20) as server:
        doubling = " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(30))
        answer = server.query(f"SELECT (STRLEN(?s30) AS ?n) {{ BIND('0123456789abcdef' AS ?s0) {doubling} }}")
        assert answer.status == 400
        assert answer.json["title"] == "Query too complex"
        assert one(server, "attest_queries_ended_total", reason="crash") == 1


def test_the_log_has_a_line_for_each_request_and_nothing_private(watched: Server) -> None:
    query = "/sparql?" + urlencode({"query": SECRET})
    watched.request("GET", query, Accept=JSON, X_Forwarded_For="198.51.100.77")
    watched.request("HEAD", "/health")
    line = eventually_logged(watched, method="GET", route="/sparql", status=200)
    assert line.keys() == {"time", "method", "route", "status", "seconds", "bytes", "generation"}
    assert line["generation"] == 1
    eventually_logged(watched, method="HEAD", route="/health", status=200)
    text = watched.log.read_text("utf-8")
    for private in ("nobody may read", "nobody%20may", "198.51.100.77", '127.0.0.1"'):
        assert private not in text


def test_what_the_gateway_refuses_is_logged_and_counted_too(watched: Server) -> None:
    answer = watched.request("POST", "/sparql", b"#" * 2_000_000, Content_Type="application/sparql-query")
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"
    eventually_logged(watched, method="POST", status=413)
    assert one(watched, "attest_http_requests_total", method="POST", route="/sparql", status="413") >= 1


def test_a_setting_shows_addresses_and_queries(tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data", log_private="true") as server:
        server.query("ASK { 'in the log' ?p ?o }")
        server.query("ASK {} # in the log")
        line = eventually_logged(server, route="/sparql", status=200)
        assert line["client"] == "127.0.0.1"
        assert "in+the+log" in str(line["query"])


def test_no_line_at_all(tmp_path: Path) -> None:
    with serving(tmp_path, data=tmp_path / "kg-data", log_requests="false") as server:
        server.query("ASK {}")
        assert lines(server) == []


def test_each_kind_of_problem_is_explained_where_its_type_leads(watched: Server) -> None:
    answer = watched.query("SELECT * {")
    page = watched.request("GET", answer.json["type"], Accept="text/html")
    anchor = answer.json["type"].partition("#")[2]
    assert page.status == 200
    assert f'id="{anchor}"'.encode() in page.body
    assert page.body.count(b"<dt id=") >= 15


@pytest.mark.parametrize("accept", [JSON, BROWSER])
def test_a_syntax_error_shows_the_place(watched: Server, accept: str) -> None:
    answer = watched.query("SELECT * {\n  ?s <urn:p> }", accept)
    assert answer.status == 400
    if accept == BROWSER:
        assert b"  ?s &lt;urn:p&gt; }\n             ^" in answer.body
    else:
        assert answer.json["context"] == "  ?s <urn:p> }\n             ^"


def test_a_missing_prefix_is_named_and_shown(watched: Server) -> None:
    told = watched.query("SELECT * { ?s at:claimedBy ?o }").json
    assert told["detail"] == "line 1, column 15: the prefix at: is not declared"
    assert told["context"].splitlines()[1].index("^") == 14


def test_readiness_tells_whether_the_network_is_cut_off(watched: Server) -> None:
    ready = watched.request("GET", "/ready").json
    assert "filter" in ready
    if os.uname().machine in ("x86_64", "aarch64"):
        assert "network" not in (ready["filter"] or "")  # files are cut off only where the kernel has Landlock
