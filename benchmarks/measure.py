"""What a request costs a server: processor time of its whole process tree, and latency as a client sees it."""

import http.client
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil


@dataclass(frozen=True)
class Request:
    """One request: method, path, body, headers."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Cost:
    """Rounds of requests: processor seconds and number of each round, and each request's latency in seconds."""

    rounds: list[tuple[float, int]] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds a request: the median of the rounds."""
        return statistics.median(1000 * seconds / number for seconds, number in self.rounds)

    def latency_ms(self, share: float) -> float:
        """The latency below which this share of the requests stayed."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, its children, and those of them that ended."""
    total = 0.0
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def memory_bytes(pid: int) -> int:
    """Memory that a process tree has to itself."""
    total = 0
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        try:
            total += process.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    return total


class Client:
    """One connection that is kept; `ask` raises OSError, or HTTPException for what is no answer."""

    def __init__(self, port: int, patience: float) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)

    def ask(self, request: Request) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers."""
        self._connection.request(request.method, request.path, request.body, request.headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}

    def opened(self, request: Request) -> http.client.HTTPResponse:
        """The answer, still to be read."""
        self._connection.request(request.method, request.path, request.body, request.headers)
        answer = self._connection.getresponse()
        if answer.status != 200:
            raise Wrong(f"{answer.status}: {answer.read()[:300]!r}")
        return answer

    def close(self) -> None:
        self._connection.close()


class Wrong(Exception):
    """An answer that is no 200 (or 304 where it was asked for)."""


def ask_many(port: int, requests: Sequence[Request], clients: int, seconds: float, patience: float) -> list[float]:
    """Have so many clients ask in turn for so long, at least once each; the latencies in seconds."""
    latencies: list[float] = []
    failures: list[BaseException] = []
    until = time.monotonic() + seconds

    def run(number: int) -> None:
        client = Client(port, patience)
        try:
            for i in range(1_000_000):
                began = time.perf_counter()
                status, body, _ = client.ask(requests[(number * 7 + i) % len(requests)])
                latencies.append(time.perf_counter() - began)
                if status not in (200, 304):
                    raise Wrong(f"{status}: {body[:300]!r}")
                if time.monotonic() > until:
                    return
        except (OSError, http.client.HTTPException, Wrong) as error:
            failures.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return latencies


def measure(
    pid: int, port: int, requests: Sequence[Request], cost: Cost, clients: int, seconds: float, patience: float = 60.0
) -> None:
    """Add one round to `cost`."""
    before = cpu_seconds(pid)
    latencies = ask_many(port, requests, clients, seconds, patience)
    cost.rounds.append((cpu_seconds(pid) - before, len(latencies)))
    cost.latencies += latencies
