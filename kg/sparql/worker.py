"""A query worker: a process that answers one query at a time over one generation, and may be killed."""

import functools
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kg.sparql import frames, landlock, sandbox
from kg.sparql.messages import SECONDS, Hello, Job, Start

if TYPE_CHECKING:
    from kg.sparql.engine import Opened

CANNOT_OPEN = 75  # exit code: there was nothing wrong with any query
REMEMBERED = 64  # jobs as they were read
GRACE = 0.5  # seconds after its deadline in which the service should have ended this process


def take_pipes() -> tuple[int, int]:
    """Move the pipes away from where a stray print or read would find them."""
    jobs, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return jobs, answers


def serve(start: Start, filtered: str | None, inherited: "Opened | None", jobs: int, answers: int) -> None:
    """Answer what comes on the pipe `jobs` until it ends; `inherited` is the generation that is loaded already.

    `filtered` is the reason why the network is not cut off, None where it is. No file is read but of generations.
    """
    from kg.sparql import engine

    meter = sandbox.open_meter()
    open_to = landlock.confine([Path(start.data).parent.parent, *landlock.python_files()])
    # What is inherited is never freed, also where another generation is opened: that would copy all of it.
    opened = inherited or _opened(start)
    stores = engine.Stores(start, opened)
    unlimited = sandbox.limit_memory(start.memory, meter)
    filtered = "; ".join(filter(None, (filtered or sandbox.end_on_network(), open_to, unlimited))) or None
    frames.send(answers, frames.HELLO, hello_of(start, opened, filtered).encode())
    reader = frames.Reader(jobs)
    jobs_read = functools.lru_cache(REMEMBERED)(Job.decode)
    while (frame := reader.receive()) is not None:
        if frame.kind == frames.OPEN:
            start = Start.decode(frame.body)
            opened = _opened(start)
            stores = engine.Stores(start, opened)
            frames.send(answers, frames.HELLO, hello_of(start, opened, filtered).encode())
            continue
        job = jobs_read(frame.body[SECONDS.size :])
        # The default action of SIGALRM ends the process even in the middle of the engine.
        signal.setitimer(signal.ITIMER_REAL, SECONDS.unpack_from(frame.body)[0] + GRACE)
        try:
            engine.answer(stores, job, answers)
        except BrokenPipeError:
            break
        signal.setitimer(signal.ITIMER_REAL, 0)


def hello_of(start: Start, opened: "Opened", filtered: str | None) -> Hello:
    """What is said when a generation is ready."""
    return Hello(start.generation, opened.quads, opened.backend, filtered, opened.stamp)


def _opened(start: Start) -> "Opened":
    from kg.sparql import engine

    try:
        return engine.open_store(start)
    except (OSError, SyntaxError) as error:
        print(f"generation {start.generation} cannot be opened: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(CANNOT_OPEN)
