"""How many connections there may be, in all and for each client; those that ask nothing are closed, oldest first.

The server beneath accepts connections and reads heads where no application sees them, so they are counted where they
show: among this process's files (Linux).
"""

import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.services import Network
from kg.web.clients import group, is_trusted

FILES = Path("/proc/self/fd")
LOOK = 0.5  # seconds between two looks
GRACE = 1.0  # seconds in which a new connection may ask something before it counts as one that does not
Peer = tuple[str, int]  # address and port


@dataclass(frozen=True, slots=True)
class Connection:
    """An accepted connection: its file, the kernel's number of the socket, who is at the other end, and since when.

    `since` is when it was first seen, on the monotonic clock.
    """

    file: int
    inode: int
    peer: Peer
    since: float


class Connections:
    """Keeps the connections to `port` within `most` and `per_client`; `busy` tells the peers that are being served."""

    def __init__(
        self, port: int, most: int, per_client: int, trusted: Sequence[Network], busy: Callable[[], set[Peer]]
    ) -> None:
        self._port, self._most, self._per_client = port, most, per_client
        self._trusted, self._busy = trusted, busy
        self._known: dict[int, Connection | None] = {}  # by inode, in the order of their coming; None: is none of ours
        self._stop = threading.Event()
        self.closed = 0

    def start(self) -> None:
        """Look every half second, in a thread of its own; does nothing where the kernel does not show open files."""
        if FILES.is_dir():
            threading.Thread(target=self._run, name="connections", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def count(self) -> int:
        """How many there were at the last look."""
        return sum(connection is not None for connection in list(self._known.values()))

    def look(self) -> None:
        """Count once, and close what is too much."""
        self._update()
        clients: dict[str, list[Connection]] = defaultdict(list)
        present = [connection for connection in self._known.values() if connection]
        for connection in present:
            if not is_trusted(connection.peer[0], self._trusted):
                clients[group(connection.peer[0])].append(connection)
        for connections in clients.values():
            self._close(connections, len(connections) - self._per_client)
        self._close(present, len(present) - self._most)

    def _run(self) -> None:
        while not self._stop.wait(LOOK):
            self.look()

    def _update(self) -> None:
        present = {}
        for name in os.listdir(FILES):  # noqa: PTH208 - a path for each of thousands costs more than the rest
            inode = _inode(int(name))
            if inode is not None:
                present[inode] = int(name)
        for inode in self._known.keys() - present.keys():
            del self._known[inode]
        for inode, file in present.items():
            if inode not in self._known:
                self._known[inode] = self._connection(file, inode)

    def _connection(self, file: int, inode: int) -> Connection | None:
        with _Borrowed(file, inode) as borrowed:
            if borrowed is None or borrowed.family not in (socket.AF_INET, socket.AF_INET6):
                return None
            try:
                host, port, *_ = borrowed.getpeername()
                ours = borrowed.getsockname()[1] == self._port
                return Connection(file, inode, (host, port), time.monotonic()) if ours else None
            except OSError:  # it listens, or it is closed already
                return None

    def _close(self, among: Sequence[Connection], number: int) -> None:
        if number <= 0:
            return
        busy, latest = self._busy(), time.monotonic() - GRACE
        for connection in [c for c in among if c.peer not in busy and c.since <= latest][:number]:
            with _Borrowed(connection.file, connection.inode) as borrowed:
                if borrowed is not None:
                    try:
                        borrowed.shutdown(socket.SHUT_RDWR)
                        self.closed += 1
                    except OSError:  # it was closed meanwhile
                        continue


class _Borrowed:
    """Another's socket through a file of our own: the number may be given to another file at any moment."""

    def __init__(self, file: int, inode: int) -> None:
        self._file, self._inode = file, inode
        self._socket: socket.socket | None = None

    def __enter__(self) -> socket.socket | None:
        try:
            copy = os.dup(self._file)
        except OSError:
            return None
        if os.fstat(copy).st_ino != self._inode:
            os.close(copy)
            return None
        self._socket = socket.socket(fileno=copy)
        return self._socket

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._socket.close()


def _inode(file: int) -> int | None:
    """The kernel's number of a socket; None for any other file."""
    try:
        target = os.readlink(FILES / str(file))  # noqa: PTH115 - see above
    except OSError:
        return None
    return int(target[8:-1]) if target.startswith("socket:[") else None
