"""The query workers at hand: taken for a query by any thread, and given back."""

import threading
from collections.abc import Callable

from kg.errors import StoreUnavailable
from kg.sparql.admission import OWN, wait_a_slice
from kg.sparql.bell import Bell
from kg.sparql.forks import Worker
from kg.sparql.limits import Limits
from kg.sparql.messages import Hello
from kg.sparql.nursery import Nursery
from kg.sparql.turnover import QUICK, Generation, Status, is_outdated, start_of

SPARE = 1  # takes the place of a worker that goes to the slow lane


class Shelf:
    """`take` a worker, then `give_back` or `discard` it; any thread may. Who fills the shelf is the pool."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._size = limits.concurrent + OWN + SPARE
        self._changed = threading.Condition()
        self._serving: Generation | None = None
        self._target: Generation | None = None
        self._hello: Hello | None = None
        self._failure: str | None = None  # why the last worker that failed to start did
        self._lost: str | None = None  # why the source does not say what to serve
        self._starting: dict[Worker, float] = {}
        self._idle: list[Worker] = []
        self._living: set[Worker] = set()
        self._ready: set[Worker] = set()  # those that make up the pool's size: starting, idle, or in the fast lane
        self._nursery = Nursery(limits)
        self._served_since, self._stopping = 0.0, False
        self._bell = Bell()

    def take(self, deadline: float, gone: Callable[[], bool]) -> Worker:
        """A worker that is ready; waits until `deadline` (monotonic). Raises StoreUnavailable, DeadlineExceeded."""
        with self._changed:
            while (worker := self.take_now()) is None:
                self._wait(deadline, gone)
            return worker

    def take_now(self) -> Worker | None:
        """A worker that is ready, None where there is none."""
        with self._changed:
            while self._idle:
                if (worker := self._idle.pop()).alive and self._up_to_date(worker):
                    return worker
                self.discard(worker)
        return None

    def wait_for(self, number: int, seconds: float) -> bool:
        """Wait until that generation, or a later one, is served; False when the time is over."""
        self._ring()
        with self._changed:
            return self._changed.wait_for(lambda: self._serving and self._serving.number >= number, seconds) or False

    def heard(self, hello: Hello) -> None:
        """Learn what a worker says that has gone over to another generation."""
        with self._changed:
            if self._serving is not None and hello.generation == self._serving.number:
                self._hello = hello

    def give_back(self, worker: Worker) -> None:
        """Return a worker that has answered; it is ended where it cannot serve again."""
        with self._changed:
            surplus = len(self._ready) > self._size and not self._is_best(worker)
            if worker in self._ready and not worker.niced and not self._stopping and not surplus:
                self._idle.append(worker)
                self._changed.notify()
                return
        self.discard(worker)

    def slow_down(self, worker: Worker) -> None:
        """Let a worker go on behind all others, and have another take its place."""
        worker.be_nice()
        with self._changed:
            self._ready.discard(worker)
        self._ring()

    def discard(self, worker: Worker) -> int:
        """End a worker, and have another take its place; its exit code, or minus the signal that ended it."""
        worker.kill()
        code = worker.wait()
        with self._changed:
            self._ready.discard(worker)
            self._living.discard(worker)
        self._ring()
        return code

    @property
    def hello(self) -> Hello | None:
        """What a worker said of the generation that is served, None before the first."""
        return self._hello

    def status(self) -> Status:
        """How the pool is."""
        with self._changed:
            return Status(self._hello, len(self._living) - len(self._starting), self._lost or self._failure)

    def _wait(self, deadline: float, gone: Callable[[], bool]) -> None:
        if self._stopping:
            raise StoreUnavailable("the service is shutting down")
        if self._target is None and self._serving is None:
            raise StoreUnavailable(self._lost or "nothing has been published yet")
        if self._failure and not self._ready:
            raise StoreUnavailable(f"no query worker can be started: {self._failure}")
        wait_a_slice(self._changed, deadline, gone, "no query worker became free in time; try again later")

    def _up_to_date(self, worker: Worker) -> bool:
        """Have an idle worker answer from the generation that is served; False when it has ended."""
        assert self._serving is not None
        return worker.generation == self._serving.number or self._opens(worker, self._serving)

    def _opens(self, worker: Worker, generation: Generation) -> bool:
        """Have a worker go over to a generation; False when it has ended."""
        try:
            worker.open(start_of(generation, self._hello, self._limits, QUICK))
        except BrokenPipeError:
            return False
        return True

    def _is_outdated(self, worker: Worker) -> bool:
        loaded = self._hello is not None and self._nursery.loaded == self._hello.generation
        return is_outdated(worker, self._hello, loaded, self._served_since)

    def _is_best(self, worker: Worker) -> bool:
        current = self._serving is None or worker.generation == self._serving.number
        return current and not self._is_outdated(worker)

    def _ring(self) -> None:
        with self._changed:
            if not self._stopping:
                self._bell.ring()
