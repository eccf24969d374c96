"""A record that changes while another endpoint is asked."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from kg.sparql.protocol import Query
from kg.sparql.service import QueryService
from tests.sparql.support import publish, serving

from .hostile import answer, endpoint

JSON = "application/sparql-results+json"
SIZES = (
    b'{"head":{"vars":["t","n"]},"results":{"bindings":[{"t":{"type":"uri","value":"urn:t1"},'
    b'"n":{"type":"literal","value":"big"}}]}}'
)


def things(number: int) -> Iterator[Quad]:
    for i in range(1, number + 1):
        yield Quad(NamedNode(f"urn:s{i}"), NamedNode("urn:same"), NamedNode(f"urn:t{i}"), NamedNode("urn:here"))


def test_what_is_asked_and_what_is_joined_are_of_one_generation(tmp_path: Path) -> None:
    """The endpoint was told of one thing; a second, which is published meanwhile, must not count as without a size."""
    publish(tmp_path, 1, things(1))
    services: list[QueryService] = []

    def overtaken(taken: socket.socket) -> None:
        publish(tmp_path, 2, things(2))
        assert services[0].wait_for(2, 20)
        taken.sendall(answer(SIZES))

    with endpoint(overtaken) as there:
        iri = f"http://127.0.0.1:{there.port}/"
        with serving(tmp_path, services=iri, service_seconds=20.0, query_seconds=30.0) as service:
            services.append(service)
            text = f"SELECT * {{ ?s <urn:same> ?t OPTIONAL {{ SERVICE <{iri}> {{ ?t <urn:size> ?n }} }} }}"
            told = service.answer(Query(text), JSON, lambda: False)
            body = b"".join(told.chunks)
    assert told.generation == 1
    rows = [{name: term["value"] for name, term in row.items()} for row in json.loads(body)["results"]["bindings"]]
    assert rows == [{"s": "urn:s1", "t": "urn:t1", "n": "big"}]
