"""Digests of groups of files, which are read again only once the stamp of one has changed."""

import hashlib
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from kg.store.known import SETTLED

Stamps = tuple[tuple[str, int, int, int, int, int], ...]


def digest_of(paths: Iterable[Path], *more: str) -> str:
    """The sha256 of some words, and of the names, sizes and bytes of those of the paths that are files."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in paths:
        if path.is_file():
            digest.update(f"\0{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Digests:
    """What `digest_of` gave for each group, for as long as its files have the stamps that they had then.

    A stamp is a file's name, size, place on the disk, and the times of its last change. A file that was changed
    a moment ago is read again however its stamp is.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Stamps, tuple[str, ...], str]] = {}

    def of(self, group: str, paths: Iterable[Path], *more: str) -> str:
        """The digest of a group; raises OSError for a file that cannot be read."""
        paths, now = list(paths), time.time()
        stamps = tuple(stamp for path in paths if (stamp := _stamp(path)))
        known = self._known.get(group)
        if known and known[:2] == (stamps, more):
            return known[2]
        digest = digest_of(paths, *more)
        if all(max(modified, changed) < (now - SETTLED) * 1e9 for *_, modified, changed in stamps):
            self._known[group] = stamps, more, digest
        return digest


def _stamp(path: Path) -> tuple[str, int, int, int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  (of every file of the corpus, at a third of the cost)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return path.name, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
