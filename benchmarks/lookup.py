"""A lookup by IRI through the query service (a worker process, pipes, limits), against the bare engine in process."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from kg.build.pipeline import build
from kg.settings import load
from kg.sparql.protocol import Query
from kg.sparql.service import QueryService

ROUNDS = 2000
TEXT = "SELECT * { <https://w3id.org/attest/id/badr-corps> ?p ?o }"
JSON = ox.QueryResultsFormat.JSON


def median_us(step: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(load({}), data=Path(folder), cache_bytes=0)  # a kept answer would be no lookup
        generation = build(settings).generation
        assert generation is not None
        store = ox.Store()
        store.bulk_load(path=str(generation.data), format=ox.RdfFormat.N_QUADS)
        service = QueryService(settings)
        service.start()
        bare = median_us(lambda: store.query(TEXT, use_default_graph_as_union=True).serialize(format=JSON))  # type: ignore[union-attr]
        ours = median_us(lambda: b"".join(service.answer(Query(TEXT), None, lambda: False).chunks))
        service.close(0)
    print(f"bare engine {bare:.0f} us, query service {ours:.0f} us, ratio {ours / bare:.1f}")


if __name__ == "__main__":
    main()
