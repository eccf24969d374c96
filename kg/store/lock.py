"""One writer at a time, among threads and processes."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import StoreUnavailable

_PAUSE = 0.02  # seconds between two tries


@contextmanager
def locked(root: Path, wait: float) -> Iterator[None]:
    """Hold the data directory's lock, waiting at most `wait` seconds for it.

    The lock goes with the process that holds it, however that ends.
    Raises StoreUnavailable, naming the holder's process, when the time is over.
    """
    root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(root / "LOCK", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, root, wait)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, root: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise StoreUnavailable(
                f"{root} is being written by process {holder}; waited {wait:g} seconds for it to finish"
            ) from None
