"""Fork servers and what they fork, as the service sees them. See docs/decisions/0028-fork-servers.md."""

import contextlib
import os
import select
import signal
import socket
import threading
from typing import Self

from kg.sparql import frames
from kg.sparql.messages import SECONDS, Hello, Root, Start
from kg.sparql.process import Pipes, Process

NICEST = 19
LONGEST = 1 << 16  # bytes of a request to fork
PATIENCE = 10.0  # seconds for a process to be forked
WORKER, SERVER = b"W", b"S"  # what a fork becomes
WORKERS = "attest-query"  # the name of their processes


class Fork(Pipes):
    """A process that a fork server of ours forked; it ends when that server does.

    Used by one thread at a time, but for `alive`, `kill` and `wait`.
    """

    def __init__(self, pid: int, handle: int, status: int, jobs: int, answers: int) -> None:
        self.pid = pid
        self._handle, self._status = handle, status  # a pidfd, and a pipe on which its exit code comes
        self._code: int | None = None
        self._files, self._waits = threading.Lock(), threading.Lock()
        super().__init__(os.fdopen(jobs, "wb", 0), os.fdopen(answers, "rb", 0))

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        with self._files:
            if self._code is not None:
                return False
            end = select.poll()
            end.register(self._status, select.POLLIN)
            return not end.poll(0)

    def kill(self) -> None:
        """End the process now."""
        with self._files, contextlib.suppress(ProcessLookupError):
            if self._code is None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end, close its pipes; the exit code, or minus the signal that ended it."""
        with self._waits:
            return self._ended() if self._code is None else self._code

    def _ended(self) -> int:
        said = os.read(self._status, 16)
        with self._files:
            self._code = int(said) if said else -signal.SIGKILL  # its server was ended, and it with it
            self.close()
            for file in (self._handle, self._status):
                os.close(file)
            return self._code


class Worker(Fork):
    """A query worker."""

    generation = 0
    hello: Hello | None = None
    niced = False

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
            os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))


class ForkServer:
    """A process that forks others, which have at once what it has loaded; used by one thread.

    `generation` is that of which it has the data in memory, 0 for none.
    """

    def __init__(self, process: Process | Fork, control: socket.socket, generation: int) -> None:
        self.process, self._control, self.generation = process, control, generation
        self._forks: list[Fork] = []
        control.settimeout(PATIENCE)

    @classmethod
    def started(cls) -> Self:
        """A new one that has loaded the engine and no data. Raises OSError."""
        ours, theirs = _socket_pair()
        with theirs:
            argument = Root(os.getpid(), theirs.fileno()).encode().decode()
            return cls(Process("kg.sparql.forkserver", argument, keep=(theirs.fileno(),)), ours, 0)

    def worker(self, start: Start) -> Worker:
        """Fork a worker. Raises OSError."""
        theirs, ours = os.pipe()
        worker = Worker(*self._fork(WORKER, start, theirs, ours))
        worker.generation = start.generation
        self._remember(worker)
        return worker

    def server(self, start: Start) -> "ForkServer":
        """Fork a server that loads a generation; it says hello when that is done. Raises OSError."""
        ours, theirs = _socket_pair()
        fork = Fork(*self._fork(SERVER, start, theirs.detach(), os.dup(ours.fileno())))
        self._remember(fork)
        return ForkServer(fork, ours, start.generation)

    def has_forks(self) -> bool:
        """Whether something that it forked lives."""
        return any(fork.alive for fork in self._forks)

    def close(self) -> int:
        """End it, and with it all that it forked; its exit code."""
        self._control.close()
        self.process.kill()
        return self.process.wait()

    def _remember(self, fork: Fork) -> None:
        """Keep in sight what lives: workers come and go for as long as a generation is served."""
        self._forks = [other for other in self._forks if other.alive] + [fork]

    def _fork(self, kind: bytes, start: Start, theirs: int, ours: int) -> tuple[int, int, int, int, int]:
        """What makes a Fork; `theirs` is what it reads its jobs from, `ours` the other end."""
        answers, answered = os.pipe()
        status, ended = os.pipe()
        try:
            socket.send_fds(self._control, [kind + start.encode()], [theirs, answered, ended])
            said, handles, _, _ = socket.recv_fds(self._control, LONGEST, 1)
            if not handles:
                raise OSError(0, said.decode() or "the fork server has ended")
        except BaseException:
            for file in (ours, answers, status):
                os.close(file)
            raise
        finally:
            for file in (theirs, answered, ended):
                os.close(file)
        return int(said), handles[0], status, ours, answers


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
