import concurrent.futures
import contextlib
import json
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results

from kg.errors import BadInput, Busy, DeadlineExceeded, Forbidden, NotAcceptable, QuerySyntax, StoreUnavailable
from kg.sparql.negotiate import GRAPHS as GRAPH_TYPES
from kg.sparql.negotiate import RESULTS
from kg.sparql.protocol import Query
from kg.sparql.service import QueryService

from .support import COUNT, CROSS, GRAPHS, QUADS, ask, eventually, never, number, serving

SELECT = 'SELECT * { VALUES (?x ?y) { (1 "a\\r\\nb") (UNDEF "é"@en) (<urn:x> UNDEF) } }'
EACH = QUADS // GRAPHS


@pytest.mark.parametrize("media", RESULTS, ids=lambda media: media.name)
def test_select_in_every_format(service: QueryService, media) -> None:
    answer, body = ask(service, SELECT, media.name)
    assert (answer.media_type, answer.generation, answer.length) == (media.name, 1, len(body))
    rows = (
        [list(row) for row in parse_query_results(body, getattr(QueryResultsFormat, media.syntax))]
        if media.syntax != "CSV"
        else body.decode().split("\r\n", 1)[1].count(",") * [0]
    )
    assert len(rows) == 3


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("media", RESULTS, ids=lambda media: media.name)
def test_ask_in_every_format(service: QueryService, media, truth: bool) -> None:
    answer, body = ask(service, "ASK {}" if truth else "ASK { <urn:no> ?p ?o }", media.name)
    assert answer.media_type == media.name
    if media.syntax in ("CSV", "TSV"):
        assert body == str(truth).lower().encode()
    else:
        result = parse_query_results(body, getattr(QueryResultsFormat, media.syntax))
        assert isinstance(result, QueryBoolean)
        assert bool(result) is truth


@pytest.mark.parametrize("text", ["CONSTRUCT { ?s <http://e/p> ?o } WHERE { ?s <urn:p3> ?o }", "DESCRIBE <urn:s1>"],
                         ids=["construct", "describe"])  # fmt: skip
@pytest.mark.parametrize("media", GRAPH_TYPES, ids=lambda media: media.name)
def test_graphs_in_every_format(service: QueryService, media, text: str) -> None:
    answer, body = ask(service, text, media.name)
    assert answer.media_type == media.name
    triples = list(parse(body, getattr(RdfFormat, media.syntax)))
    assert len(triples) == (1 if text.startswith("DESCRIBE") else 714)


def test_format_parameter(service: QueryService) -> None:
    answer, body = ask(service, "ASK {}", "image/png", format="xml")
    assert answer.media_type == "application/sparql-results+xml"
    assert ElementTree.fromstring(body) is not None


def test_an_empty_answer_is_whole(service: QueryService) -> None:
    answer, body = ask(service, "CONSTRUCT WHERE { <urn:no> ?p ?o }", "application/n-triples")
    assert (answer.length, body) == (0, b"")


def test_not_acceptable_is_said_before_a_worker_is_asked(service: QueryService) -> None:
    with pytest.raises(NotAcceptable):
        service.answer(Query(CROSS), "image/png", never)


