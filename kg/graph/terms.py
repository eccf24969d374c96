"""From a value that a curator typed to RDF terms, by the range of its property."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg.corpus.document import is_language
from kg.errors import BadInput, did_you_mean
from kg.graph.dates import instant, span
from kg.graph.schema import Property, Schema
from kg.iri import Iris
from kg.model import Fields, Source, Value
from kg.vocab import AT, RDF, RDFS, SKOS, XSD

Object = NamedNode | Literal


class Refused(BadInput):
    """A value or key that cannot be mapped, at its line; `rule` names the check."""

    def __init__(self, message: str, source: Source, rule: str = "unknown-term") -> None:
        super().__init__(message)
        self.source, self.rule = source, rule


class AlreadyTold(Refused):
    """A reference to something whose own definition was refused: one problem is enough."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entity that may be referred to: its IRI, class, and the IRI of each name by form."""

    iri: NamedNode
    cls: NamedNode
    names: Mapping[str, NamedNode] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """Reads values against the ontology and the entities known; `language` is that of texts that name none."""

    schema: Schema
    iris: Iris
    entities: Mapping[str, Known]
    language: str
    shared: set[Triple] = field(default_factory=set)  # things made on the way, such as names
    refused: frozenset[str] = frozenset()  # ids of entities that are defined, but wrongly
    sources: dict[NamedNode, Source] = field(default_factory=dict)  # where each thing of its own was typed first

    def property(self, name: str, source: Source, owner: NamedNode) -> Property:
        """The property that a curator may use under this name for a thing of class `owner`.

        Raises Refused for an unknown term, one that only the build or a perspective writes, or another class's.
        """
        iri = self.schema.expand(name)
        prop = self.schema.properties.get(iri)
        if prop is None:
            usable = (p.iri for p in self.schema.properties.values() if not p.written_by)
            raise Refused(f"unknown term {name!r}{self.schema.suggest(name, usable)}", source)
        if prop.written_by:
            raise Refused(f"{name} is written by the {prop.written_by}, never by a curator", source, "written-by")
        if prop.domain and prop.domain not in self.schema.supers(owner):
            raise Refused(self._misplaced(name, prop.domain, owner), source, "domain")
        return prop

    def _misplaced(self, name: str, domain: NamedNode, owner: NamedNode) -> str:
        belongs, found = self.schema.shorten(domain), self.schema.shorten(owner)
        if self.schema.is_a(domain, AT.Proposition) and not self.schema.is_a(owner, AT.Proposition):
            return f"{name} is what a voice says: write it in the says of a statement ({belongs}), not at the {found}"
        return f"{name} belongs to {belongs}, not to {found}"

    def entity(self, name: object, source: Source) -> Known:
        """An entity by its id; raises Refused when none is defined."""
        if isinstance(name, str) and (known := self.entities.get(name)):
            return known
        if isinstance(name, str) and name in self.refused:
            raise AlreadyTold(f"entity {name} is not defined rightly", source)
        hint = did_you_mean(str(name), self.entities)
        found = repr(name) if isinstance(name, str) else "for what is typed here: expected an id"
        raise Refused(f"no entity {found} is defined{hint}", source, "unknown-entity")

    def objects(self, prop: Property, value: Value) -> list[Object]:
        """The RDF terms of one value; a mapping from languages gives one literal for each."""
        if not prop.is_object:
            return list(self._literals(prop, value))
        if self.schema.is_a(prop.range, SKOS.Concept):
            return [self.concept(prop.range or SKOS.Concept, value)]
        if prop.range is None or self.schema.is_a(prop.range, AT.Entity):
            return [self.entity(value.content, value.source).iri]
        return [self.thing(prop.range, value)]

    def concept(self, scheme: NamedNode, value: Value) -> NamedNode:
        """A concept of the class `scheme` by its name; raises Refused when there is none."""
        if isinstance(value.content, str):
            iri = self.schema.expand(value.content)
            if iri in self.schema.terms and scheme in self.schema.types(iri):
                return iri
        members = (t for t in self.schema.terms if scheme in self.schema.types(t))
        kind = self.schema.shorten(scheme)
        hint = self.schema.suggest(str(value.content), members)
        raise Refused(f"unknown {kind} {value.content!r}{hint}", value.source)

    def thing(self, cls: NamedNode, value: Value) -> NamedNode:
        """A thing typed as a nested mapping (a name, say); its IRI follows from what it holds."""
        kind = self.schema.shorten(cls)
        if not isinstance(value.content, Mapping):
            raise Refused(f"expected the parts of a {kind} as a mapping, found {value.content!r}", value.source)
        pairs = self.pairs(cls, value.content)
        local = kind.rpartition(":")[2].lower()
        iri = self.iris.minted(local, cls.value, sorted([p.value, str(o)] for p, o in pairs))
        self.sources.setdefault(iri, value.source)
        self.shared.add(Triple(iri, RDF.type, cls))
        self.shared.update(Triple(iri, p, o) for p, o in pairs)
        return iri

    def pairs(self, owner: NamedNode, fields: Fields) -> list[tuple[NamedNode, Object]]:
        """Predicates and objects of the further keys of a thing of class `owner`."""
        found: list[tuple[NamedNode, Object]] = []
        for key, values in fields.items():
            for value in values:
                prop = self.property(key, value.source, owner)
                found += [(prop.iri, term) for term in self.objects(prop, value)]
        return found

    def _literals(self, prop: Property, value: Value) -> Iterable[Literal]:
        if isinstance(value.content, Mapping):
            if prop.range not in (RDFS.Literal, RDF.langString):
                name = self.schema.shorten(prop.iri)
                raise Refused(f"{name} takes a plain value, not a mapping", value.source, "datatype")
            for language, texts in value.content.items():
                yield from (_tagged(_typed_text(text.content), language, text.source) for text in texts)
        else:
            yield self._literal(prop, value)

    def _literal(self, prop: Property, value: Value) -> Literal:
        content, datatype = value.content, prop.range or XSD.string
        if datatype in (RDFS.Literal, RDF.langString):
            return _tagged(_typed_text(content), self.language, value.source)
        if datatype == XSD.string:
            return Literal(_typed_text(content))
        if datatype == XSD.dateTime:
            try:
                return instant(span(str(content))[0])
            except BadInput as error:
                raise Refused(str(error), value.source, "date") from None
        return _typed(content, datatype, value.source)


def _typed_text(content: object) -> str:
    """The characters as typed."""
    return str(content).lower() if isinstance(content, bool) else str(content)


def _tagged(text: str, language: str, source: Source) -> Literal:
    if not is_language(language):
        raise Refused(f"expected a language tag such as en or ar-Latn, found {language!r}", source)
    return Literal(text, language=language)


_KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "decimal": (int, float),
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "nonNegativeInteger": (int,),
    "positiveInteger": (int,),
}


def _typed(content: object, datatype: NamedNode, source: Source) -> Literal:
    kind = datatype.value.rpartition("#")[2]
    wanted = _KINDS.get(kind, (str,))
    if not isinstance(content, wanted) or (isinstance(content, bool) and bool not in wanted):
        raise Refused(f"expected a value of type {kind}, found {content!r}", source, "datatype")
    text = str(content).lower() if isinstance(content, bool) else str(content)
    return Literal(text, datatype=datatype)
