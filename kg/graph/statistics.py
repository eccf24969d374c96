"""How much of what is in a store: the counts of VoID (Vocabulary of Interlinked Datasets), kept up by each change."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.vocab import RDF

Link = tuple[NamedNode, NamedNode, NamedNode]
Types = Callable[[object], Iterable[NamedNode]]
End = Callable[[Quad], object]
Pattern = Callable[[object, NamedNode | None], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of triples by graph, of things by class, and of triples by property, class of subject and of object.

    `links` is keyed by the class of the subject, the property, and the class of the object; `values` by the datatype
    of the object instead. `subjects` and `objects` are how many different ones there are, `subjects_of` and
    `objects_of` how many of each property.
    """

    graphs: Counter[NamedNode] = field(default_factory=Counter)
    classes: Counter[NamedNode] = field(default_factory=Counter)
    properties: Counter[NamedNode] = field(default_factory=Counter)
    uses: Counter[tuple[NamedNode, NamedNode]] = field(default_factory=Counter)
    links: Counter[Link] = field(default_factory=Counter)
    values: Counter[Link] = field(default_factory=Counter)
    subjects_of: Counter[NamedNode] = field(default_factory=Counter)
    objects_of: Counter[NamedNode] = field(default_factory=Counter)
    subjects: int = 0
    objects: int = 0

    @property
    def triples(self) -> int:
        """How many there are in all."""
        return self.properties.total()

    def moved(self, by: "Statistics") -> "Statistics":
        """With differences added; what comes to nothing is left out."""
        counters = {name: +_sum(getattr(self, name), getattr(by, name)) for name in _COUNTERS}
        return Statistics(subjects=self.subjects + by.subjects, objects=self.objects + by.objects, **counters)


def count(store: Store, without: Container[object]) -> Statistics:
    """Count everything but the graphs `without`."""
    classes: dict[object, set[NamedNode]] = {}
    for quad in _kept(store.quads_for_pattern(None, RDF.type, None), without):
        if isinstance(quad.object, NamedNode):
            classes.setdefault(quad.subject, set()).add(quad.object)
    subjects, objects = set(), set()

    def seen() -> Iterator[Quad]:
        for quad in _kept(store, without):
            subjects.add(hash(quad.subject))  # the terms themselves would take ten times the memory
            objects.add(hash(quad.object))
            yield quad

    made = _counted(seen(), lambda node: classes.get(node, ()))
    made.classes.update(cls for found in classes.values() for cls in found)
    for prop in made.properties:  # one after another: pairs of all at once would take as much memory as the store
        ends = {(hash(q.subject), hash(q.object)) for q in _kept(store.quads_for_pattern(None, prop, None), without)}
        made.subjects_of[prop] = len({subject for subject, _ in ends})
        made.objects_of[prop] = len({value for _, value in ends})
    return replace(made, subjects=len(subjects), objects=len(objects))


