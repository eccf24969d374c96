"""What of a record can be searched: the spellings of what voices speak of, and the words of statements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg.graph.change import Edit
from kg.iri import Iris
from kg.vocab import AT, RDF, RDFS

Term = NamedNode | BlankNode | Literal | Triple
APART = ("inferences", "findings", "ontology", "shapes", "rules", "catalogue")  # graphs that no voice speaks in

_TOLD = (  # of its subject
    *(RDF.type, RDFS.label, AT.hasName, AT.preferredName, AT.nameForm, AT.bearsName),
    *(AT.groundedIn, AT.claimedBy, AT.polarity, AT.exact),
)
_LED = (AT.named, AT.mentions, AT.occursIn)  # of its object


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be found: its label with its language (empty: none), its class, and its spellings."""

    label: str
    language: str
    kind: str
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that can be found: its exact words, passage by passage, and whose they are."""

    words: frozenset[str]
    voice: str
    is_denied: bool


@dataclass(slots=True)
class Touched:
    """The nodes of which a change may alter what is found."""

    things: set[NamedNode] = field(default_factory=set)
    statements: set[NamedNode] = field(default_factory=set)


class Searched:
    """Reads it from a store: of one node, or of all."""

    def __init__(self, store: Store, iris: Iris) -> None:
        self._store = store
        self._apart = {iris.graph(name) for name in APART}
        self._kinds: dict[Term, int] = {
            kind: len(self._below(kind)) for kind in self._below(AT.Entity)
        }  # with how many are under it

    def things(self) -> set[NamedNode]:
        """Every node that may be a thing."""
        return _named(self._all(RDF.type, self._kinds))

    def statements(self) -> set[NamedNode]:
        """Every node that may be a statement."""
        return _named(self._subjects(AT.groundedIn, None))

    def thing(self, node: NamedNode) -> Thing | None:
        """What is found of a thing; None for what is none, or has no label where its class is told."""
        quads = list(self._store.quads_for_pattern(node, None, None, None))
        typed = [q for q in quads if q.predicate == RDF.type and q.object in self._kinds]
        told = {quad.graph_name for quad in typed} - self._apart
        labels = [quad for quad in quads if quad.predicate == RDFS.label]
        label = _preferred(quad.object for quad in labels if quad.graph_name in told)
        if label is None:
            return None
        kinds = {quad.object for quad in typed if quad.graph_name in told}
        kind = min(kinds, key=lambda kind: (self._kinds[kind], str(kind)))  # the narrowest
        forms = {quad.object.value for quad in labels if isinstance(quad.object, Literal)}
        return Thing(label.value, label.language or "", _iri(kind), frozenset(forms | self._forms(node, quads)))

    def _forms(self, node: NamedNode, quads: list[Quad]) -> set[str]:
        """The spellings of a thing's names: its own, those by which a voice names it, those of its mentions."""
        names = {quad.object for quad in quads if quad.predicate in (AT.hasName, AT.preferredName)}
        for naming in self._subjects(AT.named, node):
            names |= set(self._objects(naming, AT.bearsName))
        for place in self._subjects(AT.mentions, node):
            names |= set(self._subjects(AT.occursIn, place))
        forms = (form for name in names for form in self._objects(name, AT.nameForm))
        return {form.value for form in forms if isinstance(form, Literal)}

    def statement(self, node: NamedNode) -> Said | None:
        """What is found of a statement; None for what is none, or has no words or no named voice."""
        passages, voices, polarities = (self._objects(node, p) for p in (AT.groundedIn, AT.claimedBy, AT.polarity))
        words = {text.value for one in passages for text in self._objects(one, AT.exact) if isinstance(text, Literal)}
        voice = _preferred(label for one in voices for label in self._objects(one, RDFS.label))
        told = set(polarities)
        if not (words and voice and told):
            return None
        return Said(frozenset(words), voice.value, AT.negated in told)

    def touched(self, edit: Edit) -> Touched | None:
        """The nodes that a change, which the store holds already, may concern; None where it may be all.

        Of the quads between a node and what is found of it, those nearer to the node than the nearest that changed
        are in the store still, so that they lead to it.
        """
        at: dict[NamedNode, set[Term]] = {predicate: set() for predicate in (*_TOLD, *_LED)}
        for quad in (*edit.added, *edit.removed):
            if quad.predicate == RDFS.subClassOf:
                return None
            if quad.predicate in at:
                at[quad.predicate].add(quad.object if quad.predicate in _LED else quad.subject)
        namings = at[AT.bearsName] | self._all(AT.bearsName, at[AT.nameForm])
        places = at[AT.occursIn] | {place for name in at[AT.nameForm] for place in self._objects(name, AT.occursIn)}
        things = at[RDF.type].union(at[RDFS.label], at[AT.hasName], at[AT.preferredName], at[AT.named], at[AT.mentions])
        things |= self._all(AT.hasName, at[AT.nameForm]) | self._all(AT.preferredName, at[AT.nameForm])
        things |= {thing for naming in namings for thing in self._objects(naming, AT.named)}
        things |= {thing for place in places for thing in self._objects(place, AT.mentions)}
        statements = at[AT.groundedIn] | at[AT.claimedBy] | at[AT.polarity]
        statements |= self._all(AT.groundedIn, at[AT.exact]) | self._all(AT.claimedBy, at[RDFS.label])
        return Touched(_named(things), _named(statements))

    def _all(self, predicate: NamedNode, values: Iterable[Term]) -> set[Term]:
        """Every node of which a predicate has one of these values."""
        return {node for value in values for node in self._subjects(predicate, value)}

    def _below(self, kind: Term) -> set[Term]:
        """A class and all classes under it."""
        found: set[Term] = set()
        queue = [kind]
        while queue:
            one = queue.pop()
            if one not in found:
                found.add(one)
                queue += self._subjects(RDFS.subClassOf, one)
        return found

    def _subjects(self, predicate: NamedNode, value: Term | None) -> Iterator[Term]:
        return (quad.subject for quad in self._store.quads_for_pattern(None, predicate, value, None))

    def _objects(self, node: Term, predicate: NamedNode) -> Iterator[Term]:
        if not isinstance(node, Literal):  # which is no subject, though a client may have written it for one
            yield from (quad.object for quad in self._store.quads_for_pattern(node, predicate, None, None))


def _named(nodes: Iterable[Term]) -> set[NamedNode]:
    """Those that have a page: blank nodes have none."""
    return {node for node in nodes if isinstance(node, NamedNode)}


def _iri(node: Term) -> str:
    assert isinstance(node, NamedNode), "a class below at:Entity has an IRI"
    return node.value


def _preferred(labels: Iterable[Term]) -> Literal | None:
    """The English label, or else the first by its language."""
    texts = (label for label in labels if isinstance(label, Literal))
    return min(texts, key=lambda text: (text.language != "en", text.language or "", text.value), default=None)
