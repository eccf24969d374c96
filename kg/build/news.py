"""Which findings a build made, and which it took away."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.findings.read import Listed, list_findings
from kg.iri import Iris
from kg.store.generations import Generation


@dataclass(frozen=True, slots=True)
class News:
    """The findings that are new, and those that are there no more, each in the order of a list of findings."""

    new: tuple[Listed, ...] = ()
    gone: tuple[Listed, ...] = ()


def news(iris: Iris, before: Generation | None, after: Generation) -> News:
    """What became of the findings from one generation to the next."""
    old, new = _findings(iris, before), _findings(iris, after)
    return News(
        tuple(finding for iri, finding in new.items() if iri not in old),
        tuple(finding for iri, finding in old.items() if iri not in new),
    )


def _findings(iris: Iris, generation: Generation | None) -> dict[NamedNode, Listed]:
    if generation is None:
        return {}
    with generation.opened() as store:
        return {finding.iri: finding for finding in list_findings(store, iris)}
