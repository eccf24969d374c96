"""The write service: takes writes from many threads at once, and has the writer commit those that wait together."""

import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet

from kg import errors
from kg.settings import Settings
from kg.sparql import frames
from kg.sparql.admission import SLICE
from kg.sparql.negotiate import GRAPHS
from kg.sparql.writes.messages import Outcome, Outcomes, Write, WriterStart
from kg.sparql.writes.process import Writer
from kg.store import erasing

MOST_BYTES = 64 << 20  # of one batch
LOCK_SECONDS = 15.0  # a build is publishing
PUBLISH_SECONDS = 120.0  # flushing and syncing, on a slow disk
START_SECONDS = 120.0  # reading ontology and shapes, and checking the data directory
FOLLOW_SECONDS = 10.0  # until the workers answer from what was written
FINISH_SECONDS = 2.0  # until the writer has removed its clone
LOOK_SECONDS = 2.0  # between two looks at whether a text was erased
RETRY = 2  # seconds to tell a client to wait

Pending = tuple[Write, "Future[Outcome]"]


class WriteService:
    """Commits writes between `start` and `close`; `serve` waits until a generation is served (at most so long)."""

    def __init__(self, settings: Settings, serve: Callable[[int, float], bool]) -> None:
        self._settings, self._serve = settings, serve
        self._waiting: deque[Pending] = deque()
        self._alone: deque[Pending] = deque()  # were in a batch that ended the writer
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._stopping = False
        self._writer: Writer | None = None
        self._spoken: deque[frames.Frame] = deque()
        self._late = False  # the writer said nothing for too long
        self._ended: Counter[str] = Counter()
        self._failure: str | None = None
        self._erasures: list[dict[str, str]] = []  # when the writer was started
        # The writer ends with the thread that started it.
        self._thread = threading.Thread(target=self._manage, name="writes", daemon=True)

    def start(self) -> None:
        """Start the writer; for a general store returns when it is ready, since it publishes what is served first."""
        self._thread.start()
        if not self._settings.union:
            self._ready.wait(START_SECONDS)

    def write(self, write: Write, gone: Callable[[], bool]) -> Outcome:
        """Commit a write, and return when what it wrote is served. Raises KgError where it was not committed.

        StoreUnavailable may leave open whether it was; its text says so.
        """
        future: Future[Outcome] = Future()
        with self._changed:
            if self._stopping:
                raise errors.StoreUnavailable("the service is shutting down")
            if len(self._waiting) >= self._settings.write_queue:
                raise errors.Busy(f"{len(self._waiting)} writes wait already; try again later", RETRY)
            self._waiting.append((write, future))
            self._changed.notify_all()
        outcome = self._outcome(write, future, gone)
        if outcome.error:
            raise _error(outcome, write)
        if not self._serve(outcome.generation, FOLLOW_SECONDS):
            raise errors.StoreUnavailable(
                f"the write is published in generation {outcome.generation}, which is not served yet", RETRY
            )
        return outcome

    def counters(self) -> Counter[str]:
        """How many writes were committed, refused, or ended the writer, by reason."""
        with self._changed:
            return self._ended.copy()

    def waiting(self) -> int:
        """How many writes wait for the writer."""
        with self._changed:
            return len(self._waiting) + len(self._alone)

    def failure(self) -> str | None:
        """Why there is no writer, None when there is one."""
        return self._failure

    def close(self, grace: float) -> None:
        """Turn away new writes, wait up to `grace` seconds for those that wait, end the writer."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(grace)
        if (writer := self._writer) is not None:
            writer.kill()
        self._thread.join(grace)

    def _outcome(self, write: Write, future: "Future[Outcome]", gone: Callable[[], bool]) -> Outcome:
        while True:
            try:
                return future.result(SLICE)
            except NotYet:
                if not gone():
                    continue
            with self._changed:
                if (write, future) in self._waiting:
                    self._waiting.remove((write, future))
                    raise errors.StoreUnavailable("the client left before its write was begun")

    # What follows runs in the one permanent thread.

    def _manage(self) -> None:
        self._begin()
        self._ready.set()
        while batch := self._next():
            try:
                self._commit(batch)
            except Exception as error:  # the clients must not wait for ever, nor the service end
                text = f"{type(error).__name__}: {error}"
                self._settle(batch, [Outcome(error="StoreUnavailable", text=text)] * len(batch))
        if self._writer:
            self._writer.finish(FINISH_SECONDS)
            self._bury()

    def _begin(self) -> None:
        s = self._settings
        self._erasures = erasing.erased(s.data)
        try:
            self._writer = Writer(
                WriterStart(
                    data=str(s.data),
                    ontology=str(s.ontology),
                    shapes=str(s.shapes),
                    findings=str(s.findings),
                    base_iri=s.base_iri,
                    union=s.union,
                    keep=s.keep,
                    nesting=s.query_nesting,
                    patterns=s.query_patterns,
                    memory=s.write_memory,
                    seconds=s.write_seconds,
                    parent=os.getpid(),
                )
            )
        except OSError as error:
            self._failure = str(error.strerror)
            return
        said = self._hear(START_SECONDS)
        self._failure = None if said and said.kind == frames.HELLO else "the writer ended at its start; see the log"
        if self._failure:
            self._bury()

    def _next(self) -> list[Pending]:
        """The next batch: what waits, or one of those that must go alone; empty when the service closes."""
        while not self._await(LOOK_SECONDS):
            self._let_go()
        with self._changed:
            if self._alone:
                return [self._alone.popleft()]
            batch: list[Pending] = []
            size = 0
            while self._waiting and (not batch or size + self._waiting[0][0].size <= MOST_BYTES):
                batch.append(self._waiting.popleft())
                size += batch[-1][0].size
            return batch

    def _await(self, seconds: float) -> bool:
        """Wait until there is something to do; False when there was nothing for so long."""
        with self._changed:
            return bool(self._changed.wait_for(lambda: self._waiting or self._alone or self._stopping, seconds))

    def _let_go(self) -> None:
        """End a writer whose clone holds what was erased since it was made; the next write starts another."""
        if self._writer is not None and self._erasures != erasing.erased(self._settings.data):
            self._writer.finish(FINISH_SECONDS)
            self._bury()

    def _commit(self, batch: list[Pending]) -> None:
        if self._writer is None:
            self._begin()
        if self._writer is None:
            outcome = Outcome(error="StoreUnavailable", text=f"nothing can be written: {self._failure}")
            return self._settle(batch, [outcome] * len(batch))
        at, self._late = "lock", False
        try:
            self._writer.send([write for write, _ in batch])
            while (said := self._hear(self._patience(at))) is not None and said.kind == frames.STEP:
                at = said.body.decode()
        except BrokenPipeError:
            said = None
        if said is not None:
            return self._settle(batch, Outcomes.decode(said.body).unpacked())
        return self._died(batch, at)

    def _patience(self, at: str) -> float:
        return {"lock": LOCK_SECONDS, "publish": PUBLISH_SECONDS}.get(at, self._settings.write_seconds)

    def _hear(self, seconds: float) -> frames.Frame | None:
        """What the writer says next within so many seconds; None when it has ended, or was ended for its silence."""
        assert self._writer is not None
        if self._spoken:
            return self._spoken.popleft()
        until = time.monotonic() + seconds
        received: list[frames.Frame] | None = []
        while received == [] and time.monotonic() < until:
            received = self._writer.receive(until - time.monotonic())
        self._late = received == []
        if not received:
            return None
        self._spoken.extend(received[1:])
        return received[0]

    def _died(self, batch: list[Pending], at: str) -> None:
        code = self._bury()
        reason, outcome = ("deadline", _LATE) if self._late or code == -signal.SIGALRM else _meaning(code)
        if at == "publish":
            outcome = Outcome(error="StoreUnavailable", text=_OPEN)
        elif at == "lock" or len(batch) > 1:
            return self._again(batch, at, reason, outcome)
        self._count(reason)
        return self._settle(batch, [outcome] * len(batch))

    def _again(self, batch: list[Pending], at: str, reason: str, outcome: Outcome) -> None:
        """Refuse the write that ended the writer, where it is known, and commit the others."""
        if at.isdigit():
            self._count(reason)
            self._settle([batch.pop(int(at))], [outcome])
        elif at == "lock":
            lost = Outcome(error="StoreUnavailable", text="the writer was ended before it began; try again")
            return self._settle(batch, [lost] * len(batch))
        self._alone.extend(batch)
        return None

    def _settle(self, batch: list[Pending], outcomes: list[Outcome]) -> None:
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            self._count(outcome.error or "committed")
            if not future.done():
                future.set_result(outcome)

    def _bury(self) -> int:
        assert self._writer is not None
        self._writer.kill()
        code = self._writer.wait()
        self._writer = None
        self._spoken.clear()
        return code

    def _count(self, reason: str) -> None:
        with self._changed:
            self._ended[reason] += 1


_LATE = Outcome(error="DeadlineExceeded", text="the write did not finish in the time that it was allowed")
_OPEN = (
    "the writer was ended while it published: whether the write is kept is open; read, then write again if it is not"
)


def _meaning(code: int) -> tuple[str, Outcome]:
    if code == -signal.SIGSYS:
        return "network", Outcome(error="Forbidden", text="the write tried to reach the network, and was ended")
    if code == -signal.SIGKILL:
        return "lost", Outcome(error="StoreUnavailable", text="the writer was ended from outside; try again")
    if code > 0:  # an exception of ours, which the log shows
        return "failed", Outcome(error="StoreUnavailable", text="the writer failed; its log says why")
    return "crash", Outcome(error="TooComplex", text="the write needs more memory or depth than allowed, and was ended")


def _error(outcome: Outcome, write: Write) -> errors.KgError:
    if outcome.error == "QuerySyntax":
        return errors.QuerySyntax(outcome.text, outcome.line, outcome.column)
    if outcome.error == "Rejected":
        media_type = next(offer.header for offer in GRAPHS if offer.syntax == write.report)
        return errors.Rejected(outcome.text, outcome.report or "", media_type)
    kind: type[errors.KgError] = getattr(errors, outcome.error or "", errors.BadInput)
    return kind(outcome.text, RETRY) if issubclass(kind, errors.StoreUnavailable) else kind(outcome.text)
