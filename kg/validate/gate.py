"""The gate: what an article says must satisfy the shapes before it enters the store."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyshacl
from pyoxigraph import NamedNode, Triple
from pyshacl.graph_abstraction import DataGraph
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF as RDFLIB_RDF
from rdflib import SH, Graph
from rdflib.term import Node

from kg.graph.article import Mapped
from kg.graph.part import Place
from kg.graph.schema import Schema, read_turtle, turtle_files
from kg.model import Source
from kg.report import Problem, Severity
from kg.validate.rdflib_graph import add_all, to_graph, to_node
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
    def _shapes_graph(self) -> Graph:
        return to_graph(self.shapes)

    @cached_property
    def _shapes(self) -> ShapesGraph:
        """The shapes as pyshacl has read them, which it would do anew for each article: a tenth of its time."""
        pyshacl.validate(Graph(), shacl_graph=self._shapes_graph, inplace=True)  # patches rdflib as it needs it
        return ShapesGraph(self._shapes_graph)

    @cached_property
    def background(self) -> tuple[Triple, ...]:
        """The class hierarchy and the concepts, which shapes must see in the data."""
        return tuple(
            t for t in self.schema.triples if t.predicate == RDFS.subClassOf or (t.predicate == RDF.type and _named(t))
        )

    def check(self, mapped: Mapped, context: Iterable[Triple] = ()) -> tuple[Problem, ...]:
        """Everything wrong with one graph; `context` describes what it refers to outside itself.

        A problem of something that only the context describes is not repeated here.
        """
        own = mapped.triples | mapped.shared
        problems = [self._unknown(mapped, triple, sentence) for triple, sentence in unknown_terms(own, self.schema)]
        data = to_graph(own)
        add_all(data, (t for t in context if t not in own))
        add_all(data, self.background)
        problems += self._shacl(data, mapped, {t.subject for t in own})
        return tuple(problems)

    def report(self, data: Graph) -> Graph:
        """The validation report on a graph (SHACL, section 3.6)."""
        graph, options = DataGraph.from_rdflib_graph(data), {"inplace": True}
        validator = pyshacl.Validator(graph, shacl_graph=self._shapes_graph, options=options)
        validator.shacl_graph = self._shapes
        report = validator.run()[1]  # type: ignore[no-untyped-call]
        assert isinstance(report, Graph)
        return report

    def _unknown(self, mapped: Mapped, triple: Triple, sentence: str) -> Problem:
        place = _place(mapped, triple.subject)
        return Problem(place.source, place.where, sentence, "unknown-term")

    def _shacl(self, data: Graph, mapped: Mapped, subjects: Container[object]) -> Iterator[Problem]:
        report = self.report(data)
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
        found = self._shapes_graph.transitive_objects(shape, None)
        paths = {p for inner in found if (p := to_node(self._shapes_graph.value(inner, SH.path)))}
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
