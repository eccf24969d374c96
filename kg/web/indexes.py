"""The search indexes of the generations that are asked now: opened once, and made where a generation has none."""

import threading
import time
from collections import OrderedDict, deque
from pathlib import Path

from kg.errors import NotFound, StoreUnavailable
from kg.sparql.indexer import index_generation
from kg.store import index
from kg.store.generations import Generations
from kg.web.index import Index
from kg.web.record import Moved, Record
from kg.web.remembered import MOST

WAIT = 5.0  # seconds for which the first who asks waits until an index is made
PAUSE = 30.0  # seconds after which one that could not be made is tried again


class Indexes:
    """Opens them; one that is missing or damaged is made by a process of its own, one at a time."""

    def __init__(self, data: Path, base: str) -> None:
        self._data, self._base = data, base
        self._generations = Generations(data)
        self._lock = threading.Lock()
        self._opened: OrderedDict[int, Index] = OrderedDict()
        self._sound: deque[tuple[int, ...]] = deque(maxlen=MOST)  # files that were looked at, byte for byte
        self._making: _Making | None = None

    def of(self, record: Record) -> Index:
        """The index of the generation that a page reads. Raises Moved, and StoreUnavailable while it is being made."""
        number = record.current()
        if number is None:
            raise StoreUnavailable("nothing was published yet")
        record.settle(number)
        with self._lock:
            if found := self._opened.get(number) or self._open(number):
                return found
            made = self._make(number)
        if not made.wait():
            raise StoreUnavailable(f"the search index of generation {number} is being made; try again in a moment", 2)
        if made.reason:
            raise StoreUnavailable(f"generation {number} has no search index: {made.reason}", int(PAUSE))
        raise Moved  # it is read again, with its index

    def forget(self) -> None:
        """Let go of all: another generation is served, and a text may have been erased from those before."""
        with self._lock:
            opened, self._opened = self._opened, OrderedDict()
        for one in opened.values():
            one.close()

    def _open(self, number: int) -> Index | None:
        try:
            folder = self._generations.get(number).path
        except NotFound:
            raise Moved from None
        if not index.is_current(folder, self._base) or not self._is_sound(folder):
            return None
        found = self._opened[number] = Index(folder)
        if len(self._opened) > MOST:
            self._opened.popitem(last=False)[1].close()
        return found

    def _is_sound(self, folder: Path) -> bool:
        """Whether the file is as it was written; read once, also where generations share it."""
        status = (folder / index.FILE).stat()
        mark = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
        if mark not in self._sound and index.is_whole(folder):
            self._sound.append(mark)
        return mark in self._sound

    def _make(self, number: int) -> "_Making":
        """What is made now, or was tried just now; or else have it made."""
        now = self._making
        if now and (now.is_alive() or (now.number == number and now.reason and time.monotonic() < now.until)):
            return now
        self._making = _Making(self._data, self._base, number)
        self._making.start()
        return self._making


class _Making(threading.Thread):
    """Waits for the process that makes an index; `reason` says why it could not."""

    def __init__(self, data: Path, base: str, number: int) -> None:
        super().__init__(daemon=True)
        self.number, self.reason, self.until = number, "", 0.0
        self._of = data, base, number
        self._first = threading.Lock()

    def run(self) -> None:
        """Have it made."""
        self.reason = index_generation(*self._of)
        self.until = time.monotonic() + PAUSE

    def wait(self) -> bool:
        """Wait a little, but for one that asks no other; whether it is over."""
        if self._first.acquire(blocking=False):
            self.join(WAIT)
        return not self.is_alive()
