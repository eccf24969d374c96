"""Where a query becomes a task: scanned, its dataset, format, coding and limits settled."""

import threading
import time
from collections.abc import Callable, Hashable
from importlib.metadata import version

from cachetools import LRUCache

from kg.settings import Settings
from kg.sparql import tokens
from kg.sparql.answers import Past, Reader, Task
from kg.sparql.cache import key_of
from kg.sparql.encoding import choose
from kg.sparql.limits import Limits
from kg.sparql.messages import Hello, Job
from kg.sparql.negotiate import MediaType, negotiate
from kg.sparql.protocol import Query
from kg.sparql.scans import LONGEST, Scans
from kg.store.history import History

KEYS = 1000  # remembered


class Desk:
    """Makes tasks of queries; any thread may use it."""

    def __init__(self, settings: Settings, limits: Limits, federated: bool) -> None:
        self._limits, self._base, self._union = limits, settings.base_iri, settings.union
        self._history = History(settings.data)
        self._scans = Scans(limits, federated)
        self._version = version("attest-kg")
        self._keys: LRUCache[Hashable, str] = LRUCache(KEYS)
        self._encoded: LRUCache[Job, bytes] = LRUCache(KEYS)
        self._lock = threading.Lock()

    def scan(self, text: str) -> tokens.Scan:
        """Scan a query's text. Raises KgError for what is not answered here."""
        return self._scans.check(text)

    def task(
        self,
        query: Query,
        scan: tokens.Scan,
        accept: str | None,
        gone: Callable[[], bool],
        own: bool,
        reader: Reader,
        era: int,
    ) -> Task:
        """What is to be done for a query. Raises KgError for a format or a generation that there is not."""
        assert scan.form is not None
        seconds = min(self._limits.seconds, query.timeout or self._limits.seconds)
        media = negotiate(scan.form, accept, query.format)
        return Task(
            job=self._job(query, scan, media, seconds),
            media=media,
            encoding=choose(reader.encodings),
            volatile=bool(scan.volatile or scan.outside),
            hold=self._limits.hold and not scan.is_plain,
            deadline=time.monotonic() + seconds,
            own=own,
            gone=gone,
            reader=reader,
            past=self._past(query.generation),
            era=era,
        )

    def _past(self, number: int | None) -> Past | None:
        """The generation that is asked for, if one is named. Raises NotFound for one that is not kept."""
        if number is None:
            return None
        return Past(number, self._history.stamp(self._history.find_kept(number)))

    def _job(self, query: Query, scan: tokens.Scan, media: MediaType, seconds: float) -> Job:
        return Job(
            text=query.text,
            base=query.base or self._base,
            union=self._union and not (scan.has_from or query.names_dataset),
            named=query.names_dataset,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            syntax=media.syntax,
            seconds=seconds,
            rows=self._limits.rows if scan.form == "select" else None,
            bytes=self._limits.bytes,
            perspective=query.perspective,
            prefixes=query.prefixes,
            generation=query.generation,
        )

    def key(self, task: Task, hello: Hello | None) -> str | None:
        """What the answer of this generation is kept under; None where the next answer may differ."""
        if task.volatile or hello is None:
            return None
        origin = (self._version, hello.generation, hello.stamp, hello.backend)
        if task.past and task.past.generation != hello.generation:
            origin = (self._version, task.past.generation, task.past.stamp, "disk")
        if len(task.job.text) > LONGEST:
            return key_of(task.job, task.media.name, task.encoding, origin)
        asked = (task.job, task.media.name, task.encoding, origin)
        with self._lock:
            if (key := self._keys.get(asked)) is None:
                key = self._keys[asked] = key_of(*asked)
            return key

    def encoded(self, job: Job) -> bytes:
        """A job as a worker reads it."""
        if len(job.text) > LONGEST:
            return job.encode()
        with self._lock:
            if (encoded := self._encoded.get(job)) is None:
                encoded = self._encoded[job] = job.encode()
            return encoded
