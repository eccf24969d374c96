"""What a change does to a store, at a cost that follows the change and not the store."""

from collections.abc import Container, Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store, Triple

from kg.errors import BadInput
from kg.graph.change import Edit

Node = NamedNode | BlankNode | Triple
Graph = NamedNode | BlankNode | DefaultGraph
Graphs = Mapping[NamedNode, frozenset[Quad]] | Mapping[Graph, frozenset[Quad]]
_FEW = 1_000  # quads
_CHEAPER = 4  # times as long does it take to remove a quad than to put one back, at least


class Repeated(BadInput):
    """A change would put triples into a second graph; `quads` are those that it would add."""

    status = 409
    title = "Repeats what is recorded"

    def __init__(self, message: str, quads: tuple[Quad, ...]) -> None:
        super().__init__(message)
        self.quads = quads


def difference(store: Store, graphs: Graphs, shared: frozenset[Quad]) -> Edit:
    """What makes each of the graphs hold exactly its quads, and adds the shared ones that are absent."""
    added = _normal(quad for quad in shared if quad not in store)
    removed: set[Quad] = set()
    for graph, quads in graphs.items():
        old = set(store.quads_for_pattern(None, None, None, graph))
        fresh = _normal(quads - old)
        added |= ((quads & fresh) | (fresh - quads)) - old  # of two that are equal that which is kept anyway
        removed |= old - quads - fresh
    return Edit(frozenset(added), frozenset(removed))


def sharpened(store: Store, wanted: Edit) -> Edit:
    """The same edit, less what is so already."""
    fresh = _normal(wanted.added)
    return Edit(
        frozenset(quad for quad in fresh if quad not in store),
        frozenset(quad for quad in wanted.removed - fresh if quad in store),
    )


def _normal(quads: Iterable[Quad]) -> set[Quad]:
    """The quads as a store gives them back: it keeps the value of a literal, not always its spelling."""
    store = Store()
    store.extend(quads)
    return set(store)


def write(store: Store, edit: Edit) -> None:
    """Make the edit as it is."""
    if len(edit.removed) > _FEW and len(store) < _CHEAPER * len(edit.removed):
        _keep(store, edit.removed)
    else:
        for quad in edit.removed:
            store.remove(quad)
    if len(edit.added) > _FEW:
        store.bulk_extend(edit.added)  # writes table files, which a few quads are not worth
    else:
        store.extend(edit.added)


def _keep(store: Store, removed: frozenset[Quad]) -> None:
    """Remove quads by emptying the store, which takes no time, and putting back the others."""
    kept, graphs = [quad for quad in store if quad not in removed], list(store.named_graphs())
    store.clear()
    store.bulk_extend(kept)
    for graph in graphs:
        store.add_graph(graph)


def undo(store: Store, edit: Edit, graphs: frozenset[NamedNode | BlankNode]) -> None:
    """Take back an edit, and what was done to the names of graphs: afterwards these are there and no others."""
    write(store, Edit(edit.removed, edit.added))
    for graph in list(store.named_graphs()):
        if graph not in graphs:
            store.remove_graph(graph)
    for graph in graphs:
        store.add_graph(graph)


def apply(store: Store, edit: Edit, shared_graph: NamedNode, derived: Container[object] = ()) -> Edit:
    """Make the edit, collect what is then no longer referred to, and return what has changed in all.

    What the `derived` graphs say refers to nothing.
    """
    write(store, edit)
    touched = [node for quad in edit.removed for node in (quad.subject, quad.object)]
    touched += [quad.subject for quad in edit.added if quad.graph_name == shared_graph]
    collected = _collect(store, shared_graph, derived, touched)
    for graph in {quad.graph_name for quad in edit.removed | collected}:
        if next(store.quads_for_pattern(None, None, None, graph), None) is None:
            store.remove_graph(graph)
    return Edit(edit.added - collected, edit.removed | (collected - edit.added))


def _collect(store: Store, graph: NamedNode, derived: Container[object], touched: Iterable[object]) -> frozenset[Quad]:
    """Remove the touched subjects of the shared graph that nothing refers to, and what only they referred to."""
    gone: set[Quad] = set()
    queue = list(touched)
    while queue:
        node = queue.pop()
        if not isinstance(node, NamedNode | BlankNode):
            continue
        quads = list(store.quads_for_pattern(node, None, None, graph))
        if not quads or _referred(store, node, graph, derived):
            continue
        for quad in quads:
            store.remove(quad)
        gone.update(quads)
        queue += [quad.object for quad in quads]
    return frozenset(gone)


def _referred(store: Store, node: Node, graph: NamedNode, derived: Container[object]) -> bool:
    """Whether a quad outside the shared graph speaks of the node, or of a shared subject that leads to it.

    A name that an article only mentions is the subject of where it stands.
    """
    seen, frontier = {node}, [node]
    while frontier:
        current = frontier.pop()
        subjects = store.quads_for_pattern(current, None, None, None)
        if any(quad.graph_name != graph and quad.graph_name not in derived for quad in subjects):
            return True
        for quad in store.quads_for_pattern(None, None, current, None):
            if quad.graph_name in derived:
                continue
            if quad.graph_name != graph:
                return True
            if quad.subject not in seen:
                seen.add(quad.subject)
                frontier.append(quad.subject)
    return False


def _twins(store: Store, quads: Iterable[Quad]) -> Iterator[tuple[Quad, Quad]]:
    """Each of the quads with each quad of the same triple in another graph."""
    for quad in quads:
        for other in store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None):
            if other.graph_name != quad.graph_name:
                yield quad, other


def _twins_in_all(store: Store) -> Iterator[tuple[Quad, Quad]]:
    """The same of every quad, in one pass, which is cheaper than a look-up for each of many."""
    seen: set[int] = set()
    for quad in store:
        mark = hash(quad.triple)
        if mark in seen:
            for pair in _twins(store, [quad]):
                yield from (pair, pair[::-1])
        seen.add(mark)


def refuse_repeated(store: Store, added: Iterable[Quad], apart: Container[object] = ()) -> None:
    """Raise Repeated when a triple that was added is in another graph too, those `apart` left out."""
    added = frozenset(added)
    pairs = sorted(
        (str(quad.triple), str(other.graph_name), str(quad.graph_name), quad)
        for quad, other in (_twins_in_all(store) if len(added) > _FEW else _twins(store, added))
        if quad in added and other.graph_name not in apart
    )
    if not pairs:
        return
    triple, there, here, _ = pairs[0]
    more = f" (and {len(pairs) - 1} more like it)" if len(pairs) > 1 else ""
    raise Repeated(
        f"every triple is in one graph only, and the change puts {triple} into {here} while it is in {there}{more}",
        tuple(quad for *_, quad in pairs),
    )
