"""How much processing time each client may take: a bucket of seconds that fills up over a minute."""

import threading
import time
from collections.abc import Callable

from cachetools import LRUCache

from kg.errors import BudgetSpent

MINUTE = 60.0
CLIENTS = 100_000  # remembered at once; who is forgotten begins anew
CHARGED = 1.0  # seconds' worth that a client must have before it may ask again, at most


class Budgets:
    """`seconds` of workers' time a minute for each client.

    A query is charged when it is over, so a client that runs several at once can go below nothing, and waits until
    that is made up for. `clock` is in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._spent: LRUCache[str, tuple[float, float]] = LRUCache(CLIENTS)  # what is spent, as of when
        self._lock = threading.Lock()
        self._refusals = 0

    def check(self, client: str) -> None:
        """Raise BudgetSpent when this client has nothing left; it says when there will be."""
        with self._lock:
            spent = self._now(client)
            if spent < self._seconds:
                return
            self._refusals += 1
        wait = (spent - self._seconds) / self._rate + min(CHARGED, self._seconds / 2) / self._rate
        raise BudgetSpent(
            f"your queries took more than the {self._seconds:g} s of processing time that a client has each minute; "
            "try again later",
            int(wait) + 1,
        )

    def charge(self, client: str, seconds: float) -> None:
        """Take so much from a client's budget."""
        with self._lock:
            self._spent[client] = (self._now(client) + seconds, self._clock())

    def refusals(self) -> int:
        """How often a client was turned away."""
        with self._lock:
            return self._refusals

    @property
    def _rate(self) -> float:
        return self._seconds / MINUTE

    def _now(self, client: str) -> float:
        spent, since = self._spent.get(client, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - since) * self._rate)
