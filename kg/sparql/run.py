"""One query on one worker: its deadline, its lane, its client, and what the worker's death means."""

import signal
import time
from collections import deque
from collections.abc import Callable

from kg import errors
from kg.sparql import frames
from kg.sparql.admission import SLICE, Ticket
from kg.sparql.forks import Worker
from kg.sparql.messages import Failure, Hello
from kg.sparql.pool import Pool
from kg.sparql.worker import CANNOT_OPEN

FAST = 0.25  # seconds that a query may take in the fast lane
RETRY = 2  # seconds to tell a client to wait
NETWORK = "SERVICE is not offered: the query tried to reach the network, and was ended"
COMPLEX = "the query needs more memory or depth than allowed, and was ended"
CRASHES = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP}


class Lost(errors.StoreUnavailable):
    """The worker was ended from outside; the query itself may be well."""


class Run:
    """A query that a worker has been given; driven by one thread at a time.

    `deadline` is on the monotonic clock; `gone` says whether the client left; `ended` is told why a worker was
    killed or died, `spent` for how many seconds it was taken. Once `next` has returned b"" or raised, worker and
    ticket are given back.
    """

    def __init__(
        self,
        worker: Worker,
        pool: Pool,
        ticket: Ticket,
        deadline: float,
        ended: Callable[[str], None],
        spent: Callable[[float], None],
    ) -> None:
        self.generation, self.hello = worker.generation, worker.hello
        self.key: str | None = None  # of the answer, where others may wait for it
        self._worker, self._pool, self._ticket, self._ended, self._spent = worker, pool, ticket, ended, spent
        self._deadline, self._began = deadline, time.monotonic()
        self._slow_at = time.monotonic() + FAST
        self._look_at = 0.0
        self._frames: deque[frames.Frame] = deque()
        self._over = False

    def next(self, until: float, gone: Callable[[], bool]) -> bytes | None:
        """The next piece of the answer; b"" after the last; None when there is none `until` then.

        Raises what ends the answer: the errors of `kg.errors`.
        """
        try:
            while True:
                if (piece := self._piece()) is not None:
                    return piece
                now = time.monotonic()
                self._watch(now, gone)
                if now >= until:
                    return None
                self._receive(min(until, self._deadline, now + SLICE, *self._marks()) - now)
        except BaseException:
            self.abort()
            raise

    def fileno(self) -> int:
        """The pipe from the worker, to wait on before `arrived`."""
        return self._worker.fileno()

    def arrived(self) -> list[bytes]:
        """The pieces that are there already, b"" after the last; does not wait. Raises as `next` does."""
        pieces: list[bytes] = []
        try:
            self._receive(0)
            while (piece := self._piece()) is not None:
                pieces.append(piece)
        except BaseException:
            self.abort()
            raise
        return pieces

    def slows_down(self) -> bool:
        """Make room in the fast lane for others, if there is room in the slow one."""
        return self._ticket.slow_down()

    def leave_fast_lane(self) -> None:
        """Make room in the fast lane for others. Raises Busy when the slow lane is full."""
        if not self.slows_down():
            self.abort("slow lane full")
            raise errors.Busy("too many long queries run already; try again later", RETRY)

    def abort(self, reason: str | None = None) -> None:
        """End the worker if the query is not over yet, and count the reason."""
        if self._over:
            return
        self._finish()
        if reason:
            self._ended(reason)
        self._pool.discard(self._worker)
        self._ticket.leave()

    def _finish(self) -> None:
        self._over = True
        self._spent(time.monotonic() - self._began)

    def _marks(self) -> list[float]:
        return [] if self._worker.niced or self._ticket.lane == "own" else [self._slow_at]

    def _watch(self, now: float, gone: Callable[[], bool]) -> None:
        if now >= self._deadline:
            self.abort("deadline")
            allowed = self._deadline - self._began
            sentence = f"the query did not finish in the {allowed:.1f} s that it was allowed; make it more selective"
            raise errors.DeadlineExceeded(sentence, RETRY)
        if any(now >= mark for mark in self._marks()):
            self.leave_fast_lane()
            self._pool.slow_down(self._worker)
        if now >= self._look_at:
            self._look_at = now + SLICE
            if gone():
                self.abort("client gone")
                raise errors.StoreUnavailable("the client left before its answer was complete")

    def _receive(self, seconds: float) -> None:
        received = self._worker.receive(seconds)
        if received is None:
            self._died()
        else:
            self._frames.extend(received)

    def _piece(self) -> bytes | None:
        """The next piece that was received; None where none is left."""
        while self._frames:
            if (frame := self._frames.popleft()).kind != frames.HELLO:
                return self._read(frame)
            self.hello = self._worker.hello = Hello.decode(frame.body)  # it has gone over to another generation
            self._pool.heard(self.hello)
        return None

    def _read(self, frame: frames.Frame) -> bytes:
        if frame.kind == frames.DATA:
            return frame.body
        self._finish()
        self._pool.give_back(self._worker)
        self._ticket.leave()
        if frame.kind == frames.END:
            return b""
        raise _error(Failure.decode(frame.body))

    def _died(self) -> None:
        self._finish()
        code = self._pool.discard(self._worker)
        self._ticket.leave()
        reason, error = _meaning(code)
        self._ended(reason)
        raise error


def _meaning(code: int) -> tuple[str, errors.KgError]:
    if code == -signal.SIGALRM:
        return "deadline", errors.DeadlineExceeded("the query did not finish in its time", RETRY)
    if code == -signal.SIGSYS:
        return "network", errors.Forbidden(NETWORK)
    if code == CANNOT_OPEN:
        return "lost", Lost("the process that was to answer could not open the data", RETRY)
    if code > 0 or -code in CRASHES:
        return "crash", errors.TooComplex(COMPLEX)
    return "lost", Lost("the process that answered was ended from outside", RETRY)


def _error(failure: Failure) -> errors.KgError:
    if failure.error == "QuerySyntax":
        return errors.QuerySyntax(failure.text, failure.line, failure.column)
    kinds: dict[str, type[errors.KgError]] = {
        "AnswerTooLarge": errors.AnswerTooLarge,
        "BadInput": errors.BadInput,
        "NotAcceptable": errors.NotAcceptable,
        "NotFound": errors.NotFound,
        "TooComplex": errors.TooComplex,
        "StoreUnavailable": errors.StoreUnavailable,
    }
    return kinds[failure.error](failure.text)
