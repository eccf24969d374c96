import concurrent.futures
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import AnswerTooLarge, Busy, DeadlineExceeded, StoreUnavailable, TooComplex
from kg.settings import Settings
from kg.sparql import stream
from kg.sparql.admission import Lanes
from kg.sparql.answers import Reader
from kg.sparql.limits import Limits
from kg.sparql.protocol import Query
from kg.sparql.service import Answer, QueryService

from .support import QUADS, ask, eventually, never, number, publish, quads, serving, workers

FORMATS = ["json", "xml", "csv", "tsv"]
LARGE = "SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {}"  # about 250 bytes of JSON a row
TRICKLE = "SELECT * { ?s ?p ?o . ?d ?e ?f FILTER(?s = ?d || ?f = 1) }"  # 100 KB a second, for ten seconds


@pytest.fixture(scope="module")
def service(root: Path) -> Iterator[QueryService]:
    with serving(root, query_rows=20_000, query_bytes=4_000_000, query_seconds=10) as service:
        yield service


def read(answer: Answer) -> tuple[int, Exception | None]:
    """How many bytes came, and what ended them."""
    total = 0
    try:
        for piece in answer.chunks:
            total += len(piece)
    except StoreUnavailable as error:
        return total, error
    except AnswerTooLarge as error:
        return total, error
    return total, None


@pytest.mark.parametrize("name", FORMATS)
def test_rows_up_to_the_limit_and_not_one_more(root: Path, name: str) -> None:
    with serving(root, query_rows=100) as service:
        assert ask(service, LARGE.format(100), format=name)[1]
        with pytest.raises(AnswerTooLarge, match=r"exceeds the limit of 100 rows: add LIMIT"):
            ask(service, LARGE.format(101), format=name)
        assert ask(service, "SELECT ?x { VALUES ?y { 1 2 3 } }", format=name)[1]
        assert service.readiness().workers > 0


def test_rows_that_bind_nothing_are_rows(root: Path) -> None:
    with serving(root, query_rows=100) as service:
        for limit, error in ((100, contextlib.nullcontext()), (101, pytest.raises(AnswerTooLarge))):
            with error:
                ask(service, f"SELECT ?nothing {{ ?s ?p ?o }} LIMIT {limit}")


def test_triples_are_not_rows(root: Path) -> None:
    with serving(root, query_rows=10) as service:
        assert ask(service, "CONSTRUCT WHERE { ?s ?p ?o }", format="nt")[1].count(b"\n") == QUADS


def test_bytes_before_anything_is_sent(root: Path) -> None:
    with serving(root, query_bytes=1000) as service:
        with pytest.raises(AnswerTooLarge, match="exceeds the limit of 1000 bytes"):
            ask(service, "CONSTRUCT WHERE { ?s ?p ?o }")
        assert service.counters() == {}


@pytest.mark.parametrize("name", FORMATS)
def test_rows_in_the_middle_of_a_stream(service: QueryService, name: str) -> None:
    answer = service.answer(Query(LARGE.format(25_000), format=name), None, never)
    assert answer.length is None
    total, error = read(answer)
    assert isinstance(error, AnswerTooLarge)
    assert total > 1 << 20
    assert number(service) == QUADS


def test_bytes_in_the_middle_of_a_stream(service: QueryService) -> None:
    total, error = read(service.answer(Query(LARGE.format(19_000)), None, never))
    assert isinstance(error, AnswerTooLarge)
    assert 1 << 20 < total <= 4_000_000


def test_a_large_answer_is_a_stream_and_whole(service: QueryService) -> None:
    answer = service.answer(Query(LARGE.format(12_000), format="tsv"), None, never)
    assert answer.length is None
    body = b"".join(answer.chunks)
    assert len(body) > 1 << 20
    assert body.count(b"\n") == 12_001
    eventually(lambda: set(service.lanes().values()) == {0})


def test_the_first_byte_does_not_wait_for_the_last(root: Path) -> None:
    with serving(root, query_seconds=3) as service:
        began = time.monotonic()
        answer = service.answer(Query(TRICKLE), None, never)
        assert next(answer.chunks)
        assert time.monotonic() - began < 2
        total, error = read(answer)
        assert isinstance(error, DeadlineExceeded)
        assert total > 10_000
        with pytest.raises(DeadlineExceeded):
            next(answer.chunks)
        assert service.counters() == {"deadline": 1}


HELD = "SELECT ?a ?c ?d {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {}"


def test_an_answer_that_might_fail_is_held_until_it_is_whole(root: Path) -> None:
    with serving(root, query_hold=True, query_rows=20_000, query_seconds=2) as service:
        with pytest.raises(AnswerTooLarge):
            service.answer(Query(HELD.format(40_000)), None, never)
        with pytest.raises(DeadlineExceeded):
            service.answer(Query(TRICKLE), None, never)
        answer = service.answer(Query(HELD.format(20_000)), None, never)
        assert answer.length is not None
        assert answer.length > 1 << 20
        assert sum(map(len, answer.chunks)) == answer.length
        left = time.monotonic() + 1
        with pytest.raises(StoreUnavailable, match="client left"):
            service.answer(Query(TRICKLE), None, lambda: time.monotonic() > left)
        eventually(lambda: set(service.lanes().values()) == {0})


def test_the_matches_of_one_pattern_are_never_held(tmp_path: Path) -> None:
    publish(tmp_path, 1, quads(20_000))
    with serving(tmp_path, query_hold=True) as service:
        answer = service.answer(Query("SELECT * { ?s ?p ?o }"), None, never)
        assert answer.length is None
        assert sum(map(len, answer.chunks)) > 1 << 20


