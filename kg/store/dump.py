"""A generation's quads as sorted N-Quads: whole, or those of an ancestor and what has changed since.

`data.nq` holds them all, sorted. Copying it for each commit is cheap while it is small; a large one is shared with the
parent, and `changes.nq` beside it says what to leave out of it (`- quad`) and to add (`+ quad`), sorted by quad. Its
first line names the sha256 of the `data.nq` that it changes. Once the changes weigh much, both become one again.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import StoreUnavailable
from kg.store import durable, nquads

if TYPE_CHECKING:
    from pyoxigraph import Quad

DATA, CHANGES = "data.nq", "changes.nq"
SMALL = 64 << 20  # bytes of `data.nq` that every commit copies
SHARE = 8  # of a larger one, the changes weigh at most this part
_HEAD = "# changes of "


@dataclass(frozen=True, slots=True)
class Dump:
    """The files of a generation's folder."""

    folder: Path

    @property
    def data(self) -> Path:
        """All quads, or those of an ancestor."""
        return self.folder / DATA

    @property
    def changes(self) -> Path:
        """What has changed since, where there is such a file."""
        return self.folder / CHANGES

    def digest(self, sha256: durable.Sha256 = durable.sha256) -> str:
        """The sha256 that a journal keeps: of the changes, which name that of the data; without any, of the data."""
        return sha256(self.changes if self.changes.exists() else self.data)

    def is_whole(self, digest: str, sha256: durable.Sha256 = durable.sha256) -> bool:
        """Whether all is as it was when it had this digest. Raises OSError for a file that cannot be read."""
        if self.digest(sha256) != digest:
            return False
        return not self.changes.exists() or sha256(self.data) == self.head()

    def lines(self) -> Iterator[bytes]:
        """Each quad's line, sorted by graph, then as a whole, by its bytes. Raises OSError."""
        with self.data.open("rb") as lines:
            yield from nquads.merged(lines, *self.edits())

    def quads(self) -> "Iterator[Quad]":
        """Each quad; blank nodes keep their labels. Raises OSError."""
        from pyoxigraph import RdfFormat, parse  # the server, which never loads the engine, reads lines

        if self.changes.exists():
            return parse(b"".join(self.lines()), RdfFormat.N_QUADS)
        return parse(path=str(self.data), format=RdfFormat.N_QUADS)

    def count(self) -> int:
        """The number of quads. Raises OSError."""
        added, removed = self.edits()
        with self.data.open("rb") as file:
            blocks = iter(lambda: file.read(1 << 20), b"")
            return sum(block.count(b"\n") for block in blocks) + len(added) - len(removed)

    def edits(self) -> tuple[list[bytes], list[bytes]]:
        """The lines to add to the data, and those to leave out of it, each sorted; none without changes."""
        if not self.changes.exists():
            return [], []
        lines = self.changes.read_bytes().splitlines(keepends=True)[1:]
        added, removed = ([line[2:] for line in lines if line.startswith(sign)] for sign in (b"+", b"-"))
        return added, removed

    def changed(self, added: set[bytes], removed: set[bytes]) -> tuple[set[bytes], set[bytes]]:
        """What to add to the data, and to leave out of it, once these lines are added and removed as well."""
        there, gone = map(set, self.edits())
        return (there - removed) | (added - gone), (gone - added) | (removed - there)

    def head(self) -> str:
        """The digest of the data that the changes are of."""
        with self.changes.open("rb") as file:
            return file.readline().decode("ascii", "replace").removeprefix(_HEAD).strip()


def write(
    folder: Path, parent: Path | None, expected: str, more: set[bytes], less: set[bytes]
) -> tuple[str, int | None]:
    """Write the lines of the parent's folder, with some more and less some others.

    The digest for a journal, and how many quads there are where all were written. `expected` is the digest of the
    parent's. Raises StoreUnavailable when what is copied of it is not so any more.
    """
    made = Dump(folder)
    if parent is None:
        number = nquads.write(made.data, None, more, ())
        return made.digest(), number
    older = Dump(parent)
    more, less = older.changed(more, less)
    light = _is_light(older, more, less)
    if not (_is_read_right(older, expected) if light else older.is_whole(expected)):
        raise StoreUnavailable(f"{older.data} is not what the journal says: it was changed after it was written")
    if light:
        os.link(older.data, made.data)
        _write_changes(made.changes, older, expected, more, less)
        return made.digest(), None
    number = nquads.write(made.data, older.data, more, less)
    return made.digest(), number


def _is_light(older: Dump, more: set[bytes], less: set[bytes]) -> bool:
    """Whether changes are so few, for so large a `data.nq`, that it may stay as it is."""
    weight, base = sum(map(len, (*more, *less))), older.data.stat().st_size
    return base > SMALL and weight * SHARE <= base


def _is_read_right(older: Dump, expected: str) -> bool:
    """Whether the changes are as they were; a large `data.nq` that is only shared is not read for it."""
    return not older.changes.exists() or older.digest() == expected


def _write_changes(target: Path, older: Dump, expected: str, more: set[bytes], less: set[bytes]) -> None:
    digest = older.head() if older.changes.exists() else expected
    signed = [(nquads.order(line), sign + line) for sign, lines in ((b"+ ", more), (b"- ", less)) for line in lines]
    target.write_bytes(b"".join([f"{_HEAD}{digest}\n".encode(), *(line for _, line in sorted(signed))]))
