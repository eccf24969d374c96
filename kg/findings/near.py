"""From a node that changed to the statements around it, by plain look-ups."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store

from kg.iri import Iris
from kg.vocab import AT, RDFS


@dataclass(frozen=True, slots=True)
class Near:
    """Finds the statements of a store that a node stands near to."""

    store: Store
    iris: Iris

    def statements(self, node: NamedNode) -> Iterator[NamedNode]:
        """The node itself, or those that stand on its words, that it reviews, or that speak of it or through it.

        Of an entity also those that speak of, or through, the entities to which a curator tied it.
        """
        if next(self.store.quads_for_pattern(node, AT.attribution, None, None), None):
            yield node
            return
        passages = [node, *self._subjects(AT.inDocument, [node])]
        yield from self._subjects(AT.groundedIn, passages)
        yield from self._objects(node, AT.assesses)
        if next(self.store.quads_for_pattern(node, RDFS.label, None, None), None):
            for entity in {node, *self._objects(node, None)}:
                yield from self.of_entity(entity)

    def of_entity(self, entity: NamedNode) -> Iterator[NamedNode]:
        """The statements that speak of the entity, or in whose chain it speaks."""
        shared = self.store.quads_for_pattern(None, None, entity, self.iris.graph("propositions"))
        yield from self._subjects(AT.expresses, [q.subject for q in shared if isinstance(q.subject, NamedNode)])
        yield from self._subjects(AT.attribution, self._inward(self._subjects(AT.attributedAgent, [entity])))

    def _inward(self, links: Iterable[NamedNode]) -> set[NamedNode]:
        """The links, and all that are relayed by them."""
        seen: set[NamedNode] = set()
        todo = list(links)
        while todo:
            if (link := todo.pop()) not in seen:
                seen.add(link)
                todo += self._subjects(AT.relayedBy, [link])
        return seen

    def _subjects(self, predicate: NamedNode, objects: Iterable[NamedNode]) -> list[NamedNode]:
        found = (q.subject for o in objects for q in self.store.quads_for_pattern(None, predicate, o, None))
        return [node for node in found if isinstance(node, NamedNode)]

    def _objects(self, node: NamedNode, predicate: NamedNode | None) -> list[NamedNode]:
        found = (q.object for q in self.store.quads_for_pattern(node, predicate, None, None))
        return [o for o in found if isinstance(o, NamedNode) and o.value.startswith(self.iris.base)]
