"""The gate for what clients write: the same shapes and rules as for articles, at a cost that follows the change."""

from collections.abc import Container, Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib import RDF as RDFLIB_RDF
from rdflib import SH, Graph
from rdflib.term import Node as RdflibNode

from kg.graph.change import Changed
from kg.graph.schema import Schema
from kg.report import NotConforming
from kg.validate.gate import Gate
from kg.validate.integrity import check_change
from kg.validate.rdflib_graph import to_node
from kg.validate.refusal import NotValid, Result, check_terms, not_valid, read_node, sentence
from kg.vocab import NS, XSD

_BEFORE, _BEHIND = 2, 3  # steps from what changed: back to what refers to it, and on to what those refer to
_LEAST = {XSD.nonNegativeInteger: 0, XSD.positiveInteger: 1}  # of the kinds that an ontology uses
_MOST = 20_000  # triples that one check may look at

Node = NamedNode | BlankNode


def check_written(change: Changed, gate: Gate, base_iri: str, derived: Container[object]) -> None:
    """Raise NotValid where a change does not satisfy the ontology, the shapes, or what the record holds.

    Looked at is what changed, what refers to it, and what those refer to.
    """
    check_terms(change, gate.schema)
    try:
        check_change(change, gate.schema, base_iri, derived)
    except NotConforming as error:
        problems = error.report.problems
        raise not_valid([Result(read_node(p.where), None, None, p.message, p.rule) for p in problems]) from error
    affected = _affected(change, derived)
    focus = frozenset(node for node in affected if any(_is_ours(quad) for quad in _said_of(change.store, node)))
    if focus:
        _check_shapes(_surroundings(change.store, focus, derived), gate, focus)


def _check_shapes(data: frozenset[Triple], gate: Gate, focus: frozenset[Node]) -> None:
    told = (_as_written(triple, gate.schema) for triple in data if not isinstance(triple.object, Triple))
    report = gate.report(frozenset(told), focus)
    results = set(report.subjects(RDFLIB_RDF.type, SH.ValidationResult))
    blocking = {
        result
        for result in results
        if report.value(result, SH.resultSeverity) == SH.Violation and _about(report, result, gate) & focus
    }
    for result in results - blocking:  # of something that this write is not about, or advice
        report.remove((result, None, None))
        report.remove((None, None, result))
    if blocking:
        messages = sorted({str(report.value(result, SH.resultMessage)) for result in blocking})
        text = report.serialize(format="nt")
        raise NotValid(sentence(messages), frozenset(q.triple for q in parse(text, RdfFormat.N_TRIPLES)))


def _as_written(triple: Triple, schema: Schema) -> Triple:
    """The triple with the datatype that its property declares: the store keeps every kind of integer as `xsd:integer`.

    A number that the declared kind does not hold keeps the store's, and is told by the shape.
    """
    value, prop = triple.object, schema.properties.get(triple.predicate)
    if prop is None or prop.range not in _LEAST or not isinstance(value, Literal) or value.datatype != XSD.integer:
        return triple
    if int(value.value) < _LEAST[prop.range]:
        return triple
    return Triple(triple.subject, triple.predicate, Literal(value.value, datatype=prop.range))


def _about(report: Graph, result: RdflibNode, gate: Gate) -> set[object]:
    """What a result is about: its focus; for a rule of statements of one mark, where the mark is that, the value."""
    focus = report.value(result, SH.focusNode)
    if to_node(focus) in gate.schema.terms:
        focus = report.value(result, SH.value)
    return {to_node(focus) or BlankNode(str(focus))}


def _affected(change: Changed, derived: Container[object]) -> frozenset[Node]:
    """The subjects of what changed, and those that refer to them."""
    quads = (q for q in (*change.added, *change.removed) if q.graph_name not in derived)
    found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode | BlankNode)}
    frontier = set(found)
    for _ in range(_BEFORE):
        referring = {
            quad.subject
            for node in frontier
            for quad in change.store.quads_for_pattern(None, None, node, None)
            if quad.graph_name not in derived and isinstance(quad.subject, NamedNode | BlankNode)
        }
        frontier = referring - found
        found |= frontier
    return frozenset(found)


def _surroundings(store: Store, focus: Iterable[Node], derived: Container[object]) -> frozenset[Triple]:
    """What is said of these nodes, and of what they refer to, some steps on."""
    seen: set[object] = set()
    triples: set[Triple] = set()
    frontier: set[object] = set(focus)
    for _ in range(1 + _BEHIND):
        seen |= frontier
        quads = [q for node in frontier for q in _said_of(store, node) if q.graph_name not in derived]
        triples.update(quad.triple for quad in quads)
        if len(triples) > _MOST:
            raise NotValid(f"the change touches more than {_MOST} triples: write it in parts", frozenset())
        frontier = set[object](quad.object for quad in quads) - seen
    return frozenset(triples)


def _said_of(store: Store, node: object) -> Iterator[Quad]:
    return store.quads_for_pattern(node, None, None, None) if isinstance(node, NamedNode | BlankNode) else iter(())


def _is_ours(quad: Quad) -> bool:
    return any(isinstance(term, NamedNode) and term.value.startswith(NS) for term in (quad.predicate, quad.object))
