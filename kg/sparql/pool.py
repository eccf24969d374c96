"""Keeps query workers ready on the current generation: starts them, watches them, replaces them."""

import select
import threading
import time
from collections.abc import Callable

from kg.errors import StoreUnavailable
from kg.sparql import frames
from kg.sparql.forks import Worker
from kg.sparql.limits import Limits
from kg.sparql.messages import Hello
from kg.sparql.shelf import Shelf
from kg.sparql.turnover import Generation, Pause, Source

TICK = 0.05  # seconds between two looks at CURRENT, which take 0.05 ms each
START_SECONDS = 300.0  # a worker that opens its generation for longer is given up


class Pool(Shelf):
    """A shelf that is kept full. `served` is called when another generation is.

    One thread starts all workers, for they end with the thread that started them. It follows the source: one worker
    goes over to a new generation, on disk; when it is ready, that generation is served, and each other one goes over
    before its next query. Once generations stop coming, the data is loaded into memory, and workers that are forked
    with it take the others' places.
    """

    def __init__(self, source: Source, limits: Limits, served: Callable[[], None] = lambda: None) -> None:
        super().__init__(limits)
        self._source, self._served = source, served
        self._pauses: dict[int, Pause] = {}
        self._thread = threading.Thread(target=self._manage, name="query-workers", daemon=True)

    def start(self, seconds: float) -> None:
        """Start workers; wait so long for the first to be ready, or to fail, or for there to be no generation."""
        self._follow()
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._failure or self._target is None, seconds)

    def stop(self) -> None:
        """End all workers; those who drive one find its pipe at its end. Again: nothing."""
        with self._changed:
            if self._stopping:
                return
            self._stopping = True
            self._changed.notify_all()
            self._bell.ring()
        if self._thread.is_alive():
            self._thread.join()
        self._bell.close()
        with self._changed:
            undriven, driven = [*self._idle, *self._starting], set(self._living)
            self._idle.clear()
        for worker in driven.difference(undriven):
            worker.kill()
        for worker in undriven:
            self.discard(worker)
        self._nursery.close()

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
        self._tend(wanted)
        if self._serving is not None and self._target not in (None, self._serving):
            self._go_over(self._target)
        with self._changed:
            outdated = sum(self._is_outdated(worker) for worker in self._ready if worker not in self._starting)
            missing = self._size - len(self._ready) + outdated
            missing = min(missing, 1) - len(self._starting) if outdated else missing  # one at a time
        for _ in range(missing):
            if wanted and self._may_begin(wanted):
                self._begin(wanted)

    def _tend(self, wanted: Generation | None) -> None:
        try:
            self._nursery.tend(wanted, self._hello, self._served_since)
        except OSError as error:
            self._failed(wanted.number if wanted else 0, f"{error.strerror}")

    def _may_begin(self, wanted: Generation) -> bool:
        known = self._serving is not None or self._nursery.knows(wanted.number)
        return known and time.monotonic() >= self._pauses[wanted.number].until and not self._stopping

    def _go_over(self, target: Generation) -> None:
        """Have one worker open the generation that is to be served; a fresh one where none is idle."""
        with self._changed:
            if time.monotonic() < self._pauses[target.number].until:
                return None
            if any(worker.generation == target.number for worker in self._starting):
                return None
            pioneer = self._idle.pop() if self._idle else None
            if pioneer is not None:
                self._starting[pioneer] = time.monotonic()
        if pioneer is None:
            return self._begin(target)
        if not self._opens(pioneer, target):
            with self._changed:
                self._starting.pop(pioneer)
            self.discard(pioneer)
        return None

    def _begin(self, generation: Generation) -> None:
        try:
            worker = self._nursery.worker(generation, self._hello)
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
        for number in (self._bell.fileno(), *by_number, *self._nursery.files()):
            poll.register(number, select.POLLIN)
        for number, _ in poll.poll(TICK * 1000):
            if number == self._bell.fileno():
                self._bell.hush()
            elif number in by_number:
                self._hear(by_number[number])
            else:
                self._hear_nursery()

    def _hear_nursery(self) -> None:
        try:
            self._nursery.hear()
        except ChildProcessError as error:
            number = self._serving or self._target
            self._failed(number.number if number else 0, f"a worker ended at its start with code {error}")

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
