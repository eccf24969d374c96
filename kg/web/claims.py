"""Statements as pages show them: who, through whom, in which words, what they say, and when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.web.record import Iri, Record
from kg.web.sentences import Part, Sentence, Speller
from kg.web.terms import AT, DCTERMS, Graph, Term
from kg.web.times import day, earliest, told_time
from kg.web.vocabulary import vocabulary

MARKS = ("polarity", "modality", "speechAct", "wording")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a document at offsets in code points; `document` is the revision's IRI."""

    iri: str
    start: int
    end: int
    exact: str
    document: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One link of a chain: who speaks, the cue, where it is unnamed, and what else is noted of the link."""

    agent: Part
    cue: Passage | None
    is_unnamed: bool
    notes: tuple[tuple[str, Part], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """How something is said: a property of the statement, and the concept that it has there."""

    name: str
    value: str
    label: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Review:
    """One entry of a review history."""

    by: Part
    on: str
    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement; `chain` is outermost first, `identifier` as a curator knows it."""

    iri: str
    identifier: str
    chain: tuple[Voice, ...]
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    marks: tuple[Mark, ...]
    when: str
    written: str
    earliest: str
    reported: str
    ambiguity: str
    note: str
    reviews: tuple[Review, ...]

    @property
    def voice(self) -> Voice:
        """The innermost voice, which holds what is said."""
        return self.chain[-1]

    @property
    def is_denied(self) -> bool:
        """Whether the voice denies what the propositions say."""
        return any(mark.value == AT + "negated" for mark in self.marks)

    @property
    def article(self) -> str:
        """The folder of the article that it is from."""
        return self.identifier.partition("/")[0]


def read_claims(record: Record, statements: Sequence[str]) -> list[Claim]:
    """These statements, in this order; an IRI of something else is left out."""
    if not statements:
        return []
    graph = record.graph("statements", statement=[Iri(iri) for iri in statements])
    reader = _Reader(graph, Speller(vocabulary(record), read_labels(record, graph)))
    return [reader.claim(iri) for iri in statements if graph.value(iri, AT + "attribution")]


def read_labels(record: Record, graph: Graph, more: Iterable[str] = ()) -> Graph:
    """The labels of the things that a graph refers to without describing them."""
    wanted = {o.value for node in graph.nodes for _, o in graph.pairs(node) if o.is_iri} | set(more)
    names = sorted(iri for iri in wanted if record.name(iri) and iri not in graph.nodes)
    return record.graph("labels", s=[Iri(iri) for iri in names]) if names else Graph()


@dataclass(frozen=True, slots=True)
class _Reader:
    graph: Graph
    speller: Speller

    def claim(self, iri: str) -> Claim:
        graph = self.graph
        return Claim(
            iri=iri,
            identifier=graph.text(iri, DCTERMS + "identifier"),
            chain=tuple(self.chain(iri)),
            passages=tuple(sorted(self.passages(iri), key=lambda p: (p.document, p.start, p.end))),
            sentences=self.sentences(iri),
            marks=tuple(self.marks(iri)),
            when=told_time(graph, iri),
            written=graph.text(iri, AT + "timeExpression"),
            earliest=earliest(graph, iri),
            reported=day(graph.text(iri, AT + "reportedAt")),
            ambiguity=graph.text(iri, AT + "ambiguity"),
            note=graph.text(iri, AT + "note"),
            reviews=tuple(self.reviews(iri)),
        )

    def chain(self, iri: str) -> list[Voice]:
        voices = []
        link = self.graph.value(iri, AT + "attribution")
        while link is not None:
            voices.append(self.voice(link.value))
            link = self.graph.value(link.value, AT + "relayedBy")
        return voices[::-1]

    def voice(self, link: str) -> Voice:
        agent = self.graph.value(link, AT + "attributedAgent")
        assert agent is not None, "the shapes hold that each link has an agent"
        cue = self.graph.value(link, AT + "cue")
        told = ("inWork", "basis", "stance", "spokeAt", "note")
        notes = [(name, o) for name in told for o in self.graph.values(link, AT + name)]
        return Voice(
            agent=self.speller.thing(agent),
            cue=self.passage(cue.value) if cue else None,
            is_unnamed=bool(self.speller.labels.values(agent.value, AT + "placeholder")),
            notes=tuple((self.speller.words.label(AT + name), self.noted(name, o)) for name, o in notes),
        )

    def noted(self, name: str, value: Term) -> Part:
        if value.is_iri:
            return self.speller.thing(value)
        return Part(day(value.value) if name == "spokeAt" else value.value, "plain")

    def passages(self, iri: str) -> list[Passage]:
        return [self.passage(p.value) for p in self.graph.values(iri, AT + "groundedIn")]

    def passage(self, iri: str) -> Passage:
        start, end = (int(self.graph.text(iri, AT + name) or 0) for name in ("startOffset", "endOffset"))
        return Passage(iri, start, end, self.graph.text(iri, AT + "exact"), self.graph.text(iri, AT + "inDocument"))

    def sentences(self, iri: str) -> tuple[Sentence, ...]:
        made = [self.speller.sentence(self.graph, p.value) for p in self.graph.values(iri, AT + "expresses")]
        return tuple(sorted(made, key=lambda s: (s.kind, [part.text for part in s.parts])))

    def marks(self, iri: str) -> list[Mark]:
        words = self.speller.words
        found = [(name, o.value) for name in MARKS for o in self.graph.values(iri, AT + name)]
        return [Mark(words.label(AT + n), v, words.label(v), words.is_default(AT + n, v)) for n, v in found]

    def reviews(self, iri: str) -> list[Review]:
        graph, made = self.graph, []
        for node in graph.typed(AT + "Assessment"):
            if graph.text(node, AT + "assesses") == iri:
                by, verdict = graph.value(node, AT + "assessedBy"), graph.text(node, AT + "verdict")
                made.append((graph.text(node, AT + "assessedAt"), by, verdict, graph.text(node, AT + "note")))
        words = self.speller.words
        return [
            Review(self.speller.thing(by), day(on), words.label(verdict) if verdict else "", note)
            for on, by, verdict, note in sorted(made, key=lambda one: one[0])
            if by is not None
        ]