DATASETS = {
    "default graph is the union, each triple once": (COUNT, {}, QUADS),
    "named graphs": ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {}, QUADS),
    "FROM": (f"{COUNT[:24]} FROM <urn:g0> {COUNT[24:]}", {}, EACH),
    "two FROM": (f"{COUNT[:24]} FROM <urn:g0> FROM <urn:g1> {COUNT[24:]}", {}, 2 * EACH),
    "FROM leaves no named graph": ("SELECT (COUNT(*) AS ?n) FROM <urn:g0> { GRAPH ?g { ?s ?p ?o } }", {}, 0),
    "FROM NAMED": ("SELECT (COUNT(*) AS ?n) FROM NAMED <urn:g0> { GRAPH ?g { ?s ?p ?o } }", {}, EACH),
    "FROM NAMED leaves no default graph": (f"{COUNT[:24]} FROM NAMED <urn:g0> {COUNT[24:]}", {}, 0),
    "FROM what is not there": (f"{COUNT[:24]} FROM <urn:none> {COUNT[24:]}", {}, 0),
    "FROM a file is a name": (f"{COUNT[:24]} FROM <file:///etc/passwd> {COUNT[24:]}", {}, 0),
    "from, lower case, and a prefix": (
        f"PREFIX u: <urn:> {COUNT[:24]} from u:g0 {COUNT[24:]}", {}, EACH),
    "default-graph-uri": (COUNT, {"default_graphs": ("urn:g0",)}, EACH),
    "two default-graph-uri": (COUNT, {"default_graphs": ("urn:g0", "urn:g1")}, 2 * EACH),
    "default-graph-uri leaves no named graph": (
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {"default_graphs": ("urn:g0",)}, 0),
    "named-graph-uri": (
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {"named_graphs": ("urn:g0",)}, EACH),
    "named-graph-uri leaves no default graph": (COUNT, {"named_graphs": ("urn:g0",)}, 0),
    "both": (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . FILTER(?a = <urn:s0>) GRAPH ?g { ?s ?p ?o } }",
        {"default_graphs": ("urn:g0",), "named_graphs": ("urn:g1",)}, EACH),
    "the request's dataset wins over FROM": (
        f"{COUNT[:24]} FROM <urn:none> {COUNT[24:]}", {"default_graphs": ("urn:g0",)}, EACH),
    "a default graph that is not there": (COUNT, {"default_graphs": ("urn:none",)}, 0),
    "a remote default graph is a name": (COUNT, {"default_graphs": ("http://127.0.0.1:9/",)}, 0),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fields", "expected"), DATASETS.values(), ids=DATASETS.keys())
def test_dataset(service: QueryService, text: str, fields: dict[str, tuple[str, ...]], expected: int) -> None:
    assert number(service, text, **fields) == expected


@pytest.mark.parametrize("field", ["default_graphs", "named_graphs"])
@pytest.mark.parametrize("iri", ["a b", "relative", "", "urn:a\r\nX-Evil:1"])
def test_a_graph_name_that_is_no_iri(service: QueryService, field: str, iri: str) -> None:
    with pytest.raises(BadInput, match="expected the absolute IRI of a graph, found '") as caught:
        ask(service, "ASK {}", **{field: (iri,)})
    assert "\r" not in str(caught.value)


SYNTAX = {
    "bracket missing": ("SELECT (CONCAT('a' AS ?x)\n{}", 1, "near"),
    "ends early": ("SELECT * {\n ?s ?p", 2, "at its end"),
    "prefix": ("SELECT *\n{ ?s ex:p ?o }", 2, "line 2, column 6: the prefix ex: is not declared"),
    "an IRI with a space": ("SELECT * { ?s ?p <urn:a b> }", 1, "IRI parsing failed"),
    "group by": ("SELECT * { ?s ?p ?o }\n\nGROUP BY ?s", 3, "SELECT * is not authorized with GROUP BY"),
    "html": ("SELECT <script>alert(1)</script>", 1, "near"),
}


@pytest.mark.parametrize(("text", "line", "words"), SYNTAX.values(), ids=SYNTAX.keys())
def test_syntax_errors_have_a_place(service: QueryService, text: str, line: int, words: str) -> None:
    with pytest.raises(QuerySyntax) as caught:
        ask(service, text)
    error = caught.value
    assert error.line == line
    assert error.column is not None
    assert str(error).startswith(f"line {error.line}, column {error.column}: ")
    assert words in str(error)


def test_relative_iris_are_read_against_the_base_of_our_data(service: QueryService) -> None:
    _, body = ask(service, "SELECT (<badr-corps> AS ?x) (IRI('b') AS ?y) {}", "text/csv")
    assert body.decode().split("\r\n")[1] == "https://w3id.org/attest/id/badr-corps,https://w3id.org/attest/id/b"


def test_an_unknown_function_is_the_callers_fault(service: QueryService) -> None:
    with pytest.raises(BadInput, match=r"cannot be evaluated: The custom function <python:os\.system>"):
        ask(service, "SELECT (<python:os.system>('id') AS ?x) {}")


