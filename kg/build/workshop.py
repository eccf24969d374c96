"""What every article is mapped and judged by, and one article's way through it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import NamedNode, Quad, Triple

from kg.corpus.claims import read_article, read_entities
from kg.corpus.folders import ENTITIES, PERSPECTIVES, articles_in
from kg.corpus.perspectives import read_perspectives
from kg.findings.rules import Rule, read_rules
from kg.findings.run import described
from kg.graph.article import Mapped, Mapper
from kg.graph.schema import Schema, read_schema
from kg.iri import ID, Iris
from kg.model import Source
from kg.report import Problem, Report
from kg.settings import Settings
from kg.validate.gate import Gate, read_shapes

OWN_WORDS = ("graph", "perspective", "rule")  # what begins the names of things that are no article


@dataclass(frozen=True)
class Work:
    """One article (or the register of entities), mapped and judged.

    `mapped` is None when its files could not be read at all.
    """

    slug: str
    mapped: Mapped | None
    report: Report = field(default_factory=Report)

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids of the entities that this defines, each with where."""
        if self.mapped is None:
            return {}
        prefix = "entity "
        places = (place for place in self.mapped.places.values() if place.where.startswith(prefix))
        return {p.where.removeprefix(prefix): f"{p.source.file}:{p.source.line}" for p in places}

    @cached_property
    def told(self) -> Mapping[object, list[Triple]]:
        """What it says, by subject."""
        found: dict[object, list[Triple]] = defaultdict(list)
        for triple in self.mapped.triples | self.mapped.shared if self.mapped else ():
            found[triple.subject].append(triple)
        return found

    @property
    def accepted(self) -> bool:
        """True when it may enter the store."""
        return self.mapped is not None and self.report.conforms


@dataclass(frozen=True, slots=True)
class Workshop:
    """The ontology, the shapes, the rules of findings, and what works by them."""

    articles: Path | None
    schema: Schema
    shapes: frozenset[Triple]
    mapper: Mapper
    gate: Gate
    rules: tuple[Rule, ...]

    @classmethod
    def open(cls, settings: Settings) -> "Workshop":
        """Read the ontology, the shapes and the rules of findings; raises Unreadable."""
        schema, shapes = read_schema(settings.ontology), read_shapes(settings.shapes)
        mapper = Mapper(schema, Iris(settings.base_iri))
        return cls(settings.articles, schema, shapes, mapper, Gate(schema, shapes), read_rules(settings.findings))

    def register(self) -> Work:
        """The entities that articles share; none when there is no file of them."""
        path = self.articles / ENTITIES if self.articles else None
        if path is None or not path.is_file():
            return Work("entities", self.mapper.register((), "en"), Report())
        reading = read_entities(path)
        mapped = self.mapper.register(reading.entities, reading.language, reading.refused)
        return Work("entities", mapped, Report.of((*reading.problems, *mapped.problems, *self.gate.check(mapped))))

    def perspectives(self, register: Work) -> Work:
        """The policies of perspectives; none when there is no file of them."""
        path = self.articles / PERSPECTIVES if self.articles else None
        known = register.mapped.known if register.mapped else {}
        if path is None or self.articles is None or not path.is_file():
            return Work("perspectives", self.mapper.perspectives((), "en", known, ()), Report())
        reading = read_perspectives(path)
        slugs = frozenset(folder.name for folder in articles_in(self.articles))
        mapped = self.mapper.perspectives(reading.perspectives, reading.language, known, slugs)
        context = _described(mapped, register)
        problems = (*reading.problems, *mapped.problems, *self.gate.check(mapped, context))
        return Work("perspectives", mapped, Report.of(problems))

    def article(self, folder: Path, register: Work, taken: Mapping[str, str] = MappingProxyType({})) -> Work:
        """One article of the corpus, with the register's entities in sight, and the ids that other articles took."""
        if not ID.fullmatch(folder.name) or folder.name in OWN_WORDS:
            sentence = "expected a folder name of lower-case letters and digits joined by hyphens (not graph, rule …)"
            return Work(folder.name, None, Report.of([Problem(Source(str(folder), 1), "", sentence, "id")]))
        reading = read_article(folder)
        if reading.article is None:
            return Work(folder.name, None, Report.of(reading.problems))
        entities = register.mapped
        known, refused = (entities.known, entities.refused) if entities else ({}, frozenset())
        mapped = self.mapper.article(reading.article, known, taken, refused)
        context = _described(mapped, register)
        problems = (*reading.problems, *mapped.problems, *self.gate.check(mapped, context))
        return Work(folder.name, mapped, Report.of(problems))

    def own_graphs(self) -> dict[NamedNode, frozenset[Quad]]:
        """The ontology, the shapes and the rules of findings, each in a graph of its own."""
        rules = described(self.rules, self.mapper.iris)
        parts = {"ontology": self.schema.triples, "shapes": self.shapes, "rules": rules}
        graphs = {self.mapper.iris.graph(name): triples for name, triples in parts.items()}
        return {g: frozenset(Quad(t.subject, t.predicate, t.object, g) for t in ts) for g, ts in graphs.items()}


def _described(mapped: Mapped, register: Work) -> Iterator[Triple]:
    """What the register says of the things that an article refers to."""
    wanted = {t.object for t in mapped.triples | mapped.shared}
    return (triple for node in wanted for triple in register.told.get(node, ()))
