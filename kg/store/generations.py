"""Generations: immutable states of the record, one directory each, one of them current."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import NotFound, StoreUnavailable
from kg.store import durable
from kg.store.dump import CHANGES, Dump

if TYPE_CHECKING:
    from pyoxigraph import Store

GRAPHS = "graphs"  # names the graphs that exist and are empty, which N-Quads cannot
_NUMBER = re.compile(r"[1-9][0-9]*")


def stamp_of(data: Path) -> str:
    """The age and size of a `data.nq`, and of what changes it, which tell it from another. Raises OSError."""
    found = [path.stat() for path in (data, data.with_name(CHANGES)) if path == data or path.exists()]
    return ".".join(f"{status.st_mtime_ns:x}.{status.st_size:x}" for status in found)


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state; never written again."""

    number: int
    path: Path

    @property
    def record(self) -> Path:
        """The folder of the record's RocksDB files."""
        return self.path / "record"

    @property
    def data(self) -> Path:
        """The file of its `dump` that is always there."""
        return self.dump.data

    @property
    def dump(self) -> Dump:
        """The same quads as sorted N-Quads."""
        return Dump(self.path)

    def perspective(self, name: str) -> "Generation":
        """The world of a perspective of this generation, which has a record and a `data.nq` of its own."""
        return Generation(self.number, self.path / "perspectives" / name)

    def worlds(self) -> "tuple[Generation, ...]":
        """The worlds of all perspectives of this generation, by name."""
        return tuple(self.perspective(path.name) for path in sorted(self.path.glob("perspectives/*/")))

    @contextmanager
    def opened(self) -> "Iterator[Store]":
        """The record, read-only; opening writes nothing, and it outlives the directory's removal.

        Raises StoreUnavailable when it cannot be opened.
        """
        from pyoxigraph import Store  # the server, which never opens one, follows generations too

        try:
            store = Store.read_only(str(self.record))
        except OSError as error:
            raise StoreUnavailable(f"generation {self.number} cannot be opened at {self.record}: {error}") from error
        yield store


class Generations:
    """The generations in a data directory; what writes (`making` to `prune`) is for the lock's holder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "generations"

    def current(self) -> Generation | None:
        """The generation that is published now, None before the first.

        Raises StoreUnavailable when CURRENT is not a number or names a generation that is not there.
        """
        try:
            text = (self.root / "CURRENT").read_bytes().decode("ascii", "replace").strip()
        except FileNotFoundError:
            return None
        if not _NUMBER.fullmatch(text):
            raise StoreUnavailable(
                f"expected the number of a generation in {self.root / 'CURRENT'}, found {text[:40]!r}"
            )
        try:
            return self.get(int(text))
        except NotFound:
            raise StoreUnavailable(f"CURRENT names generation {text}, and there is no {self.folder / text}") from None

    def all(self) -> tuple[Generation, ...]:
        """Every generation present, oldest first."""
        names = [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []
        return tuple(self._at(number) for number in sorted(int(n) for n in names if _NUMBER.fullmatch(n)))

    def get(self, number: int) -> Generation:
        """The generation of that number. Raises NotFound when it was pruned or never was."""
        generation = self._at(number)
        if not generation.path.is_dir():
            raise NotFound(f"there is no generation {number}: it was pruned, or never published")
        return generation

    @contextmanager
    def making(self, number: int) -> Iterator[Path]:
        """A folder to make a generation in, removed at the end unless it was promoted."""
        folder = self.folder / f".new-{os.getpid()}-{number}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            durable.discard(folder)

    def promote(self, folder: Path, number: int, parent: Generation | None = None) -> Generation:
        """Turn a finished folder into the generation of that number, durably; CURRENT stays as it is.

        Files that it shares with its parent are on the disk already.
        """
        durable.sync_tree(folder, parent.path if parent else None)
        generation = self._at(number)
        folder.rename(generation.path)
        durable.sync(self.folder)
        durable.sync(self.root)
        return generation

    def switch(self, number: int) -> None:
        """Make a generation the current one, atomically and durably. Raises NotFound."""
        durable.replace(self.root / "CURRENT", f"{self.get(number).number}\n")

    def prune(self, keep: int) -> None:
        """Remove all but the newest `keep` generations; the current one always stays."""
        current = self.current()
        for generation in self.all()[: -max(keep, 1)]:
            if generation != current:
                self.remove(generation)

    def remove(self, generation: Generation) -> None:
        """Remove a generation; readers that have it open keep it."""
        doomed = self.folder / f".old-{os.getpid()}-{generation.number}"
        generation.path.rename(doomed)  # so that a kill leaves no half generation
        durable.discard(doomed)

    def leftovers(self) -> tuple[Path, ...]:
        """Folders that a killed commit left behind (or that a running one is working in)."""
        return tuple(sorted(p for kind in ("new", "old", "erased") for p in self.folder.glob(f".{kind}-*")))

    def _at(self, number: int) -> Generation:
        return Generation(number, self.folder / str(number))
