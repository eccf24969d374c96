"""RDF as the pages see it: terms of an answer, and small graphs of them; the engine stays in the workers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

AT = "https://w3id.org/attest/ontology#"
ONTOLOGY = "https://w3id.org/attest/ontology"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
LABEL = RDFS + "label"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PREFIXES = (
    ("at", AT),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcterms", DCTERMS),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", RDFS),
    ("sh", "http://www.w3.org/ns/shacl#"),
    ("skos", SKOS),
    ("sd", "http://www.w3.org/ns/sparql-service-description#"),
    ("vann", "http://purl.org/vocab/vann/"),
    ("void", "http://rdfs.org/ns/void#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
)


@dataclass(frozen=True, slots=True)
class Term:
    """A term of an answer: its IRI, label of a blank node or text; `kind` is "uri", "bnode" or "literal"."""

    value: str
    kind: str = "uri"
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """True for an IRI."""
        return self.kind == "uri"

    def __str__(self) -> str:
        return self.value


Row = Mapping[str, Term]


def value(row: Row, name: str) -> str:
    """The text of a cell, empty where there is none."""
    return row[name].value if name in row else ""


def read_rows(bindings: Iterable[Mapping[str, Mapping[str, str]]]) -> list[Row]:
    """The rows of SPARQL 1.1 Query Results JSON (section 3.2)."""
    return [{name: _term(value) for name, value in row.items()} for row in bindings]


def _term(given: Mapping[str, str]) -> Term:
    return Term(given["value"], given["type"], given.get("xml:lang", ""), given.get("datatype", ""))


@dataclass(slots=True)
class Graph:
    """Triples by subject, then by predicate; values in the order in which they came, each once."""

    nodes: dict[str, dict[str, dict[Term, None]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Graph":
        """Read rows of `?s ?p ?o`."""
        graph = cls()
        for row in rows:
            graph.add(row["s"].value, row["p"].value, row["o"])
        return graph

    def add(self, subject: str, predicate: str, value: Term) -> None:
        """Add a triple."""
        self.nodes.setdefault(subject, {}).setdefault(predicate, {})[value] = None

    def values(self, subject: str, predicate: str) -> list[Term]:
        """All values of a property."""
        return [*self.nodes.get(subject, {}).get(predicate, ())]

    def value(self, subject: str, predicate: str) -> Term | None:
        """The first value of a property, None when there is none."""
        return next(iter(self.nodes.get(subject, {}).get(predicate, ())), None)

    def text(self, subject: str, predicate: str) -> str:
        """The first value of a property as text, empty when there is none."""
        return str(self.value(subject, predicate) or "")

    def pairs(self, subject: str) -> Iterator[tuple[str, Term]]:
        """Every predicate and value of a subject."""
        for predicate, values in self.nodes.get(subject, {}).items():
            yield from ((predicate, value) for value in values)

    def typed(self, cls: str) -> list[str]:
        """The subjects of a class."""
        kind = Term(cls)
        return [node for node, pairs in self.nodes.items() if kind in pairs.get(RDF_TYPE, ())]
