"""Frames on a pipe: a byte that says what follows, its length in four bytes (big-endian), and so many bytes."""

import os
import struct
from typing import NamedTuple

HELLO, JOB, DATA, END, FAILURE = b"H", b"J", b"D", b"E", b"F"
OPEN, STEP = b"O", b"S"
_HEAD = struct.Struct(">cI")


class Frame(NamedTuple):
    """One frame: its kind (`HELLO`, `JOB`, `DATA`, `END`, `FAILURE`, `OPEN`, `STEP`) and what it carries."""

    kind: bytes
    body: bytes


def send(pipe: int, kind: bytes, *parts: bytes) -> None:
    """Write a frame whole, waiting for room. Raises OSError (BrokenPipeError when nobody reads)."""
    length = sum(map(len, parts))
    written = os.writev(pipe, (_HEAD.pack(kind, length), *parts))
    if written < _HEAD.size + length:
        rest = memoryview(_HEAD.pack(kind, length) + b"".join(parts))[written:]
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
