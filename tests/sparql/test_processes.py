import concurrent.futures
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kg.errors import BadInput, DeadlineExceeded, StoreUnavailable
from kg.sparql.forks import ForkServer
from kg.sparql.messages import Job, Start

from .support import COUNT, CROSS, QUADS, ask, eventually, number, serving, workers

# No service is shared in this module: each test counts the workers of its own.


def test_a_long_aggregate_ends_at_its_deadline(root: Path) -> None:
    with serving(root, query_seconds=1) as service:
        eventually(lambda: len(workers()) == 4)
        before = {process.pid for process in workers()}
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded, match="make it more selective") as caught:
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
        eventually(lambda: len(me.children(recursive=True)) == 6)  # and two fork servers


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


def test_a_slow_query_that_finishes_is_answered_and_its_worker_retired(root: Path) -> None:
    with serving(root, query_seconds=60) as service:
        eventually(lambda: service.readiness().workers == 4)
        before = {process.pid for process in workers()}
        assert number(service, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d <urn:p1> ?f FILTER(?c < ?f) }") > 0
        assert service.lanes() == {"fast": 0, "own": 0, "slow": 0}
        assert service.counters() == {}
        assert len(before - {process.pid for process in workers()}) == 1
        eventually(lambda: [p.nice() for p in workers()].count(os.nice(0)) == 4)


FRONT = """
import signal, sys, threading, time
from pathlib import Path
from tests.sparql.support import CROSS, ask, settings
from kg.sparql.service import QueryService
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it starts in the background ignore it
service = QueryService(settings(Path(sys.argv[1]), query_seconds=60))
service.start()
threading.Thread(target=ask, args=(service, CROSS), daemon=True).start()
while service.lanes()["slow"] == 0 or service.readiness().workers < 5: time.sleep(0.01)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda end: end.name)
def test_no_worker_outlives_its_service(root: Path, end: signal.Signals) -> None:
    checkout = str(Path(__file__).parents[2])
    front = subprocess.Popen(
        [sys.executable, "-c", FRONT, str(root)], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with front:
        assert front.stdout is not None
        assert front.stdout.readline() == b"ready\n"
        children = psutil.Process(front.pid).children(recursive=True)
        assert len(children) == 7  # five workers and two fork servers
        front.send_signal(end)
        front.wait(10)
        _, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_workers_leave_the_end_to_the_service(root: Path, number: signal.Signals) -> None:
    with serving(root) as service:
        eventually(lambda: service.readiness().workers == 4)
        before = {process.pid for process in workers()}
        for pid in before:
            os.kill(pid, number)
        time.sleep(0.3)
        assert {process.pid for process in workers()} == before
        assert service.readiness().ready


def test_an_idle_worker_that_dies_is_replaced(root: Path) -> None:
    with serving(root) as service:
        eventually(lambda: service.readiness().workers == 4)
        dying = workers()
        for process in dying:
            process.kill()
        assert psutil.wait_procs(dying, timeout=5)[1] == []
        assert number(service) == QUADS
        eventually(lambda: service.readiness().workers == 4)
        eventually(lambda: len(psutil.Process().children(recursive=True)) == 6)


def test_a_worker_that_dies_while_it_is_taken_costs_no_answer(root: Path) -> None:
    with serving(root) as service:
        for _ in range(15):
            eventually(lambda: service.readiness().workers == 4)
            os.kill(random.choice(workers()).pid, signal.SIGKILL)
            assert number(service) == QUADS


def test_the_dead_mans_switch_ends_a_query_that_nobody_watches(root: Path) -> None:
    folder = root / "generations" / "1"
    start = Start(1, str(folder / "record"), str(folder / "data.nq"), None, 10**6, 1 << 29)
    server = ForkServer.started()
    worker = server.worker(start)
    try:
        eventually(lambda: worker.receive(0.1))
        worker.send(Job(CROSS, "urn:x", True, False, (), (), "JSON", 9.0, 10, 1000).encode(), 0.2)
        eventually(lambda: worker.receive(0.1) is None)
    finally:
        worker.kill()
    assert worker.wait() == -signal.SIGALRM
    assert server.close() == -signal.SIGKILL


def test_the_server_never_loads_the_engine(root: Path) -> None:
    code = (
        "import sys; import kg.web.serving; print([m for m in ('pyoxigraph', 'rdflib', 'pyshacl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
