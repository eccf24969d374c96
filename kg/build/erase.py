"""`kg erase`: a text is taken out of every generation, as if it had never been read."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.build.derived import derived
from kg.build.inputs import NOTE
from kg.build.workshop import Workshop
from kg.errors import NotFound, did_you_mean
from kg.graph.change import NOTHING, Edit
from kg.iri import Iris
from kg.settings import Settings
from kg.store import checksums, durable, edit, erasing, index, nquads, rewrite
from kg.store.commit import Derived, Place, Unpublished, derive, find_place, writing
from kg.store.generations import GRAPHS, Generation, Generations
from kg.store.journal import ERASURE, Entry
from kg.store.lock import locked
from kg.vocab import AT, RDF

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What one generation holds of the documents: their graphs, triples, statements, and graphs that refer to them.

    `referring` counts triples by graph.
    """

    generation: Generation
    graphs: tuple[NamedNode, ...]
    quads: frozenset[Quad] = frozenset()
    statements: int = 0
    referring: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be erased: the documents' names and slugs, the digests of their texts, and where they are."""

    names: tuple[str, ...]
    slugs: tuple[str, ...]
    hashes: tuple[str, ...]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: the generation that is current now, and how many triples went from each kept one.

    `dropped` are generations that went as a whole, as the next commit would have pruned them.
    """

    current: int
    removed: dict[int, int]
    dropped: tuple[int, ...]


def find_document(settings: Settings, document: str) -> Plan:
    """Where the kept generations hold a document, by its article's slug, its name or its IRI.

    Documents with the same text are the same here. Raises NotFound when there is none.
    """
    iris = Iris(settings.base_iri)
    held = [(generation, _documents(generation, iris)) for generation in Generations(settings.data).all()]
    known = {name for _, graphs in held for name in map(iris_name(iris), graphs)}
    name = document.removeprefix(iris.base)
    wanted = {one for one in known if name in (one, one.rpartition(".")[0])}
    if not wanted:
        slugs = {one.rpartition(".")[0] for one in known}
        raise NotFound(f"no generation that is kept holds a document {document!r}{did_you_mean(name, slugs)}")
    texts = {one.rpartition(".")[2] for one in wanted}
    names = sorted(one for one in known if one.rpartition(".")[2] in texts)
    found = tuple(_found(generation, [NamedNode(iris.base + one) for one in names], iris) for generation, _ in held)
    hashes = {
        q.object.value for f in found for q in f.quads if q.predicate == AT.sha256 and isinstance(q.object, Literal)
    }
    left = {one.rpartition(".")[0] for one in known - set(names)}
    slugs = {one.rpartition(".")[0] for one in names} - left
    return Plan(tuple(names), tuple(sorted(slugs)), tuple(sorted(hashes)), found)


def iris_name(iris: Iris) -> Callable[[NamedNode], str]:
    """What makes the name under the base IRI of a node."""
    return lambda node: node.value.removeprefix(iris.base)


def _documents(generation: Generation, iris: Iris) -> list[NamedNode]:
    with generation.opened() as store:
        return [g for g in store.named_graphs() if isinstance(g, NamedNode) and iris.slug(g)]


def _found(generation: Generation, graphs: Iterable[NamedNode], iris: Iris) -> Found:
    with generation.opened() as store:
        there = tuple(g for g in graphs if store.contains_named_graph(g))
        quads = frozenset(q for g in there for q in store.quads_for_pattern(None, None, None, g))
        statements = sum(q.predicate == RDF.type and q.object == AT.Statement for q in quads)
        return Found(generation, there, quads, statements, _referring(store, quads, iris))


def _referring(store: Store, quads: frozenset[Quad], iris: Iris) -> dict[str, int]:
    """How many triples of graphs that are neither computed nor shared refer to the documents' own things."""
    ours = {iris.graph(name) for name in ("propositions", "inferences", "findings", "catalogue")}
    counts: dict[str, int] = {}
    for node in {q.subject for q in quads}:
        elsewhere = (q for q in store.quads_for_pattern(node, None, None, None) if q not in quads)
        if any(quad.graph_name not in ours for quad in elsewhere):
            continue  # others describe it too: it is not the document's
        for quad in store.quads_for_pattern(None, None, node, None):
            if quad not in quads and quad.graph_name not in ours and isinstance(quad.graph_name, NamedNode):
                counts[quad.graph_name.value] = counts.get(quad.graph_name.value, 0) + 1
    return counts


def erase(settings: Settings, document: str, tell: Tell, clock: Callable[[], datetime], wait: float = 30.0) -> Erased:
    """Take a document out of every kept generation, and publish the result. Raises KgError.

    Until it is decided (all is prepared) nothing is changed; after that it is finished, if need be by the next command.
    """
    workshop = Workshop.open(settings)
    more = derived(workshop.rules, workshop.schema, workshop.mapper.iris)
    with locked(settings.data, wait):
        place = find_place(settings.data)
        plan = find_document(settings, document)
        eraser = _Eraser(settings, place, plan, more, workshop.mapper.iris.graph("propositions"))
        with writing(settings.data):
            return eraser.run(tell, clock())


