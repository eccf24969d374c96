"""What a rule found, in words: a proposition by its roles, a statement by its words, a thing by its label.

The roles bear no tense: when it is said to hold is for the statements to say, and “former” must not become “is”.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Store

from kg.graph.schema import Schema
from kg.iri import Iris
from kg.vocab import AT, DCTERMS, RDF, RDFS

MOST = 5  # values that a sentence names; the rest it counts
Term = object


@dataclass(frozen=True)
class Words:
    """Puts terms of a store into words; it reads each but once."""

    store: Store
    schema: Schema
    iris: Iris
    _known: dict[Term, str] = field(default_factory=dict)

    def all(self, terms: Iterable[Term]) -> str:
        """Several terms, each once, in the order of their words: `A, B and C`."""
        words = sorted({self.of(term) for term in terms})
        if len(words) > MOST:
            words = [*words[: MOST - 1], f"{len(words) - MOST + 1} more"]
        return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))

    def of(self, term: Term) -> str:
        """One term."""
        if isinstance(term, Literal):
            return term.value
        if term not in self._known:
            self._known[term] = self._node(term) if isinstance(term, NamedNode) else str(term)
        return self._known[term]

    def _node(self, node: NamedNode) -> str:
        if roles := self._roles(node):
            return f"‘{'; '.join(sorted(f'{self.of(role)}: {self.of(value)}' for role, value in roles))}’"
        if words := self._quoted(node):
            return words
        texts = [*self._values(node, RDFS.label), *self._values(node, AT.nameForm), *self._values(node, DCTERMS.title)]
        return min(texts) if texts else node.value.removeprefix(self.iris.base)

    def _values(self, node: NamedNode, predicate: NamedNode) -> list[str]:
        quads = self.store.quads_for_pattern(node, predicate, None, None)
        return [quad.object.value for quad in quads if isinstance(quad.object, Literal)]

    def _roles(self, node: NamedNode) -> list[tuple[NamedNode, Term]]:
        """The roles of a proposition and their values; nothing for a name, which is shared as well."""
        quads = list(self.store.quads_for_pattern(node, None, None, self.iris.graph("propositions")))
        pairs: list[tuple[NamedNode, Term]] = [(quad.predicate, quad.object) for quad in quads]
        types = [value for predicate, value in pairs if predicate == RDF.type and isinstance(value, NamedNode)]
        told = any(self.schema.is_a(cls, AT.Proposition) for cls in types)
        return [(role, value) for role, value in pairs if role != RDF.type] if told else []

    def _quoted(self, node: NamedNode) -> str:
        """The words of a statement, passage after passage, and the name by which curators know it."""
        passages = [q.object for q in self.store.quads_for_pattern(node, AT.groundedIn, None, None)]
        if not passages:
            return ""
        placed = sorted((self._start(passage), self._values(passage, AT.exact)) for passage in passages)  # type: ignore[arg-type]
        words = " … ".join(text.strip('“”"') for _, texts in placed for text in texts)
        return f"“{words}” ({' '.join(self._values(node, DCTERMS.identifier))})"

    def _start(self, passage: NamedNode) -> int:
        return min(map(int, self._values(passage, AT.startOffset)), default=0)
