"""The gate: what an article says must satisfy the shapes before it enters the store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Triple
from rdflib import RDF as RDFLIB_RDF
from rdflib import SH, Graph
from rdflib.term import Node

from kg.graph.article import Mapped
from kg.graph.part import Place
from kg.graph.schema import Schema, read_turtle, turtle_files
from kg.model import Source
from kg.report import Problem, Severity
from kg.validate.judge import Judge
from kg.validate.rdflib_graph import parts, to_node, to_rdflib
from kg.validate.terms import unknown_terms
from kg.vocab import AT, RDF, RDFS

ONTOLOGY_STYLE = "ontology-style.ttl"  # checks the ontology itself, not the record
_KEYS = {AT.groundedIn: "quote", AT.expresses: "says", AT.attribution: "chain", AT.claimedBy: "chain"}
_TIMES = {AT.firstPrecise, AT.lastPrecise, AT.firstImprecise, AT.lastImprecise, AT.timeExpression}


def read_shapes(folder: Path) -> frozenset[Triple]:
    """The shapes that guard the record; raises Unreadable with line and column."""
    files = (path for path in turtle_files(folder) if path.name != ONTOLOGY_STYLE)
    return frozenset(triple for path in files for triple in read_turtle(path).triples)


@dataclass(frozen=True)
class Gate:
    """Validates mapped graphs against the shapes, with the ontology's classes and concepts in sight."""

    schema: Schema
    shapes: frozenset[Triple]

    @cached_property
    def _judge(self) -> Judge:
        return Judge(map(parts, self.shapes), map(parts, self.background))

    @cached_property
    def _terms(self) -> frozenset[Node]:
        return frozenset(map(to_rdflib, self.schema.terms))

    @cached_property
    def background(self) -> frozenset[Triple]:
        """The class hierarchy and the concepts, which shapes must see in the data."""
        return frozenset(
            t for t in self.schema.triples if t.predicate == RDFS.subClassOf or (t.predicate == RDF.type and _named(t))
        )

    def check(self, mapped: Mapped, context: Iterable[Triple] = ()) -> tuple[Problem, ...]:
        """Everything wrong with one graph; `context` describes what it refers to outside itself.

        A problem of something that only the context describes is not repeated here.
        """
        own = mapped.triples | mapped.shared
        problems = [self._unknown(mapped, triple, sentence) for triple, sentence in unknown_terms(own, self.schema)]
        problems += self._shacl(own.union(context), mapped, {t.subject for t in own})
        return tuple(problems)

    def report(self, data: frozenset[Triple], about: Iterable[object]) -> Graph:
        """The validation report on some data (SHACL, section 3.6), of which results about other nodes may be missing.

        A result whose focus is a term of the ontology is about its value, and never missing.
        """
        focus = self._terms.union(map(to_rdflib, about))
        return self._judge.report(map(parts, data - self.background), focus)

    def _unknown(self, mapped: Mapped, triple: Triple, sentence: str) -> Problem:
        place = _place(mapped, triple.subject)
        return Problem(place.source, place.where, sentence, "unknown-term")

    def _shacl(self, data: frozenset[Triple], mapped: Mapped, subjects: set[object]) -> Iterator[Problem]:
        report = self.report(data, subjects)
        for result in report.subjects(RDFLIB_RDF.type, SH.ValidationResult):
            node = to_node(report.value(result, SH.focusNode))
            if node in self.schema.terms:  # a rule for statements of one mark: the mark is its focus
                node = to_node(report.value(result, SH.value))
            if node in subjects:
                yield self._problem(report, result, _place(mapped, node))

    def _problem(self, report: Graph, result: Node, place: Place) -> Problem:
        source_shape = report.value(result, SH.sourceShape)
        severity: Severity = "violation" if report.value(result, SH.resultSeverity) == SH.Violation else "warning"
        path = to_node(report.value(result, SH.resultPath))
        keys = [_key(path)] if path else self._keys(source_shape)
        line = next((place.lines[key] for key in keys if key in place.lines), place.source.line)
        sentence, rule = str(report.value(result, SH.resultMessage)), str(source_shape).rpartition("#")[2]
        return Problem(Source(place.source.file, line), place.where, sentence, rule, severity)

    def _keys(self, shape: Node | None) -> list[str]:
        """The curator's keys that a shape without a path of its own is about, times before anything else."""
        found = self._judge.graph.transitive_objects(shape, None)
        paths = {p for inner in found if (p := to_node(self._judge.graph.value(inner, SH.path)))}
        return sorted({_key(path) for path in paths}, key=lambda key: (key != "when", key))


def _named(triple: Triple) -> bool:
    return isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode)


def _place(mapped: Mapped, node: object) -> Place:
    if isinstance(node, NamedNode) and node in mapped.places:
        return mapped.places[node]
    first = min((place.source for place in mapped.places.values()), default=Source("(nowhere)", 1))
    return Place(Source(first.file, 1), "")


def _key(path: NamedNode) -> str:
    """The curator's key behind a property."""
    return "when" if path in _TIMES else _KEYS.get(path) or path.value.rpartition("#")[2]
