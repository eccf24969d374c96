"""How much of what is in a set of quads: the counts of the Vocabulary of Interlinked Datasets (VoID)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from kg.vocab import RDF

Term = object


@dataclass(slots=True)
class Statistics:
    """Counts of triples by graph, of things by class, and of triples by property, class of subject and of object.

    `links` is keyed by the class of the subject, the property, and the class or the datatype of the object.
    """

    triples: int = 0
    graphs: Counter[NamedNode] = field(default_factory=Counter)
    classes: Counter[NamedNode] = field(default_factory=Counter)
    properties: Counter[NamedNode] = field(default_factory=Counter)
    uses: Counter[tuple[NamedNode, NamedNode]] = field(default_factory=Counter)
    links: Counter[tuple[NamedNode, NamedNode, NamedNode]] = field(default_factory=Counter)
    datatypes: set[NamedNode] = field(default_factory=set)
    subjects: int = 0
    objects: int = 0


def count(quads: Iterable[Quad], types: Iterable[Quad]) -> Statistics:
    """Count quads in one pass; `types` are those of `rdf:type` among them."""
    classes: dict[Term, list[NamedNode]] = defaultdict(list)
    for quad in types:
        if isinstance(quad.object, NamedNode):
            classes[quad.subject].append(quad.object)
    made = Statistics(classes=Counter(cls for found in classes.values() for cls in found))
    subjects, objects = set(), set()
    for quad in quads:
        subjects.add(hash(quad.subject))  # the terms themselves would take ten times the memory
        objects.add(hash(quad.object))
        _count(made, quad, classes)
    made.subjects, made.objects = len(subjects), len(objects)
    return made


def _count(made: Statistics, quad: Quad, classes: dict[Term, list[NamedNode]]) -> None:
    made.triples += 1
    made.properties[quad.predicate] += 1
    if isinstance(quad.graph_name, NamedNode):
        made.graphs[quad.graph_name] += 1
    kinds = [quad.object.datatype] if isinstance(quad.object, Literal) else classes.get(quad.object, ())
    if isinstance(quad.object, Literal):
        made.datatypes.add(quad.object.datatype)
    for cls in classes.get(quad.subject, ()):
        made.uses[cls, quad.predicate] += 1
        if quad.predicate != RDF.type:
            made.links.update((cls, quad.predicate, kind) for kind in kinds)
