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

        Of an entity also those of the entities that a curator tied to it.
        """
        if next(self.store.quads_for_pattern(node, AT.attribution, None, None), None):
            yield node
            return
        passages = [node, *self._subjects(AT.inDocument, [node])]
        yield from self._subjects(AT.groundedIn, passages)
        reviewed = (q.object for q in self.store.quads_for_pattern(node, AT.assesses, None, None))
        yield from (o for o in reviewed if isinstance(o, NamedNode))
        if self._is_labelled(node):
            tied = (q.subject for q in self.store.quads_for_pattern(None, None, node, None))
            for entity in {node, *(n for n in tied if isinstance(n, NamedNode) and self._is_labelled(n))}:
                yield from self.of_entity(entity)

    def _is_labelled(self, node: NamedNode) -> bool:
        """Whether it is an entity, which alone bears a label; findings and terms lead to no statement."""
        return next(self.store.quads_for_pattern(node, RDFS.label, None, None), None) is not None

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
