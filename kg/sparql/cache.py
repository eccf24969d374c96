"""Whole answers, kept in memory as long as there is room; the least recently asked for goes first."""

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from kg.sparql.encoding import Encoding
from kg.sparql.messages import Job

OVERHEAD = 500  # bytes that an answer takes beside its own
SHARE = 8  # of all the room, one answer may take one part


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer as it is sent: its pieces, their bytes in all and coding, its strong tag, and its generation."""

    pieces: tuple[bytes, ...]
    length: int
    encoding: Encoding | None
    etag: str
    generation: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """How often an answer was found and not found, and the bytes and number of those kept."""

    hits: int
    misses: int
    bytes: int
    answers: int


class Cache:
    """Answers by their keys, up to `most` bytes; any thread may use it. A streamed one has `most_of_one` at most."""

    def __init__(self, most: int) -> None:
        self._kept: LRUCache[str, Kept] = LRUCache(max(most, 1), getsizeof=lambda kept: kept.length + OVERHEAD)
        self.most_of_one = most // SHARE
        self._lock = threading.Lock()
        self._hits = self._misses = 0
        self.era = 0

    def get(self, key: str) -> Kept | None:
        """The answer with this key, if it is kept."""
        with self._lock:
            kept = self._kept.get(key)
            self._hits, self._misses = self._hits + (kept is not None), self._misses + (kept is None)
            return kept

    def put(self, key: str, kept: Kept, era: int) -> None:
        """Keep an answer, unless it is larger than all the room there is, or was asked for in an earlier era."""
        with self._lock:
            if era == self.era and kept.length + OVERHEAD <= self._kept.maxsize:
                self._kept[key] = kept

    def clear(self) -> None:
        """Forget every answer, and those that are being made: another era begins."""
        with self._lock:
            self.era += 1
            self._kept.clear()

    def statistics(self) -> Statistics:
        """How well it serves."""
        with self._lock:
            return Statistics(self._hits, self._misses, int(self._kept.currsize), len(self._kept))


def key_of(job: Job, media_type: str, encoding: str | None, origin: Sequence[object]) -> str:
    """What an answer depends on, as a digest: the query, its world, dataset, base and format, its coding, and `origin`.

    `origin` names what answers: version, generation and backend, since memory and disk order rows differently.
    """
    asked = [
        job.perspective,
        job.generation,
        job.text,
        job.base,
        job.union,
        job.named,
        job.default_graphs,
        job.named_graphs,
        job.syntax,
        job.rows,
    ]
    return _digest(json.dumps([asked, media_type, encoding, origin]).encode("utf-8", "surrogatepass"))


def strong_tag(key: str, pieces: Sequence[bytes]) -> str:
    """An entity tag for these very bytes (RFC 9110 section 8.8.1): another worker may order the same rows otherwise."""
    return _digest(key.encode(), *pieces)


def _digest(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
