"""A generation on disk, a service over it, and ways to ask it."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from kg.settings import Settings
from kg.sparql.forks import WORKERS
from kg.sparql.protocol import Query
from kg.sparql.service import Answer, QueryService

QUADS = 5_000
GRAPHS = 5
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"  # years
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def quads(number: int = QUADS, mark: str = "g") -> Iterator[Quad]:
    """Triples that each lie in one graph; subjects 0 to 9 of graph `urn:g0` say which generation it is."""
    for i in range(number):
        text = Literal(f'{mark} words of number {i}, with a comma and a "quote"')
        yield Quad(NamedNode(f"urn:s{i}"), NamedNode(f"urn:p{i % 7}"), text, NamedNode(f"urn:{mark}{i % GRAPHS}"))


def publish(root: Path, number: int, content: Iterator[Quad], dumped: str | None = None) -> Path:
    """Write a generation and make it the current one; its folder. `dumped` stands in its `data.nq` instead."""
    folder = root / "generations" / str(number)
    folder.mkdir(parents=True)
    store = Store(str(folder / "record"))
    store.extend(content)
    store.flush()
    store.dump(str(folder / "data.nq"), RdfFormat.N_QUADS)
    if dumped is not None:
        (folder / "data.nq").write_text(dumped)
    del store
    (root / "CURRENT.new").write_text(f"{number}\n")
    (root / "CURRENT.new").rename(root / "CURRENT")
    return folder


def settings(root: Path, **changed: Any) -> Settings:
    """Small limits, so that tests are fast; answers are streamed unless a test says otherwise."""
    small = {"query_seconds": 2.0, "concurrent": 2, "slow": 2, "queue": 3, "query_hold": False}
    return Settings(**{"data": root, **small, **changed})


@contextlib.contextmanager
def serving(root: Path, **changed: Any) -> Iterator[QueryService]:
    """A running service."""
    service = QueryService(settings(root, **changed))
    service.start()
    try:
        yield service
    finally:
        service.close(0)


def never() -> bool:
    return False


def ask(
    service: QueryService, text: str, accept: str | None = None, gone: Callable[[], bool] = never, **fields: Any
) -> tuple[Answer, bytes]:
    """An answer and all its bytes."""
    answer = service.answer(Query(text, **fields), accept, gone)
    return answer, b"".join(answer.chunks)


def number(service: QueryService, text: str = COUNT, **fields: Any) -> int:
    """The one number that a query answers."""
    ((row,),) = [json.loads(ask(service, text, **fields)[1])["results"]["bindings"]]
    (value,) = row.values()
    return int(value["value"])


def workers() -> list[psutil.Process]:
    """The living query workers below this process."""
    return [p for p in psutil.Process().children(recursive=True) if _is_worker(p)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.name() == WORKERS
    except psutil.NoSuchProcess:
        return False


def eventually(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)
