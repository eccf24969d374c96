"""What every commit computes anew from the whole record: the graphs that nobody wrote."""

from pyoxigraph import Quad

from kg.iri import Iris
from kg.reason.increment import inferred_after
from kg.store.commit import Delta, Derived


def derived(iris: Iris) -> Derived:
    """The graph of inferences, and how it is made."""
    inferences = iris.graph("inferences")
    graphs = frozenset({inferences})

    def make(delta: Delta) -> frozenset[Quad]:
        return inferred_after(delta, inferences, graphs)

    return Derived(graphs, make)
