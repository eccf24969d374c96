"""The cache of whole answers, and the entity tags: what tells two answers apart, and what may not be kept."""

import concurrent.futures
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from kg.sparql.answers import Reader
from kg.sparql.cache import OVERHEAD, Cache, Kept, key_of
from kg.sparql.messages import Job
from kg.sparql.protocol import Query
from kg.sparql.service import Answer, QueryService

from .support import ask, eventually, never, number, publish, quads, serving

FEW = "SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 3"
MANY = "SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 500"
JOB = Job("ASK {}", "urn:b", True, False, ("g",), ("n",), "JSON", 1.0, 10, 10)


def kept(length: int, tag: str = "t") -> Kept:
    return Kept((b"x" * length,), length, None, tag, 1)


def test_the_least_recently_asked_for_goes_first() -> None:
    cache = Cache(2 * (100 + OVERHEAD))
    cache.put("a", kept(100), cache.era)
    cache.put("b", kept(100), cache.era)
    assert cache.get("a")
    cache.put("c", kept(100), cache.era)
    assert cache.get("b") is None
    assert cache.get("a")
    found = cache.statistics()
    assert (found.hits, found.misses, found.answers, found.bytes) == (2, 1, 2, 2 * (100 + OVERHEAD))


@pytest.mark.parametrize("most", [0, 1, 599])
def test_what_has_no_room_is_not_kept(most: int) -> None:
    cache = Cache(most)
    cache.put("a", kept(100), cache.era)
    assert cache.get("a") is None


def test_another_era_forgets_all_and_keeps_nothing_that_was_asked_for_before() -> None:
    cache = Cache(10_000)
    cache.put("a", kept(100), before := cache.era)
    cache.clear()
    cache.put("b", kept(100), before)
    assert (cache.get("a"), cache.get("b"), cache.statistics().bytes) == (None, None, 0)


@pytest.mark.parametrize("change", [
    {"text": "ASK { }"}, {"base": "urn:c"}, {"union": False}, {"named": True}, {"default_graphs": ()},
    {"named_graphs": ("g", "n")}, {"generation": 1}, {"perspective": "p"}, {"syntax": "XML"}, {"rows": None},
])  # fmt: skip
def test_a_key_tells_queries_apart(change: dict[str, object]) -> None:
    assert key_of(replace(JOB, **change), "m", None, ()) != key_of(JOB, "m", None, ())  # type: ignore[arg-type]


def test_a_key_tells_formats_codings_and_origins_apart_and_not_deadlines() -> None:
    keys = {key_of(JOB, *more) for more in (("m", None, ()), ("n", None, ()), ("m", "gzip", ()), ("m", None, (1,)))}
    assert len(keys) == 4
    assert key_of(replace(JOB, seconds=9.0), "m", None, ()) in keys


def test_an_answer_is_kept_and_sent_again(root: Path) -> None:
    with serving(root) as service:
        first, body = ask(service, FEW)
        second, again = ask(service, FEW)
        assert again == body
        assert first.etag == second.etag
        assert first.etag
        assert service.cached().hits == 1


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()", "rand ( )"])
def test_what_differs_from_call_to_call_is_not_kept(service: QueryService, call: str) -> None:
    before = service.cached()
    answer, _ = ask(service, f"SELECT ({call} AS ?x) {{}}")
    assert answer.etag is None
    assert service.cached().answers == before.answers


def test_a_mention_in_a_string_is_none(service: QueryService) -> None:
    assert ask(service, 'SELECT ("NOW() RAND()" AS ?x) {}')[0].etag


def test_errors_are_not_kept(service: QueryService) -> None:
    before = service.cached().answers
    for _ in range(2):
        with pytest.raises(Exception, match="line 1"):
            ask(service, "SELECT * { ?s }")
    assert service.cached().answers == before


def asked(service: QueryService, text: str, encodings: str | None = None, known: str = "") -> Answer:
    return service.answer(Query(text), None, never, reader=Reader("", encodings, lambda tag: tag == known))


