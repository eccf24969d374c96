"""Who may run now, who waits, who is turned away: decided before a thread waits for anything else."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kg.errors import Busy, DeadlineExceeded, StoreUnavailable
from kg.sparql.limits import Limits

Lane = Literal["fast", "own", "slow"]
SLICE = 0.1  # seconds between two looks at whether the client is still there
OWN = 1  # places kept for our own pages, which nobody else's queries can take


def wait_a_slice(changed: threading.Condition, deadline: float, gone: Callable[[], bool], over: str) -> None:
    """Wait for a change, a slice of the time until `deadline` (monotonic); the condition is held.

    Raises DeadlineExceeded, which says what is `over`, and StoreUnavailable when the client has left.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded(over)
    changed.wait(min(left, SLICE))
    if gone():
        raise StoreUnavailable("the client left while its query waited")


class Ticket:
    """The right to run one query; `lane` says in which lane. `leave` gives it back, also twice."""

    def __init__(self, lanes: "Lanes", lane: Lane) -> None:
        self._lanes = lanes
        self.lane: Lane = lane
        self.held = True

    def slow_down(self) -> bool:
        """Move from the fast to the slow lane; False when that is full. Our own queries stay where they are."""
        return self._lanes.slow_down(self)

    def leave(self) -> None:
        """Make room for another."""
        self._lanes.leave(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    client: str


class Lanes:
    """`concurrent` places in the fast lane, `slow` in the slow one, `queue` to wait in, and one for our own pages."""

    def __init__(self, limits: Limits) -> None:
        self._places: dict[Lane, int] = {"fast": limits.concurrent, "own": OWN, "slow": limits.slow}
        self._taken: dict[Lane, int] = {"fast": 0, "own": 0, "slow": 0}
        self._waiting: dict[Lane, deque[_Waiting]] = {"fast": deque(), "own": deque()}
        self._queue = limits.queue
        self._open = True
        self._changed = threading.Condition()

    def enter(self, own: bool, deadline: float, gone: Callable[[], bool], client: str = "") -> Ticket:
        """Take a place, or wait for one, first come first served, until `deadline` (on the monotonic clock).

        One `client` may have half of those that wait, so that there is room for others. Raises Busy at once when too
        many wait already, DeadlineExceeded, StoreUnavailable (closing, client gone).
        """
        lane: Lane = "own" if own else "fast"
        me, queue = _Waiting(client), self._waiting[lane]
        with self._changed:
            if not self._free(lane):
                self._check_room(queue, client)
            queue.append(me)
            try:
                while queue[0] is not me or not self._free(lane):
                    self._wait(deadline, gone)
                self._check_open()
                self._taken[lane] += 1
            finally:
                queue.remove(me)
                self._changed.notify_all()
            return Ticket(self, lane)

    def enter_now(self) -> Ticket | None:
        """Take a place in the fast lane; None where it would take waiting, or none is given any more."""
        with self._changed:
            if not self._open or self._waiting["fast"] or not self._free("fast"):
                return None
            self._taken["fast"] += 1
            return Ticket(self, "fast")

    def slow_down(self, ticket: Ticket) -> bool:
        """Move a ticket to the slow lane; False when that is full."""
        with self._changed:
            if ticket.lane != "fast":
                return True
            if not self._free("slow"):
                return False
            self._taken["fast"] -= 1
            self._taken["slow"] += 1
            ticket.lane = "slow"
            self._changed.notify_all()
            return True

    def leave(self, ticket: Ticket) -> None:
        """Take a ticket back."""
        with self._changed:
            if ticket.held:
                ticket.held = False
                self._taken[ticket.lane] -= 1
                self._changed.notify_all()

    def close(self, grace: float) -> None:
        """Turn everybody away from now on; wait up to `grace` seconds for those who run."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: not any(self._taken.values()), grace)

    def taken(self) -> dict[Lane, int]:
        """How many queries run in each lane."""
        with self._changed:
            return dict(self._taken)

    def waiting(self) -> int:
        """How many queries wait for a place."""
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def _check_room(self, queue: deque[_Waiting], client: str) -> None:
        if len(queue) >= self._queue:
            raise Busy(f"{self._queue} queries wait already; try again later", retry_after=1)
        share = max(1, self._queue // 2)
        if client and sum(other.client == client for other in queue) >= share:
            raise Busy(f"{share} queries of yours wait already; try again later", retry_after=1)

    def _free(self, lane: Lane) -> bool:
        return self._taken[lane] < self._places[lane]

    def _wait(self, deadline: float, gone: Callable[[], bool]) -> None:
        self._check_open()
        over = "the query waited for others until its time was over; try again later"
        wait_a_slice(self._changed, deadline, gone, over)

    def _check_open(self) -> None:
        if not self._open:
            raise StoreUnavailable("the service is shutting down")
