"""The query service: takes queries from many threads at once, has killable processes answer them."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kg.errors import KgError, QuerySyntax
from kg.settings import Settings
from kg.sparql import tokens
from kg.sparql.admission import Lane, Lanes, Ticket
from kg.sparql.limits import Limits
from kg.sparql.messages import UNCLEAR, Job
from kg.sparql.negotiate import MediaType, negotiate
from kg.sparql.pool import Pool
from kg.sparql.protocol import Query
from kg.sparql.run import FAST, Lost, Run
from kg.sparql.stream import WHOLE, Streams
from kg.store.generations import Generations

PROBE = Query("ASK {}", timeout=2.0)


class Chunks(Protocol):
    """The pieces of an answer; `close` when they are not read to their end."""

    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its media type (without charset, which is UTF-8), generation, bytes if known, and its pieces.

    An error after the first piece is raised from `chunks`: what was sent is then not the whole answer.
    """

    media_type: str
    generation: int
    length: int | None
    chunks: Chunks


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether queries are answered, over what, and what is amiss.

    `reason` says why not; `backend` is "memory" or "disk"; `filter` the reason why workers are not cut off from
    the network, None if they are; `workers` how many live.
    """

    ready: bool
    reason: str | None
    generation: int | None
    quads: int | None
    backend: str | None
    filter: str | None
    workers: int


class QueryService:
    """Answers queries over the current generation in a data directory, between `start` and `close`."""

    def __init__(self, settings: Settings) -> None:
        self._limits, self._base = Limits.of(settings), settings.base_iri
        self._pool = Pool(Generations(settings.data), self._limits)
        self._lanes = Lanes(self._limits)
        self._streams = Streams()
        self._ended: Counter[str] = Counter()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the workers; returns when the first is ready or has failed, at most a query's deadline later."""
        self._pool.start(self._limits.seconds)

    def answer(self, query: Query, accept: str | None, gone: Callable[[], bool], own: bool = False) -> Answer:
        """Answer a query; `own` takes the place that is kept for our own pages.

        Raises KgError where there is no answer. Waiting included, it takes no longer than the deadline.
        """
        seconds = min(self._limits.seconds, query.timeout or self._limits.seconds)
        deadline = time.monotonic() + seconds
        scan = tokens.check(query.text, self._limits)
        assert scan.form is not None
        media = negotiate(scan.form, accept, query.format)
        hold = self._limits.hold and not scan.is_plain

        def attempt() -> Answer:
            ticket = self._lanes.enter(own, deadline, gone)
            return self._collect(self._begin(query, scan, media, ticket, deadline, gone), media, hold, gone)

        try:
            return attempt()
        except Lost:  # nothing was sent yet, and a worker that dies while it is taken is nobody's fault
            return attempt()
        except QuerySyntax as error:
            raise _told_better(error, scan.undeclared) from error

    def readiness(self) -> Readiness:
        """Ask a worker a trivial query, and say how things are."""
        reason = None
        try:
            answer = self.answer(PROBE, None, lambda: False, own=True)
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
        )

    def counters(self) -> Counter[str]:
        """How many queries were ended, by reason."""
        with self._lock:
            return self._ended.copy()

    def lanes(self) -> dict[Lane, int]:
        """How many queries run in each lane."""
        return self._lanes.taken()

    def close(self, grace: float) -> None:
        """Turn away new queries, wait up to `grace` seconds for those that run, end all workers."""
        self._lanes.close(min(grace, self._limits.seconds))
        self._pool.stop()

    def _begin(
        self,
        query: Query,
        scan: tokens.Scan,
        media: MediaType,
        ticket: Ticket,
        deadline: float,
        gone: Callable[[], bool],
    ) -> Run:
        try:
            while True:
                worker = self._pool.take(deadline, gone)
                job = self._job(query, scan, media, deadline - time.monotonic())
                try:
                    worker.send(job)
                except BrokenPipeError:  # it died while it had nothing to do
                    self._pool.discard(worker)
                else:
                    return Run(worker, self._pool, ticket, deadline, self._count)
        except BaseException:
            ticket.leave()
            raise

    def _job(self, query: Query, scan: tokens.Scan, media: MediaType, seconds: float) -> Job:
        return Job(
            text=query.text,
            base=self._base,
            union=not (scan.has_from or query.names_dataset),
            named=query.names_dataset,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            syntax=media.syntax,
            seconds=max(0.0, seconds),
            rows=self._limits.rows if scan.form == "select" else None,
            bytes=self._limits.bytes,
        )

    def _collect(self, run: Run, media: MediaType, hold: bool, gone: Callable[[], bool]) -> Answer:
        """The whole answer if it is small and quick, or must be held, else a stream that begins with what there is."""
        pieces: list[bytes] = []
        size, until = 0, float("inf")
        while size <= WHOLE and (piece := run.next(until, gone)) is not None:
            if not piece:
                return Answer(media.name, run.generation, size, _whole(pieces))
            if not pieces:
                until = time.monotonic() + FAST
            pieces.append(piece)
            size += len(piece)
        run.leave_fast_lane()
        stream = self._streams.open(run, pieces)
        return Answer(media.name, run.generation, stream.hold(gone) if hold else None, stream)

    def _count(self, reason: str) -> None:
        with self._lock:
            self._ended[reason] += 1


def _whole(pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
    yield from pieces


def _told_better(error: QuerySyntax, undeclared: tokens.Word | None) -> QuerySyntax:
    """The engine seldom says that a prefix is missing, which is the commonest fault."""
    if undeclared is None or UNCLEAR not in str(error):
        return error
    line, column = undeclared.line, undeclared.column
    return QuerySyntax(f"line {line}, column {column}: the prefix {undeclared.text} is not declared", line, column)
