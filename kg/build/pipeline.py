"""`kg build`, the whole story: read each article, map it, gate it, and publish what changed as a new generation."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store, Triple

from kg.build.derived import derived
from kg.build.garbage import seldom_collected
from kg.build.held import Held
from kg.build.inputs import Fresh, Inputs, note_built, read_inputs, what_is_fresh
from kg.build.kept import Kept
from kg.build.news import News, news
from kg.build.refusal import allow_again, refuse_erased
from kg.build.workshop import Work, Workshop
from kg.corpus.folders import articles_in
from kg.graph.change import NOTHING, Edit
from kg.graph.part import Place
from kg.report import Report
from kg.settings import Settings
from kg.store.commit import Change, Delta, commit
from kg.store.generations import Generation, Generations
from kg.store.journal import FILE as JOURNAL
from kg.store.journal import Journal
from kg.validate.integrity import check_change
from kg.vocab import AT

_COUNTED = """PREFIX at: <https://w3id.org/attest/ontology#>
SELECT ?kind (COUNT(*) AS ?number) { VALUES ?kind { at:Document at:Statement } ?thing a ?kind } GROUP BY ?kind"""
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


@seldom_collected()
def build(
    settings: Settings,
    *,
    inputs: Inputs | None = None,
    progress: Progress = lambda *_: None,
    everything: bool = False,
    erased: bool = False,
    kept: Kept | None = None,
) -> Outcome:
    """Publish the corpus; an article with a violation stays as the store has it, and the others go on.

    Articles that the current generation holds as they are now are not looked at again, unless `everything`.
    A text that was erased is refused, unless `erased`. `inputs` are read where they are not given. `kept` is what an
    earlier build of this process kept.
    Raises Unreadable for a broken ontology or shapes file, StoreUnavailable when the store cannot be written,
    NotConforming when what the articles say does not fit together.
    """
    inputs, before = inputs or read_inputs(settings), Generations(settings.data).current()
    fresh = Fresh() if everything else what_is_fresh(settings, inputs)
    kept = kept or Kept()
    workshop = kept.workshop(settings, inputs.common)
    held = Held.by(before, workshop.mapper.iris)
    register = (kept.register(settings) if fresh.common else None) or workshop.register()
    if not register.accepted:
        return _outcome(settings, None, [register], News())
    policies = [] if fresh.perspectives else [workshop.perspectives(register)]
    looked_at = [folder for folder in _folders(settings, inputs) if folder.name not in fresh.articles]
    articles = list(_works(workshop, register, looked_at, progress, held.ids(fresh.articles)))
    articles = articles if erased else refuse_erased(settings, articles)
    works = [register, *policies, *articles]
    published, made = _publish(settings, workshop, _change(held, workshop, works, fresh))
    slugs = fresh.articles | {work.slug for work in articles if work.accepted}
    if erased:
        allow_again(settings, works)
    note_built(settings, inputs, slugs, all(work.accepted for work in policies))
    kept.keep(settings, register)
    told = news(workshop.mapper.iris, made, before, published) if published else News()
    return _outcome(settings, published, works, told)


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


def _folders(settings: Settings, inputs: Inputs | None = None) -> tuple[Path, ...]:
    if settings.articles is None:
        return ()
    return articles_in(settings.articles) if inputs is None else tuple(settings.articles / s for s in inputs.articles)


def _works(
    workshop: Workshop, register: Work, folders: list[Path], progress: Progress, taken: Mapping[str, str]
) -> Iterable[Work]:
    progress(0, len(folders))
    seen: ChainMap[str, str] = ChainMap({}, taken)  # type: ignore[arg-type]  # those taken are only read
    for done, folder in enumerate(folders, 1):
        work = workshop.article(folder, register, seen)
        for name, where in work.ids.items():
            seen.setdefault(name, where)
        yield work
        progress(done, len(folders))


def _publish(settings: Settings, workshop: Workshop, change: Change) -> tuple[Generation | None, Edit]:
    """The new generation, None where nothing changes, and what it changes in all."""
    iris, made = workshop.mapper.iris, [NOTHING]
    more = derived(workshop.rules, workshop.schema, iris)

    def check(delta: Delta) -> None:
        made.append(Edit(delta.added, delta.removed))
        # What others wrote must not keep a curator from correcting an article, though it may then refer to nothing.
        check_change(delta, workshop.schema, settings.base_iri, more.graphs, iris.is_built)

    published = commit(settings.data, change, check=check, keep=settings.keep, clock=_now, derived=more)
    return published, made[-1]


def _change(held: Held, workshop: Workshop, works: list[Work], fresh: Fresh) -> Change:
    """What the works say in place of what is there of them; the register only where it is not there already."""
    iris = workshop.mapper.iris
    shared_graph, register = iris.graph("propositions"), iris.graph("entities")
    told = [work for work in works if work.accepted and work.mapped]
    told = [work for work in told if not (fresh.common and work.mapped and work.mapped.graph == register)]
    graphs = {} if fresh.common else workshop.own_graphs()
    graphs |= {work.mapped.graph: work.mapped.quads for work in told if work.mapped}
    untouched = fresh.articles | {work.slug for work in works if not work.accepted}
    for graph, slug in held.revisions.items():
        if slug not in untouched and graph not in graphs:
            graphs[graph] = frozenset()
    triples = (t for work in told if work.mapped for t in work.mapped.shared)
    shared = frozenset(Quad(t.subject, t.predicate, t.object, shared_graph) for t in triples)
    return Change(graphs, shared, shared_graph, f"build: {', '.join(sorted(work.slug for work in told))}")


def _now() -> datetime:
    return datetime.now(UTC)


def _counts(store: Store) -> tuple[int, int]:
    """How many documents and statements there are; the engine counts them ten times as fast as we do."""
    found = store.query(_COUNTED, use_default_graph_as_union=True)
    numbers = {row["kind"]: int(row["number"].value) for row in found}  # type: ignore[union-attr]
    return numbers.get(AT.Document, 0), numbers.get(AT.Statement, 0)


def _outcome(settings: Settings, published: Generation | None, works: list[Work], told: News) -> Outcome:
    generation = published or Generations(settings.data).current()
    documents = statements = quads = 0
    if generation:
        with generation.opened() as store:
            documents, statements = _counts(store)
        entries = Journal(settings.data / JOURNAL).entries()
        quads = next(entry.quads for entry in entries if entry.generation == generation.number)
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
