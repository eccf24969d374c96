"""Graphs that `kg build` owns: what they hold is written in files, and computed from those."""

import re
from collections.abc import Iterable

from kg.errors import NotAllowed

_REVISION = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.[0-9a-f]{12}")
_SOURCES = {
    "entities": "edit articles/entities.yaml",
    "propositions": "edit the articles' claims.yaml, which it is computed from",
    "ontology": "edit the ontology's Turtle files",
    "shapes": "edit the shapes' Turtle files",
    "rules": "edit the rules of findings (findings/*.rq)",
}


def owner(graph: str, base_iri: str) -> str | None:
    """What to do instead of writing to a graph that the build owns; None for one that it does not."""
    if not graph.startswith(base_iri):
        return None
    name = graph.removeprefix(base_iri)
    if name.startswith("graph."):
        return _SOURCES.get(name.removeprefix("graph."), "it is computed from the others by every commit")
    if found := _REVISION.fullmatch(name):
        return f"edit articles/{found[1]}/claims.yaml"
    return None


def refuse_owned(graphs: Iterable[str], base_iri: str) -> None:
    """Raise NotAllowed for a graph that the build owns, naming the file to edit."""
    for graph in sorted(graphs):
        if how := owner(graph, base_iri):
            raise NotAllowed(f"<{graph}> belongs to `kg build`, which would overwrite what is written there: {how}")