@dataclass(frozen=True, slots=True)
class Update:
    """A store with a change applied to it, and the change; the graphs `without` do not count."""

    store: Store
    added: frozenset[Quad]
    removed: frozenset[Quad]
    without: Container[object]
    _typed: dict[object, set[NamedNode]] = field(init=False)  # by subject, the classes that the change gave it
    _untyped: dict[object, set[NamedNode]] = field(init=False)  # and took from it

    def __post_init__(self) -> None:
        object.__setattr__(self, "_typed", _classes(self.added))
        object.__setattr__(self, "_untyped", _classes(self.removed))

    def moves(self) -> Statistics:
        """How many more of each there are than before, fewer being negative; its cost follows the change."""
        retyped = {q.subject for q in self.added | self.removed if q.predicate == RDF.type}
        fresh, stale = self.added | self.now(retyped), self.removed | self.before(retyped)
        plus, minus = _counted(fresh, self.types_now), _counted(stale, self.types_before)
        plus.classes.update(cls for node in retyped for cls in self.types_now(node))
        minus.classes.update(cls for node in retyped for cls in self.types_before(node))
        subjects, subjects_of = self._ends(lambda quad: quad.subject, lambda node, prop: (node, prop, None))
        objects, objects_of = self._ends(lambda quad: quad.object, lambda node, prop: (None, prop, node))
        moved = {name: _less(getattr(plus, name), getattr(minus, name)) for name in _COUNTERS}
        ends = {"subjects_of": subjects_of, "objects_of": objects_of}
        return Statistics(subjects=subjects, objects=objects, **(moved | ends))

    def now(self, nodes: Iterable[object]) -> frozenset[Quad]:
        """What the store says of these, or with them as objects."""
        patterns = [pattern for node in nodes for pattern in ((node, None, None), (None, None, node))]
        return frozenset(quad for pattern in patterns for quad in self._find(*pattern))

    def before(self, nodes: Iterable[object]) -> frozenset[Quad]:
        """What it said of them before the change."""
        nodes = set(nodes)
        return self.now(nodes) - self.added | {q for q in self.removed if q.subject in nodes or q.object in nodes}

    def types_now(self, node: object) -> set[NamedNode]:
        """The classes of a node."""
        if isinstance(node, Literal | Triple):
            return set()
        return {q.object for q in self._find(node, RDF.type, None) if isinstance(q.object, NamedNode)}

    def types_before(self, node: object) -> set[NamedNode]:
        """The classes of a node before the change."""
        return self.types_now(node) - self._typed.get(node, set()) | self._untyped.get(node, set())

    def _ends(self, end: End, pattern: Pattern) -> tuple[int, Counter[NamedNode]]:
        """How many more different subjects, or objects, there are than before: in all, and of each property."""
        fresh, gone = {end(quad) for quad in self.added}, {end(quad) for quad in self.removed}
        old = gone | {node for node in fresh - gone if self._is_old(pattern(node, None))}
        more = len(fresh - old) - sum(not self._is_there(pattern(node, None)) for node in gone - fresh)
        of: Counter[NamedNode] = Counter()
        added, removed = ({(end(q), q.predicate) for q in quads} for quads in (self.added, self.removed))
        for node, prop in added - removed:  # what is new has had no property
            of[prop] += node not in old or not self._is_old(pattern(node, prop))
        for node, prop in removed - added:
            of[prop] -= not self._is_there(pattern(node, prop))
        return more, of

    def _is_there(self, pattern: tuple[object, ...]) -> bool:
        return next(self._find(*pattern), None) is not None

    def _is_old(self, pattern: tuple[object, ...]) -> bool:
        """Whether something of this was there before, and is there still."""
        return any(quad not in self.added for quad in self._find(*pattern))

    def _find(self, *pattern: object) -> Iterator[Quad]:
        return _kept(self.store.quads_for_pattern(*pattern), self.without)  # type: ignore[arg-type]


_COUNTERS = ("graphs", "classes", "properties", "uses", "links", "values", "subjects_of", "objects_of")


def _classes(quads: Iterable[Quad]) -> dict[object, set[NamedNode]]:
    found: dict[object, set[NamedNode]] = {}
    for quad in quads:
        if quad.predicate == RDF.type and isinstance(quad.object, NamedNode):
            found.setdefault(quad.subject, set()).add(quad.object)
    return found


def _kept(quads: Iterable[Quad], without: Container[object]) -> Iterator[Quad]:
    return (quad for quad in quads if quad.graph_name not in without)


def _sum(one: Counter[Any], other: Counter[Any]) -> Counter[Any]:
    made = one.copy()
    made.update(other)
    return made


def _less(one: Counter[Any], other: Counter[Any]) -> Counter[Any]:
    made = one.copy()
    made.subtract(other)
    return Counter({key: number for key, number in made.items() if number})


def _counted(quads: Iterable[Quad], types: Types) -> Statistics:
    made = Statistics()
    for quad in quads:
        made.properties[quad.predicate] += 1
        if isinstance(quad.graph_name, NamedNode):
            made.graphs[quad.graph_name] += 1
        for cls in types(quad.subject):
            made.uses[cls, quad.predicate] += 1
            if isinstance(quad.object, Literal):
                made.values[cls, quad.predicate, quad.object.datatype] += 1
            elif quad.predicate != RDF.type:
                made.links.update((cls, quad.predicate, kind) for kind in types(quad.object))
    return made
