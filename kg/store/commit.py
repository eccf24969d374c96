"""The commit: clone the current generation, change the clone, check it, and publish it; or leave no trace."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from kg.errors import StoreUnavailable
from kg.graph.change import Edit
from kg.store import checksums, dump, durable, edit, erasing, nquads
from kg.store.dump import Dump
from kg.store.generations import GRAPHS, Generation, Generations
from kg.store.journal import FILE as JOURNAL
from kg.store.journal import Entry, Journal, written_time
from kg.store.lock import locked


@dataclass(frozen=True)
class Change:
    """Graphs to replace wholly (by no quads: to remove), and quads that graphs share, added where absent.

    Afterwards the subjects of `shared_graph` that nothing refers to any more are collected. `what` is for the
    journal. Quads are told apart by their terms; a blank node's label is its identity.
    """

    graphs: Mapping[NamedNode, frozenset[Quad]]
    shared: frozenset[Quad]
    shared_graph: NamedNode
    what: str

    def __post_init__(self) -> None:
        if self.shared_graph in self.graphs:
            raise ValueError(f"{self.shared_graph} is shared: it is added to and collected, never replaced")
        for graph, quads in (*self.graphs.items(), (self.shared_graph, self.shared)):
            for quad in quads:
                if quad.graph_name != graph:
                    raise ValueError(f"expected a quad of the graph {graph}, found {quad}")


@dataclass(frozen=True, slots=True)
class Delta:
    """What a commit is about to publish: the whole store, read-only, and what differs from its parent.

    `before` is the parent's store, where there is one and whoever is told needs it.
    """

    store: Store
    added: frozenset[Quad]
    removed: frozenset[Quad]
    before: Store | None = None


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A generation that is about to be published: its folder, its whole store, and its parent, if it has one.

    `made` is the difference to the parent.
    """

    folder: Path
    store: Store
    parent: Generation | None
    made: Edit


@dataclass(frozen=True)
class Derived:
    """Graphs that every commit computes from the whole store, and what tells how each is to change, in this order.

    Each sees what those before it made. They keep nothing alive: what only they refer to is collected.
    `attach` is given what is about to be published, and may put files into `perspectives/` of its folder; `index` puts
    the search index there, which is made again from the same as often as need be.
    """

    makers: Mapping[NamedNode, Callable[[Delta], Edit]] = field(default_factory=dict)
    attach: Callable[[Unpublished], None] = lambda _: None
    index: Callable[[Unpublished], None] = lambda _: None

    @property
    def graphs(self) -> frozenset[NamedNode]:
        """The graphs that are computed."""
        return frozenset(self.makers)


def commit(
    root: Path,
    change: Change,
    *,
    check: Callable[[Delta], None],
    keep: int,
    clock: Callable[[], datetime],
    derived: Derived = Derived(),
    wait: float = 30.0,
    progress: Callable[[str], None] | None = None,
) -> Generation | None:
    """Publish the change as the next generation, or return None when it changes nothing.

    `check` may raise to abort; `derived` is made from the changed store; `keep` is the number of generations to
    keep; `wait` is in seconds; `progress` is told each step. Whatever is raised, the current generation stays what
    it was.
    Raises Repeated when a triple would be in two graphs, StoreUnavailable when the lock is not free in time, the
    journal or the current generation is damaged, or the disk cannot be written.
    """
    tell = progress or (lambda _: None)
    with locked(root, wait):
        place = find_place(root)
        tell("Comparing with the current generation")
        wanted = _difference(place.parent, change)
        if not wanted and not derived.graphs:
            return None
        with place.generations.making(place.number) as folder:
            tell("Changing a copy of the current generation")
            made = _record(folder, place.parent, wanted, change.shared_graph, derived)
            if not made:
                return None
            tell("Checking it")
            with Generation(place.number, folder).opened() as store:
                check(Delta(store, made.added, made.removed))
                tell(f"Publishing generation {place.number}")
                with writing(root):
                    return publish(folder, place, store, made, change.what, clock(), keep, derived)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a commit stands: what it starts from, and the number it will take."""

    generations: Generations
    journal: Journal
    parent: Generation | None
    parent_entry: Entry | None
    number: int


def find_place(root: Path, journal: Journal | None = None) -> Place:
    """Where the next commit stands; for the lock's holder. Raises StoreUnavailable."""
    with writing(root):
        erasing.finish(root)
    generations, journal = Generations(root), journal or Journal(root / JOURNAL)
    parent, entries = generations.current(), journal.entries()
    known = {entry.generation: entry for entry in entries}
    if parent and parent.number not in known:
        raise StoreUnavailable(f"CURRENT names generation {parent.number}, which the journal does not know")
    number = 1 + max([0, *known, *(generation.number for generation in generations.all())])
    _sweep(generations, parent, max(known, default=0))
    return Place(generations, journal, parent, known[parent.number] if parent else None, number)


