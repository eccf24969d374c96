"""Processes of ours, as the service sees them: each with a pipe to it and a pipe from it."""

import contextlib
import fcntl
import os
import select
import subprocess
import sys

from kg.resources import PACKAGE
from kg.sparql import frames
from kg.sparql.messages import SECONDS, Hello, Start

PIPE = 1 << 20  # bytes; what Linux allows without privileges
NICEST = 19


class Process:
    """A process of ours that talks in frames; used by one thread at a time, but for `kill` and `alive`.

    The thread that makes it must live as long as the process shall: the kernel ends the process with it.
    """

    def __init__(self, module: str, argument: str) -> None:
        self._process = subprocess.Popen(
            # -P: no module of the current folder is taken for one of Python's.
            [sys.executable, "-P", "-m", module, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=_environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._jobs, self._answers = self._process.stdin, self._process.stdout
        self._splitter = frames.Splitter()
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        for pipe in (self._jobs, self._answers):
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    @property
    def jobs(self) -> int:
        """The pipe to the process."""
        return self._jobs.fileno()

    def fileno(self) -> int:
        """The pipe from the process, to wait on."""
        return self._answers.fileno()

    def receive(self, seconds: float) -> list[frames.Frame] | None:
        """What it says within so many seconds, perhaps nothing; None when its pipe has ended."""
        if not self._poll.poll(max(0.0, seconds) * 1000):
            return []
        arrived = os.read(self._answers.fileno(), PIPE)
        return self._splitter.feed(arrived) if arrived else None

    def finish(self, seconds: float) -> None:
        """Give it nothing more to do, and so long to end by itself."""
        self._jobs.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def wait(self) -> int:
        """Wait for its end, close its pipes; the exit code, or minus the signal that ended it."""
        code = self._process.wait()
        self._jobs.close()
        self._answers.close()
        return code


class Worker(Process):
    """A query worker."""

    def __init__(self, start: Start) -> None:
        self.generation = start.generation
        self.hello: Hello | None = None
        self.niced = False
        super().__init__("kg.sparql.worker", start.encode().decode())

    def send(self, job: bytes, seconds: float) -> None:
        """Give it a query, encoded, and so long. Raises BrokenPipeError when it has ended."""
        frames.send(self.jobs, frames.JOB, SECONDS.pack(seconds), job)

    def open(self, start: Start) -> None:
        """Have it go over to another generation before its next query. Raises BrokenPipeError when it has ended."""
        self.generation = start.generation
        frames.send(self.jobs, frames.OPEN, start.encode())

    def be_nice(self) -> None:
        """Let all others go first; this cannot be undone."""
        self.niced = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, NICEST)


def _environment() -> dict[str, str]:
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    # One arena: the allocator's address space, which is limited, stays near to what is used.
    return {**os.environ, "MALLOC_ARENA_MAX": "1", "PYTHONPATH": os.pathsep.join(paths)}
