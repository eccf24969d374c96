"""No query reaches the network: the scan refuses it, and what slips through is ended by the worker's filter."""

import socket
import sys
from collections.abc import Iterator

import pytest

from kg.errors import BadInput, Forbidden
from kg.settings import Settings
from kg.sparql import tokens
from kg.sparql.limits import Limits
from kg.sparql.service import QueryService

from .support import ask, number

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A listener on loopback that must hear nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield listener


def address(canary: socket.socket) -> str:
    return f"http://127.0.0.1:{canary.getsockname()[1]}/"


def heard(canary: socket.socket) -> bool:
    try:
        canary.accept()[0].close()
    except TimeoutError:
        return False
    return True


PLAIN = ["SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}", "SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }}"]
# What the engine reads as SERVICE although it is not a word of its own in the standard's grammar.
SLIPS = {
    "runs into a name": "PREFIX : <{}> SELECT * {{ SERVICE:a {{ ?s ?p ?o }} }}",
    "in what looks like an IRI": "BASE <{0}> SELECT * {{ BIND(2 AS ?o) FILTER(1<?o)SERVICE#>\n<{0}> {{ ?a ?b ?c }} }}",
    "silent, in what looks like an IRI":
        "BASE <{0}> SELECT * {{ BIND(2 AS ?o) FILTER(1<?o)SERVICE#>\nSILENT <{0}> {{ ?a ?b ?c }} }}",
    "by a name to look up":
        "BASE <{0}> SELECT * {{ BIND(2 AS ?o) FILTER(1<?o)SERVICE#>\nSILENT <http://localhost:9/> {{ ?a ?b ?c }} }}",
}  # fmt: skip


@pytest.mark.parametrize("text", PLAIN, ids=["loud", "silent"])
def test_the_scan_refuses(service: QueryService, canary: socket.socket, text: str) -> None:
    with pytest.raises(Forbidden, match="line 1, column 12: SERVICE is not offered"):
        ask(service, text.format(address(canary)))
    assert not heard(canary)
    assert "network" not in service.counters()


@pytest.mark.parametrize("text", SLIPS.values(), ids=SLIPS.keys())
def test_the_filter_ends_what_slips_through(service: QueryService, canary: socket.socket, text: str) -> None:
    slipped = text.format(address(canary))
    assert tokens.check(slipped, Limits.of(Settings())).form == "select"
    before = service.counters()["network"]
    with pytest.raises(Forbidden, match="tried to reach the network"):
        ask(service, slipped)
    assert not heard(canary)
    assert service.counters()["network"] == before + 1
    assert number(service) > 0


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <{}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "SELECT * {{ GRAPH <{}> {{ ?s ?p ?o }} }}",
    ],
    ids=["from", "from named", "graph"],
)
def test_names_of_graphs_are_never_fetched(service: QueryService, canary: socket.socket, text: str) -> None:
    assert ask(service, text.format(address(canary)), format="csv")[1].count(b"\n") == 1
    assert not heard(canary)


def test_a_foreign_function_is_not_fetched(service: QueryService, canary: socket.socket) -> None:
    with pytest.raises(BadInput):
        ask(service, f"SELECT (<{address(canary)}>('x') AS ?x) {{}}")
    assert not heard(canary)
