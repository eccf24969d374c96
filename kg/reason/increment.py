"""What follows after a change, at a cost that follows the change: only subjects that it can reach are inferred anew.

A rule concludes something of a subject from what is said of that subject, or of what the steps of a property chain, a
transitive, a symmetric or an inverse property lead to from there. So a change concerns the subjects that lead to it.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from kg.graph.change import Changed, Edit, replacement, rewriting
from kg.reason.inference import infer, inferred_quads
from kg.reason.rules import read_rules, vocabulary
from kg.vocab import AT, OWL, RDF, RDFS

Node = NamedNode | BlankNode


_LISTS = frozenset({RDF.first, RDF.rest, AT.writtenBy})


def inferred_after(change: Changed, graph: NamedNode, derived: Container[object]) -> Edit:
    """How the graph of inferences changes; afterwards it is what `inferred_quads` of the whole store gives."""
    changed = change.added | change.removed
    made = next(change.store.quads_for_pattern(None, None, None, graph), None)
    axioms = frozenset(quad.triple for quad in _axioms(change.store))
    links = Links.of(axioms)
    if not made or any(_is_axiom(quad) for quad in changed):
        read = (quad for prop in links.read for quad in change.store.quads_for_pattern(None, prop, None))
        return rewriting(change.store, graph, inferred_quads((*_axioms(change.store), *read), graph, derived))
    concerned = links.leading_to(change.store, changed)
    about = {t for node in links.reached(change.store, concerned) for t in _said(change.store, node, derived)}
    fresh = (t for t in infer(axioms | about) if t.subject in concerned)
    old = (quad for node in concerned for quad in change.store.quads_for_pattern(node, None, None, graph))
    return replacement(old, (Quad(t.subject, t.predicate, t.object, graph) for t in fresh))


@dataclass(frozen=True, slots=True)
class Links:
    """The properties that carry a conclusion from one subject to another, `both` those that carry it either way.

    `read` are all properties that some axiom speaks of: what is said by another concerns no rule.
    """

    forward: frozenset[NamedNode]
    both: frozenset[NamedNode]
    read: frozenset[NamedNode]

    @classmethod
    def of(cls, axioms: frozenset[Triple]) -> "Links":
        """The links that these axioms make."""
        steps = {t.object for t in axioms if t.predicate == RDF.first}
        transitive = {t.subject for t in axioms if t.object == OWL.TransitiveProperty}
        turned = {node for t in axioms if t.predicate == OWL.inverseOf for node in (t.subject, t.object)}
        turned |= {t.subject for t in axioms if t.object == OWL.SymmetricProperty}
        read = {node for t in axioms for node in (t.subject, t.object) if isinstance(node, NamedNode)}
        return cls(_below(steps | transitive, axioms), _below(turned, axioms), frozenset(read | {RDF.type}))

    def leading_to(self, store: ox.Store, changed: Iterable[Quad]) -> frozenset[Node]:
        """The subjects of which something else may follow now."""
        read = [quad for quad in changed if quad.predicate in self.read]
        start = [quad.subject for quad in read]
        start += [quad.object for quad in read if quad.predicate in self.both]  # type: ignore[misc]
        return _closure(start, lambda node: (*self._from(store, node), *self._turned(store, node)))

    def reached(self, store: ox.Store, nodes: Iterable[Node]) -> frozenset[Node]:
        """The nodes, and all that they lead to."""
        return _closure(nodes, lambda node: (*self._to(store, node), *self._turned(store, node)))

    def _from(self, store: ox.Store, node: Node) -> Iterator[object]:
        return (quad.subject for link in self.forward for quad in store.quads_for_pattern(None, link, node))

    def _to(self, store: ox.Store, node: Node) -> Iterator[object]:
        return (quad.object for link in self.forward for quad in store.quads_for_pattern(node, link, None))

    def _turned(self, store: ox.Store, node: Node) -> Iterator[object]:
        for link in self.both:
            yield from (quad.subject for quad in store.quads_for_pattern(None, link, node))
            yield from (quad.object for quad in store.quads_for_pattern(node, link, None))


def _closure(start: Iterable[object], steps: Callable[[Node], Iterable[object]]) -> frozenset[Node]:
    found: set[Node] = set()
    todo = list(start)
    while todo:
        node = todo.pop()
        if isinstance(node, NamedNode | BlankNode) and node not in found:
            found.add(node)
            todo += steps(node)
    return frozenset(found)


def _below(properties: Iterable[object], axioms: frozenset[Triple]) -> frozenset[NamedNode]:
    """The properties, and those from which one of them follows."""
    above: dict[object, set[object]] = defaultdict(set)
    for triple in axioms:
        if triple.predicate in (RDFS.subPropertyOf, OWL.equivalentProperty):
            above[triple.object].add(triple.subject)
        if triple.predicate == OWL.equivalentProperty:
            above[triple.subject].add(triple.object)
    found: set[object] = set()
    todo = list(properties)
    while todo:
        item = todo.pop()
        if item not in found:
            found.add(item)
            todo += above[item]
    return frozenset(item for item in found if isinstance(item, NamedNode))


def _is_axiom(quad: Quad) -> bool:
    """Whether the rules read a quad as part of the ontology."""
    read = vocabulary(read_rules("materialised")) | _LISTS
    return quad.predicate in read or (quad.predicate == RDF.type and quad.object in read)


def _axioms(store: ox.Store) -> Iterator[Quad]:
    for term in vocabulary(read_rules("materialised")) | _LISTS:
        yield from store.quads_for_pattern(None, term, None)
        yield from store.quads_for_pattern(None, RDF.type, term)


def _said(store: ox.Store, node: Node, derived: Container[object]) -> Iterator[Triple]:
    quads = store.quads_for_pattern(node, None, None)
    return (quad.triple for quad in quads if quad.graph_name not in derived)
