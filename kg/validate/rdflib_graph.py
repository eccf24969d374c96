"""From the store's terms to rdflib's, which pyshacl reads."""

from collections.abc import Iterable
from functools import lru_cache

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node


def to_graph(triples: Iterable[ox.Triple]) -> Graph:
    """A plain in-memory graph of the triples (an Oxigraph-backed one gives false violations)."""
    graph = Graph(bind_namespaces="none")
    add_all(graph, triples)
    return graph


def add_all(graph: Graph, triples: Iterable[ox.Triple]) -> None:
    """Add triples to a graph."""
    for triple in triples:
        graph.add(parts(triple))


def parts(triple: ox.Triple) -> tuple[Node, Node, Node]:
    """The three terms of a triple; raises TypeError for a triple term."""
    return to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)


@lru_cache(maxsize=65536)
def to_rdflib(term: object) -> Node:
    """One term; raises TypeError for a triple term, which RDF 1.1 does not have."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise TypeError(f"expected an IRI, a blank node or a literal, found {term!r}")


def to_node(term: Node | None) -> ox.NamedNode | None:
    """Back to the store's IRI; None for anything else."""
    return ox.NamedNode(str(term)) if isinstance(term, URIRef) else None
