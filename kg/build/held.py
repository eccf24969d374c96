"""What the current generation holds of articles: the graphs of their revisions, and the ids that they took."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Store

from kg.iri import ID, Iris
from kg.store.generations import Generation
from kg.vocab import RDFS


@dataclass(frozen=True, slots=True)
class Held:
    """A generation's revisions: each graph with its article's slug."""

    iris: Iris
    store: Store = field(default_factory=Store)
    revisions: Mapping[NamedNode, str] = field(default_factory=dict)

    @classmethod
    def by(cls, generation: Generation | None, iris: Iris) -> "Held":
        """What a generation holds, nothing where there is none. Raises StoreUnavailable."""
        if generation is None:
            return cls(iris)
        with generation.opened() as store:
            named = ((g, iris.slug(g)) for g in store.named_graphs() if isinstance(g, NamedNode))
            return cls(iris, store, {graph: slug for graph, slug in named if slug})

    def ids(self, slugs: Container[str]) -> "Ids":
        """The ids of the entities that some articles define."""
        return Ids(self, slugs)


@dataclass(frozen=True, slots=True)
class Ids(Mapping[str, str]):
    """Ids of entities, each with where it is defined; looked up one by one, for they may be as many as the articles."""

    held: Held
    slugs: Container[str]

    def __getitem__(self, name: str) -> str:
        base = self.held.iris.base
        labelled = (
            self.held.store.quads_for_pattern(NamedNode(base + name), RDFS.label, None) if ID.fullmatch(name) else ()
        )
        for graph in (quad.graph_name for quad in labelled):
            if isinstance(graph, NamedNode) and self.held.revisions.get(graph) in self.slugs:
                return f"article {graph.value.removeprefix(base)}"
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for graph in (graph for graph, slug in self.held.revisions.items() if slug in self.slugs):
            for node in (quad.subject for quad in self.held.store.quads_for_pattern(None, RDFS.label, None, graph)):
                yield node.value.removeprefix(self.held.iris.base) if isinstance(node, NamedNode) else ""

    def __len__(self) -> int:
        return sum(1 for _ in self)
