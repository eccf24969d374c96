"""What the store says of itself: how much of what is in it (VoID), prefixes, and queries to begin with (SHACL).

Clients such as the SPARQL editor of the Swiss Institute of Bioinformatics read these from the store itself.
"""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from itertools import chain

from pyoxigraph import Literal, NamedNode, Quad

from kg import resources
from kg.graph.change import Changed, Edit, replacement
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
    """How the graph that describes the store's record changes; what is `derived` does not count."""
    catalogue = Catalogue(iris, graph)
    old = list(change.store.quads_for_pattern(None, None, None, graph))
    if catalogue.is_counted(old):
        added, removed = (
            frozenset(q for q in quads if q.graph_name not in derived) for quads in (change.added, change.removed)
        )
        counts = Update(change.store, added, removed, derived).of(catalogue.counts(old))
    else:
        counts = count(change.store, derived)
    examples = (catalogue.example(question) for question in questions(resources.find("queries")))
    return replacement(old, chain(catalogue.dataset(counts), catalogue.prefixes(), *examples))


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
        yield from self._say(record, [(_DC + "rights", _text(RIGHTS))])
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

    def is_counted(self, quads: Iterable[Quad]) -> bool:
        """Whether `counts` can read them: an earlier version counted less."""
        subjects = {quad.subject for quad in quads if quad.predicate.value == VOID + "distinctSubjects"}
        return bool(subjects - {self._name("dataset.record")})

    def counts(self, quads: Iterable[Quad]) -> Statistics:
        """The counts that `dataset` wrote."""
        told: dict[NamedNode, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            told[quad.subject][quad.predicate.value].append(quad.object)  # type: ignore[index,arg-type]
        record = told[self._name("dataset.record")]
        made = Statistics(
            subjects=_whole(record[VOID + "distinctSubjects"]), objects=_whole(record[VOID + "distinctObjects"])
        )
        for graph in _nodes(record[VOID + "subset"]):
            made.graphs[graph] = _whole(told[graph][VOID + "triples"])
        for part in _nodes(record[VOID + "propertyPartition"]):
            prop = _one(told[part][VOID + "property"])
            made.properties[prop] = _whole(told[part][VOID + "triples"])
            made.subjects_of[prop] = _whole(told[part][VOID + "distinctSubjects"])
            made.objects_of[prop] = _whole(told[part][VOID + "distinctObjects"])
        for part in _nodes(record[VOID + "classPartition"]):
            cls = _one(told[part][VOID + "class"])
            made.classes[cls] = _whole(told[part][VOID + "entities"])
            for use in _nodes(told[part][VOID + "propertyPartition"]):
                prop = _one(told[use][VOID + "property"])
                made.uses[cls, prop] = _whole(told[use][VOID + "triples"])
                for counter, (which, of) in ((made.links, _CLASS), (made.values, _DATATYPE)):
                    for link in _nodes(told[use][which]):
                        counter[cls, prop, _one(told[link][of])] = _whole(told[link][VOID + "triples"])
        return made

    def _totals(self, counts: Statistics) -> Pairs:
        numbers = {
            "triples": counts.triples,
            "classes": len(counts.classes),
            "properties": len(counts.properties),
            "distinctSubjects": counts.subjects,
            "distinctObjects": counts.objects,
        }
        return _numbers(numbers)

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
        for counter, (which, of) in ((counts.links, _CLASS), (counts.values, _DATATYPE)):
            for (cls, prop, kind), number in counter.items():
                part = self._part("link", cls, prop, kind)
                yield from self._say(self._part("use", cls, prop), [(which, part)])
                yield from self._say(part, [(of, kind), (VOID + "triples", _number(number))])

    def _properties(self, record: NamedNode, counts: Statistics) -> Iterator[Quad]:
        for prop, number in counts.properties.items():
            part = self._part("property", prop)
            yield from self._say(record, [(VOID + "propertyPartition", part)])
            ends = {"distinctSubjects": counts.subjects_of[prop], "distinctObjects": counts.objects_of[prop]}
            numbers = {"triples": number, **ends}
            yield from self._say(part, [(VOID + "property", prop), *_numbers(numbers)])
        for namespace in sorted({_namespace(term) for term in (*counts.properties, *counts.classes)} - {""}):
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
_DATATYPE = (VOID_EXT + "datatypePartition", VOID_EXT + "datatype")


def _n(iri: str) -> NamedNode:
    return NamedNode(iri)


def _text(text: str) -> Literal:
    return Literal(text, language="en")


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _numbers(numbers: dict[str, int]) -> list[tuple[str, Node]]:
    return [(VOID + name, _number(value)) for name, value in numbers.items()]


def _whole(values: list[Node]) -> int:
    return int(values[0].value)


def _nodes(values: list[Node]) -> list[NamedNode]:
    return [value for value in values if isinstance(value, NamedNode)]


def _one(values: list[Node]) -> NamedNode:
    (value,) = _nodes(values)
    return value


def _namespace(term: NamedNode) -> str:
    """The vocabulary of a term: what stands before its `#`, or its last `/`; empty for an IRI without either."""
    head, mark, _ = term.value.rpartition("#")
    if mark:
        return ONTOLOGY if head == ONTOLOGY else head + mark
    head, mark, _ = term.value.rpartition("/")
    return head + mark if "://" in head else ""