def test_updates_and_services_are_refused(service: QueryService) -> None:
    with pytest.raises(BadInput, match="found an update"):
        ask(service, "INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    with pytest.raises(Forbidden):
        ask(service, "SELECT * { SERVICE <http://127.0.0.1:9/> {} }")


def test_unicode_goes_through_whole(service: QueryService) -> None:
    _, body = ask(service, "SELECT ('é\\u00e9𝒳\\U0001F600' AS ?x) {}", "text/csv")
    assert body.decode() == "x\r\néé𝒳😀\r\n"


def test_readiness_asks_a_worker(service: QueryService) -> None:
    eventually(lambda: service.readiness().workers == 4)
    readiness = service.readiness()
    assert readiness.ready
    assert readiness.reason is None
    assert (readiness.generation, readiness.quads, readiness.backend) == (1, QUADS, "memory")
    assert "network" not in (readiness.filter or "")  # files are cut off only where the kernel has Landlock


def test_a_client_may_ask_for_less_time_but_not_for_more(root: Path) -> None:
    with serving(root, query_seconds=1.5) as service:
        for timeout in (0.4, 60.0):
            began = time.monotonic()
            with pytest.raises(DeadlineExceeded):
                ask(service, CROSS, timeout=timeout)
            assert time.monotonic() - began < (1.2 if timeout < 1 else 5)


def test_simple_queries_are_answered_beside_attackers(service: QueryService) -> None:
    def attack() -> str:
        try:
            ask(service, CROSS)
        except StoreUnavailable as error:
            return type(error).__name__
        return "answered"

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        attacks = [pool.submit(attack) for _ in range(10)]
        time.sleep(0.7)
        answered = 0
        for _ in range(10):
            try:
                assert number(service) == QUADS
                answered += 1
            except Busy:
                time.sleep(0.05)
            assert service.readiness().ready
        outcomes = [future.result() for future in attacks]
    assert answered > 0
    assert set(outcomes) == {"Busy", "DeadlineExceeded"}
    assert outcomes.count("DeadlineExceeded") >= 2


def test_our_own_pages_have_a_place_that_nobody_takes(root: Path) -> None:
    with serving(root, concurrent=1, slow=0, queue=0) as service, concurrent.futures.ThreadPoolExecutor(3) as pool:
        end = time.monotonic() + 1.5

        def attack() -> int:
            busy = 0
            while time.monotonic() < end:
                with contextlib.suppress(StoreUnavailable):
                    ask(service, f"{CROSS} # {time.monotonic()}")
                busy += 1
            return busy

        attacks = [pool.submit(attack) for _ in range(3)]
        eventually(lambda: service.lanes()["fast"] == 1)
        while time.monotonic() < end:
            assert service.readiness().reason is None
            time.sleep(0.05)
        assert sum(future.result() for future in attacks) > 5


def test_a_full_queue_turns_away_at_once(root: Path) -> None:
    with serving(root, queue=1, concurrent=1, slow=1, query_seconds=3) as service, \
            concurrent.futures.ThreadPoolExecutor(4) as pool:  # fmt: skip
        futures = [pool.submit(ask, service, CROSS)]
        eventually(lambda: service.lanes()["slow"] == 1)
        futures.append(pool.submit(ask, service, f"{CROSS} # another"))
        eventually(lambda: service.lanes()["fast"] == 1)
        futures.append(pool.submit(ask, service, f"{CROSS} # a third"))
        time.sleep(0.05)
        began = time.monotonic()
        with pytest.raises(Busy) as caught:
            ask(service, "ASK {}")
        assert time.monotonic() - began < 0.2
        assert caught.value.retry_after > 0
        kinds = sorted(type(future.exception()).__name__ for future in futures)
        assert kinds == ["Busy", "Busy", "DeadlineExceeded"]
        assert service.counters() == {"deadline": 1, "slow lane full": 2}


def test_nothing_published_yet(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        assert service.readiness().reason == "nothing has been published yet"
        with pytest.raises(StoreUnavailable, match="nothing has been published yet"):
            ask(service, "ASK {}")


def test_closing_waits_for_what_runs(root: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d <urn:p1> ?f FILTER(?c < ?f) }"
    with serving(root, query_seconds=60) as service, concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, service, slow)
        eventually(lambda: sum(service.lanes().values()) == 1)
        service.close(60)
        assert json.loads(running.result()[1])["results"]["bindings"]
