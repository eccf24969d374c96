"""A record without what was computed from it, so that what follows is never taken for what was recorded."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Quad, Store


@dataclass(frozen=True, slots=True)
class Recorded:
    """A store, less its `computed` graphs."""

    store: Store
    computed: Container[object]

    def quads(self, subject: object = None, predicate: NamedNode | None = None, value: object = None) -> Iterator[Quad]:
        """The quads of a pattern, None standing for anything; a literal is the subject of none."""
        if not isinstance(subject, NamedNode | BlankNode | None):
            return
        for quad in self.store.quads_for_pattern(subject, predicate, value):  # type: ignore[arg-type]
            if quad.graph_name not in self.computed:
                yield quad

    def has(self, subject: object, predicate: NamedNode, value: object) -> bool:
        """True when it was recorded so."""
        return next(self.quads(subject, predicate, value), None) is not None
