"""Answers that are still being written: a worker's output is drained at its own speed, and read at the client's."""

import math
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from kg.errors import Busy, KgError, StoreUnavailable
from kg.sparql.admission import SLICE
from kg.sparql.answers import Answer
from kg.sparql.run import Run

MOST = 64  # answers open at once
WHOLE = 1 << 20  # bytes of an answer that is not streamed if it is complete soon
IN_MEMORY = 1 << 21  # bytes of a streamed answer that are not put on disk
PIECE = 1 << 16  # bytes handed to the client at a time
LAG = 5.0  # seconds without reading after which another may take an answer's place
SLOW = 1 << 15  # bytes a second; who reads no faster over twice as long gives way to another too


Keep = Callable[[int, Callable[[], bytes]], Answer | None]


class Stream(Iterator[bytes]):
    """An answer that begins with `head`. Raises what ends the query, or StoreUnavailable when it was closed.

    `keep` is given the number of bytes and a way to read them before anybody is told that the answer is whole; what
    it makes of them is `kept`.
    """

    def __init__(
        self, run: Run, head: list[bytes], client: str, keep: Keep, closed: Callable[["Stream"], None]
    ) -> None:
        self.client = client
        self.kept: Answer | None = None
        self._offer = keep
        self._run, self._tell = run, closed
        self._spool = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by `_end`
        self._changed = threading.Condition()
        self._written, self._read = 0, 0
        self._whole, self._closed = False, False
        self._error: KgError | None = None
        self._opened = self._read_at = time.monotonic()
        self._waits = False  # the reader does, for the query
        for piece in head:
            self._keep(piece)
        threading.Thread(target=self._drain, name="answer", daemon=True).start()

    def __next__(self) -> bytes:
        with self._changed:
            self._waits = True
            self._changed.wait_for(lambda: self._read < self._written or self._whole or self._error or self._closed)
            self._waits, self._read_at = False, time.monotonic()
            if self._read < self._written and not self._error and not self._closed:
                return self._piece()
        self.close()
        if self._error:
            raise self._error
        raise StopIteration

    def hold(self, gone: Callable[[], bool]) -> int:
        """Wait until the whole answer is there; its bytes. Raises what ended the query."""
        with self._changed:
            self._waits = True
            while not (self._whole or self._error or gone()):
                self._changed.wait(SLICE)
            self._waits, self._opened = False, time.monotonic()
            self._read_at = self._opened
            if self._whole:
                return self._written
        left = StoreUnavailable("the client left before its answer was complete")
        self._end(left)
        raise self._error or left

    def close(self) -> None:
        """Drop what is left; a query that still runs is ended."""
        self._end(StoreUnavailable("the answer was closed before its end"))

    def give_way(self) -> None:
        """Drop what is left so that another answer can be read."""
        self._end(StoreUnavailable("the answer was read too slowly while others waited, and was dropped"))

    def pace(self) -> float:
        """Bytes a second that the reader takes, infinite while it waits for the query."""
        with self._changed:
            return math.inf if self._waits else self._read / (time.monotonic() - self._opened + 1)

    def lags(self) -> bool:
        """Whether the reader lets the answer lie."""
        with self._changed:
            idle, age = time.monotonic() - self._read_at, time.monotonic() - self._opened
        return not self._waits and (idle > LAG or (age > 2 * LAG and self.pace() < SLOW))

    def _end(self, error: KgError) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            if not (self._whole and self._read == self._written):
                self._error = self._error or error
            self._spool.close()
            self._changed.notify_all()
        self._tell(self)

    def _piece(self) -> bytes:
        self._spool.seek(self._read)
        piece = self._spool.read(min(PIECE, self._written - self._read))
        self._read += len(piece)
        return piece

    def _drain(self) -> None:
        error = None
        try:
            while piece := self._run.next(math.inf, lambda: self._closed):
                self._keep(piece)
        except KgError as raised:
            error = raised
        except OSError as raised:  # the disk is full
            self._run.abort("spool")
            error = StoreUnavailable(f"the answer cannot be kept: {raised.strerror}")
        self.kept = self._offer(self._written, self._body) if error is None else None
        with self._changed:
            self._error, self._whole = self._error or error, error is None
            self._changed.notify_all()

    def _body(self) -> bytes:
        """All that was written, unless the answer was closed."""
        with self._changed:
            if self._closed:
                return b""
            self._spool.seek(0)
            return self._spool.read()

    def _keep(self, piece: bytes) -> None:
        with self._changed:
            if not self._closed:
                self._spool.seek(self._written)
                self._spool.write(piece)
                self._written += len(piece)
                self._changed.notify_all()


class Streams:
    """The open streams: at most `MOST`. Who reads slowly, or has more of them than others, gives way to a newcomer."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._lock = threading.Lock()

    def open(self, run: Run, head: list[bytes], client: str, keep: Keep) -> Stream:
        """Stream the rest of an answer. Raises Busy when too many are open and none gives way."""
        with self._lock:
            victim = self._victim(client) if len(self._open) >= MOST else None
        if victim is not None:
            victim.give_way()
        with self._lock:
            if len(self._open) >= MOST:
                run.abort("streams full")
                raise Busy("too many large answers are being read; try again later", 5)
            stream = Stream(run, head, client, keep, self._forget)
            self._open.add(stream)
            return stream

    def _victim(self, client: str) -> Stream | None:
        held = Counter(stream.client for stream in self._open)
        among = [stream for stream in self._open if stream.lags()]
        among = among or [stream for stream in self._open if held[stream.client] > held[client] + 1]
        return min(among, key=Stream.pace, default=None)

    def _forget(self, stream: Stream) -> None:
        with self._lock:
            self._open.discard(stream)
