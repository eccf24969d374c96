"""Policies as triples of the record: which statements a perspective accepts, and nothing of its world."""

from collections.abc import Container, Iterable

from pyoxigraph import Literal, NamedNode

from kg.graph.part import Pair, Part, Place
from kg.graph.schema import Schema
from kg.graph.terms import Refused, Terms
from kg.model import Perspective
from kg.vocab import AT, DCTERMS, RDF, XSD

_ASSERTORIC = (AT.acceptsModality, AT.acceptsSpeechAct)


def describe_perspectives(
    perspectives: Iterable[Perspective], terms: Terms, articles: Container[str], part: Part
) -> None:
    """Describe each perspective in a part; what is wrong with one becomes a problem at its line."""
    for perspective in perspectives:
        where = f"perspective {perspective.name}"
        iri = terms.iris.perspective(perspective.name)
        part.places[iri] = Place(perspective.source, where, perspective.lines)
        pairs = part.attempt(where, perspective.source, _pairs, perspective, terms, articles)
        part.add(iri, pairs or [])


def _pairs(perspective: Perspective, terms: Terms, articles: Container[str]) -> list[Pair]:
    told = [(DCTERMS.title, perspective.title), (DCTERMS.description, perspective.description)]
    pairs: list[Pair] = [(RDF.type, AT.Perspective)]
    pairs += [(term, Literal(text, language=terms.language)) for term, text in told if text]
    for key, values in perspective.fields.items():
        for value in values:
            try:
                found = terms.pairs(AT.Perspective, {key: (value,)})
            except Refused as error:
                hint = ": a perspective names entities of entities.yaml" if error.rule == "unknown-entity" else ""
                raise Refused(f"{error}{hint}", value.source, error.rule) from None
            for pair in found:
                if sentence := _misplaced(pair, terms.schema, articles):
                    raise Refused(sentence, value.source, "policy")
            pairs += found
    return pairs


def _misplaced(pair: Pair, schema: Schema, articles: Container[str]) -> str:
    """Why a value cannot be a condition; an empty text when it can."""
    predicate, value = pair
    if predicate == AT.acceptsArticle and value.value not in articles:
        return f"no article {value.value!r} is in the corpus"
    name = schema.shorten(value) if isinstance(value, NamedNode) else value.value
    if predicate in _ASSERTORIC and value not in (so := assertoric(schema)):
        kind = schema.properties[predicate].range
        known = ", ".join(sorted(schema.shorten(term) for term in so if kind in schema.types(term)))
        return f"{name} does not say that something is so: expected one of {known}"
    if predicate == AT.acceptsPolarity and value not in (AT.affirmed, AT.negated):
        return f"expected affirmed or negated, found {name}"
    return ""


def assertoric(schema: Schema) -> frozenset[NamedNode]:
    """The speech acts and modalities that put something forward as being so."""
    said = Literal("true", datatype=XSD.boolean)
    marked = (t.subject for t in schema.triples if t.predicate == AT.assertoric and t.object == said)
    return frozenset(term for term in marked if isinstance(term, NamedNode))
