"""Past generations are asked as they were, and named by tag and key."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import BadInput, NotFound
from kg.sparql.answers import Answer, Reader
from kg.sparql.engine import MOST_PAST
from kg.sparql.protocol import Query, read_query
from kg.sparql.service import QueryService
from tests.store.support import change, published

from .support import ask, never, number, serving, workers

ALL = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryService]:
    """Six generations, of which the last five are kept; generation N holds the numbers 1 to N."""
    root: Path = tmp_path_factory.mktemp("past")
    for n in range(1, 7):
        published(root, change({"g": [f"a p '{i}" for i in range(1, n + 1)]}), keep=5)
    with serving(root) as running:
        yield running


def said(answer: tuple[Answer, bytes]) -> list[str]:
    return [row["o"]["value"] for row in json.loads(answer[1])["results"]["bindings"]]


@pytest.mark.parametrize("n", [2, 6, 3, 4, 5])
def test_each_kept_generation_answers_as_it_was(service: QueryService, n: int) -> None:
    answer = ask(service, ALL, generation=n)
    assert said(answer) == [str(i) for i in range(1, n + 1)]
    assert answer[0].generation == n
    assert ask(service, ALL)[0].generation == 6


def test_a_worker_keeps_few_of_them_open(service: QueryService) -> None:
    for n in (2, 3, 4, 5, 2, 3):
        assert number(service, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", generation=n) == n
    opened = [
        {file.path.rpartition("/record/")[0] for file in worker.open_files() if "/record/" in file.path}
        for worker in workers()
    ]
    assert max(map(len, opened)) == MOST_PAST


@pytest.mark.parametrize(
    ("n", "why"), [(1, "is not kept any more"), (7, "was never published"), (10**17, "was never published")]
)
def test_others_are_not_found_and_those_there_are_named(service: QueryService, n: int, why: str) -> None:
    with pytest.raises(NotFound, match=rf"^generation {n} {why}; there are 2 to 6$"):
        ask(service, ALL, generation=n)


def test_the_tag_names_the_generation_that_was_asked(service: QueryService) -> None:
    tags = {ask(service, "ASK { ?s ?p '1' }", generation=n)[0].etag for n in (2, 3)}
    assert len(tags) == 2
    (tag, _) = tags
    reader = Reader(knows=lambda etag: etag == tag)
    known = [service.answer(Query("ASK { ?s ?p '1' }", generation=n), None, never, reader=reader) for n in (2, 3)]
    assert sorted(answer.known for answer in known) == [False, True]


def test_the_present_is_another_address_of_the_same_answer(service: QueryService) -> None:
    assert number(service, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", generation=6) == 6


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "٣", "1" * 19, "3 "])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="expected 'generation' as the number of one"):
        read_query("GET", "", f"query=ASK+{{}}&generation={text}".encode(), b"")


def test_it_is_named_once_in_the_address_or_in_the_form() -> None:
    form = "application/x-www-form-urlencoded"
    assert read_query("GET", "", b"query=ASK+{}&generation=3", b"").generation == 3
    assert read_query("POST", form, b"", b"query=ASK+{}&generation=3").generation == 3
    assert read_query("POST", form, b"generation=3", b"query=ASK+{}").generation == 3
    assert read_query("POST", "application/sparql-query", b"generation=3", b"ASK {}").generation == 3
    assert read_query("GET", "", b"query=ASK+{}&generation=", b"").generation is None
    with pytest.raises(BadInput, match="at most one 'generation'"):
        read_query("POST", form, b"generation=3", b"query=ASK+{}&generation=4")
