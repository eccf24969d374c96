"""What the store says of itself: how much of what is in it (VoID), prefixes, and queries to begin with (SHACL).

Clients such as the SPARQL editor of the Swiss Institute of Bioinformatics read these from the store itself.
"""

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from itertools import chain
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import resources
from kg.graph.change import Changed, Edit, replacement, rewriting
from kg.graph.statistics import Statistics, Update, count
from kg.iri import Iris
from kg.questions import Question, questions, with_base
from kg.vocab import DCTERMS, NS, ONTOLOGY, RDF, RDFS, XSD

VOID = "http://rdfs.org/ns/void#"
VOID_EXT = "http://ldf.fi/void-ext#"
SD = "http://www.w3.org/ns/sparql-service-description#"
SH = "http://www.w3.org/ns/shacl#"
DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
PREFIXES = {
    "at": NS,
    "dcterms": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": SH,
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "void": VOID,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TITLE = "Attest: who is reported to have said what"
ABOUT = (
    "Statements of news articles: who said what, in which words, through whom it reached us, and when. "
    "Nothing in it says that something happened."
)
RIGHTS = "Quoted words belong to those who published them, and are kept as evidence of what was said."
Node = NamedNode | Literal
Pairs = Iterable[tuple[str, Node]]


def catalogue_after(change: Changed, iris: Iris, graph: NamedNode, derived: Container[object]) -> Edit:
    """How the graph that describes the store's record changes; what is `derived` does not count.

    Its cost follows the change.
    """
    catalogue, store = Catalogue(iris, graph), change.store
    examples = (catalogue.example(question) for question in questions(resources.find("queries")))
    fixed = chain(catalogue.about(), catalogue.prefixes(), *examples)
    if not catalogue.is_counted(store):
        return rewriting(store, graph, chain(fixed, catalogue.counted(count(store, derived))))
    added, removed = (
        frozenset(q for q in quads if q.graph_name not in derived) for quads in (change.added, change.removed)
    )
    moves = Update(store, added, removed, derived).moves()
    return replacement(catalogue.fixed(store), fixed) | catalogue.recounted(store, moves)


class Catalogue:
    """Makes the quads of one graph of descriptions."""

    def __init__(self, iris: Iris, graph: NamedNode) -> None:
        self._base, self._graph = iris.base, graph
        self._record = self._name("dataset.record")

    def about(self) -> Iterator[Quad]:
        """The record as a dataset of VoID and DCAT, in a catalogue."""
        record, catalogue, publisher = self._record, self._name("dataset.catalogue"), self._name("dataset.publisher")
        told = [(DCTERMS.title.value, _text(TITLE)), (DCTERMS.description.value, _text(ABOUT))]
        by = [(_DC + "publisher", publisher)]
        yield from self._say(catalogue, [(_TYPE, _n(DCAT + "Catalog")), *told, *by, (DCAT + "dataset", record)])
        yield from self._say(
            publisher, [(_TYPE, _n(FOAF + "Agent")), (FOAF + "name", _text("Those who publish this record"))]
        )
        yield from self._say(record, [(_TYPE, _n(VOID + "Dataset")), (_TYPE, _n(DCAT + "Dataset")), *told, *by])
        yield from self._say(record, [(_DC + "rights", _text(RIGHTS))])

    def prefixes(self) -> Iterator[Quad]:
        """The prefixes that the queries use (SHACL, section 5.2.1)."""
        declared = {**PREFIXES, "id": self._base}
        for prefix, namespace in declared.items():
            node = self._name(f"prefix.{prefix}")
            value = Literal(namespace, datatype=_URI)
            yield from self._say(node, [(SH + "prefix", Literal(prefix)), (SH + "namespace", value)])
            yield from self._say(self._graph, [(SH + "declare", node)])

    def example(self, question: Question) -> Iterator[Quad]:
        """A question as an executable of SHACL, whose text runs anywhere."""
        text = with_base(question.text, self._base)
        pairs: Pairs = [
            (_TYPE, _n(SH + "SPARQLExecutable")),
            (_TYPE, _n(SH + "SPARQLSelectExecutable")),
            (RDFS.label.value, _text(question.title)),
            (_COMMENT, _text(question.title)),
            (DCTERMS.description.value, _text(question.description)),
            (SH + "prefixes", self._graph),
            (SH + "select", Literal(text)),
        ]
        return self._say(self._name(f"query.{question.name}"), pairs)

    def fixed(self, store: Store) -> Iterator[Quad]:
        """What a store has of `about`, `prefixes` and `example`."""
        nodes = {self._graph, *map(self._name, ("dataset.record", "dataset.catalogue", "dataset.publisher"))}
        nodes |= {quad.subject for quad in self._find(store, None, SH + "prefix")}
        nodes |= {quad.subject for quad in self._find(store, None, SH + "select")}
        for node in nodes:
            yield from (q for q in self._find(store, node) if node != self._record or q.predicate not in _COUNTED)

    def counted(self, counts: Statistics) -> Iterator[Quad]:
        """How much there is in all, and in each graph, class and property."""
        yield from self._totals(_numbers_of(counts), frozenset(counts.classes), frozenset(counts.properties))
        yield from self._parts(counts)

    def is_counted(self, store: Store) -> bool:
        """Whether what a store has of `counted` can be changed: an earlier version counted less."""
        return any(quad.subject != self._record for quad in self._find(store, None, VOID + "distinctSubjects"))

    def recounted(self, store: Store, moves: Statistics) -> Edit:
        """How what a store has of `counted` changes by some differences."""
        record, old = self._record, self._counts(store, moves)
        new = Statistics().moved(old).moved(moves)
        before, after = (
            {name: self._number(store, record, name) + by for name, by in numbers.items()}
            for numbers in ({"triples": 0, "distinctSubjects": 0, "distinctObjects": 0}, _numbers_of(moves))
        )
        classes, properties = self._terms(store, "classPartition", "class"), self._terms(store, *_PROPERTY)
        terms = (
            classes - old.classes.keys() | new.classes.keys(),
            properties - old.properties.keys() | new.properties.keys(),
        )
        return replacement(
            (*self._totals(before, classes, properties), *self._parts(Statistics().moved(old))),
            (*self._totals(after, *terms), *self._parts(new)),
        )

    def _counts(self, store: Store, moves: Statistics) -> Statistics:
        """What a store has of those counts that move, 0 where it has none."""

        def numbers(keys: Iterable[Any], name: str, kind: str) -> Counter[Any]:
            nodes = ((key, self._part(kind, *(key if isinstance(key, tuple) else (key,)))) for key in keys)
            return Counter({key: self._number(store, node, name) for key, node in nodes})

        properties = moves.properties.keys() | moves.subjects_of.keys() | moves.objects_of.keys()
        return Statistics(
            graphs=Counter({graph: self._number(store, graph, "triples") for graph in moves.graphs}),
            classes=numbers(moves.classes, "entities", "class"),
            properties=numbers(properties, "triples", "property"),
            uses=numbers(moves.uses, "triples", "use"),
            links=numbers(moves.links, "triples", "link"),
            values=numbers(moves.values, "triples", "link"),
            subjects_of=numbers(properties, "distinctSubjects", "property"),
            objects_of=numbers(properties, "distinctObjects", "property"),
        )

    def _terms(self, store: Store, partition: str, of: str) -> frozenset[NamedNode]:
        """The classes, or the properties, that a store's record has partitions for."""
        parts = self._find(store, self._record, VOID + partition)
        return frozenset(quad.object for part in parts for quad in self._find(store, part.object, VOID + of))

    def _number(self, store: Store, node: NamedNode, name: str) -> int:
        return next((int(quad.object.value) for quad in self._find(store, node, VOID + name)), 0)

    def _find(self, store: Store, node: Any, predicate: str | None = None) -> Iterator[Any]:
        return store.quads_for_pattern(node, _n(predicate) if predicate else None, None, self._graph)

    def _totals(
        self, numbers: dict[str, int], classes: frozenset[NamedNode], properties: frozenset[NamedNode]
    ) -> Iterator[Quad]:
        numbers = {**numbers, "classes": len(classes), "properties": len(properties)}
        yield from self._say(self._record, _numbers(numbers))
        for namespace in {_namespace(term) for term in classes | properties} - {""}:
            yield from self._say(self._record, [(VOID + "vocabulary", _n(namespace))])

    def _parts(self, counts: Statistics) -> Iterator[Quad]:
        yield from self._graphs(counts)
        yield from self._classes(counts)
        yield from self._properties(counts)

    def _graphs(self, counts: Statistics) -> Iterator[Quad]:
        for graph, triples in counts.graphs.items():
            part = self._part("graph", graph)
            pairs: Pairs = [(_TYPE, _n(SD + "NamedGraph")), (SD + "name", graph), (SD + "graph", graph)]
            yield from self._say(part, pairs)
            yield from self._say(graph, [(_TYPE, _n(SD + "Graph")), (VOID + "triples", _number(triples))])
            yield from self._say(self._record, [(SD + "namedGraph", part), (VOID + "subset", graph)])

    def _classes(self, counts: Statistics) -> Iterator[Quad]:
        """A partition for each class, in that one for each property, in that one for each kind of object."""
        for cls, number in counts.classes.items():
            part = self._part("class", cls)
            yield from self._say(self._record, [(VOID + "classPartition", part)])
            yield from self._say(part, [(VOID + "class", cls), (VOID + "entities", _number(number))])
        for (cls, prop), number in counts.uses.items():
            part = self._part("use", cls, prop)
            yield from self._say(self._part("class", cls), [(VOID + "propertyPartition", part)])
            yield from self._say(part, [(VOID + "property", prop), (VOID + "triples", _number(number))])
        for counter, (which, of) in ((counts.links, _CLASS), (counts.values, _DATATYPE)):
            for (cls, prop, kind), number in counter.items():
                part = self._part("link", cls, prop, kind)
                yield from self._say(self._part("use", cls, prop), [(which, part)])
                yield from self._say(part, [(of, kind), (VOID + "triples", _number(number))])

    def _properties(self, counts: Statistics) -> Iterator[Quad]:
        for prop, number in counts.properties.items():
            part = self._part("property", prop)
            yield from self._say(self._record, [(VOID + "propertyPartition", part)])
            ends = {"distinctSubjects": counts.subjects_of[prop], "distinctObjects": counts.objects_of[prop]}
            numbers = {"triples": number, **ends}
            yield from self._say(part, [(VOID + "property", prop), *_numbers(numbers)])

    def _say(self, subject: NamedNode, pairs: Pairs) -> Iterator[Quad]:
        yield from (Quad(subject, _n(predicate), value, self._graph) for predicate, value in pairs)

    def _name(self, name: str) -> NamedNode:
        return NamedNode(self._base + name)

    def _part(self, kind: str, *of: NamedNode) -> NamedNode:
        digest = hashlib.sha256(" ".join(term.value for term in of).encode()).hexdigest()[:24]
        return self._name(f"void.{kind}-{digest}")


_DC = "http://purl.org/dc/terms/"
_TYPE = RDF.type.value
_URI = NamedNode("http://www.w3.org/2001/XMLSchema#anyURI")
_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
_TOTALS = ("triples", "classes", "properties", "distinctSubjects", "distinctObjects")
_LISTS = ("subset", "classPartition", "propertyPartition", "vocabulary")
_COUNTED = frozenset({NamedNode(SD + "namedGraph"), *(NamedNode(VOID + name) for name in (*_TOTALS, *_LISTS))})
_PROPERTY = ("propertyPartition", "property")
_CLASS = (VOID + "classPartition", VOID + "class")
_DATATYPE = (VOID_EXT + "datatypePartition", VOID_EXT + "datatype")


def _n(iri: str) -> NamedNode:
    return NamedNode(iri)


def _text(text: str) -> Literal:
    return Literal(text, language="en")


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _numbers(numbers: dict[str, int]) -> list[tuple[str, Node]]:
    return [(VOID + name, _number(value)) for name, value in numbers.items()]


def _numbers_of(counts: Statistics) -> dict[str, int]:
    return {"triples": counts.triples, "distinctSubjects": counts.subjects, "distinctObjects": counts.objects}


def _namespace(term: NamedNode) -> str:
    """The vocabulary of a term: what stands before its `#`, or its last `/`; empty for an IRI without either."""
    head, mark, _ = term.value.rpartition("#")
    if mark:
        return ONTOLOGY if head == ONTOLOGY else head + mark
    head, mark, _ = term.value.rpartition("/")
    return head + mark if "://" in head else ""
