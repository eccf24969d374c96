"""`python -m kg.sparql.forkserver`: a process that forks query workers, so that they share what it has loaded.

It has one thread, opens nothing on disk before it forks, and answers no query. What it forks is either a worker, or
another server of this kind that loads a generation into memory first.
"""

import contextlib
import gc
import os
import select
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.sparql import frames, sandbox, worker
from kg.sparql.forks import LONGEST, SERVER, WORKERS
from kg.sparql.messages import Root, Start

if TYPE_CHECKING:
    from kg.sparql.engine import Opened


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What forks have at once: the reason why the network is not cut off (None if it is), and a generation."""

    filter: str | None
    number: int = 0
    opened: "Opened | None" = None


def main(argument: str) -> None:
    """Serve until the service closes the socket; what was forked ends with this process."""
    root = Root.decode(argument)
    sandbox.die_with(root.parent)
    sandbox.leave_end_to_server()
    sandbox.no_core()
    # Before the engine is imported: it must never have had the network.
    reason = sandbox.refuse_network()
    worker.take_pipes()
    from kg.sparql import engine  # noqa: F401 - forks have it

    _serve(socket.socket(fileno=root.control), _Loaded(reason))


def _serve(control: socket.socket, loaded: _Loaded) -> None:
    gc.freeze()  # a fork shares what nobody touches
    children: dict[int, tuple[int, int]] = {}  # by pidfd: process id, and the pipe for its exit code
    poll = select.poll()
    poll.register(control, select.POLLIN)
    asked = True
    while asked:
        for file, _ in poll.poll():
            if file in children:
                poll.unregister(file)
                _bury(file, *children.pop(file))
            else:
                asked = _fork(control, loaded, children, poll)


def _bury(handle: int, pid: int, status: int) -> None:
    """Wait for a child that has ended, and say how."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with contextlib.suppress(BrokenPipeError):  # nobody wants to know
        os.write(status, b"%d" % code)
    os.close(handle)
    os.close(status)


def _fork(control: socket.socket, loaded: _Loaded, children: dict[int, tuple[int, int]], poll: select.poll) -> bool:
    """Fork what is asked for; False when nobody asks any more."""
    message, files, _, _ = socket.recv_fds(control, LONGEST, 3)
    if not message:
        return False
    jobs, answers, status = files
    mother = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        control.send(str(error.strerror).encode())
        os.close(status)
    else:
        if not pid:
            inherited = [status, control.detach(), *children, *(pipe for _, pipe in children.values())]
            _become(lambda: _be(message, loaded, jobs, answers, mother), inherited)
        handle = os.pidfd_open(pid)
        children[handle] = pid, status
        poll.register(handle, select.POLLIN)
        socket.send_fds(control, [b"%d" % pid], [handle])
    os.close(jobs)
    os.close(answers)
    return True


def _become(role: Callable[[], None], inherited: list[int]) -> None:
    """Play a role to its end, without what the server had open. Does not return."""
    code = 1
    try:
        for file in inherited:
            os.close(file)
        role()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # nothing is tidied up: that would copy what is shared


def _be(message: bytes, loaded: _Loaded, jobs: int, answers: int, mother: int) -> None:
    sandbox.die_with(mother)
    start = Start.decode(message[1:])
    if message[:1] == SERVER:
        _load(start, loaded, socket.socket(fileno=jobs), answers)
    else:
        sandbox.name_process(WORKERS)
        opened = loaded.opened if loaded.number == start.generation else None
        worker.serve(start, loaded.filter, opened, jobs, answers)


def _load(start: Start, loaded: _Loaded, control: socket.socket, answers: int) -> None:
    """Load a generation and serve; or say that it is better left on disk."""
    from kg.sparql import engine

    sandbox.name_process("attest-loaded")
    opened = engine.load(start)
    frames.send(answers, frames.HELLO, worker.hello_of(start, opened, loaded.filter).encode())
    if opened.backend == "memory":
        _serve(control, _Loaded(loaded.filter, start.generation, opened))


if __name__ == "__main__":
    main(sys.argv[1])
