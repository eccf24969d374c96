"""Processes of ours, as the service sees them: each with a pipe to it and a pipe from it."""

import contextlib
import fcntl
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from typing import BinaryIO

from kg.resources import PACKAGE
from kg.sparql import frames

PIPE = 1 << 20  # bytes; what Linux allows without privileges
TUNABLES = "glibc.malloc.tcache_count=2000:glibc.malloc.trim_threshold=16777216:glibc.malloc.top_pad=1048576"


class Pipes:
    """A pipe to a process and a pipe from it, which carry frames; used by one thread at a time."""

    def __init__(self, jobs: BinaryIO, answers: BinaryIO) -> None:
        self._jobs, self._answers = jobs, answers
        self._splitter = frames.Splitter()
        self._poll = select.poll()
        self._poll.register(answers, select.POLLIN)
        for pipe in (jobs, answers):
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)

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

    def close(self) -> None:
        """Close both."""
        self._jobs.close()
        self._answers.close()


class Process(Pipes):
    """A Python module that runs as a process of its own; used by one thread at a time, but for `kill` and `alive`.

    The thread that makes it must live as long as the process shall: the kernel ends the process with it. `keep` are
    open files that the process inherits.
    """

    def __init__(self, module: str, argument: str, keep: Sequence[int] = ()) -> None:
        self._process = subprocess.Popen(
            # -P: no module of the current folder is taken for one of Python's.
            [sys.executable, "-P", "-m", module, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            pass_fds=keep,
            env=_environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        super().__init__(self._process.stdin, self._process.stdout)  # type: ignore[arg-type]

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

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
        self.close()
        return code


def _environment() -> dict[str, str]:
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    # One arena: the allocator's address space, which is limited, stays near to what is used. What a query has freed,
    # the next takes: that saves a fifth of a query's time.
    tuned = {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": TUNABLES}
    return {**tuned, **os.environ, "MALLOC_ARENA_MAX": "1", "PYTHONPATH": os.pathsep.join(paths)}