def test_each_coding_has_a_tag_of_its_own(service: QueryService) -> None:
    answers = [asked(service, MANY, encodings) for encodings in (None, "gzip", "zstd")]
    assert [a.encoding for a in answers] == [None, "gzip", "zstd"]
    assert len({a.etag for a in answers}) == 3
    plain, zipped = (b"".join(a.chunks) for a in answers[:2])
    assert gzip.decompress(zipped) == plain
    assert answers[1].length == len(zipped)


def test_a_short_answer_is_not_compressed(service: QueryService) -> None:
    assert asked(service, "ASK {}", "gzip").encoding is None


def test_a_reader_who_has_the_answer_gets_none(service: QueryService) -> None:
    tag = asked(service, FEW).etag
    assert tag
    again = asked(service, FEW, known=tag)
    assert again.known
    assert b"".join(again.chunks) == b""
    assert not asked(service, FEW, known="another").known


def test_a_large_answer_has_a_weak_tag_and_is_known_without_being_asked_again(root: Path) -> None:
    with serving(root) as service:
        text = "SELECT * { { ?s ?p ?o } UNION { ?o ?p ?s } UNION { ?s ?q ?o } UNION { ?t ?q ?o } }"
        large = asked(service, text)
        assert large.weak
        assert large.length is None
        large.chunks.close()
        again = asked(service, text, known=large.etag or "")
        assert again.known
        assert service.cached().answers == 0


def test_a_new_generation_has_new_tags(tmp_path: Path) -> None:
    publish(tmp_path, 1, quads(50))
    with serving(tmp_path) as service:
        before = asked(service, FEW).etag
        publish(tmp_path, 2, quads(50, mark="other"))
        eventually(lambda: service.generation() == 2)
        assert asked(service, FEW).etag != before
        assert number(service) == 50


def test_a_tag_does_not_outlive_the_data_it_was_made_from(tmp_path: Path) -> None:
    """The same number, and even the same content, in a data directory that was made anew, as after a loss."""
    tags = []
    for name in ("one", "two"):
        publish(tmp_path / name, 1, quads(50))
        with serving(tmp_path / name) as service:
            tags.append(asked(service, FEW).etag)
    assert tags[0] != tags[1]


LARGE = "SELECT ?o ?p ?n { { ?s ?p ?o } UNION { ?t ?p ?o } UNION { ?u ?p ?o } UNION { ?v ?p ?o } BIND(1 AS ?n) }"


@pytest.mark.parametrize("encodings", [None, "gzip"])
@pytest.mark.parametrize("hold", [True, False], ids=["held", "streamed"])
def test_a_large_answer_is_kept_when_it_is_whole(root: Path, hold: bool, encodings: str | None) -> None:
    with serving(root, query_hold=hold) as service:
        first = b"".join(asked(service, LARGE, encodings).chunks)
        plain = gzip.decompress(first) if encodings else first
        assert len(plain) > 1 << 20
        eventually(lambda: service.cached().answers == 1)
        again = asked(service, LARGE, encodings)
        body = b"".join(again.chunks)
        assert (gzip.decompress(body) if encodings else body) == plain
        assert (again.length, again.weak) == (len(body), False)
        assert service.cached().hits == 1


def test_an_answer_over_its_share_of_the_room_is_not_kept(root: Path) -> None:
    with serving(root, query_hold=True, cache_bytes=4 << 20) as service:
        answer = asked(service, LARGE)
        assert answer.length == len(b"".join(answer.chunks))
        assert service.cached().answers == 0


def test_large_answers_that_are_held_are_made_once_for_all_who_ask_at_once(root: Path) -> None:
    with serving(root, query_hold=True, query_seconds=20, queue=8) as service, \
            concurrent.futures.ThreadPoolExecutor(5) as pool:  # fmt: skip
        bodies = list(pool.map(lambda _: b"".join(asked(service, LARGE).chunks), range(5)))
        assert len(set(bodies)) == 1
        assert service.cached().hits >= 4
        assert service.cached().answers == 1
