"""What must hold across graphs when a change is committed: nothing undefined is used, nothing used is gone."""

from collections.abc import Callable, Container, Iterator

from pyoxigraph import NamedNode, Quad

from kg.graph.change import Changed
from kg.graph.schema import Schema
from kg.model import Source
from kg.report import NotConforming, Problem, Report
from kg.validate.terms import unknown_terms
from kg.vocab import DCTERMS, RDF


def check_change(
    change: Changed,
    schema: Schema,
    base_iri: str,
    derived: Container[object] = (),
    blocks: Callable[[NamedNode], bool] = lambda _: True,
) -> None:
    """Raise NotConforming for an unknown term, a reference to nothing, or one name for two things.

    Two things: an entity that two graphs describe, or an article of which two revisions would be there.

    What the `derived` graphs say describes nothing; `blocks` says of a graph whether its references keep from going
    what they refer to. Looks only at what changed, so its cost does not grow with the
    store.
    """
    added = [quad for quad in change.added if quad.graph_name not in derived]
    problems = [_problem(quad, sentence) for quad, sentence in unknown_terms(change.added, schema)]
    problems += [
        _problem(quad, f"refers to {quad.object.value.removeprefix(base_iri)}, which nothing describes (any more)")
        for quad in _dangling(change, added, base_iri, derived, blocks)
        if isinstance(quad.object, NamedNode)
    ]
    problems += [_problem(quad, sentence) for quad, sentence in _told_twice(change, added, derived)]
    if problems:
        raise NotConforming(Report.of(problems))


def _dangling(
    change: Changed,
    added: list[Quad],
    base_iri: str,
    derived: Container[object],
    blocks: Callable[[NamedNode], bool],
) -> Iterator[Quad]:
    told = {q.subject for q in added}

    def described(node: NamedNode) -> bool:
        if node in told:  # which the store would tell as well, in ten times the time
            return True
        return any(q.graph_name not in derived for q in change.store.quads_for_pattern(node, None, None, None))

    def ours(node: object) -> bool:
        return isinstance(node, NamedNode) and node.value.startswith(base_iri)

    targets = {q.object for q in added if isinstance(q.object, NamedNode) and ours(q.object)}
    missing = {node for node in targets if not described(node)}
    yield from (q for q in added if q.object in missing)
    gone = {q.subject for q in change.removed if isinstance(q.subject, NamedNode) and ours(q.subject)}
    for node in gone:
        if not described(node):
            referring = change.store.quads_for_pattern(None, None, node, None)
            left = (q for q in referring if q.graph_name not in derived)
            yield from (q for q in left if not isinstance(q.graph_name, NamedNode) or blocks(q.graph_name))


def _told_twice(change: Changed, added: list[Quad], derived: Container[object]) -> Iterator[tuple[Quad, str]]:
    for quad in added:
        predicate = quad.predicate
        if predicate == RDF.type and isinstance(quad.subject, NamedNode):
            graphs = {q.graph_name for q in change.store.quads_for_pattern(quad.subject, RDF.type, None)}
            if any(graph not in derived for graph in graphs - {quad.graph_name}):
                yield quad, "is described in two graphs: two things would have one name"
        if predicate == DCTERMS.identifier:
            twins = change.store.quads_for_pattern(None, DCTERMS.identifier, quad.object)
            if any(twin.subject != quad.subject for twin in twins):
                yield quad, f"has the identifier {quad.object.value}, which another has too: build again"  # type: ignore[union-attr]


def _problem(quad: Quad, sentence: str) -> Problem:
    return Problem(Source(str(quad.graph_name), 1), str(quad.subject), sentence, "integrity")
