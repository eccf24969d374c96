"""The record in other forms: here RDF 1.2, where a statement reifies the plain triple that it is about."""

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad, Triple

from kg.graph.schema import Projection, Schema
from kg.vocab import AT, RDF


def reifications(quads: Iterable[Quad], schema: Schema) -> Iterator[Quad]:
    """`statement rdf:reifies <<( s p o )>>` for each statement whose proposition stands for a plain triple.

    Nothing is asserted by it (RDF 1.2 Concepts, section 1.5); polarity and modality stay with the statement. A
    proposition with several subjects or objects (a negated bundle) gives none: it stands for no single triple.
    """
    quads = list(quads)
    plain = dict(_plain_triples(quads, schema))
    for quad in quads:
        if quad.predicate == AT.expresses and quad.object in plain:
            yield Quad(quad.subject, RDF.reifies, plain[quad.object], quad.graph_name)


def _plain_triples(quads: list[Quad], schema: Schema) -> Iterator[tuple[object, Triple]]:
    roles: dict[object, list[Quad]] = {}
    classes: dict[object, set[NamedNode]] = {}
    for quad in quads:
        roles.setdefault(quad.subject, []).append(quad)
        if quad.predicate == RDF.type and isinstance(quad.object, NamedNode):
            classes.setdefault(quad.subject, set()).add(quad.object)
    for node, types in classes.items():
        values = [quad.object for quad in roles[node]]
        projections = [p for cls in types if (p := schema.projection(cls, values)) is not None]
        if len(types) == 1 and projections:
            yield from ((node, triple) for triple in _project(roles[node], projections[0]))


def _project(quads: list[Quad], projection: Projection) -> Iterator[Triple]:
    subjects = [q.object for q in quads if q.predicate == projection.subject]
    objects = [q.object for q in quads if q.predicate == projection.object]
    if len(subjects) == len(objects) == 1 and isinstance(subjects[0], NamedNode):
        yield Triple(subjects[0], projection.predicate, objects[0])
