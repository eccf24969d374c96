"""Where a worker's engine writes an answer: into frames of 64 KB, counted against the limits."""

import time

from kg.sparql import frames
from kg.sparql.rows import Rows

CHUNK = 1 << 16  # bytes; the engine writes 8 KB at a time, which costs a pipe a fifth more
PATIENCE = 0.1  # seconds after which what was written is sent, however little


class TooLarge(Exception):
    """The answer exceeds a limit; the text says which."""


class Writer:
    """A file to write to; `most_bytes` and `most_rows` limit the answer.

    `write` and `finish` raise TooLarge, and BrokenPipeError when nobody reads any more.
    """

    def __init__(self, pipe: int, most_bytes: int, rows: Rows | None, most_rows: int) -> None:
        self._pipe, self._most_bytes, self._rows, self._most_rows = pipe, most_bytes, rows, most_rows
        self._parts: list[bytes] = []
        self._pending, self._total = 0, 0
        self._sent = time.monotonic()

    def write(self, data: bytes) -> int:
        """Take the next bytes, and send them on when they are enough or old enough."""
        self._parts.append(data)
        self._pending += len(data)
        if self._pending >= CHUNK or (self._pending and time.monotonic() - self._sent > PATIENCE):
            self._send()
        return len(data)

    def flush(self) -> None:
        """Does nothing: `finish` sends what is left."""

    def finish(self) -> None:
        """Send what is left, and say that it was all."""
        if self._pending:
            frames.send_last(self._pipe, self._chunk())
        else:
            frames.send(self._pipe, frames.END)

    def _send(self) -> None:
        frames.send(self._pipe, frames.DATA, self._chunk())
        self._sent = time.monotonic()

    def _chunk(self) -> bytes:
        """What was written since the last; raises TooLarge."""
        chunk = b"".join(self._parts)
        self._parts.clear()
        self._pending = 0
        self._total += len(chunk)
        self._check(chunk)
        return chunk

    def _check(self, chunk: bytes) -> None:
        if self._total > self._most_bytes:
            raise TooLarge(f"the answer exceeds the limit of {self._most_bytes} bytes")
        if self._rows is not None:
            self._rows.add(chunk)
            if self._rows.count > self._most_rows:
                raise TooLarge(f"the answer exceeds the limit of {self._most_rows} rows")
