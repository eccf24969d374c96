"""One statement as triples: its marks, its chain of voices, its passages and the propositions it expresses."""

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.graph.dates import instant, ranges, span
from kg.graph.document import Revision, whole_number
from kg.graph.part import Pair, Part, Place
from kg.graph.propositions import propositions
from kg.graph.terms import Refused, Terms
from kg.model import Link, Review, Statement, Value
from kg.vocab import AT, DCTERMS, RDF


@dataclass(frozen=True, slots=True)
class StatementMapper:
    """Maps one statement into a part of its own, so that a refused one leaves nothing behind."""

    revision: Revision
    terms: Terms
    statement: Statement
    part: Part

    @property
    def where(self) -> str:
        """How problems name this statement."""
        return f"statement {self.statement.id}"

    def run(self) -> NamedNode | None:
        """Map it; None when something in it was refused, each thing a problem in the part."""
        source, attempt = self.statement.source, self.part.attempt
        marks = attempt(self.where, source, self.marks)
        says = attempt(self.where, source, self.says, marks or [])
        chain = attempt(self.where, source, self.chain)
        when = attempt(self.where, source, self.times)
        if marks is None or says is None or chain is None or when is None:
            return None
        return self.join(says, chain, marks + when)

    def marks(self) -> list[Pair]:
        """What the curator says of the statement itself, and the ontology's default for what they leave out."""
        given = self.terms.pairs(AT.Statement, self.statement.fields)
        named = {p for p, _ in given}
        defaults = self.terms.schema.defaults(AT.Statement)
        return given + [(p.iri, p.default) for p in defaults if p.iri not in named and p.default]

    def says(self, marks: list[Pair]) -> list[NamedNode]:
        """The propositions; one only when a mark (negated, forbidden) does not distribute over them."""
        whole = not all(self.terms.schema.distributes(o) for _, o in marks if isinstance(o, NamedNode))
        made: list[NamedNode] = []
        for claim in self.statement.says:
            for proposition in propositions(self.terms, claim, whole=whole):
                self.part.shared |= proposition.triples
                self.part.places[proposition.iri] = Place(claim.source, self.where)
                made.append(proposition.iri)
        return list(dict.fromkeys(made))

    def times(self) -> list[Pair]:
        """When it was published at the latest, and what it says of the time."""
        reported = (AT.reportedAt, instant(span(self.revision.document.published)[1]))
        return [reported, *(ranges(self.statement.when) if self.statement.when else ())]

    def chain(self) -> list[NamedNode]:
        """The links, outermost first; equal beginnings of chains in one document are the same links."""
        made: list[NamedNode] = []
        path: list[object] = [self.revision.iri.value]
        for depth, link in enumerate(self.statement.chain):
            pairs = self.link_pairs(link)
            path.append(sorted([p.value, str(o)] for p, o in pairs))
            iri = self.terms.iris.minted("attribution", *path)
            self.part.add(iri, [(RDF.type, AT.Attribution), (AT.depth, whole_number(depth)), *pairs])
            self.part.add(iri, [(AT.relayedBy, outer) for outer in made[-1:]])
            self.part.places[iri] = Place(link.source, self.where)
            made.append(iri)
        return made

    def link_pairs(self, link: Link) -> list[Pair]:
        """Who speaks, the cue, and what else the curator says of the link."""
        pairs: list[Pair] = [(AT.attributedAgent, self.terms.entity(link.voice, link.source).iri)]
        if link.cue:
            pairs.append((AT.cue, self.revision.passage(self.part, link.cue)))
        pairs += self.terms.pairs(AT.Attribution, link.fields)
        self._check_spoken(link, pairs)
        return pairs

    def _check_spoken(self, link: Link, pairs: list[Pair]) -> None:
        """The shape that says the same would tell it of every statement of the chain, at a line of its own."""
        published = span(self.revision.document.published)[1].isoformat()
        if any(p == AT.spokeAt and o.value > published for p, o in pairs):
            lines = [v.source for key, values in link.fields.items() if key.endswith("spokeAt") for v in values]
            message = "spokeAt is after the article was published: a voice that it relays spoke before"
            raise Refused(message, lines[0], "Statement-spokenBefore")

    def join(self, says: list[NamedNode], chain: list[NamedNode], own: list[Pair]) -> NamedNode:
        """Bring it together under an IRI that follows from its chain, passages and propositions."""
        passages = [self.revision.passage(self.part, p) for p in self.statement.passages]
        keys = [sorted(node.value for node in nodes) for nodes in (chain[-1:], passages, says)]
        iri = self.terms.iris.minted("statement", *keys)
        identifier = Literal(f"{self.revision.document.slug}/{self.statement.id}")
        self.part.add(iri, [(RDF.type, AT.Statement), (DCTERMS.identifier, identifier), *own])
        self.part.add(iri, [(AT.groundedIn, p) for p in passages] + [(AT.expresses, s) for s in says])
        if chain:
            voices = [self.terms.entity(link.voice, link.source).iri for link in self.statement.chain]
            self.part.add(iri, [(AT.attribution, chain[-1]), (AT.claimedBy, voices[-1]), (AT.publishedBy, voices[0])])
        for node in passages:
            self.part.places.setdefault(node, self.place("quote"))
        self.part.places[iri] = Place(self.statement.source, self.where, self.statement.lines)
        for review in self.statement.reviews:
            self.part.attempt(self.where, review.source, self.review, iri, review)
        return iri

    def place(self, key: str) -> Place:
        """The line of one of the statement's keys."""
        line = self.statement.lines.get(key, self.statement.source.line)
        return Place(type(self.statement.source)(self.statement.source.file, line), self.where)

    def review(self, statement: NamedNode, review: Review) -> None:
        """An entry of the review history as an assessment, when it says something."""
        by = self.terms.entity(review.by, review.source).iri
        if span(review.on)[1] < span(self.revision.document.published)[0]:
            raise Refused(f"reviewed on {review.on}, before the article was published", review.source, "date")
        pairs: list[Pair] = [
            (AT.assesses, statement),
            (AT.assessedBy, by),
            (AT.assessedAt, instant(span(review.on)[0])),
        ]
        if review.verdict:
            verdicts = self.terms.schema.properties[AT.verdict].range or AT.verdict
            pairs.append((AT.verdict, self.terms.concept(verdicts, Value(review.verdict, review.source))))
        if review.note:
            pairs.append((AT.note, Literal(review.note)))
        iri = self.terms.iris.minted("assessment", sorted([p.value, str(o)] for p, o in pairs))
        self.part.add(iri, [(RDF.type, AT.Assessment), *pairs])
        self.part.places[iri] = Place(review.source, self.where)
