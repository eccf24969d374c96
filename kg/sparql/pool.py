"""Keeps query workers ready on the current generation: starts them, watches them, replaces them."""

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable

from kg.errors import DeadlineExceeded, StoreUnavailable
from kg.sparql import frames
from kg.sparql.admission import OWN, SLICE
from kg.sparql.limits import Limits
from kg.sparql.messages import Hello
from kg.sparql.process import Worker
from kg.sparql.turnover import QUICK, Generation, Pause, Source, Status, is_outdated, start_of

SPARE = 1  # takes the place of a worker that goes to the slow lane
TICK = 0.2  # seconds between two looks at CURRENT
START_SECONDS = 300.0  # a worker that loads for longer is given up


class Pool:
    """`take` a worker, then `give_back` or `discard` it; any thread may. `served` is called when another generation is.

    One thread starts all workers, for they end with the thread that started them. It follows the source: one worker
    goes over to a new generation, on disk; when it is ready, that generation is served, and each other one goes over
    before its next query. Once generations stop coming, fresh workers with the data in memory take their places.
    """

    def __init__(self, source: Source, limits: Limits, served: Callable[[], None] = lambda: None) -> None:
        self._source, self._limits, self._served = source, limits, served
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
        self._pauses: dict[int, Pause] = {}
        self._served_since, self._stopping = 0.0, False
        self._bell = os.pipe()
        os.set_blocking(self._bell[1], False)
        self._thread = threading.Thread(target=self._manage, name="query-workers", daemon=True)

    def start(self, seconds: float) -> None:
        """Start workers; wait so long for the first to be ready, or to fail, or for there to be no generation."""
        self._follow()
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._failure or self._target is None, seconds)

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

    def status(self) -> Status:
        """How the pool is."""
        with self._changed:
            return Status(self._hello, len(self._living) - len(self._starting), self._lost or self._failure)

    def stop(self) -> None:
        """End all workers; those who drive one find its pipe at its end. Again: nothing."""
        with self._changed:
            if self._stopping:
                return
            self._stopping = True
            self._changed.notify_all()
            self._ring_once()
        if self._thread.is_alive():
            self._thread.join()
        for end in self._bell:
            os.close(end)
        with self._changed:
            undriven, driven = [*self._idle, *self._starting], set(self._living)
            self._idle.clear()
        for worker in driven.difference(undriven):
            worker.kill()
        for worker in undriven:
            self.discard(worker)

    def _wait(self, deadline: float, gone: Callable[[], bool]) -> None:
        if self._stopping:
            raise StoreUnavailable("the service is shutting down")
        if self._target is None and self._serving is None:
            raise StoreUnavailable(self._lost or "nothing has been published yet")
        if self._failure and not self._ready:
            raise StoreUnavailable(f"no query worker can be started: {self._failure}")
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded("no query worker became free in time; try again later")
        self._changed.wait(min(left, SLICE))
        if gone():
            raise StoreUnavailable("the client left while its query waited")

    def _up_to_date(self, worker: Worker) -> bool:
        """Have an idle worker answer from the generation that is served; False when it has ended."""
        assert self._serving is not None
        if worker.generation == self._serving.number:
            return True
        try:
            worker.open(start_of(self._serving, self._hello, self._limits, QUICK))
        except BrokenPipeError:
            return False
        return True

    def _is_outdated(self, worker: Worker) -> bool:
        return is_outdated(worker, self._hello, self._limits, self._served_since)

    def _is_best(self, worker: Worker) -> bool:
        current = self._serving is None or worker.generation == self._serving.number
        return current and not self._is_outdated(worker)

    # What follows runs in the one permanent thread.

    def _manage(self) -> None:
        while not self._stopping:
            try:
                self._follow()
                self._bury()
                self._fill()
                self._listen()
            except Exception as error:  # all workers would end with this thread
                self._lost = f"{type(error).__name__}: {error}"
                time.sleep(TICK)

    def _follow(self) -> None:
        try:
            target = self._source.current()
        except StoreUnavailable as error:
            self._lost = str(error)
            return
        with self._changed:
            self._target, self._lost = target, None

    def _bury(self) -> None:
        with self._changed:
            dead = [worker for worker in self._idle if not worker.alive]
            self._idle = [worker for worker in self._idle if worker not in dead]
            late = [worker for worker, since in self._starting.items() if time.monotonic() - since > START_SECONDS]
        for worker in dead:
            self.discard(worker)
        for worker in late:
            worker.kill()

    def _fill(self) -> None:
        wanted = self._target if self._serving is None else self._serving
        numbers = {g.number for g in (self._serving, self._target) if g is not None}
        self._pauses = {number: self._pauses.get(number, Pause()) for number in numbers}
        if self._target is not None and self._target != self._serving:
            self._go_over(self._target)
        with self._changed:
            outdated = sum(self._is_outdated(worker) for worker in self._ready if worker not in self._starting)
            missing = self._size - len(self._ready) + outdated
            missing = min(missing, 1) - len(self._starting) if outdated else missing  # one at a time
        for _ in range(missing):
            if wanted and time.monotonic() >= self._pauses[wanted.number].until and not self._stopping:
                self._begin(wanted)

    def _go_over(self, target: Generation) -> None:
        """Have one worker open the generation that is to be served; a fresh one where none is idle."""
        with self._changed:
            if time.monotonic() < self._pauses[target.number].until:
                return None
            if any(worker.generation == target.number for worker in self._starting):
                return None
            pioneer = self._idle.pop() if self._serving is not None and self._idle else None
            if pioneer is not None:
                self._starting[pioneer] = time.monotonic()
        if pioneer is None:
            return self._begin(target)
        try:
            pioneer.open(start_of(target, self._hello, self._limits, QUICK))
        except BrokenPipeError:
            with self._changed:
                self._starting.pop(pioneer)
            self.discard(pioneer)

    def _begin(self, generation: Generation) -> None:
        start = start_of(generation, self._hello, self._limits, self._limits.memory_quads)
        try:
            worker = Worker(start)
        except OSError as error:
            self._failed(generation.number, f"{error.strerror}")
            return
        with self._changed:
            self._starting[worker] = time.monotonic()
            self._ready.add(worker)
            self._living.add(worker)

    def _listen(self) -> None:
        poll = select.poll()
        by_number = {worker.fileno(): worker for worker in self._starting}
        for number in (self._bell[0], *by_number):
            poll.register(number, select.POLLIN)
        for number, _ in poll.poll(TICK * 1000):
            if number == self._bell[0]:
                os.read(number, 4096)
            else:
                self._hear(by_number[number])

    def _hear(self, worker: Worker) -> None:
        said = worker.receive(0)
        if said is None:
            with self._changed:
                self._starting.pop(worker)
            self._failed(worker.generation, f"a worker ended at its start with code {self.discard(worker)}")
        for frame in said or ():
            if frame.kind == frames.HELLO:
                worker.hello = Hello.decode(frame.body)
                self._welcome(worker, worker.hello)

    def _welcome(self, worker: Worker, hello: Hello) -> None:
        with self._changed:
            self._starting.pop(worker)
            wanted = self._target is not None and self._target.number == worker.generation
            fresh = wanted and (self._serving is None or self._serving.number != worker.generation)
            if wanted:
                self._serving, self._hello, self._failure = self._target, hello, None
            self._served_since = time.monotonic() if fresh else self._served_since
            self._pauses[worker.generation] = Pause()
            surplus = len(self._ready) > self._size
            if outdated := next((other for other in self._idle if surplus and self._is_outdated(other)), None):
                self._idle.remove(outdated)
            self._changed.notify_all()
        if outdated:
            self.discard(outdated)
        if fresh:
            self._served()
        self.give_back(worker)

    def _failed(self, number: int, reason: str) -> None:
        self._pauses.setdefault(number, Pause()).extend()
        with self._changed:
            self._failure = f"generation {number}: {reason}"
            self._changed.notify_all()

    def _ring(self) -> None:
        with self._changed:
            if not self._stopping:
                self._ring_once()

    def _ring_once(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it rings already
            os.write(self._bell[1], b"!")
