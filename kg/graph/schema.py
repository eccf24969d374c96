"""What the ontology declares, as the mapper and the gate need it: a new term needs no Python."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import Unreadable, did_you_mean
from kg.vocab import AT, NS, OWL, RDF, RDFS

Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the ontology: its one named domain and range, and who may write it ("" for a curator)."""

    iri: NamedNode
    is_object: bool
    domain: NamedNode | None
    range: NamedNode | None
    written_by: str
    default: NamedNode | None

    @property
    def is_plain(self) -> bool:
        """True when it states a fact, which only a perspective may do."""
        return self.written_by == "perspective"


@dataclass(frozen=True, slots=True)
class Projection:
    """The plain triple that a proposition class stands for: its subject role, predicate and object role."""

    subject: NamedNode
    predicate: NamedNode
    object: NamedNode


@dataclass(frozen=True)
class Schema:
    """An index over the triples of all ontology modules."""

    triples: frozenset[Triple]
    prefixes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _objects(self) -> dict[tuple[Subject, NamedNode], list[Term]]:
        index: dict[tuple[Subject, NamedNode], list[Term]] = defaultdict(list)
        for triple in sorted(self.triples, key=str):
            index[triple.subject, triple.predicate].append(triple.object)  # type: ignore[index,arg-type]
        return dict(index)

    def objects(self, subject: Subject, predicate: NamedNode) -> list[Term]:
        """The values of one property of one term, in a fixed order."""
        return self._objects.get((subject, predicate), [])

    def _of_type(self, *types: NamedNode) -> frozenset[NamedNode]:
        return frozenset(
            t.subject
            for t in self.triples
            if t.predicate == RDF.type and t.object in types and isinstance(t.subject, NamedNode)
        )

    @cached_property
    def classes(self) -> frozenset[NamedNode]:
        """Every named class."""
        return self._of_type(OWL.Class)

    @cached_property
    def properties(self) -> dict[NamedNode, Property]:
        """Every object and datatype property."""
        declared = self._of_type(OWL.ObjectProperty, OWL.DatatypeProperty)
        return {iri: self._property(iri) for iri in declared}

    @cached_property
    def terms(self) -> frozenset[NamedNode]:
        """Every term that some module describes, whatever it is."""
        return frozenset(t.subject for t in self.triples if isinstance(t.subject, NamedNode))

    def _property(self, iri: NamedNode) -> Property:
        def one(predicate: NamedNode) -> NamedNode | None:
            return next((o for o in self.objects(iri, predicate) if isinstance(o, NamedNode)), None)

        writers = [o.value for o in self.objects(iri, AT.writtenBy) if isinstance(o, Literal)]
        is_object = OWL.ObjectProperty in self.objects(iri, RDF.type)
        return Property(iri, is_object, one(RDFS.domain), one(RDFS.range), "".join(writers[:1]), one(AT.default))

    @cached_property
    def _supers(self) -> dict[NamedNode, frozenset[NamedNode]]:
        return {}

    def supers(self, cls: NamedNode) -> frozenset[NamedNode]:
        """The class and all its named superclasses."""
        if (known := self._supers.get(cls)) is not None:
            return known
        found, todo = set[NamedNode](), [cls]
        while todo:
            if (current := todo.pop()) not in found:
                found.add(current)
                todo += [o for o in self.objects(current, RDFS.subClassOf) if isinstance(o, NamedNode)]
        self._supers[cls] = frozenset(found)
        return self._supers[cls]

    def is_a(self, cls: NamedNode | None, ancestor: NamedNode) -> bool:
        """True when `cls` is `ancestor` or a subclass of it."""
        return cls is not None and ancestor in self.supers(cls)

    def types(self, individual: NamedNode) -> frozenset[NamedNode]:
        """The classes of a concept, with their superclasses."""
        direct = [o for o in self.objects(individual, RDF.type) if isinstance(o, NamedNode)]
        return frozenset(s for cls in direct for s in self.supers(cls))

    def defaults(self, cls: NamedNode) -> Iterator[Property]:
        """The properties of a class for which the ontology names a default, in a fixed order."""
        for prop in sorted(self.properties.values(), key=lambda p: p.iri.value):
            if prop.default is not None and prop.domain is not None and prop.domain in self.supers(cls):
                yield prop

    def distributes(self, concept: NamedNode) -> bool:
        """False when a statement so marked says one thing as a whole (a negated one, a forbidden one)."""
        return all(o.value != "false" for o in self.objects(concept, AT.distributes) if isinstance(o, Literal))

    def projection(self, cls: NamedNode, concepts: Iterable[object] = ()) -> Projection | None:
        """The plain triple that a proposition of this class, or else its nearest parent, stands for.

        A concept among its values may name another predicate: a deputy does not command.
        """
        for concept in concepts:
            if isinstance(concept, NamedNode) and (own := self.objects(concept, AT.projectsPredicate)):
                plain = self.projection(cls)
                return plain and replace(plain, predicate=NamedNode(own[0].value))
        todo = [cls]
        while todo:
            current = todo.pop(0)
            parts = [self.objects(current, p) for p in (AT.projectsSubject, AT.projectsPredicate, AT.projectsObject)]
            if all(parts):
                return Projection(*(part[0] for part in parts))  # type: ignore[arg-type]
            todo += [o for o in self.objects(current, RDFS.subClassOf) if isinstance(o, NamedNode)]
        return None

    def expand(self, name: str) -> NamedNode:
        """The IRI of a name as a curator types it: a local name of ours, or one with a module's prefix."""
        prefix, colon, local = name.partition(":")
        if colon and prefix in self.prefixes:
            return NamedNode(self.prefixes[prefix] + local)
        return NamedNode(NS + name) if _is_local(name) else NamedNode(NS + "-")

    def shorten(self, iri: NamedNode) -> str:
        """The name under which a curator knows a term."""
        if iri.value.startswith(NS):
            return iri.value[len(NS) :]
        for prefix, namespace in sorted(self.prefixes.items()):
            if namespace and iri.value.startswith(namespace):
                return f"{prefix}:{iri.value[len(namespace) :]}"
        return iri.value

    def suggest(self, name: str, among: Iterable[NamedNode]) -> str:
        """`; did you mean X?`, or nothing when no term comes near."""
        return did_you_mean(name, (self.shorten(term) for term in among))


