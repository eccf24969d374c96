"""The relays, as the federation sees them: started when they are needed, kept for the next, ended when they hang."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from kg.errors import ServiceFailed, ServiceTimedOut, StoreUnavailable
from kg.sparql import frames
from kg.sparql.admission import SLICE, Lanes
from kg.sparql.federation.messages import Errand, Unanswered
from kg.sparql.limits import Limits
from kg.sparql.process import Process

AT_ONCE = 4  # questions to other endpoints
KEPT = 2  # relays that wait for the next question
LASTS = 60.0  # seconds; what a relay may read is settled when it starts, and where names are looked up may change


class Relay(Process):
    """A process that asks other endpoints; `until` is when it has served its time, on the monotonic clock."""

    def __init__(self) -> None:
        super().__init__("kg.sparql.federation.relay", "")
        self.until = time.monotonic() + LASTS


class Relays:
    """Processes that each run one errand at a time; any thread may bring one. `spent` is told who took how long."""

    def __init__(self, limits: Limits, spent: Callable[[str, float], None]) -> None:
        self._lanes = Lanes(replace(limits, concurrent=AT_ONCE))
        self._spent = spent
        self._idle: list[Relay] = []
        self._driven: set[Relay] = set()
        self._lock = threading.Lock()
        self._open = True

    def run(self, errand: Errand, deadline: float, gone: Callable[[], bool], client: str) -> str:
        """The table that the endpoint's answer makes; `deadline` is on the monotonic clock.

        Raises ServiceFailed, ServiceTimedOut, Busy, DeadlineExceeded, StoreUnavailable (closing, client gone).
        """
        ticket = self._lanes.enter(False, deadline, gone, client)
        began = time.monotonic()
        frame = None
        try:
            relay = self._take()
            try:
                seconds = max(0.0, min(errand.seconds, deadline - began))
                frame = self._ask(relay, replace(errand, seconds=seconds), began + seconds, gone)
            finally:
                self._give_back(relay, fit=frame is not None)
        finally:
            self._spent(client, time.monotonic() - began)
            ticket.leave()
        if frame.kind == frames.FAILURE:
            raise ServiceFailed(f"SERVICE <{errand.iri}> {Unanswered.decode(frame.body).reason}")
        return frame.body.decode()

    def close(self) -> None:
        """End all of them."""
        self._lanes.close(0)
        with self._lock:
            self._open = False
            idle, driven = self._idle, set(self._driven)
            self._idle = []
        for relay in driven:
            relay.kill()  # its driver finds the pipe at its end
        for relay in idle:
            _end(relay)

    def _take(self) -> Relay:
        with self._lock:
            while self._idle:
                relay = self._idle.pop()
                if relay.alive and time.monotonic() < relay.until:
                    break
                _end(relay)
            else:
                relay = _started()
            self._driven.add(relay)
            return relay

    def _give_back(self, relay: Relay, fit: bool) -> None:
        with self._lock:
            self._driven.discard(relay)
            if fit and self._open and len(self._idle) < KEPT:
                self._idle.append(relay)
                return
        _end(relay)

    def _ask(self, relay: Relay, errand: Errand, until: float, gone: Callable[[], bool]) -> frames.Frame:
        with contextlib.suppress(BrokenPipeError):  # it died while it had nothing to do: its pipe says so next
            frames.send(relay.jobs, frames.JOB, errand.encode())
        return self._received(relay, errand, until, gone)

    def _received(self, relay: Relay, errand: Errand, until: float, gone: Callable[[], bool]) -> frames.Frame:
        while (left := until - time.monotonic()) > 0:
            said = relay.receive(min(left, SLICE))
            if said is None:
                raise ServiceFailed(f"SERVICE <{errand.iri}> could not be asked: the process that asks it has ended")
            if said:
                return said[0]
            if gone():
                raise StoreUnavailable("the client left while another endpoint was asked")
        raise ServiceTimedOut(f"SERVICE <{errand.iri}> did not answer in the {errand.seconds:.1f} s that it was given")


def _started() -> Relay:
    try:
        return Relay()
    except OSError as error:
        raise StoreUnavailable(f"no process can be started that asks other endpoints: {error.strerror}") from error


def _end(relay: Relay) -> None:
    relay.kill()
    relay.wait()
