import concurrent.futures
import contextlib
import os
import time
from pathlib import Path

import psutil
import pytest

from kg.errors import BadInput, DeadlineExceeded, StoreUnavailable

from .support import COUNT, CROSS, QUADS, ask, eventually, number, serving, workers

# No service is shared in this module: each test counts the workers of its own.


def test_a_long_aggregate_ends_at_its_deadline(root: Path) -> None:
    with serving(root, query_seconds=1) as service:
        eventually(lambda: len(workers()) == 4)
        before = {process.pid for process in workers()}
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded) as caught:
            ask(service, CROSS)
        assert 0.9 < time.monotonic() - began < 5
        assert caught.value.retry_after > 0
        eventually(lambda: len(before - {process.pid for process in workers()}) == 1)
        eventually(lambda: len(workers()) == 4)
        assert service.counters() == {"deadline": 1}
        assert number(service) == QUADS


def test_the_slow_lane_is_niced_and_its_workers_are_not_used_again(root: Path) -> None:
    with serving(root) as service, concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(ask, service, CROSS)
        eventually(lambda: service.lanes() == {"fast": 0, "own": 0, "slow": 1})
        niced = []
        eventually(lambda: niced.extend(p.pid for p in workers() if p.nice() == 19) or niced)
        eventually(lambda: [p.nice() for p in workers()].count(os.nice(0)) == 4)
        assert number(service) == QUADS
        assert type(future.exception()) is DeadlineExceeded
        eventually(lambda: niced[0] not in {p.pid for p in workers()})
        assert service.lanes() == {"fast": 0, "own": 0, "slow": 0}


def test_a_query_whose_client_left_is_ended(root: Path) -> None:
    left = time.monotonic() + 0.5
    with serving(root, query_seconds=30) as service:
        with pytest.raises(StoreUnavailable, match="the client left"):
            ask(service, CROSS, gone=lambda: time.monotonic() > left)
        assert time.monotonic() - left < 5
        assert service.counters() == {"client gone": 1}
        assert all(p.nice() == os.nice(0) for p in workers())


def test_descriptors_and_processes_do_not_pile_up(root: Path) -> None:
    with serving(root, query_seconds=0.5, query_rows=3) as service:
        eventually(lambda: service.readiness().workers == 4)
        me = psutil.Process()
        before = me.num_fds()
        for i in range(200):
            text = ("ASK {}", "ASK {", "SELECT * { ?s ?p ?o }", COUNT)[i % 4]
            with contextlib.suppress(BadInput):
                ask(service, text)
        for _ in range(3):
            with pytest.raises(DeadlineExceeded):
                ask(service, CROSS)
        eventually(lambda: service.readiness().workers == 4 and me.num_fds() <= before + 2)
        eventually(lambda: len(me.children()) == 4)


def test_closing_refuses_new_queries_and_ends_running_ones(root: Path) -> None:
    with serving(root, query_seconds=30) as service, concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, service, CROSS)
        eventually(lambda: service.lanes()["slow"] == 1)
        began = time.monotonic()
        service.close(0.3)
        assert 0.2 < time.monotonic() - began < 5
        assert isinstance(running.exception(), StoreUnavailable)
        with pytest.raises(StoreUnavailable, match="shutting down"):
            ask(service, "ASK {}")
        assert workers() == []
