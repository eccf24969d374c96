"""`kg build`, the whole story: read each article, map it, gate it, and publish what changed as a new generation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Triple

from kg.build.derived import derived
from kg.build.inputs import fresh_articles, note_built, read_inputs
from kg.build.news import News, news
from kg.build.workshop import Work, Workshop
from kg.corpus.claims import articles_in
from kg.graph.part import Place
from kg.iri import Iris
from kg.report import Report
from kg.settings import Settings
from kg.store.commit import Change, Delta, commit
from kg.store.generations import Generation, Generations
from kg.validate.integrity import check_change
from kg.vocab import AT, RDF, RDFS

Progress = Callable[[int, int], None]  # how many articles are done, of how many


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build did; `generation` is the current one afterwards, None when there is none.

    The counts are of the whole generation, `drafts` of the articles looked at in this build.
    """

    generation: Generation | None
    published: bool
    articles: int
    statements: int
    quads: int
    drafts: int
    rejected: tuple[str, ...]
    report: Report
    news: News


def build(settings: Settings, *, progress: Progress = lambda *_: None, everything: bool = False) -> Outcome:
    """Publish the corpus; an article with a violation stays as the store has it, and the others go on.

    Articles that the current generation holds as they are now are not looked at again, unless `everything`.
    Raises Unreadable for a broken ontology or shapes file, StoreUnavailable when the store cannot be written,
    NotConforming when what the articles say does not fit together.
    """
    inputs, before = read_inputs(settings), Generations(settings.data).current()
    workshop = Workshop.open(settings)
    register = workshop.register()
    if not register.accepted:
        return _outcome(settings, None, [register], News())
    perspectives = workshop.perspectives(register)
    kept = frozenset() if everything else fresh_articles(settings, inputs)
    looked_at = [folder for folder in _folders(settings) if folder.name not in kept]
    works = list(_works(workshop, register, looked_at, progress, _ids_of(settings, kept)))
    published = _publish(settings, workshop, [register, perspectives, *works], kept)
    note_built(settings, inputs, kept | {work.slug for work in works if work.accepted}, perspectives.accepted)
    told = news(workshop.mapper.iris, before, published) if published else News()
    return _outcome(settings, published, [register, perspectives, *works], told)


def validate(settings: Settings, slugs: Iterable[str] = (), *, progress: Progress = lambda *_: None) -> Report:
    """All problems of the corpus, or of the articles named; nothing is published."""
    workshop = Workshop.open(settings)
    register = workshop.register()
    wanted = set(slugs)
    folders = [f for f in _folders(settings) if not wanted or f.name in wanted]
    works = _works(workshop, register, folders, progress, {})
    everything = [register, workshop.perspectives(register), *works]
    return Report.of(problem for work in everything for problem in work.report.problems)


@dataclass(frozen=True, slots=True)
class Record:
    """What the whole corpus says, where each node comes from, and the articles that cannot be read."""

    triples: frozenset[Triple]
    places: Mapping[NamedNode, Place]
    unread: tuple[str, ...]


def whole_record(settings: Settings, *, progress: Progress = lambda *_: None) -> Record:
    """What the corpus says as it stands, rejected articles too, as one graph for a reasoner."""
    workshop = Workshop.open(settings)
    register = workshop.register()
    works = [register, *_works(workshop, register, list(_folders(settings)), progress, {})]
    mapped = [work.mapped for work in works if work.mapped]
    return Record(
        frozenset().union(*(m.triples | m.shared for m in mapped)),
        {node: place for m in reversed(mapped) for node, place in m.places.items()},
        tuple(work.slug for work in works if work.mapped is None),
    )


def _folders(settings: Settings) -> tuple[Path, ...]:
    return articles_in(settings.articles) if settings.articles else ()


def _works(
    workshop: Workshop, register: Work, folders: list[Path], progress: Progress, taken: Mapping[str, str]
) -> Iterable[Work]:
    progress(0, len(folders))
    for done, folder in enumerate(folders, 1):
        work = workshop.article(folder, register, taken)
        taken = {**work.ids, **taken}
        yield work
        progress(done, len(folders))


def _ids_of(settings: Settings, slugs: frozenset[str]) -> dict[str, str]:
    """The ids of the entities that articles of the current generation define, each with where."""
    current = Generations(settings.data).current()
    if current is None or not slugs:
        return {}
    graphs = [graph for graph, slug in _revisions(settings).items() if slug in slugs]
    with current.opened() as store:
        labelled = (quad for graph in graphs for quad in store.quads_for_pattern(None, RDFS.label, None, graph))
        return {_local(settings, quad.subject): f"article {_local(settings, quad.graph_name)}" for quad in labelled}


def _local(settings: Settings, node: object) -> str:
    return node.value.removeprefix(settings.base_iri) if isinstance(node, NamedNode) else ""


def _publish(settings: Settings, workshop: Workshop, works: list[Work], kept: frozenset[str]) -> Generation | None:
    accepted = [work for work in works if work.accepted]
    graphs = workshop.own_graphs() | {w.mapped.graph: w.mapped.quads for w in accepted if w.mapped}
    untouched = kept | {work.slug for work in works if not work.accepted}
    for graph, slug in _revisions(settings).items():
        if slug not in untouched and graph not in graphs:
            graphs[graph] = frozenset()
    shared_graph = workshop.mapper.iris.graph("propositions")
    triples = (t for w in accepted if w.mapped for t in w.mapped.shared)
    shared = frozenset(Quad(t.subject, t.predicate, t.object, shared_graph) for t in triples)

    more = derived(workshop.rules, workshop.schema, workshop.mapper.iris)

    def check(delta: Delta) -> None:
        # What others wrote must not keep a curator from correcting an article, though it may then refer to nothing.
        check_change(delta, workshop.schema, settings.base_iri, more.graphs, workshop.mapper.iris.is_built)

    names = sorted(work.slug for work in accepted)
    change = Change(graphs, shared, shared_graph, f"build: {', '.join(names)}")
    return commit(settings.data, change, check=check, keep=settings.keep, clock=_now, derived=more)


def _now() -> datetime:
    return datetime.now(UTC)


def _revisions(settings: Settings) -> dict[NamedNode, str]:
    """The graphs of article revisions that the current generation holds, each with its article's slug."""
    current = Generations(settings.data).current()
    if current is None:
        return {}
    with current.opened() as store:
        named = ((g, Iris(settings.base_iri).slug(g)) for g in store.named_graphs() if isinstance(g, NamedNode))
        return {graph: slug for graph, slug in named if slug}


def _outcome(settings: Settings, published: Generation | None, works: list[Work], told: News) -> Outcome:
    generation = published or Generations(settings.data).current()
    documents = statements = quads = 0
    if generation:
        with generation.opened() as store:
            documents = sum(1 for _ in store.quads_for_pattern(None, RDF.type, AT.Document))
            statements = sum(1 for _ in store.quads_for_pattern(None, RDF.type, AT.Statement))
            quads = len(store)
    return Outcome(
        generation=generation,
        published=published is not None,
        articles=documents,
        statements=statements,
        quads=quads,
        drafts=sum(work.mapped.drafts for work in works if work.mapped),
        rejected=tuple(work.slug for work in works if not work.accepted),
        report=Report.of(problem for work in works for problem in work.report.problems),
        news=told,
    )
