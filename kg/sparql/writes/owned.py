"""Graphs that `kg build` owns: what they hold is written in files, and computed from those."""

from collections.abc import Iterable

from pyoxigraph import NamedNode

from kg.errors import NotAllowed
from kg.iri import Iris

_SOURCES = {
    "perspectives": "edit articles/perspectives.yaml",
    "entities": "edit articles/entities.yaml",
    "propositions": "edit the articles' claims.yaml, which it is computed from",
    "ontology": "edit the ontology's Turtle files",
    "shapes": "edit the shapes' Turtle files",
    "rules": "edit the rules of findings (findings/*.rq)",
}


def refuse_owned(graphs: Iterable[NamedNode], iris: Iris) -> None:
    """Raise NotAllowed for a graph that the build owns, naming the file to edit."""
    for graph in sorted(graphs, key=str):
        if iris.is_built(graph):
            raise NotAllowed(
                f"{graph} belongs to `kg build`, which would overwrite what is written there: {_how(graph, iris)}"
            )


def _how(graph: NamedNode, iris: Iris) -> str:
    """What to do instead."""
    if slug := iris.slug(graph):
        return f"edit articles/{slug}/claims.yaml"
    name = graph.value.removeprefix(f"{iris.base}graph.")
    return _SOURCES.get(name, "it is computed from the others by every commit")
