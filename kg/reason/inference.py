"""What follows from the record by OWL 2 RL and may be published beside it, marked as inferred."""

from collections.abc import Container, Iterable

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg.reason.closure import MAX_ROUNDS, Closure, is_blank
from kg.reason.rules import read_rules
from kg.vocab import AT, DCTERMS

_ABOUT = {
    DCTERMS.title: "Inferences",
    DCTERMS.description: "What follows from the record and its ontology by rules of OWL 2 RL. Nobody said it.",
}
_LANGUAGE = ("http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#")


def infer(triples: Iterable[Triple], *, rounds: int = MAX_ROUNDS) -> frozenset[Triple]:
    """What follows from these triples, ontology and record together, and is not among them.

    Superclasses, superproperties, equivalents, inverses, symmetry, transitivity and property chains; never the domain
    or range of a property (a claim that somebody commands a party does not make the party an armed group), never a
    triple of a perspective's property, nothing about the ontology's own terms. Raises BadInput when it takes more
    than `rounds`.
    """
    triples = tuple(triples)
    plain = Literal("perspective")
    withheld = frozenset(t.subject for t in triples if t.predicate == AT.writtenBy and t.object == plain)
    closure = Closure.of(triples)
    closure.complete(read_rules("materialised"), withheld=withheld, rounds=rounds)  # type: ignore[arg-type]
    return frozenset(triple for triple in closure.derivations if _publishable(triple))


def inferred_quads(quads: Iterable[Quad], graph: NamedNode, derived: Container[object]) -> frozenset[Quad]:
    """What follows from a whole generation, as the quads of the graph that holds inferences, which they describe.

    The `derived` graphs are not reasoned from: what no longer follows is gone from the result.
    """
    triples = (quad.triple for quad in quads if quad.graph_name not in derived)
    about = (Triple(graph, term, Literal(text, language="en")) for term, text in _ABOUT.items())
    return frozenset(Quad(t.subject, t.predicate, t.object, graph) for t in (*infer(triples), *about))


def _publishable(triple: Triple) -> bool:
    return not any(is_blank(term) for term in triple) and not triple.predicate.value.startswith(_LANGUAGE)
