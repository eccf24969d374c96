"""Making the content of an earlier generation the current one again, as a generation of its own number."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from kg.errors import BadInput, NotFound, StoreUnavailable
from kg.store import checksums, durable, nquads
from kg.store.changes import Line, changed_lines, sides
from kg.store.commit import Place, find_place, writing
from kg.store.generations import Generation
from kg.store.history import History
from kg.store.journal import ROLLBACK, Entry, written_time
from kg.store.lock import locked


def roll_back(
    root: Path, to: int | None, *, keep: int, clock: Callable[[], datetime], wait: float = 30.0
) -> tuple[Entry, int]:
    """Publish what a kept generation held (None: the one from which the current one was made) as the next generation.

    The journal's entry, and the number gone back to. Raises NotFound for one that is not kept, BadInput when that is
    what is current, StoreUnavailable when it is damaged, the lock is not free in time or the disk cannot be written.
    """
    with locked(root, wait):
        place = find_place(root)
        if place.parent is None or place.parent_entry is None:
            raise NotFound("nothing was published yet")
        wanted = place.parent_entry.parent if to is None else to
        if wanted is None:
            raise NotFound(f"generation {place.parent.number} is the first: there is none to go back to")
        source = _sound(root, wanted)
        lines = list(changed_lines(place.parent, source))
        if not lines:
            raise BadInput(f"the current generation holds what generation {wanted} held: there is nothing to do")
        with writing(root):
            entry = publish_copy(place, source, lines, f"{ROLLBACK}to generation {wanted}", clock(), keep)
        return entry, wanted


def _sound(root: Path, number: int) -> Generation:
    """A kept generation, as journaled. Raises NotFound and StoreUnavailable."""
    history = History(root)
    moment = history.find_kept(number)
    found = history.generation(moment)
    if not found.dump.is_whole(moment.entry.data):
        raise StoreUnavailable(f"{found.data} is not what the journal says: it was changed after it was written")
    if problems := checksums.problems(found.path):
        raise StoreUnavailable("; ".join(problems))
    return found


def publish_copy(place: Place, source: Generation, lines: Iterable[Line], what: str, now: datetime, keep: int) -> Entry:
    """Publish the files of a generation under the next number; `lines` is what differs from the current one.

    For the lock's holder. Raises OSError, StoreUnavailable.
    """
    added, removed = sides(lines)
    with place.generations.making(place.number) as folder:
        durable.link_tree(source.path, folder)
        entry = Entry(
            generation=place.number,
            parent=place.parent.number if place.parent else None,
            time=written_time(now),
            what=what,
            added=len(added),
            removed=len(removed),
            quads=source.dump.count(),
            change=nquads.digest(added, removed),
            data=source.dump.digest(),
        )
        place.generations.promote(folder, place.number, source)
    sealed = place.journal.append(entry)
    place.generations.switch(place.number)
    place.generations.prune(keep)
    return sealed
