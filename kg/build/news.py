"""Which findings a build made, and which it took away."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.findings.read import Listed, listed
from kg.graph.change import Edit
from kg.iri import Iris
from kg.store.generations import Generation
from kg.vocab import AT


@dataclass(frozen=True, slots=True)
class News:
    """The findings that are new, and those that are there no more, each in the order of a list of findings."""

    new: tuple[Listed, ...] = ()
    gone: tuple[Listed, ...] = ()


def news(iris: Iris, made: Edit, before: Generation | None, after: Generation) -> News:
    """What became of the findings from one generation to the next, which differ by what was `made`."""
    graph = iris.graph("findings")
    new, gone = (
        frozenset(q.subject for q in quads if q.graph_name == graph and q.predicate == AT.rule)
        for quads in (made.added, made.removed)
    )
    return News(_told(iris, new - gone, after), _told(iris, gone - new, before))


def _told(iris: Iris, found: frozenset[object], generation: Generation | None) -> tuple[Listed, ...]:
    if not found or generation is None:
        return ()
    with generation.opened() as store:
        return listed(store, iris, (node for node in found if isinstance(node, NamedNode)))
