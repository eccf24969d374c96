"""What the record holds of one statement, as a policy looks at it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from kg.graph.recorded import Recorded
from kg.vocab import AT, DCTERMS

TIMES = (AT.timeExpression, AT.firstPrecise, AT.lastPrecise, AT.firstImprecise, AT.lastImprecise, AT.ongoing)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain: who speaks, how far inside (0 for the publisher), and the works pointed to."""

    agent: NamedNode
    depth: int
    basis: frozenset[object]


@dataclass(frozen=True)
class Said:
    """A statement of the record; what is asked of it is read once."""

    record: Recorded
    iri: NamedNode

    @cached_property
    def values(self) -> dict[NamedNode, list[object]]:
        """The values of each of its properties."""
        return values_of(self.record, self.iri)

    def has(self, predicate: NamedNode, wanted: Iterable[object]) -> bool:
        """True when one of its values is among those wanted."""
        return not set(wanted).isdisjoint(self.values.get(predicate, ()))

    @property
    def propositions(self) -> list[NamedNode]:
        """What it expresses, in a fixed order."""
        return sorted(nodes(self.values.get(AT.expresses, ())), key=str)

    @property
    def voice(self) -> NamedNode | None:
        """The innermost voice."""
        return next(iter(nodes(self.values.get(AT.claimedBy, ()))), None)

    @property
    def is_dated(self) -> bool:
        """True when it says anything of the time."""
        return any(term in self.values for term in TIMES)

    @property
    def name(self) -> str:
        """Its name in the curator's file, `article/statement`; its IRI where it has none."""
        known = [o.value for o in self.values.get(DCTERMS.identifier, ()) if isinstance(o, Literal)]
        return min(known, default=self.iri.value)

    @property
    def article(self) -> str:
        """The slug of its article."""
        return self.name.partition("/")[0]

    @cached_property
    def chain(self) -> tuple[Link, ...]:
        """The links, innermost first."""
        return tuple(self._links())

    @property
    def verdict(self) -> frozenset[object]:
        """The verdict of the latest assessment that gives one; several where they are of one moment."""
        found: dict[str, set[object]] = defaultdict(set)
        for quad in self.record.quads(None, AT.assesses, self.iri):
            read = values_of(self.record, quad.subject)
            for verdict in read.get(AT.verdict, ()):
                found[max(map(str, read.get(AT.assessedAt, ())), default="")].add(verdict)
        return frozenset(found[max(found)]) if found else frozenset()

    def _links(self) -> Iterator[Link]:
        todo, seen = nodes(self.values.get(AT.attribution, ())), set[NamedNode]()
        while todo:
            if (node := todo.pop()) in seen:
                continue
            seen.add(node)
            link = values_of(self.record, node)
            depth = max((int(d.value) for d in link.get(AT.depth, ()) if isinstance(d, Literal)), default=0)
            yield from (Link(a, depth, frozenset(link.get(AT.basis, ()))) for a in nodes(link[AT.attributedAgent]))
            todo += nodes(link.get(AT.relayedBy, ()))


def values_of(record: Recorded, node: object) -> dict[NamedNode, list[object]]:
    """The values of each property of a node, whatever graph they stand in."""
    found: dict[NamedNode, list[object]] = defaultdict(list)
    for quad in record.quads(node, None, None):
        found[quad.predicate].append(quad.object)
    return found


def nodes(values: Iterable[object]) -> list[NamedNode]:
    """The values that are IRIs."""
    return [value for value in values if isinstance(value, NamedNode)]
