"""Terms that nobody defined: a misspelt class has no shape, so it would conform."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from pyoxigraph import NamedNode, Quad, Triple

from kg.graph.schema import Schema
from kg.vocab import NS

T = TypeVar("T", Triple, Quad)


def unknown_terms(triples: Iterable[T], schema: Schema) -> Iterator[tuple[T, str]]:
    """Each triple that uses a term of our namespace which the ontology does not define, or may not be used in a record.

    Yields the triple and a sentence.
    """
    for triple in triples:
        predicate, value = triple.predicate, triple.object
        for term in (predicate, value):
            if isinstance(term, NamedNode) and term not in schema.terms and term.value.startswith(NS):
                name = schema.shorten(term)
                yield triple, f"unknown term {name!r}{schema.suggest(name, schema.terms)}"
        prop = schema.properties.get(predicate)
        if prop is not None and prop.written_by == "perspective":
            name = schema.shorten(prop.iri)
            yield triple, f"{name} is a plain fact: it belongs to a perspective, never to the record"
