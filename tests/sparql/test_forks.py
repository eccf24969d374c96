"""Fork servers: what workers share, and what happens when a server ends."""

import concurrent.futures
import contextlib
import signal
from pathlib import Path

import psutil
import pytest

from kg.sparql import memory, nursery
from kg.sparql.forks import ForkServer, Worker
from kg.sparql.messages import Start

from .support import QUADS, ask, eventually, number, publish, quads, serving, workers


def servers() -> list[psutil.Process]:
    """The fork servers below this process that have workers, or servers, below them; outermost first."""
    me, found = psutil.Process(), {}
    for process in workers():
        with contextlib.suppress(psutil.NoSuchProcess):
            found |= {parent.pid: parent for parent in process.parents() if me in parent.parents()}
    return sorted(found.values(), key=lambda server: server.create_time())


def loaded() -> list[psutil.Process]:
    return [server for server in servers() if server.name() == "attest-loaded"]


def test_workers_share_what_is_in_memory(root: Path) -> None:
    with serving(root) as service:
        eventually(lambda: service.readiness().workers == 4)
        for _ in range(8):
            assert number(service) == QUADS
        (server,) = loaded()
        assert {p.pid for p in workers()} <= {p.pid for p in server.children()}
        for process in workers():
            taken = process.memory_full_info()
            assert taken.uss < taken.rss / 2


def test_the_memory_of_workers_is_limited_whatever_else_is_closed_to_them(root: Path) -> None:
    with serving(root) as service:
        eventually(lambda: service.readiness().workers == 4)
        assert all(p.rlimit(psutil.RLIMIT_AS)[0] < 2 << 30 for p in workers())
        assert "memory" not in (service.readiness().filter or "")


@pytest.mark.parametrize("which", [0, 1], ids=["first", "loaded"])
def test_a_fork_server_that_dies_is_replaced_with_all_that_it_forked(root: Path, which: int) -> None:
    with serving(root) as service:
        eventually(lambda: service.readiness().workers == 4)
        doomed, before = servers()[which], set(workers())
        doomed.kill()
        eventually(lambda: not before & set(workers()))
        assert number(service) == QUADS
        eventually(lambda: service.readiness().workers == 4 and len(servers()) == 2)
        eventually(lambda: service.readiness().backend == "memory")


def test_a_large_generation_is_answered_from_disk_until_it_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursery, "SOON", QUADS - 1)
    publish(tmp_path, 1, quads())
    with serving(tmp_path) as service:
        assert service.readiness().backend == "disk"
        assert number(service) == QUADS
        eventually(lambda: service.readiness().backend == "memory")
        eventually(lambda: loaded() and set(workers()) <= set(loaded()[0].children()))
        assert number(service) == QUADS


def test_a_world_beside_the_record_is_asked_from_a_fork(root: Path) -> None:
    """What a fork inherits is not freed when it goes over to another generation, and is not asked any more."""
    publish(root.parent / "own", 1, quads())
    own = root.parent / "own"
    with serving(own) as service:
        eventually(lambda: service.readiness().workers == 4)
        first = {p.pid for p in workers()}
        publish(own, 2, quads(10, "new"))
        assert service.wait_for(2, 10)
        answer, body = ask(service, "SELECT ?o { ?s ?p ?o }", format="csv")
        assert (answer.generation, body.count(b"new words")) == (2, 10)
        assert {p.pid for p in workers()} & first


def test_a_server_that_has_ended_forks_nothing() -> None:
    server = ForkServer.started()
    server.process.kill()
    server.process.wait()
    with pytest.raises(OSError, match=r"ended|Broken pipe|reset"):
        server.worker(Start(1, "record", "data.nq", 1, 1, 1 << 29))
    assert server.close() == -signal.SIGKILL


def test_a_worker_that_cannot_open_its_data_says_how_it_ended(tmp_path: Path) -> None:
    server = ForkServer.started()
    worker = server.worker(Start(1, str(tmp_path / "no"), str(tmp_path / "data.nq"), 10**6, 1, 1 << 29))
    assert worker.receive(10) is None
    assert worker.wait() == 75
    worker.kill()  # again: nothing
    server.close()


def look(worker: Worker) -> list[bool]:
    return [worker.alive for _ in range(300)]


def end(worker: Worker) -> int:
    worker.kill()
    return worker.wait()


def test_any_thread_may_ask_whether_a_worker_lives_end_it_and_wait(root: Path) -> None:
    folder = root / "generations" / "1"
    server = ForkServer.started()
    for _ in range(5):
        worker = server.worker(Start(1, str(folder / "record"), str(folder / "data.nq"), 10**6, 1, 1 << 29))
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(look, worker) for _ in range(4)]
            ended = [threads.submit(end, worker) for _ in range(4)]
        assert {future.result() for future in ended} == {-signal.SIGKILL}
        assert all(future.exception() is None for future in asked)
        assert not worker.alive
    server.close()


def test_memory_is_what_the_machine_and_the_group_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:       2000 kB\nMemAvailable:   1000 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    assert memory.free_memory() == 1000 << 10
    for name, text in (("max", "500000\n"), ("current", "400000\n"), ("stat", "anon 1\ninactive_file 50000\n")):
        (tmp_path / f"memory.{name}").write_text(text)
    assert memory.free_memory() == 150_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_memory() == 1000 << 10
    (tmp_path / "meminfo").unlink()
    assert memory.free_memory() > 1 << 40