def test_a_slow_reader_holds_no_worker(service: QueryService) -> None:
    answer = service.answer(Query(LARGE.format(12_000), format="tsv"), None, never)
    next(answer.chunks)
    eventually(lambda: set(service.lanes().values()) == {0})
    assert sum(map(len, answer.chunks)) > 1 << 20


def test_closing_a_stream_early_ends_its_query(root: Path) -> None:
    with serving(root, query_seconds=30) as service:
        answer = service.answer(Query(TRICKLE), None, never)
        next(answer.chunks)
        assert service.lanes()["slow"] == 1
        answer.chunks.close()
        answer.chunks.close()
        eventually(lambda: set(service.lanes().values()) == {0})
        assert service.counters() == {"client gone": 1}
        with pytest.raises(StoreUnavailable, match="closed before its end"):
            next(answer.chunks)


def test_a_worker_lost_in_the_middle_of_a_stream(root: Path) -> None:
    with serving(root, query_seconds=30) as service:
        answer = service.answer(Query(TRICKLE), None, never)
        niced: list[int] = []
        eventually(lambda: niced.extend(p.pid for p in workers() if p.nice() == 19) or niced)
        os.kill(niced[0], signal.SIGKILL)
        _, error = read(answer)
        assert isinstance(error, StoreUnavailable)
        assert "ended from outside" in str(error)
        assert service.counters() == {"lost": 1}


def test_one_client_does_not_fill_the_queue() -> None:
    lanes = Lanes(Limits.of(Settings(concurrent=1, queue=4)))
    held = lanes.enter(False, time.monotonic() + 60, never, "greedy")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(lanes.enter, False, time.monotonic() + 60, never, name) for name in ("greedy", "greedy")]
        eventually(lambda: lanes.waiting() == 2)
        with pytest.raises(Busy, match="2 queries of yours wait"):
            lanes.enter(False, time.monotonic() + 60, never, "greedy")
        futures += [pool.submit(lanes.enter, False, time.monotonic() + 60, never, name) for name in ("one", "two")]
        eventually(lambda: lanes.waiting() == 4)
        with pytest.raises(Busy, match="4 queries wait already"):
            lanes.enter(False, time.monotonic() + 60, never, "three")
        held.leave()
        for future in concurrent.futures.as_completed(futures):
            future.result().leave()


def opened(service: QueryService, client: str = "a") -> Answer:
    """A large answer that waits to be read, and is not that of another."""
    text = f"{LARGE.format(12_000)} # {time.monotonic_ns()}"
    answer = service.answer(Query(text, format="tsv"), None, never, reader=Reader(client))
    eventually(lambda: set(service.lanes().values()) == {0})
    return answer


def test_streams_are_limited_and_those_that_nobody_reads_give_way(
    service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST", 6)
    monkeypatch.setattr(stream, "LAG", 600.0)
    answers = [opened(service) for _ in range(6)]
    with pytest.raises(Busy, match="too many large answers"):
        opened(service)
    assert number(service) == QUADS
    answers.pop().chunks.close()
    answers.append(opened(service))
    assert next(answers[0].chunks)
    monkeypatch.setattr(stream, "LAG", 0.0)
    answers.append(opened(service))
    outcomes = [read(answer)[1] for answer in answers]
    assert outcomes[0] is None, "it was the only one that somebody read"
    (lost,) = [error for error in outcomes if error]
    assert isinstance(lost, StoreUnavailable)
    assert "read too slowly while others waited" in str(lost)


def test_who_reads_many_large_answers_gives_way_to_who_reads_none(
    service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST", 6)
    monkeypatch.setattr(stream, "LAG", 600.0)
    greedy = [opened(service, "greedy") for _ in range(6)]
    modest = [opened(service, f"modest {n}") for n in range(4)]
    with pytest.raises(Busy):
        opened(service, "greedy")
    assert [read(answer)[1] for answer in modest] == [None] * 4
    assert sum(read(answer)[1] is None for answer in greedy) == 2


def test_many_read_large_answers_at_once(service: QueryService) -> None:
    outcomes: list[object] = []

    def download() -> None:
        try:
            outcomes.append(ask(service, LARGE.format(12_000), format="tsv")[1].count(b"\n"))
        except Busy:
            outcomes.append("busy")

    threads = [threading.Thread(target=download) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {12_001, "busy"}
    assert 12_001 in outcomes


DOUBLING = " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(30))
CRASHES = {
    "memory": f"SELECT (STRLEN(?s30) AS ?n) {{ BIND('0123456789abcdef' AS ?s0) {DOUBLING} }}",
    "groups": "SELECT * " + "{" * 20_000 + "}" * 20_000,
    "parentheses": "ASK { FILTER" + "(" * 20_000 + "1" + ")" * 20_000 + " }",
    "negations": "ASK { FILTER(" + "!" * 20_000 + "true) }",
    "blank nodes": "ASK { ?s ?p " + "[ ?p " * 15_000 + "[]" + "]" * 15_000 + " }",
}


@pytest.mark.parametrize("text", CRASHES.values(), ids=CRASHES.keys())
def test_what_crashes_a_worker_crashes_only_that(root: Path, text: str) -> None:
    with serving(root, query_memory=64 << 20, query_nesting=10**6, query_patterns=10**6, query_seconds=60) as service:
        eventually(lambda: service.readiness().workers == 4)
        with pytest.raises(TooComplex, match="more memory or depth than allowed"):
            ask(service, text)
        assert number(service) == QUADS
        assert service.counters() == {"crash": 1}
        eventually(lambda: service.readiness().workers == 4)


def test_the_same_within_the_limits_is_refused_without_a_worker(service: QueryService) -> None:
    for name in CRASHES.keys() - {"memory"}:
        with pytest.raises(TooComplex):
            ask(service, CRASHES[name])
    assert "crash" not in service.counters()
