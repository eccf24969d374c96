"""Identical queries that run at once: one runs, the others wait for its answer to be kept."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from kg.sparql.admission import wait_a_slice


class Flights:
    """Which answers are being made, by their keys; at most `most` queries wait for those of others.

    Nobody waits where answers are not `kept`.
    """

    def __init__(self, most: int, kept: bool = True) -> None:
        self._most, self._kept, self._waiting, self._merged = most, kept, 0, 0
        self._flying: set[str] = set()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def one(self, key: str | None, deadline: float, gone: Callable[[], bool]) -> Iterator[bool]:
        """Be the one that makes the answer; or wait for who does, and be told True when that is over.

        What became of it is for the waiter to look up: an answer that was too large to keep, or an error, is not
        shared. Raises DeadlineExceeded and StoreUnavailable (client gone) for the waiter alone. A key of None is
        nobody else's; where too many wait already, none waits.
        """
        with self._changed:
            waits = key in self._flying and self._waiting < self._most
            leads = key if self.take_off(key) else None
        try:
            if waits:
                self._wait(key, deadline, gone)
            yield waits
        finally:
            if leads:
                self.land(leads)

    def includes(self, key: str | None) -> bool:
        """Whether somebody makes this answer."""
        return key in self._flying

    def take_off(self, key: str | None) -> bool:
        """Make an answer from now on until `land`; False where somebody does already, or the key is None."""
        with self._changed:
            if key is None or key in self._flying or not self._kept:
                return False
            self._flying.add(key)
            return True

    def land(self, key: str) -> None:
        """The answer is made, or there is none: let those go on who wait."""
        with self._changed:
            self._flying.discard(key)
            self._changed.notify_all()

    def merged(self) -> int:
        """How many queries waited for the answer of another."""
        with self._changed:
            return self._merged

    def _wait(self, key: str | None, deadline: float, gone: Callable[[], bool]) -> None:
        with self._changed:
            self._waiting, self._merged = self._waiting + 1, self._merged + 1
            try:
                while key in self._flying:
                    over = "the same query of another did not end in time; try again later"
                    wait_a_slice(self._changed, deadline, gone, over)
            finally:
                self._waiting -= 1
