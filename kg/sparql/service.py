"""The query service: takes queries from many threads at once, has killable processes answer them."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version

from kg.errors import KgError, NotFound, QuerySyntax
from kg.settings import Settings
from kg.sparql import tokens
from kg.sparql.admission import Lane, Lanes, Ticket
from kg.sparql.answers import ANYONE, Answer, Chunks, Past, Reader, Readiness, Task, whole
from kg.sparql.budget import Budgets
from kg.sparql.cache import Cache, Kept, Statistics, key_of, strong_tag
from kg.sparql.caret import caret
from kg.sparql.encoding import SMALL, choose, compress
from kg.sparql.federation.federation import Beside, Federation
from kg.sparql.limits import Limits
from kg.sparql.messages import UNCLEAR, Hello, Job
from kg.sparql.negotiate import MediaType, negotiate
from kg.sparql.pool import Pool
from kg.sparql.protocol import Query
from kg.sparql.run import FAST, Lost, Run
from kg.sparql.stream import PIECE, WHOLE, Streams
from kg.store.generations import Generations, stamp_of
from kg.store.history import History

__all__ = ["Answer", "QueryService", "Reader", "Readiness"]

NO_PREFIX = "Prefix not found"  # the engine says so behind the name, and does not say which
PROBE = Query("ASK {}", timeout=2.0)


class QueryService:
    """Answers queries over the current generation in a data directory, between `start` and `close`."""

    def __init__(self, settings: Settings) -> None:
        self._limits, self._base, self._union = Limits.of(settings), settings.base_iri, settings.union
        self._pool = Pool(Generations(settings.data), self._limits, self._go_on)
        self._followers: list[Callable[[], None]] = []
        self._lanes = Lanes(self._limits)
        self._streams = Streams()
        self._history = History(settings.data)
        self._cache = Cache(self._limits.cache)
        self._budgets = Budgets(self._limits.budget)
        self._federation = Federation(settings, self._limits, self._budgets.charge)
        self._version = version("attest-kg")
        self._ended: Counter[str] = Counter()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the workers; returns when the first is ready or has failed, at most a query's deadline later."""
        self._pool.start(self._limits.seconds)

    def answer(
        self,
        query: Query,
        accept: str | None,
        gone: Callable[[], bool],
        own: bool = False,
        reader: Reader = ANYONE,
    ) -> Answer:
        """Answer a query; `own` takes the place that is kept for our own pages.

        Raises KgError where there is no answer. Waiting included, it takes no longer than the deadline.
        """
        try:
            scan = tokens.check(query.text, self._limits, federated=self._federation.offered > 0)
            task = self._task(query, scan, accept, gone, own, reader)
            if scan.outside:
                task = self._federation.joined(task, Beside(self._answer, task))
            return self._at_hand(task) or self._answer(task)
        except QuerySyntax as error:
            raise _told_better(error, query.text) from error

    def readiness(self) -> Readiness:
        """Ask a worker a trivial query, and say how things are."""
        reason = None
        try:
            answer = self._answer(self._task(PROBE, tokens.scan(PROBE.text), None, lambda: False, True, ANYONE))
            answer.chunks.close()
        except KgError as error:
            reason = str(error)
        status = self._pool.status()
        hello = status.hello
        return Readiness(
            ready=reason is None,
            reason=reason or status.failure,
            generation=hello.generation if hello else None,
            quads=hello.quads if hello else None,
            backend=hello.backend if hello else None,
            filter=hello.filter if hello else None,
            workers=status.workers,
            services=self._federation.offered,
        )

    def wait_for(self, generation: int, seconds: float) -> bool:
        """Wait until that generation, or a later one, is served; False when the time is over."""
        return self._pool.wait_for(generation, seconds)

    def follow(self, forget: Callable[[], None]) -> None:
        """Have a function called whenever another generation is served; before `start`."""
        self._followers.append(forget)

    def _go_on(self) -> None:
        """Keep nothing of what was served before: a text may have been erased from it."""
        for forget in (self._cache.clear, *self._followers):
            forget()

    def counters(self) -> Counter[str]:
        """How many queries were ended, by reason."""
        with self._lock:
            return self._ended.copy()

    def lanes(self) -> dict[Lane, int]:
        """How many queries run in each lane."""
        return self._lanes.taken()

    def waiting(self) -> int:
        """How many queries wait for a place."""
        return self._lanes.waiting()

    def workers(self) -> int:
        """How many workers live."""
        return self._pool.status().workers

    def generation(self) -> int | None:
        """The generation that is served, None before the first."""
        hello = self._pool.status().hello
        return hello.generation if hello else None

    def cached(self) -> Statistics:
        """How well the cache of answers serves."""
        return self._cache.statistics()

    def refusals(self) -> int:
        """How often a client was turned away because its budget was spent."""
        return self._budgets.refusals()

    def federated(self) -> Counter[str]:
        """How many SERVICE patterns there were, by outcome."""
        return self._federation.counters()

    def close(self, grace: float) -> None:
        """Turn away new queries, wait up to `grace` seconds for those that run, end all workers."""
        self._federation.close()
        self._lanes.close(min(grace, self._limits.seconds))
        self._pool.stop()

    def _task(
        self, query: Query, scan: tokens.Scan, accept: str | None, gone: Callable[[], bool], own: bool, reader: Reader
    ) -> Task:
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
            era=self._cache.era,
        )

    def _past(self, number: int | None) -> Past | None:
        """The generation that is asked for, if one is named. Raises NotFound for one that is not kept."""
        if number is None:
            return None
        generation = self._history.generation(self._history.find_kept(number))
        try:
            return Past(number, stamp_of(generation.data))
        except OSError as error:
            raise NotFound(f"generation {number} is not kept any more") from error

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

    def _key(self, task: Task, hello: Hello | None) -> str | None:
        """What the answer of this generation is kept under; None where the next answer may differ."""
        if task.volatile or hello is None:
            return None
        origin = (self._version, hello.generation, hello.stamp, hello.backend)
        if task.past and task.past.generation != hello.generation:
            origin = (self._version, task.past.generation, task.past.stamp, "disk")
        return key_of(task.job, task.media.name, task.encoding, origin)

    def _at_hand(self, task: Task) -> Answer | None:
        """The answer if it is kept, or if the reader has it."""
        hello = self._pool.status().hello
        key = self._key(task, hello)
        if key is None or hello is None:
            return None
        if kept := self._cache.get(key):
            return _kept(kept, task, task.reader.knows(kept.etag))
        if task.reader.knows(key):
            return Answer(
                task.media.name, _asked(task, hello.generation), None, whole(()), None, key, weak=True, known=True
            )
        return None

    def _answer(self, task: Task) -> Answer:
        if task.reader.client:
            self._budgets.check(task.reader.client)
        try:
            return self._attempt(task)
        except Lost:  # nothing was sent yet, and a worker that dies while it is taken is nobody's fault
            return self._attempt(task)

    def _attempt(self, task: Task) -> Answer:
        ticket = self._lanes.enter(task.own, task.deadline, task.gone, task.reader.client)
        return self._collect(self._begin(task, ticket), task)

    def _begin(self, task: Task, ticket: Ticket) -> Run:
        try:
            while True:
                worker = self._pool.take(task.deadline, task.gone)
                job = replace(task.job, seconds=max(0.0, task.deadline - time.monotonic()))
                try:
                    worker.send(job)
                except BrokenPipeError:  # it died while it had nothing to do
                    self._pool.discard(worker)
                else:
                    return Run(worker, self._pool, ticket, task.deadline, self._count, self._charger(task))
        except BaseException:
            ticket.leave()
            raise

    def _charger(self, task: Task) -> Callable[[float], None]:
        client = task.reader.client
        return lambda seconds: self._budgets.charge(client, seconds) if client else None

    def _collect(self, run: Run, task: Task) -> Answer:
        """The whole answer if it is small and quick, or must be held, else a stream that begins with what there is."""
        pieces: list[bytes] = []
        size, until = 0, float("inf")
        while size <= WHOLE and (piece := run.next(until, task.gone)) is not None:
            if not piece:
                return self._keep(run, task, b"".join(pieces))
            if not pieces:
                until = time.monotonic() + FAST
            pieces.append(piece)
            size += len(piece)
        run.leave_fast_lane()
        stream = self._streams.open(run, pieces, task.reader.client)
        length = stream.hold(task.gone) if task.hold else None
        chunks: Chunks = compress(task.encoding, stream, live=length is None) if task.encoding else stream
        known = None if task.encoding else length
        generation = _asked(task, run.generation)
        return Answer(task.media.name, generation, known, chunks, task.encoding, self._key(task, run.hello), True)

    def _keep(self, run: Run, task: Task, body: bytes) -> Answer:
        """A whole answer, which is kept for the next who asks."""
        small = task.encoding is None or len(body) < SMALL
        sent = body if small else b"".join(compress(task.encoding, [body]))  # type: ignore[arg-type]
        pieces = tuple(sent[start : start + PIECE] for start in range(0, len(sent), PIECE))
        key = self._key(task, run.hello)
        encoding = None if small else task.encoding
        generation = _asked(task, run.generation)
        if key is None:
            return Answer(task.media.name, generation, len(sent), whole(pieces), encoding)
        kept = Kept(pieces, len(sent), encoding, strong_tag(key, pieces), generation)
        self._cache.put(key, kept, task.era)
        return _kept(kept, task, task.reader.knows(kept.etag))

    def _count(self, reason: str) -> None:
        with self._lock:
            self._ended[reason] += 1


def _asked(task: Task, answered: int) -> int:
    """The generation that an answer is of, where a worker of the generation `answered` gave it."""
    return task.past.generation if task.past else answered


def _kept(kept: Kept, task: Task, known: bool) -> Answer:
    pieces = () if known else kept.pieces
    return Answer(task.media.name, kept.generation, kept.length, whole(pieces), kept.encoding, kept.etag, known=known)


def _told_better(error: QuerySyntax, text: str) -> QuerySyntax:
    """The engine seldom says that a prefix is missing, which is the commonest fault."""
    if (UNCLEAR in str(error) or NO_PREFIX in str(error)) and (undeclared := tokens.scan(text).undeclared):
        line, column = undeclared.line, undeclared.column
        error = QuerySyntax(f"line {line}, column {column}: the prefix {undeclared.text} is not declared", line, column)
    if error.line is not None and error.column is not None:
        error.context = caret(text, error.line, error.column)
    return error
