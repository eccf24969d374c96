"""Records and a journal made again from quads, so that nothing is left in them of what was removed.

RocksDB keeps a deleted key in its files until they are compacted, and generations share files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

from kg.graph.change import Edit
from kg.store import durable, edit, nquads
from kg.store.changes import changed_lines, sides
from kg.store.generations import GRAPHS, Generation
from kg.store.journal import Entry


def write_data(made: Generation, of: Generation, gone: Edit) -> None:
    """Write `data.nq` as a whole: one that is shared, or what changes it, may hold what was removed."""
    nquads.write(made.data, of.data, *of.dump.changed(nquads.lines(gone.added), nquads.lines(gone.removed)))


def write_record(made: Generation, before: Generation | None) -> Edit:
    """Make `record/` of what `data.nq` holds, sharing files with `before`, which was made so too.

    What differs between the two. Raises OSError.
    """
    work = made.path / "work"
    if before is not None:
        with before.opened() as store:
            store.backup(str(work))
    store = Store(str(work))
    difference = Edit(*map(_quads, sides(changed_lines(before, made))))
    edit.write(store, difference)
    empty = set(nquads.read_graphs(made.path / GRAPHS))
    for graph in empty:
        store.add_graph(graph)
    for name in list(store.named_graphs()):
        if name not in empty and next(store.quads_for_pattern(None, None, None, name), None) is None:
            store.remove_graph(name)
    store.flush()
    store.backup(str(made.record))
    del store
    durable.discard(work)
    return difference


def _quads(lines: Iterable[bytes]) -> frozenset[Quad]:
    return frozenset(parse(b"".join(lines), RdfFormat.N_QUADS))


def rewritten(entries: Iterable[Entry], made: Mapping[int, Generation], hidden: Iterable[str]) -> list[Entry]:
    """The journal's entries with the digests and counts of the generations as made again, chained anew.

    Of a generation that is not kept the digests are withdrawn (empty), since they may cover what was erased; names that
    are `hidden` are replaced in what entries tell.
    """
    told: list[Entry] = []
    for entry in entries:
        entry = replace(entry, what=_without(entry.what, hidden), change="", data="")
        if entry.generation in made:
            entry = replace(entry, data=made[entry.generation].dump.digest())
            entry = replace(entry, quads=made[entry.generation].dump.count())
            if entry.parent is None or entry.parent in made:
                before = made[entry.parent] if entry.parent else None
                more, less = sides(changed_lines(before, made[entry.generation]))
                entry = replace(entry, added=len(more), removed=len(less), change=nquads.digest(more, less))
        told.append(entry.chained(told[-1].digest if told else ""))
    return told


def _without(what: str, hidden: Iterable[str]) -> str:
    words = what.split(" ")
    for name in hidden:
        words = [f"(erased){word[len(name) :]}" if word.rstrip(",") == name else word for word in words]
    return " ".join(words)


def write_journal(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries that are chained."""
    path.write_bytes(b"".join(entry.line() for entry in entries))
