"""The record in other forms: here RDF 1.2, where a statement reifies the plain triple that it is about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad

from kg.graph.projection import project
from kg.graph.schema import Schema
from kg.vocab import AT, RDF


def reifications(quads: Iterable[Quad], schema: Schema) -> Iterator[Quad]:
    """`statement rdf:reifies <<( s p o )>>` for each statement whose proposition stands for a plain triple.

    Nothing is asserted by it (RDF 1.2 Concepts, section 1.5); polarity and modality stay with the statement. A
    proposition with several subjects or objects (a negated bundle) gives none: it stands for no single triple.
    """
    quads = list(quads)
    roles: dict[object, dict[NamedNode, list[object]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        roles[quad.subject][quad.predicate].append(quad.object)
    for quad in quads:
        if quad.predicate == AT.expresses and (plain := project(roles[quad.object], schema)):
            yield Quad(quad.subject, RDF.reifies, plain.triple, quad.graph_name)
