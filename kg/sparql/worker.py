"""`python -m kg.sparql.worker`: a process that answers one query at a time over one generation, and may be killed."""

import functools
import os
import signal
import sys
from typing import TYPE_CHECKING

from kg.sparql import frames, sandbox
from kg.sparql.messages import SECONDS, Hello, Job, Start

if TYPE_CHECKING:
    from kg.sparql.engine import Opened

CANNOT_OPEN = 75  # exit code: there was nothing wrong with any query
REMEMBERED = 64  # jobs as they were read
GRACE = 0.5  # seconds after its deadline in which the service should have ended this process


def main(argument: str) -> None:
    """Serve until the service closes standard input."""
    start = Start.decode(argument)
    sandbox.die_with(start.parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # sent to the whole group: the service decides when workers end
    sandbox.no_core()
    # Before the engine is imported: it must never have had the network.
    reason = sandbox.refuse_network()
    jobs, answers = take_pipes()
    _serve(start, reason, jobs, answers)


def take_pipes() -> tuple[int, int]:
    """Move the pipes away from where a stray print or read would find them."""
    jobs, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return jobs, answers


def _serve(start: Start, reason: str | None, jobs: int, answers: int) -> None:
    from kg.sparql import engine

    opened = engine.open_store(start)
    stores = engine.Stores(start, opened)
    limited = sandbox.limit_memory(start.memory)
    reason = reason or sandbox.end_on_network()
    hello = _hello(start, opened, reason, limited)
    frames.send(answers, frames.HELLO, hello.encode())
    reader = frames.Reader(jobs)
    jobs_read = functools.lru_cache(REMEMBERED)(Job.decode)
    while (frame := reader.receive()) is not None:
        if frame.kind == frames.OPEN:
            start = Start.decode(frame.body)
            opened = _reopened(start)
            stores = engine.Stores(start, opened)
            hello = _hello(start, opened, reason, limited)
            frames.send(answers, frames.HELLO, hello.encode())
            continue
        job = jobs_read(frame.body[SECONDS.size :])
        # The default action of SIGALRM ends the process even in the middle of the engine.
        signal.setitimer(signal.ITIMER_REAL, SECONDS.unpack_from(frame.body)[0] + GRACE)
        try:
            engine.answer(stores, job, answers)
        except BrokenPipeError:
            break
        signal.setitimer(signal.ITIMER_REAL, 0)


def _hello(start: Start, opened: "Opened", reason: str | None, limited: bool) -> Hello:
    return Hello(start.generation, opened.quads, opened.backend, reason, limited, opened.stamp)


def _reopened(start: Start) -> "Opened":
    from kg.sparql import engine

    try:
        return engine.open_store(start)
    except (OSError, SyntaxError) as error:
        print(f"generation {start.generation} cannot be opened: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(CANNOT_OPEN)


if __name__ == "__main__":
    main(sys.argv[1])
