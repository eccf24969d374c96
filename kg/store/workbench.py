"""A clone of the current generation that stays open between commits, for a writer that makes many small ones."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import Store

from kg.graph.change import Edit
from kg.store import durable
from kg.store.commit import Delta, Derived, Place, derive, find_place, publish, writing
from kg.store.generations import Generation
from kg.store.journal import FILE as JOURNAL
from kg.store.journal import Journal
from kg.store.lock import locked


@dataclass(slots=True)
class Bench:
    """The clone while the lock is held: change `store` as you like, then publish what you changed, or nothing."""

    place: Place
    store: Store
    published: Generation | None = None

    def publish(
        self,
        made: Edit,
        what: str,
        *,
        check: Callable[[Delta], None],
        derived: Derived,
        keep: int,
        clock: Callable[[], datetime],
    ) -> Generation:
        """Publish the clone, which differs from the current generation by `made`, as the next generation.

        Raises what `check` raises, StoreUnavailable, and OSError.
        """
        place = self.place
        with place.parent.opened() if place.parent else nullcontext() as before:
            made = derive(self.store, before, made, derived)
        check(Delta(self.store, made.added, made.removed))
        with place.generations.making(place.number) as folder, writing(place.generations.root):
            self.store.flush()
            self.store.backup(str(folder / "record"))
            self.published = publish(folder, place, self.store, made, what, clock(), keep, derived)
        return self.published


class Workbench:
    """Keeps the clone in `root/generations/.work-…`; it goes with the process, or at the next one's start.

    Of one process and one thread.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder: Path | None = None
        self._journal = Journal(root / JOURNAL)
        self._store: Store | None = None
        self._at: int | None = None  # the generation that the clone is of
        self._claim: int | None = None
        root.mkdir(parents=True, exist_ok=True)
        self._sweep()

    @contextmanager
    def locked(self, wait: float) -> Iterator[Bench]:
        """Hold the data directory's lock, with a clone of the current generation; `wait` is in seconds.

        What is not published when it ends must have been undone; after an error the clone is made anew.
        Raises StoreUnavailable.
        """
        with locked(self._root, wait):
            place = find_place(self._root, self._journal)
            with writing(self._root):
                bench = Bench(place, self._clone(place.parent))
            try:
                yield bench
            except BaseException:
                self._drop()
                raise
            if bench.published:
                self._at = bench.published.number

    def close(self) -> None:
        """Let go of the clone."""
        self._drop()

    def _clone(self, parent: Generation | None) -> Store:
        if self._store is not None and self._at == (parent.number if parent else None):
            return self._store
        self._drop()
        generations = self._root / "generations"
        generations.mkdir(parents=True, exist_ok=True)
        # Another each time: who still holds the old store keeps its files open.
        self._folder = Path(tempfile.mkdtemp(prefix=".work-", dir=generations))
        self._claim = os.open(self._folder, os.O_RDONLY)
        fcntl.flock(self._claim, fcntl.LOCK_EX)  # goes with this process, however it ends
        work = self._folder / "record"
        if parent:
            with parent.opened() as current:
                current.backup(str(work))
        self._store, self._at = Store(str(work)), parent.number if parent else None
        return self._store

    def _drop(self) -> None:
        self._store = None
        if self._claim is not None and self._folder is not None:
            durable.discard(self._folder)
            os.close(self._claim)
            self._claim = None

    def _sweep(self) -> None:
        """Remove the clones of processes that were killed."""
        for folder in (self._root / "generations").glob(".work-*"):
            claim = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
                durable.discard(folder)
            except BlockingIOError:
                continue  # that process lives
            finally:
                os.close(claim)
