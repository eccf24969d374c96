"""When query workers go over to another generation, and when fresh ones take their places."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kg.sparql.forks import Worker
from kg.sparql.limits import Limits
from kg.sparql.messages import Hello, Start
from kg.store.journal import FILE as JOURNAL
from kg.store.journal import Journal

QUICK = 2_000  # quads that are loaded into memory as fast as they are opened on disk
SETTLED = 2.0  # seconds without a new generation after which it is worth loading one into memory
LONGEST_PAUSE = 10.0  # seconds between attempts, when workers keep dying at start


class Generation(Protocol):
    """A published state: its number, the engine's folder, and the same quads as N-Quads."""

    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def record(self) -> Path: ...  # noqa: D102
    @property
    def data(self) -> Path: ...  # noqa: D102


class Source(Protocol):
    """Where generations come from."""

    def current(self) -> Generation | None:
        """The one to serve, None before the first; raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Status:
    """The pool now: the generation it serves, how many workers live, and why the last start failed."""

    hello: Hello | None
    workers: int
    failure: str | None


@dataclass(slots=True)
class Pause:
    """How long to wait with another attempt to load a generation that cannot be loaded."""

    attempts: int = 0
    until: float = 0.0

    def extend(self) -> None:
        """Wait twice as long as before."""
        self.attempts += 1
        self.until = time.monotonic() + min(0.1 * 2**self.attempts, LONGEST_PAUSE)


def start_of(generation: Generation, hello: Hello | None, limits: Limits, memory_quads: int) -> Start:
    """How to start a worker on a generation; `hello` may know it, `memory_quads` are loaded into memory at most."""
    known = hello.quads if hello and hello.generation == generation.number else _journaled(generation)
    return Start(
        generation.number,
        str(generation.record),
        str(generation.data),
        known,
        min(memory_quads, limits.memory_quads),
        limits.memory,
    )


def _journaled(generation: Generation) -> int | None:
    """How many quads the journal says that there are: to count those of a large record takes a tenth of a second."""
    entry = Journal(generation.record.parent.parent.parent / JOURNAL).find(generation.number)
    return entry.quads if entry else None


def is_outdated(worker: Worker, hello: Hello | None, loaded: bool, since: float) -> bool:
    """Whether a fresh worker is better, now that no new generations come.

    One that is left on another generation keeps files open that may have been erased; one on disk would answer faster
    from memory, where the generation is `loaded`. `hello` is of the generation that is served, `since` so long (on
    the monotonic clock).
    """
    if hello is None or (worker.generation != hello.generation and time.monotonic() - since < SETTLED):
        return False
    known = worker.hello if worker.hello and worker.hello.generation == hello.generation else None
    return worker.generation != hello.generation or (loaded and (known is None or known.backend == "disk"))
