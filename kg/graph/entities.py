"""Entities as triples, from the shared register or from one article."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import did_you_mean
from kg.graph.part import Part, Place
from kg.graph.schema import Schema
from kg.graph.terms import Known, Refused, Terms
from kg.iri import Iris
from kg.model import Entity, Source
from kg.vocab import AT, RDF, RDFS


def known_entities(
    entities: Iterable[Entity], schema: Schema, iris: Iris, taken: Mapping[str, str], part: Part
) -> dict[str, Known]:
    """These entities by id; one of an unknown class, or with an id that is `taken` elsewhere, becomes a problem."""
    known: dict[str, Known] = {}
    for entity in entities:
        where = f"entity {entity.id}"
        found = part.attempt(where, entity.source, _known, entity, schema, iris, taken)
        if found:
            known[entity.id] = found
    return known


def _known(entity: Entity, schema: Schema, iris: Iris, taken: Mapping[str, str]) -> Known:
    if where := taken.get(entity.id):
        advice = "choose another, or share it by defining it in entities.yaml alone"
        raise Refused(f"the id {entity.id} is taken by {where}: {advice}", entity.source, "duplicate-id")
    cls = schema.expand(entity.kind)
    if cls not in schema.classes or not schema.is_a(cls, AT.Entity):
        kinds = (schema.shorten(c) for c in schema.classes if schema.is_a(c, AT.Entity))
        hint = did_you_mean(entity.kind, kinds)
        line = entity.lines.get("is", entity.source.line)
        raise Refused(f"unknown kind of entity {entity.kind!r}{hint}", Source(entity.source.file, line))
    return Known(iris.named(entity.id), cls)


def describe_entities(entities: Iterable[Entity], terms: Terms, part: Part) -> dict[str, Known]:
    """Describe each entity in a part and give them back with the names that they bear."""
    named: dict[str, tuple[Known, list[NamedNode]]] = {}
    for entity in entities:
        if known := terms.entities.get(entity.id):
            where = f"entity {entity.id}"
            part.places[known.iri] = Place(entity.source, where, entity.lines)
            part.add(known.iri, [(RDF.type, known.cls), (RDFS.label, _label(entity, terms.language))])
            pairs = part.attempt(where, entity.source, terms.pairs, known.cls, entity.fields)
            part.add(known.iri, pairs or [])
            named[entity.id] = known, [o for _, o in pairs or [] if isinstance(o, NamedNode)]
    forms = _forms(part.shared)
    return {
        name: Known(known.iri, known.cls, {form: node for node in names for form in forms.get(node, ())})
        for name, (known, names) in named.items()
    }


def _label(entity: Entity, language: str) -> Literal:
    return Literal(entity.label, language=language)


def _forms(shared: Iterable[Triple]) -> dict[object, list[str]]:
    """The spellings of each name."""
    found: dict[object, list[str]] = defaultdict(list)
    for triple in shared:
        if triple.predicate == AT.nameForm and isinstance(triple.object, Literal):
            found[triple.subject].append(triple.object.value)
    return found
