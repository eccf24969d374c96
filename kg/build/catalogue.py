"""What the store says of itself: how much of what is in it (VoID), prefixes, and queries to begin with (SHACL).

Clients such as the SPARQL editor of the Swiss Institute of Bioinformatics read these from the store itself.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import resources
from kg.graph.statistics import Statistics, count
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


def catalogue_quads(store: Store, iris: Iris, graph: NamedNode, derived: Container[object]) -> frozenset[Quad]:
    """The graph that describes the store's record; what is `derived` does not count."""
    kept = (quad for quad in store if quad.graph_name not in derived)
    types = (quad for quad in store.quads_for_pattern(None, RDF.type, None) if quad.graph_name not in derived)
    catalogue = Catalogue(iris, graph)
    parts = (
        catalogue.dataset(count(kept, types)),
        catalogue.prefixes(),
        *(catalogue.example(question) for question in questions(resources.find("queries"))),
    )
    return frozenset(quad for part in parts for quad in part)


class Catalogue:
    """Makes the quads of one graph of descriptions."""

    def __init__(self, iris: Iris, graph: NamedNode) -> None:
        self._base, self._graph = iris.base, graph

    def dataset(self, counts: Statistics) -> Iterator[Quad]:
        """The record as a dataset of VoID and DCAT, in a catalogue, with what is in each graph, class and property."""
        record, catalogue, publisher = (
            self._name(n) for n in ("dataset.record", "dataset.catalogue", "dataset.publisher")
        )
        told = [(DCTERMS.title.value, _text(TITLE)), (DCTERMS.description.value, _text(ABOUT))]
        by = [(_DC + "publisher", publisher)]
        yield from self._say(catalogue, [(_TYPE, _n(DCAT + "Catalog")), *told, *by, (DCAT + "dataset", record)])
        yield from self._say(
            publisher, [(_TYPE, _n(FOAF + "Agent")), (FOAF + "name", _text("Those who publish this record"))]
        )
        yield from self._say(record, [(_TYPE, _n(VOID + "Dataset")), (_TYPE, _n(DCAT + "Dataset")), *told, *by])
        yield from self._say(record, [(_DC + "rights", _text(RIGHTS)), (VOID + "uriSpace", Literal(self._base))])
        yield from self._say(record, self._totals(counts))
        yield from self._graphs(record, counts)
        yield from self._classes(record, counts)
        yield from self._properties(record, counts)

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

    def _totals(self, counts: Statistics) -> Pairs:
        numbers = {
            "triples": counts.triples,
            "classes": len(counts.classes),
            "properties": len(counts.properties),
            "distinctSubjects": counts.subjects,
            "distinctObjects": counts.objects,
        }
        return [(VOID + name, _number(value)) for name, value in numbers.items()]

    def _graphs(self, record: NamedNode, counts: Statistics) -> Iterator[Quad]:
        for graph, triples in counts.graphs.items():
            part = self._part("graph", graph)
            pairs: Pairs = [(_TYPE, _n(SD + "NamedGraph")), (SD + "name", graph), (SD + "graph", graph)]
            yield from self._say(part, pairs)
            yield from self._say(graph, [(_TYPE, _n(SD + "Graph")), (VOID + "triples", _number(triples))])
            yield from self._say(record, [(SD + "namedGraph", part), (VOID + "subset", graph)])

    def _classes(self, record: NamedNode, counts: Statistics) -> Iterator[Quad]:
        """A partition for each class, in that one for each property, in that one for each kind of object."""
        for cls, number in counts.classes.items():
            part = self._part("class", cls)
            yield from self._say(record, [(VOID + "classPartition", part)])
            yield from self._say(part, [(VOID + "class", cls), (VOID + "entities", _number(number))])
        for (cls, prop), number in counts.uses.items():
            part = self._part("use", cls, prop)
            yield from self._say(self._part("class", cls), [(VOID + "propertyPartition", part)])
            yield from self._say(part, [(VOID + "property", prop), (VOID + "triples", _number(number))])
        for (cls, prop, kind), number in counts.links.items():
            part, is_datatype = self._part("link", cls, prop, kind), kind in counts.datatypes
            which, of = (VOID_EXT + "datatypePartition", VOID_EXT + "datatype") if is_datatype else _CLASS
            yield from self._say(self._part("use", cls, prop), [(which, part)])
            yield from self._say(part, [(of, kind), (VOID + "triples", _number(number))])

    def _properties(self, record: NamedNode, counts: Statistics) -> Iterator[Quad]:
        for prop, number in counts.properties.items():
            part = self._part("property", prop)
            yield from self._say(record, [(VOID + "propertyPartition", part)])
            yield from self._say(part, [(VOID + "property", prop), (VOID + "triples", _number(number))])
        for namespace, _ in groupby(sorted(_namespace(term) for term in (*counts.properties, *counts.classes))):
            yield from self._say(record, [(VOID + "vocabulary", _n(namespace))])

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
_CLASS = (VOID + "classPartition", VOID + "class")


def _n(iri: str) -> NamedNode:
    return NamedNode(iri)


def _text(text: str) -> Literal:
    return Literal(text, language="en")


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _namespace(term: NamedNode) -> str:
    head, mark, _ = term.value.rpartition("#")
    if mark:
        return ONTOLOGY if head == ONTOLOGY else head + mark
    return term.value.rpartition("/")[0] + "/"
