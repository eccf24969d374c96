"""Frames on a pipe: a byte that says what follows, its length in four bytes (big-endian), and so many bytes."""

import os
import struct
from collections import deque
from typing import NamedTuple

HELLO, JOB, DATA, END, FAILURE = b"H", b"J", b"D", b"E", b"F"
OPEN, STEP = b"O", b"S"
READ = 1 << 16  # bytes
_HEAD = struct.Struct(">cI")


class Frame(NamedTuple):
    """One frame: its kind (`HELLO`, `JOB`, `DATA`, `END`, `FAILURE`, `OPEN`, `STEP`) and what it carries."""

    kind: bytes
    body: bytes


def send(pipe: int, kind: bytes, *parts: bytes) -> None:
    """Write a frame whole, waiting for room. Raises OSError (BrokenPipeError when nobody reads)."""
    _write(pipe, (_HEAD.pack(kind, sum(map(len, parts))), *parts))


def send_last(pipe: int, data: bytes) -> None:
    """Write a frame of data and the frame that ends it, at once. Raises OSError."""
    _write(pipe, (_HEAD.pack(DATA, len(data)), data, _HEAD.pack(END, 0)))


def _write(pipe: int, parts: tuple[bytes, ...]) -> None:
    written = os.writev(pipe, parts)
    if written < sum(map(len, parts)):
        rest = memoryview(b"".join(parts))[written:]
        while rest:
            rest = rest[os.write(pipe, rest) :]


def receive(pipe: int) -> Frame | None:
    """Wait for a whole frame; None when the pipe ends."""
    head = _exactly(pipe, _HEAD.size)
    if head is None:
        return None
    kind, length = _HEAD.unpack(head)
    body = _exactly(pipe, length)
    return None if body is None else Frame(kind, body)


def _exactly(pipe: int, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        part = os.read(pipe, length)
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


class Splitter:
    """Cuts what arrives on a pipe into frames, for a reader that must not wait for whole ones."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, arrived: bytes) -> list[Frame]:
        """The frames that are complete now."""
        data = self._rest + arrived
        frames: list[Frame] = []
        start = 0
        while len(data) - start >= _HEAD.size:
            kind, length = _HEAD.unpack_from(data, start)
            end = start + _HEAD.size + length
            if end > len(data):
                break
            frames.append(Frame(kind, data[start + _HEAD.size : end]))
            start = end
        self._rest = data[start:]
        return frames


class Reader:
    """Waits for the frames on a pipe; reads as many at once as there are."""

    def __init__(self, pipe: int) -> None:
        self._pipe, self._splitter = pipe, Splitter()
        self._frames: deque[Frame] = deque()

    def receive(self) -> Frame | None:
        """Wait for a whole frame; None when the pipe ends."""
        while not self._frames:
            arrived = os.read(self._pipe, READ)
            if not arrived:
                return None
            self._frames.extend(self._splitter.feed(arrived))
        return self._frames.popleft()