def _is_local(name: str) -> bool:
    return bool(name) and all(c.isalnum() or c in "-_." for c in name)


def read_schema(folder: Path) -> Schema:
    """Read every `*.ttl` directly in a folder (alignments lie deeper and stay out).

    A module's own `@prefix` is what curators may type before its terms. Raises Unreadable for a module that is
    not Turtle (with line and column), and for a prefix that two modules use for different namespaces.
    """
    triples: set[Triple] = set()
    prefixes: dict[str, str] = {}
    for path in turtle_files(folder):
        module = read_turtle(path)
        triples |= module.triples
        for prefix, namespace in module.prefixes.items():
            if prefixes.setdefault(prefix, namespace) != namespace:
                raise Unreadable(f"prefix {prefix}: already stands for <{prefixes[prefix]}>", str(path))
    return Schema(frozenset(triples), prefixes)


def turtle_files(folder: Path) -> list[Path]:
    """The Turtle files directly in a folder, sorted; raises Unreadable when there is none."""
    files = sorted(folder.glob("*.ttl"))
    if not files:
        raise Unreadable("expected a folder of Turtle files (*.ttl), found none", str(folder))
    return files


@dataclass(frozen=True, slots=True)
class Turtle:
    """One Turtle file, read."""

    triples: frozenset[Triple]
    prefixes: dict[str, str]


def read_turtle(path: Path) -> Turtle:
    """Read one Turtle file; its blank nodes are named after the file, so that reading twice gives the same.

    Raises Unreadable with line and column.
    """
    renamed: dict[BlankNode, BlankNode] = {}

    def stable(term: Term) -> Term:
        if isinstance(term, BlankNode):
            return renamed.setdefault(term, BlankNode(f"{path.stem}-{len(renamed)}"))
        return term

    try:
        parser = parse(path.read_bytes(), RdfFormat.TURTLE)
        triples = [Triple(stable(q.subject), q.predicate, stable(q.object)) for q in parser]  # type: ignore[arg-type]
    except SyntaxError as error:
        raise Unreadable(f"expected Turtle: {error.msg}", str(path), error.lineno, error.offset) from error
    return Turtle(frozenset(triples), dict(parser.prefixes))
