"""A proposition as a sentence of linked parts, by what the ontology says of its class."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.web.terms import AT, LABEL, RDF_TYPE, Graph, Row, Term
from kg.web.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence: `kind` is "thing", "concept", "words" (of an article), "role", "plain" or "text".

    `iri` is that of a thing or a concept.
    """

    text: str
    kind: str = "text"
    iri: str = ""
    language: str = ""


def part_of(row: Row, name: str, label: str) -> Part:
    """The thing in a cell of an answer, called as another cell says."""
    return Part(row[label].value, "thing", row[name].value, row[label].language)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a proposition says: its IRI, its class, and its parts in order."""

    iri: str
    kind: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Speller:
    """Writes sentences; `labels` holds the labels of the things that they name."""

    words: Vocabulary
    labels: Graph

    def sentence(self, graph: Graph, proposition: str) -> Sentence:
        """The proposition as a sentence."""
        kind = self.words.kinds_of(graph, proposition)
        pairs = [(p, o) for p, o in graph.pairs(proposition) if p != RDF_TYPE]
        projected = self.words.projection(kind, (o for _, o in pairs)) if kind else None
        parts = self._projected(pairs, *projected) if projected else self._listed(pairs)
        return Sentence(proposition, kind, tuple(parts))

    def thing(self, term: Term) -> Part:
        """A value as a part: a thing or a concept by its label, a text as words."""
        if not term.is_iri:
            return Part(term.value, "words", language=term.language)
        if term.value.startswith(AT):
            return Part(self.words.label(term.value), "concept", term.value)
        label = self.labels.value(term.value, LABEL) or self.labels.value(term.value, AT + "nameForm")
        return Part(str(label or term.value), "thing", term.value, label.language if label else "")

    def _projected(self, pairs: list[tuple[str, Term]], subject: str, predicate: str, obj: str) -> Iterator[Part]:
        yield from self._values(o for p, o in pairs if p == subject)
        yield Part(self.words.label(predicate))
        yield from self._values(o for p, o in pairs if p == obj)
        yield from self._rest((p, o) for p, o in pairs if p not in (subject, obj))

    def _listed(self, pairs: list[tuple[str, Term]]) -> Iterator[Part]:
        """A proposition that stands for no plain triple: what it is about, then its other roles by name."""
        roles = self.words.roles()
        about = [(p, o) for p, o in pairs if p in roles]
        first = about[0][0] if about else ""
        yield from self._values(o for p, o in about if p == first)
        yield from self._rest((p, o) for p, o in pairs if p != first)

    def _rest(self, pairs: Iterable[tuple[str, Term]]) -> Iterator[Part]:
        grouped: dict[str, list[Term]] = {}
        for predicate, value in pairs:
            grouped.setdefault(predicate, []).append(value)
        for predicate in sorted(grouped, key=self.words.label):
            yield Part(f"{self.words.label(predicate)}:", "role")
            yield from self._values(grouped[predicate])

    def _values(self, terms: Iterable[Term]) -> Iterator[Part]:
        for number, part in enumerate(sorted((self.thing(term) for term in terms), key=lambda part: part.text)):
            if number:
                yield Part("and")
            yield part