@dataclass(slots=True)
class _Eraser:
    settings: Settings
    place: Place
    plan: Plan
    derived: Derived
    shared: NamedNode
    made: dict[int, Generation] = field(default_factory=dict)
    fewer: dict[int, int] = field(default_factory=dict)

    def run(self, tell: Tell, now: datetime) -> Erased:
        assert self.place.parent is not None, "a generation was found"
        kept, dropped = self._kept(self.place.parent)
        before: Generation | None = None
        for found in kept:
            tell(f"Making generation {found.generation.number} again without it")
            before = self._remake(found, before)
        current = self.place.number
        self.made[current] = self._folder(current)
        durable.link_tree(self.made[self.place.parent.number].path, self.made[current].path)
        entries = self._journal(now)
        rewrite.write_journal(self.settings.data / erasing.JOURNAL, entries)
        tell("Putting them in place")
        erasing.begin(self.settings.data, sorted(self.made), dropped, current, self._files(now))
        erasing.finish(self.settings.data)
        return Erased(current, self.fewer, tuple(dropped))

    def _kept(self, parent: Generation) -> tuple[list[Found], list[int]]:
        """Those that stay, oldest first, and the numbers of those that one more generation pushes out."""
        stay = {f.generation.number for f in self.plan.found[-max(self.settings.keep - 1, 1) :]} | {parent.number}
        kept = [found for found in self.plan.found if found.generation.number in stay]
        return kept, [f.generation.number for f in self.plan.found if f.generation.number not in stay]

    def _folder(self, number: int) -> Generation:
        folder = self.place.generations.folder / f"{erasing.PREPARED}{number}"
        durable.discard(folder)
        folder.mkdir()
        return Generation(number, folder)

    def _remake(self, found: Found, before: Generation | None) -> Generation:
        made = self.made[found.generation.number] = self._folder(found.generation.number)
        if found.graphs:
            self._without(found, made)
        else:
            durable.link_tree(found.generation.path, made.path)
            for path in (made.record, made.path / checksums.NAME, made.data, made.dump.changes):
                durable.discard(path) if path.is_dir() else path.unlink(missing_ok=True)
            rewrite.write_data(made, found.generation, NOTHING)
        difference = rewrite.write_record(made, before)
        index.remove(made.path)  # one that was changed keeps in free pages what was taken out of it
        with made.opened() as store:
            self.derived.index(Unpublished(made.path, store, before, difference))
        checksums.write(made.path)
        return made

    def _without(self, found: Found, made: Generation) -> None:
        """`data.nq`, the names of empty graphs and the worlds of a generation without the documents."""
        with self.place.generations.making(self.place.number) as folder, found.generation.opened() as store:
            work = folder / "work"
            store.backup(str(work))
            changed = Store(str(work))
            gone = edit.apply(changed, Edit(frozenset(), found.quads), self.shared, self.derived.graphs)
            gone = derive(changed, store, gone, self.derived)
            gone = gone.then(self._unmentioned(changed, gone))
            self.fewer[made.number] = len(gone.removed) - len(gone.added)
            rewrite.write_data(made, found.generation, gone)
            nquads.write_graphs(made.path / GRAPHS, changed)
            self.derived.attach(Unpublished(made.path, changed, None, gone))
            del changed

    def _unmentioned(self, store: Store, gone: Edit) -> Edit:
        """Take away what computed graphs still say of things that are there no more."""
        nodes = {
            q.subject for q in gone.removed if next(store.quads_for_pattern(q.subject, None, None, None), None) is None
        }
        said = frozenset(
            quad
            for node in nodes
            for quad in store.quads_for_pattern(None, None, node, None)
            if quad.graph_name in self.derived.graphs
        )
        wanted = Edit(frozenset(), said)
        edit.write(store, wanted)
        return wanted

    def _journal(self, now: datetime) -> list[Entry]:
        entries = self.place.journal.entries()
        told = rewrite.rewritten(entries, self.made, self.plan.slugs)
        numbers = [str(f.generation.number) for f in self.plan.found if f.graphs]
        touched = f"generation{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        parent = told[[entry.generation for entry in told].index(self.place.parent_entry.generation)]  # type: ignore[union-attr]
        what = f"{ERASURE}a text, from {touched}; the journal before it ended with {entries[-1].digest}"
        last = parent.again(self.place.number, what, now)
        return [*told, last.chained(told[-1].digest)]

    def _files(self, now: datetime) -> dict[str, str]:
        """The notes of the data directory as they are to be: the digests of erased texts, and no slug of theirs."""
        time = now.astimezone(UTC).isoformat(timespec="seconds")
        known = [one for one in erasing.erased(self.settings.data) if one["sha256"] not in self.plan.hashes]
        known += [{"sha256": text, "time": time} for text in self.plan.hashes]
        files = {erasing.ERASED: json.dumps(known, indent=1) + "\n"}
        path = self.settings.data / NOTE
        if path.exists():
            note = json.loads(path.read_text("utf-8"))
            note["articles"] = {s: d for s, d in note.get("articles", {}).items() if s not in self.plan.slugs}
            files[NOTE] = json.dumps(note, indent=1, sort_keys=True)
        return files
