"""Digests of published files, so that a start need not read hundreds of megabytes that nobody has touched.

A published file is never written again. One that has the place, the size and the time that it had when it was read is
taken to hold what it held then, for a day.
"""

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from kg.store import durable

FILE = "digests.json"
LASTS = 86_400.0  # seconds
SETTLED = 2.0  # seconds for which a change may hide behind an earlier one, where a file system's clock is coarse

Noted = tuple[int, int, float, str]  # bytes, nanoseconds, when it was read (seconds), and the digest


class Known:
    """The digests that are noted in a data directory; losing the note costs reading the files, nothing else.

    Any thread may ask.
    """

    def __init__(self, root: Path) -> None:
        self._path, self._now = root / FILE, time.time()
        self._noted, self._used = _read(self._path), dict[str, Noted]()

    def sha256(self, path: Path) -> str:
        """The hex digest of a file. Raises OSError."""
        status = path.stat()
        place, size, modified = f"{status.st_dev}:{status.st_ino}", status.st_size, status.st_mtime_ns
        noted = self._noted.get(place)
        if noted is None or noted[:2] != (size, modified) or not 0 <= self._now - noted[2] < LASTS:
            noted = size, modified, self._now, durable.sha256(path)
        if modified < (self._now - SETTLED) * 1e9:
            self._used[place] = noted
        return noted[3]

    def save(self) -> None:
        """Note the digests that were asked for, where that can be."""
        if self._used and self._used != self._noted:
            draft = self._path.with_name(f"{FILE}.{os.getpid()}")
            with suppress(OSError):  # a disk that is only read
                draft.write_text(json.dumps(self._used, indent=0, sort_keys=True), "utf-8")
                draft.replace(self._path)


def _read(path: Path) -> dict[str, Noted]:
    try:
        noted = json.loads(path.read_text("utf-8"))
        return {
            str(place): (int(size), int(modified), float(when), str(digest))
            for place, (size, modified, when, digest) in noted.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
