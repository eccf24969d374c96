"""From the model of an article, or of the register of entities, to RDF."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad, Triple

from kg.graph.document import Revision, describe_document, describe_mention
from kg.graph.entities import describe_entities, known_entities
from kg.graph.part import Part, Place
from kg.graph.schema import Schema
from kg.graph.statement import StatementMapper
from kg.graph.terms import Known, Terms
from kg.iri import Iris
from kg.model import Article, Entity, Statement
from kg.report import Problem


@dataclass(frozen=True, slots=True)
class Mapped:
    """One graph: its triples, the shared ones they refer to, the entities known, and where each node comes from."""

    graph: NamedNode
    triples: frozenset[Triple]
    shared: frozenset[Triple]
    known: Mapping[str, Known]
    places: Mapping[NamedNode, Place]
    problems: tuple[Problem, ...]
    statements: int = 0
    drafts: int = 0

    @property
    def quads(self) -> frozenset[Quad]:
        """The triples in their graph."""
        return frozenset(Quad(t.subject, t.predicate, t.object, self.graph) for t in self.triples)


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps what curators write, by what the ontology declares."""

    schema: Schema
    iris: Iris

    def register(self, entities: Iterable[Entity], language: str) -> Mapped:
        """Map the entities that articles share; `language` is that of their labels."""
        part, entities = Part(), tuple(entities)
        known = known_entities(entities, self.schema, self.iris, {}, part)
        terms = Terms(self.schema, self.iris, known, language, part.shared)
        described = describe_entities(entities, terms, part)
        return _mapped(self.iris.graph("entities"), part, described)

    def article(self, article: Article, register: Mapping[str, Known]) -> Mapped:
        """Map one article; what cannot be mapped becomes a problem at its line, and the rest goes on."""
        document, part = article.document, Part()
        revision = Revision(document, self.iris.document(document.slug, document.sha256), self.iris)
        local = known_entities(article.entities, self.schema, self.iris, register, part)
        terms = Terms(self.schema, self.iris, {**register, **local}, document.language, part.shared)
        described = describe_entities((e for e in article.entities if e.id in local), terms, part)
        known = {**register, **described}
        terms = Terms(self.schema, self.iris, known, document.language, part.shared)
        part.attempt("article", document.source, describe_document, revision, terms, part)
        for mention in article.mentions:
            part.attempt("mentions", mention.source, describe_mention, revision, terms, mention, part)
        counts = _Counts()
        for statement in article.statements:
            self._statement(revision, terms, statement, part, counts)
        return _mapped(revision.iri, part, known, counts)

    def _statement(self, revision: Revision, terms: Terms, statement: Statement, part: Part, counts: "_Counts") -> None:
        own = Part()
        own_terms = Terms(self.schema, self.iris, terms.entities, terms.language, own.shared)
        iri = StatementMapper(revision, own_terms, statement, own).run()
        if iri is None or statement.status != "published":
            part.problems += own.problems
            counts.drafts += statement.status == "draft"
        elif twin := part.places.get(iri):
            message = f"says the same, in the same words and voice, as {twin.where} in line {twin.source.line}"
            where = f"statement {statement.id}"
            part.problems.append(Problem(statement.source, where, message, "duplicate-statement"))
        else:
            part.take(own)
            counts.statements += 1


@dataclass(slots=True)
class _Counts:
    statements: int = field(default=0)
    drafts: int = field(default=0)


def _mapped(graph: NamedNode, part: Part, known: Mapping[str, Known], counts: _Counts | None = None) -> Mapped:
    counts = counts or _Counts()
    return Mapped(
        graph,
        frozenset(part.triples),
        frozenset(part.shared),
        known,
        part.places,
        tuple(part.problems),
        counts.statements,
        counts.drafts,
    )
