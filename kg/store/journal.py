"""The journal: one line of JSON per published generation, each chained to the one before by its digest."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import StoreUnavailable
from kg.store import durable, nquads

FILE = "journal.jsonl"
WRITE = "write: "  # begins what an entry says of clients' writes, which leave alone what the build owns
ROLLBACK = "rollback: "  # begins what an entry says of going back
RESTORE = "restore: "  # begins what an entry says of a backup that took the place of what was there
ERASURE = "erasure: "  # begins what an entry says of a text that was erased from every generation


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit: what it made of which parent, when and why.

    `time` is UTC in ISO 8601; `added`, `removed` and `quads` (in all, afterwards) are counts. `change` is the
    sha256 of the sorted lines `+ quad` and `- quad`, `data` that of the dump (`kg.store.dump`), and `digest` that of
    the previous entry's digest followed by this entry's canonical JSON without its own.
    """

    generation: int
    parent: int | None
    time: str
    what: str
    added: int
    removed: int
    quads: int
    change: str
    data: str
    digest: str = ""

    def chained(self, previous: str) -> "Entry":
        """This entry with the digest that follows `previous` (empty before the first)."""
        return replace(self, digest=hashlib.sha256((previous + self._canonical()).encode()).hexdigest())

    def again(self, generation: int, what: str, now: datetime) -> "Entry":
        """The entry of a later generation that was made from this one and holds the same."""
        return Entry(
            generation=generation,
            parent=self.generation,
            time=written_time(now),
            what=what,
            added=0,
            removed=0,
            quads=self.quads,
            change=nquads.digest((), ()),
            data=self.data,
        )

    def line(self) -> bytes:
        """The entry as it stands in the journal."""
        return _json(asdict(self)).encode() + b"\n"

    def _canonical(self) -> str:
        return _json({name: value for name, value in asdict(self).items() if name != "digest"})


def written_time(moment: datetime) -> str:
    """A moment as a journal has it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _json(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_KINDS = {f.name: (int, type(None)) if f.name == "parent" else f.type for f in fields(Entry)}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a journal holds: the entries whose chain is whole, and what is wrong after them.

    `torn` is the bytes of a last line without its end: a crash while appending, nothing that was acknowledged.
    `broken` is a sentence with the line's number when anything else is wrong, else None.
    """

    entries: tuple[Entry, ...]
    torn: bytes
    broken: str | None


class Journal:
    """The journal at a path; a missing file is an empty journal.

    What it has read or written itself it does not read again while the file's time and size stay.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[Reading, tuple[int, int, int]] | None = None

    def read(self) -> Reading:
        """Read as far as the chain is whole."""
        stamp = self._stamp()
        if self._known is None or self._known[1] != stamp:
            self._known = self._read(), stamp
        return self._known[0]

    def _stamp(self) -> tuple[int, int, int]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return 0, 0, 0
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _read(self) -> Reading:
        *lines, torn = (self.path.read_bytes() if self.path.exists() else b"").split(b"\n")
        entries: list[Entry] = []
        for number, line in enumerate(lines, 1):
            entry = _parsed(line)
            if entry is None:
                return Reading(tuple(entries), torn, f"{self.path}:{number}: expected an entry of the journal")
            if entry != entry.chained(entries[-1].digest if entries else ""):
                return Reading(
                    tuple(entries),
                    torn,
                    f"{self.path}:{number}: the entry of generation {entry.generation} does not follow from"
                    " the entries before it: a line was changed, removed or inserted",
                )
            entries.append(entry)
        return Reading(tuple(entries), torn, None)

    def entries(self) -> tuple[Entry, ...]:
        """All entries, oldest first, a torn last line left out. Raises StoreUnavailable for a broken chain."""
        reading = self.read()
        if reading.broken:
            raise StoreUnavailable(reading.broken)
        return reading.entries

    def find(self, generation: int) -> Entry | None:
        """The entry of a generation, the last ones looked at first, whether or not the chain is whole."""
        try:
            lines = self.path.read_bytes().split(b"\n")[:-1]
        except OSError:
            return None
        return next((e for line in reversed(lines) if (e := _parsed(line)) and e.generation == generation), None)

    def append(self, entry: Entry) -> Entry:
        """Add an entry durably and return it with its digest; a torn last line gives way to it.

        Raises StoreUnavailable for a broken chain. For the lock's holder only.
        """
        reading = self.read()
        if reading.broken:
            raise StoreUnavailable(reading.broken)
        sealed = entry.chained(reading.entries[-1].digest if reading.entries else "")
        new = not self.path.exists()
        with self.path.open("ab") as file:
            file.truncate(file.tell() - len(reading.torn))
            file.write(sealed.line())
            file.flush()
            os.fsync(file.fileno())
        if new:
            durable.sync(self.path.parent)
        self._known = Reading((*reading.entries, sealed), b"", None), self._stamp()
        return sealed


def _parsed(line: bytes) -> Entry | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, dict) or values.keys() != _KINDS.keys():
        return None
    if not all(isinstance(values[name], kind) for name, kind in _KINDS.items()):  # type: ignore[arg-type]
        return None
    return Entry(**values)
