"""What is looked at before a data directory is served: nothing that is damaged is answered from in silence."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from kg.errors import StoreUnavailable
from kg.store import checksums, durable, erasing, nquads
from kg.store.generations import GRAPHS, Generation, Generations
from kg.store.journal import FILE as JOURNAL
from kg.store.journal import Entry, Journal, Reading
from kg.store.lock import locked


@dataclass(frozen=True, slots=True)
class Recovery:
    """The generation to serve, None when nothing was ever published, and sentences for a person to read."""

    generation: Generation | None
    warnings: tuple[str, ...]


def recover(root: Path, wait: float = 30.0, sha256: durable.Sha256 = durable.sha256) -> Recovery:
    """Check the data directory, and fall back to the newest intact generation when the current one is damaged.

    When none is intact, the newest whose `data.nq` is as journaled has its record made again from that.
    Finishes an erasure that was cut off. Removes what killed commits left, if no commit is running. `wait` (seconds) is
    for the lock, which is needed to fall back; `sha256` tells the digest of a file where that may have been known.
    Raises StoreUnavailable when something was published and nothing intact is left of it.
    """
    if not root.is_dir():
        return Recovery(None, ())
    if (root / erasing.INTENT).exists():
        with locked(root, wait):
            erasing.finish(root)
    _sweep(root)
    state = _examined(root, sha256)
    if state.sound:
        return Recovery(state.current, state.remarks)
    with locked(root, wait):
        state = _examined(root)  # a commit may have ended meanwhile
        return Recovery(state.current, state.remarks) if state.sound else _fall_back(root, state)


def problems(root: Path) -> tuple[str, ...]:
    """A sentence for everything that is wrong with the data directory, which is only looked at."""
    state = _examined(root)
    return state.remarks + state.damage


@dataclass(frozen=True, slots=True)
class _State:
    """What was found: `remarks` do not keep the current generation from being served, `damage` does."""

    current: Generation | None
    reading: Reading
    remarks: tuple[str, ...]
    damage: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.damage


def _examined(root: Path, sha256: durable.Sha256 = durable.sha256) -> _State:
    current, damage = _current(root)
    journal = Journal(root / JOURNAL)
    reading = journal.read()  # after CURRENT, which a commit writes after the journal
    if current:
        damage = tuple(_damage(current, reading.entries, sha256))
    elif not damage and (reading.entries or reading.broken):
        damage = (f"{root / 'CURRENT'} is missing, though the journal lists what was published",)
    return _State(current, reading, tuple(_remarks(journal, reading)), damage)


def _current(root: Path) -> tuple[Generation | None, tuple[str, ...]]:
    try:
        return Generations(root).current(), ()
    except StoreUnavailable as error:
        return None, (str(error),)


def _remarks(journal: Journal, reading: Reading) -> Iterator[str]:
    if reading.broken:
        yield f"{reading.broken}. Nothing can be published until the journal is restored from a copy."
    if reading.torn:
        yield (
            f"{journal.path}: the last line is cut off, as by a crash while it was being written;"
            " its commit was not published, and the next one replaces the line."
        )


def _damage(
    generation: Generation, entries: tuple[Entry, ...], sha256: durable.Sha256 = durable.sha256
) -> Iterator[str]:
    """A sentence for each way in which a generation is not what was journaled; the record is opened last."""
    entry = next((entry for entry in entries if entry.generation == generation.number), None)
    if entry is None:
        yield f"generation {generation.number} is not in the journal"
        return
    broken = (*_damage_of_data(generation, entry, sha256), *checksums.problems(generation.path, sha256))
    yield from broken or _damage_of_record(generation)


def _damage_of_data(generation: Generation, entry: Entry, sha256: durable.Sha256 = durable.sha256) -> Iterator[str]:
    try:
        whole = generation.dump.is_whole(entry.data, sha256)
    except OSError as error:
        yield f"{error.filename} cannot be read: {error.strerror}"
        return
    if not whole:
        yield f"{generation.data} was changed after it was written: its sha256 is not the journaled one"


def _damage_of_record(generation: Generation) -> Iterator[str]:
    try:
        with generation.opened():
            return
    except (OSError, StoreUnavailable) as error:
        yield str(error)


def _sweep(root: Path) -> None:
    with suppress(StoreUnavailable, OSError), locked(root, 0):  # a commit is running, or the disk is read-only
        for folder in Generations(root).leftovers():
            durable.discard(folder)


def _fall_back(root: Path, state: _State) -> Recovery:
    generations, told = Generations(root), (*state.remarks, *state.damage)
    present = {generation.number: generation for generation in generations.all()}
    choices = [(present[e.generation], e) for e in _preferred(state) if e.generation in present]
    for generation, entry in choices:
        if not any(_damage(generation, state.reading.entries)):
            generations.switch(generation.number)
            return Recovery(generation, (*told, _used(entry)))
    for generation, entry in choices:
        if not any(_damage_of_data(generation, entry)):
            _remake(generations, generation)
            generations.switch(generation.number)
            return Recovery(generation, (*told, _remade(generation), _used(entry)))
    raise StoreUnavailable(
        "; ".join(told)
        + f". No intact generation that the journal lists is left in {generations.folder}: restore a backup,"
        " or move the directory away and build anew"
    )


def _remake(generations: Generations, generation: Generation) -> None:
    """Make the record again from `data.nq`: generations share table files, so one flaw may be in all of them.

    So with the world of each perspective; one whose own `data.nq` is damaged is given up, the record is not.
    """
    for world in generation.worlds():
        if checksums.is_intact(generation.path, world.data):
            _reload(generations, world)
        else:
            durable.discard(world.path)
    _reload(generations, generation)
    checksums.write(generation.path)
    durable.sync(generation.path / checksums.NAME)
    durable.sync(generation.path)


def _reload(generations: Generations, generation: Generation) -> None:
    with generations.making(generation.number) as folder:
        store = Store(str(folder / "work"))
        # bulk_load() would give blank nodes new labels
        store.bulk_extend(generation.dump.quads())
        for graph in nquads.read_graphs(generation.path / GRAPHS):
            store.add_graph(graph)
        store.flush()
        store.backup(str(folder / "record"))
        del store
        durable.sync_tree(folder)
        durable.discard(generation.record)
        (folder / "record").rename(generation.record)
        durable.sync(generation.path)


def _preferred(state: _State) -> list[Entry]:
    """The newest first; but those that are newer than the current one, which a rollback left, last."""
    limit = state.current.number if state.current else float("inf")
    return sorted(state.reading.entries, key=lambda e: (e.generation > limit, -e.generation))


def _used(entry: Entry) -> str:
    return (
        f"Generation {entry.generation} of {entry.time} ({entry.what}) is used;"
        " what was published after it is missing from it."
    )


def _remade(generation: Generation) -> str:
    return f"No generation was whole; {generation.record} was made again from {generation.data}, which is intact."
