import concurrent.futures
import shutil
from pathlib import Path

import pytest

from kg.errors import StoreUnavailable

from .support import QUADS, ask, eventually, number, publish, quads, serving, workers

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d <urn:p1> ?f FILTER(?c < ?f) }"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    publish(tmp_path, 1, quads())
    return tmp_path


@pytest.mark.parametrize(("memory_quads", "backend"), [(QUADS, "memory"), (QUADS - 1, "disk")])
def test_a_new_generation_is_followed_and_the_old_one_may_go(own: Path, memory_quads: int, backend: str) -> None:
    with serving(own, memory_quads=memory_quads) as service:
        assert service.readiness().backend == backend
        assert number(service) == QUADS
        shutil.rmtree(own / "generations" / "1")
        for _ in range(5):
            assert number(service) == QUADS
        publish(own, 3, quads(10, "new"))
        eventually(lambda: service.readiness().generation == 3)
        answer, body = ask(service, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", format="csv")
        assert (answer.generation, body.count(b"urn:new")) == (3, 5)
        assert service.readiness().quads == 10
        assert service.readiness().reason is None
        assert [ask(service, "ASK {}")[0].generation for _ in range(8)] == [3] * 8
        eventually(lambda: len(workers()) == 4)


def test_workers_soon_let_go_of_the_files_of_what_was_served_before(own: Path) -> None:
    """What was erased must not stay readable through a worker that nobody asks."""

    def held(generation: int) -> bool:
        return any(f"/generations/{generation}/" in file.path for w in workers() for file in w.open_files())

    with serving(own, memory_quads=1) as service:
        assert number(service) == QUADS
        assert held(1)
        publish(own, 2, quads())
        eventually(lambda: held(2) and not held(1))


def test_what_runs_is_finished_on_the_generation_it_began_with(own: Path) -> None:
    with serving(own, query_seconds=60) as service, concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, service, SLOW)
        eventually(lambda: sum(service.lanes().values()) == 1)
        publish(own, 2, quads(10))
        eventually(lambda: service.readiness().generation == 2)
        assert ask(service, "ASK {}")[0].generation == 2
        assert running.result()[0].generation == 1


def test_going_back_is_followed_too(own: Path) -> None:
    publish(own, 2, quads(10))
    with serving(own) as service:
        assert number(service) == 10
        (own / "CURRENT").write_text("1\n")
        eventually(lambda: service.readiness().generation == 1)
        assert number(service) == QUADS


def test_a_generation_that_cannot_be_loaded_does_not_replace_one_that_can(own: Path) -> None:
    with serving(own) as service:
        publish(own, 2, quads(10), dumped="<urn:a> <urn:b> nonsense .\n")
        eventually(lambda: (service.readiness().reason or "").startswith("generation 2: a worker ended at its start"))
        readiness = service.readiness()
        assert (readiness.ready, readiness.generation) == (True, 1)
        assert number(service) == QUADS
        publish(own, 3, quads(20))
        eventually(lambda: service.readiness().generation == 3)
        assert number(service) == 20
        assert service.readiness().reason is None


def test_a_disk_that_misbehaves_ends_no_worker(own: Path) -> None:
    with serving(own) as service:
        (own / "CURRENT").unlink()
        (own / "CURRENT").mkdir()
        eventually(lambda: "IsADirectoryError" in (service.readiness().reason or ""))
        assert number(service) == QUADS
        (own / "CURRENT").rmdir()
        publish(own, 2, quads(10))
        eventually(lambda: service.readiness().generation == 2)
        assert service.readiness().reason is None


def test_the_first_generation_is_followed(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        publish(tmp_path, 1, quads(7))
        eventually(lambda: service.readiness().ready)
        assert number(service) == 7


def test_no_worker_can_be_started(own: Path) -> None:
    (own / "generations" / "1" / "data.nq").unlink()
    with serving(own) as service:
        with pytest.raises(StoreUnavailable, match="no query worker can be started: generation 1: a worker ended"):
            ask(service, "ASK {}")
        assert not service.readiness().ready


def test_many_generations_are_followed_in_place_and_memory_comes_when_they_stop(own: Path) -> None:
    with serving(own) as service:
        first, backends = {process.pid for process in workers()}, set()
        for generation in range(2, 12):
            publish(own, generation, quads(QUADS + generation))
            assert service.wait_for(generation, 30)
            answer, _ = ask(service, "ASK {}")
            assert answer.generation == generation
            backends.add(service.readiness().backend)
            assert number(service) == QUADS + generation
        assert "disk" in backends
        eventually(lambda: service.readiness().backend == "memory")
        eventually(lambda: not first & {process.pid for process in workers()})
        assert [number(service) for _ in range(8)] == [QUADS + 11] * 8
        assert not service.wait_for(12, 0.1)
