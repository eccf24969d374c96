"""From the model of an article, or of the register of entities, to RDF."""

from collections import ChainMap
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import NamedNode, Quad, Triple

from kg.graph.document import Revision, describe_document, describe_mention
from kg.graph.entities import describe_entities, known_entities
from kg.graph.part import Part, Place
from kg.graph.perspectives.describe import describe_perspectives
from kg.graph.schema import Schema
from kg.graph.statement import StatementMapper
from kg.graph.terms import Known, Terms
from kg.iri import Iris
from kg.model import Article, Entity, Perspective, Statement
from kg.report import Problem


@dataclass(frozen=True, slots=True)
class Mapped:
    """One graph: its triples, the shared ones they refer to, the entities known, and where each node comes from.

    `refused` holds the ids of entities that are defined, but wrongly.
    """

    graph: NamedNode
    triples: frozenset[Triple]
    shared: frozenset[Triple]
    known: Mapping[str, Known]
    places: Mapping[NamedNode, Place]
    problems: tuple[Problem, ...]
    statements: int = 0
    drafts: int = 0
    refused: frozenset[str] = frozenset()

    @property
    def quads(self) -> frozenset[Quad]:
        """The triples in their graph."""
        return frozenset(Quad(t.subject, t.predicate, t.object, self.graph) for t in self.triples)


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps what curators write, by what the ontology declares."""

    schema: Schema
    iris: Iris

    def register(self, entities: Iterable[Entity], language: str, refused: frozenset[str] = frozenset()) -> Mapped:
        """Map the entities that articles share; `language` is that of their labels.

        `refused` holds the ids of those that could not be read.
        """
        part = Part()
        terms = self._terms(tuple(entities), {}, {}, language, part, refused)
        return _mapped(self.iris.graph("entities"), part, terms)

    def perspectives(
        self,
        perspectives: Iterable[Perspective],
        language: str,
        register: Mapping[str, Known],
        articles: Container[str],
    ) -> Mapped:
        """Map the policies of perspectives, which name the register's entities and `articles` by their slugs."""
        part = Part()
        terms = Terms(self.schema, self.iris, register, language, part.shared)
        describe_perspectives(perspectives, terms, articles, part)
        return _mapped(self.iris.graph("perspectives"), part, replace(terms, entities={}))

    def article(
        self,
        article: Article,
        register: Mapping[str, Known],
        taken: Mapping[str, str],
        refused: frozenset[str] = frozenset(),
    ) -> Mapped:
        """Map one article; what cannot be mapped becomes a problem at its line, and the rest goes on.

        `taken` holds the ids that other articles define, each with where; `refused` those that the register defines
        wrongly. Nothing goes on when the document itself is refused: all that follows stands in it.
        """
        document, part = article.document, Part()
        revision = Revision(document, self.iris.document(document.slug, document.sha256), self.iris)
        ids = {entity.id for entity in article.entities}
        elsewhere = {i: "entities.yaml" if i in register else taken[i] for i in ids if i in register or i in taken}
        told = refused | article.refused
        terms = self._terms(article.entities, register, elsewhere, document.language, part, told)
        if not part.attempt("article", document.source, describe_document, revision, terms, part):
            return _mapped(revision.iri, part, terms)
        for mention in article.mentions:
            part.attempt("mentions", mention.source, describe_mention, revision, terms, mention, part)
        counts = _Counts()
        for statement in article.statements:
            self._statement(revision, terms, statement, part, counts)
        return _mapped(revision.iri, part, terms, counts)

    def _terms(
        self,
        own: tuple[Entity, ...],
        known: Mapping[str, Known],
        taken: Mapping[str, str],
        language: str,
        part: Part,
        refused: frozenset[str],
    ) -> Terms:
        """Describe a file's own entities, and read values with these and those known before in sight."""
        local = known_entities(own, self.schema, self.iris, taken, part)
        refused |= frozenset(entity.id for entity in own) - local.keys()
        terms = Terms(self.schema, self.iris, _both(local, known), language, part.shared, refused)
        described = describe_entities((entity for entity in own if entity.id in local), terms, part)
        return replace(terms, entities=_both(described, known))

    def _statement(self, revision: Revision, terms: Terms, statement: Statement, part: Part, counts: "_Counts") -> None:
        own = Part()
        iri = StatementMapper(revision, replace(terms, shared=own.shared), statement, own).run()
        if iri is None or statement.status != "published":
            part.problems += own.problems
            counts.drafts += statement.status == "draft"
        elif twin := part.places.get(iri):
            message = (
                f"has the same voice, words and propositions as {twin.where} in line {twin.source.line}: "
                "join them, or ground each in its own words"
            )
            where = f"statement {statement.id}"
            part.problems.append(Problem(statement.source, where, message, "duplicate-statement"))
        else:
            part.take(own)
            counts.statements += 1


def _both(own: dict[str, Known], known: Mapping[str, Known]) -> Mapping[str, Known]:
    """An article's own entities before those of all: a copy would cost each article what the register weighs."""
    return ChainMap(own, known)  # type: ignore[arg-type]  # only read


@dataclass(slots=True)
class _Counts:
    statements: int = field(default=0)
    drafts: int = field(default=0)


def _mapped(graph: NamedNode, part: Part, terms: Terms, counts: _Counts | None = None) -> Mapped:
    counts = counts or _Counts()
    return Mapped(
        graph,
        frozenset(part.triples),
        frozenset(part.shared),
        terms.entities,
        {node: Place(source, "") for node, source in terms.sources.items()} | part.places,
        tuple(part.problems),
        counts.statements,
        counts.drafts,
        terms.refused,
    )
