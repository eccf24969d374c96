"""What every commit computes anew from the whole record: the graphs that nobody wrote."""

from pyoxigraph import NamedNode

from kg.build.catalogue import catalogue_after
from kg.build.index import index_of
from kg.build.worlds import worlds
from kg.findings.rules import Rule
from kg.findings.update import Finder
from kg.graph.change import Edit
from kg.graph.schema import Schema
from kg.iri import Iris
from kg.reason.increment import inferred_after
from kg.store.commit import Delta, Derived


def computed_graphs(iris: Iris) -> frozenset[NamedNode]:
    """The graphs that are computed."""
    return frozenset({iris.graph("inferences"), iris.graph("findings"), iris.graph("catalogue")})


def derived(rules: tuple[Rule, ...], schema: Schema, iris: Iris) -> Derived:
    """The graphs of inferences, of findings and of the catalogue, how each is made, the worlds, and the search index.

    Findings see the inferences; worlds see neither.
    """
    inferences, catalogue, graphs = iris.graph("inferences"), iris.graph("catalogue"), computed_graphs(iris)
    finder = Finder(rules, schema, iris)

    def infer(delta: Delta) -> Edit:
        return inferred_after(delta, inferences, graphs)

    def find(delta: Delta) -> Edit:
        return finder.update(delta, delta.before)

    def describe(delta: Delta) -> Edit:
        return catalogue_after(delta, iris, catalogue, graphs)

    return Derived({inferences: infer, finder.graph: find, catalogue: describe}, worlds(iris, graphs), index_of(iris))