def _sweep(generations: Generations, parent: Generation | None, journaled: int) -> None:
    """Remove what killed commits left: folders in the making, and generations they did not come to journal."""
    for folder in generations.leftovers():
        durable.discard(folder)
    for generation in generations.all() if parent else ():  # without CURRENT it may be all there is
        if generation.number > journaled:
            generations.remove(generation)


def _difference(parent: Generation | None, change: Change) -> Edit:
    if parent is None:
        return edit.difference(Store(), change.graphs, change.shared)
    with parent.opened() as store:
        return edit.difference(store, change.graphs, change.shared)


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turn an OSError into StoreUnavailable that says what cannot be written."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"the data directory {root} cannot be written: {error}") from error


def _record(folder: Path, parent: Generation | None, wanted: Edit, shared_graph: NamedNode, derived: Derived) -> Edit:
    """Make `record/`, and return what differs from the parent after collecting and deriving."""
    work, record = folder / "work", folder / "record"
    with writing(folder):
        if parent:
            made = _worked(work, record, parent, wanted, shared_graph, derived)
        else:
            made = _first(work, record, wanted, shared_graph, derived)
    durable.discard(work)
    return made


def _first(work: Path, record: Path, wanted: Edit, shared_graph: NamedNode, derived: Derived) -> Edit:
    """Everything is derived from a store in memory, which answers five times as fast; then it is written at once."""
    whole = Store()
    made = derive(whole, None, edit.apply(whole, wanted, shared_graph, derived.graphs), derived)
    edit.refuse_repeated(whole, made.added)
    store = Store(str(work))
    store.bulk_extend(whole)
    for graph in whole.named_graphs():
        store.add_graph(graph)
    _checkpoint(store, record)
    return made


def _worked(
    work: Path, record: Path, parent: Generation, wanted: Edit, shared_graph: NamedNode, derived: Derived
) -> Edit:
    with parent.opened() as before:
        before.backup(str(work))
        store = Store(str(work))
        made = edit.apply(store, wanted, shared_graph, derived.graphs)
        made = derive(store, before, made, derived)
    edit.refuse_repeated(store, made.added)
    _checkpoint(store, record)
    return made


def _checkpoint(store: Store, record: Path) -> None:
    store.flush()
    store.backup(str(record))  # only table files: nothing to replay, so nothing to lose in silence


def derive(store: Store, before: Store | None, made: Edit, derived: Derived) -> Edit:
    """Bring the derived graphs up to date, one after another, and return what has changed in all."""
    for make in derived.makers.values():
        wanted = edit.sharpened(store, make(Delta(store, made.added, made.removed, before)))
        edit.write(store, wanted)
        made |= wanted
    return made


def publish(
    folder: Path, place: Place, store: Store, made: Edit, what: str, now: datetime, keep: int, derived: Derived
) -> Generation:
    """Publish a folder that holds `record/`, of which `store` is the content and `made` the difference to its parent.

    For the lock's holder. Raises StoreUnavailable and OSError, and what attaching raises.
    """
    unpublished = Unpublished(folder, store, place.parent, made)
    derived.attach(unpublished)
    derived.index(unpublished)
    more, less = nquads.lines(made.added), nquads.lines(made.removed)
    data, quads = _data(folder, place, store, more, less)
    entry = Entry(
        generation=place.number,
        parent=place.parent.number if place.parent else None,
        time=written_time(now),
        what=what,
        added=len(made.added),
        removed=len(made.removed),
        quads=quads,
        change=nquads.digest(more, less),
        data=data,
    )
    generation = place.generations.promote(folder, entry.generation, place.parent)
    place.journal.append(entry)
    place.generations.switch(generation.number)
    place.generations.prune(keep)
    return generation


def _data(folder: Path, place: Place, store: Store, more: set[bytes], less: set[bytes]) -> tuple[str, int]:
    """Make the sorted N-Quads, the names of empty graphs and the checksums; the digest and number of the first.

    They are the parent's lines with `more` and without `less`.
    """
    parent, entry = place.parent, place.parent_entry
    before, expected = parent.path if parent else None, entry.data if entry else ""
    digest, lines = dump.write(folder, before, expected, more, less)
    quads = (entry.quads if entry else 0) + len(more) - len(less)
    if lines is not None and not quads == lines == len(store):
        raise StoreUnavailable(
            f"expected {quads} quads in {Dump(folder).data} and in the record beside it, found {lines} and {len(store)}"
        )
    nquads.write_graphs(folder / GRAPHS, store)
    checksums.write(folder, before)
    return digest, quads
