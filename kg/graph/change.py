"""A change to the record that is about to be published, as everything that judges it or follows from it sees it."""

from typing import Protocol

import pyoxigraph as ox
from pyoxigraph import Quad


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
