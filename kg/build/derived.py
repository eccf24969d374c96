"""What every commit computes anew from the whole record: the graphs that nobody wrote."""

from pyoxigraph import NamedNode, Quad

from kg.build.workshop import Workshop
from kg.findings.update import Finder
from kg.iri import Iris
from kg.reason.increment import inferred_after
from kg.store.commit import Delta, Derived


def computed_graphs(iris: Iris) -> frozenset[NamedNode]:
    """The graphs that are computed."""
    return frozenset({iris.graph("inferences"), iris.graph("findings")})


def derived(workshop: Workshop) -> Derived:
    """The graphs of inferences and of findings, and how each is made; findings see the inferences."""
    iris = workshop.mapper.iris
    inferences, graphs = iris.graph("inferences"), computed_graphs(iris)
    finder = Finder(workshop.rules, workshop.schema, iris)

    def infer(delta: Delta) -> frozenset[Quad]:
        return inferred_after(delta, inferences, graphs)

    def find(delta: Delta) -> frozenset[Quad]:
        return finder.update(delta, delta.before)

    return Derived({inferences: infer, finder.graph: find})
