"""A change to the record that is about to be published, as everything that judges it or follows from it sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad


@dataclass(frozen=True, slots=True)
class Edit:
    """Quads to add that are absent, and quads to remove that are present."""

    added: frozenset[Quad]
    removed: frozenset[Quad]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def __or__(self, other: "Edit") -> "Edit":
        return Edit(self.added | other.added, self.removed | other.removed)

    def then(self, later: "Edit") -> "Edit":
        """What both change in all, `later` made after this one."""
        return Edit(
            (self.added - later.removed) | (later.added - self.removed),
            (self.removed - later.added) | (later.removed - self.added),
        )


NOTHING = Edit(frozenset(), frozenset())


def replacement(old: Iterable[Quad], fresh: Iterable[Quad]) -> Edit:
    """What turns some quads into others."""
    there, wanted = frozenset(old), frozenset(fresh)
    return Edit(wanted - there, there - wanted)


def rewriting(store: ox.Store, graph: NamedNode, fresh: Iterable[Quad]) -> Edit:
    """What makes a whole graph of a store hold exactly these quads."""
    return replacement(store.quads_for_pattern(None, None, None, graph), fresh)


class Changed(Protocol):
    """A change: the store with it applied, and what it added and removed."""

    @property
    def store(self) -> ox.Store:
        """The store as it would be; a graph that is computed still holds what it held until its own turn comes."""

    @property
    def added(self) -> frozenset[Quad]:
        """Quads that were not there before."""

    @property
    def removed(self) -> frozenset[Quad]:
        """Quads that are there no more."""
