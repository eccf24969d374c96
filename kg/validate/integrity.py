"""What must hold across graphs when a change is committed: nothing undefined is used, nothing used is gone."""

from collections.abc import Iterator
from typing import Protocol

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad

from kg.graph.schema import Schema
from kg.model import Source
from kg.report import NotConforming, Problem, Report
from kg.validate.terms import unknown_terms


class Changed(Protocol):
    """A change about to be published: the store with it applied, and what it added and removed."""

    @property
    def store(self) -> ox.Store:
        """The store as it would be."""

    @property
    def added(self) -> frozenset[Quad]:
        """Quads that were not there before."""

    @property
    def removed(self) -> frozenset[Quad]:
        """Quads that are there no more."""


def check_change(change: Changed, schema: Schema, base_iri: str) -> None:
    """Raise NotConforming for an unknown term, or a reference to something of ours that nothing describes.

    Looks only at what changed, so its cost does not grow with the store.
    """
    problems = [_problem(quad, sentence) for quad, sentence in unknown_terms(change.added, schema)]
    problems += [
        _problem(quad, f"refers to {quad.object.value.removeprefix(base_iri)}, which nothing describes (any more)")
        for quad in _dangling(change, base_iri)
        if isinstance(quad.object, NamedNode)
    ]
    if problems:
        raise NotConforming(Report.of(problems))


def _dangling(change: Changed, base_iri: str) -> Iterator[Quad]:
    def described(node: NamedNode) -> bool:
        return next(change.store.quads_for_pattern(node, None, None, None), None) is not None

    def ours(node: object) -> bool:
        return isinstance(node, NamedNode) and node.value.startswith(base_iri)

    targets = {q.object for q in change.added if isinstance(q.object, NamedNode) and ours(q.object)}
    missing = {node for node in targets if not described(node)}
    yield from (q for q in change.added if q.object in missing)
    gone = {q.subject for q in change.removed if isinstance(q.subject, NamedNode) and ours(q.subject)}
    for node in gone:
        if not described(node):
            yield from change.store.quads_for_pattern(None, None, node, None)


def _problem(quad: Quad, sentence: str) -> Problem:
    return Problem(Source(str(quad.graph_name), 1), str(quad.subject), sentence, "integrity")
