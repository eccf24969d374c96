"""Whatever is killed while writes go on: what was acknowledged is found afterwards, and nothing is there by half."""

import concurrent.futures
import http.client
import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from kg.store import recovery
from kg.store.generations import Generations
from tests.live import Server, serving

GENERAL = {"articles": "none", "writable": "true", "auth": "false"}
PARTS = 20  # triples of one write, all or none
UPDATE = "application/sparql-update"


def writer(server: Server) -> psutil.Process:
    return next(p for p in server.tree() if "kg.sparql.writes.writer" in " ".join(p.cmdline()))


def write(server: Server, number: int) -> int | None:
    """The status of one write, None when the connection broke."""
    triples = " . ".join(f"<urn:w{number}> <urn:part> {part}" for part in range(PARTS))
    body = f"INSERT DATA {{ GRAPH <urn:g{number % 3}> {{ {triples} }} }}".encode()
    try:
        return server.request("POST", "/update", body, Content_Type=UPDATE).status
    except (OSError, http.client.HTTPException):
        return None


def stored(data: Path) -> dict[int, int]:
    """How many triples of each write the current generation holds, after looking it over as a start does."""
    found = recovery.recover(data)
    assert found.generation is not None
    assert found.warnings == ()
    parts: dict[int, int] = {}
    with found.generation.opened() as store:
        for quad in store.quads_for_pattern(None, NamedNode("urn:part"), None, None):
            number = int(quad.subject.value.removeprefix("urn:w"))  # type: ignore[union-attr]
            parts[number] = parts.get(number, 0) + 1
    loaded = Store()
    loaded.load(found.generation.data.read_text("utf-8"), RdfFormat.N_QUADS)
    assert len(loaded) == sum(parts.values())
    return parts


def check(data: Path, acknowledged: set[int]) -> None:
    parts = stored(data)
    assert acknowledged - parts.keys() == set()
    assert set(parts.values()) <= {PARTS}


@pytest.mark.parametrize("pause", [0.0, 0.03, 0.06])
def test_the_writer_is_killed_again_and_again(tmp_path: Path, pause: float) -> None:
    data = tmp_path / "kg-data"
    with serving(tmp_path, data=data, **GENERAL) as server:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(write, server, number) for number in range(40)]
            for _ in range(4):
                time.sleep(0.2 + pause)
                try:
                    writer(server).kill()
                except (StopIteration, psutil.NoSuchProcess):
                    continue
            statuses = [future.result() for future in futures]
        assert set(statuses) <= {204, 503}
        assert write(server, 100) == 204
        acknowledged = {number for number, status in enumerate(statuses) if status == 204}
        assert acknowledged
        rows = server.rows("SELECT DISTINCT ?s { GRAPH ?g { ?s <urn:part> ?o } }")
        assert acknowledged <= {int(row["s"].removeprefix("urn:w")) for row in rows}
    check(data, acknowledged | {100})
    assert [p.name for p in (data / "generations").iterdir() if p.name.startswith(".work")] == []


@pytest.mark.parametrize("victim", ["front", "parent", "all"])
def test_the_server_is_killed_and_started_again(tmp_path: Path, victim: str) -> None:
    data = tmp_path / "kg-data"
    with serving(tmp_path, data=data, **GENERAL) as server, concurrent.futures.ThreadPoolExecutor(4) as pool:
        tree = server.tree()
        futures = [pool.submit(write, server, number) for number in range(200)]
        while sum(future.done() for future in futures) < 20:
            time.sleep(0.01)
        doomed = {"front": [server.front], "parent": [psutil.Process(server.process.pid)], "all": tree}[victim]
        for process in doomed:
            process.send_signal(signal.SIGKILL)
        statuses = [future.result() for future in futures]
        if victim == "front":
            server.process.send_signal(signal.SIGTERM)
        psutil.wait_procs(tree, timeout=30)
        assert [process for process in tree if process.is_running() and process.status() != "zombie"] == []
    acknowledged = {number for number, status in enumerate(statuses) if status == 204}
    assert len(acknowledged) >= 15
    check(data, acknowledged)
    with serving(tmp_path, data=data, **GENERAL) as server:
        assert write(server, 1000) == 204
    check(data, acknowledged | {1000})


def test_an_orderly_end_finishes_what_was_begun(tmp_path: Path) -> None:
    data = tmp_path / "kg-data"
    with serving(tmp_path, data=data, **GENERAL) as server, concurrent.futures.ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(write, server, number) for number in range(60)]
        while sum(future.done() for future in futures) < 10:
            time.sleep(0.01)
        os.kill(server.process.pid, signal.SIGTERM)
        statuses = [future.result() for future in futures]
    assert set(statuses) <= {204, 503, None}
    check(data, {number for number, status in enumerate(statuses) if status == 204})


def test_a_disk_that_is_full_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    data = tmp_path / "kg-data"
    with serving(tmp_path, data=data, **GENERAL) as server:
        assert write(server, 1) == 204
        folder = Generations(data).folder
        kept = folder.with_name("elsewhere")
        folder.rename(kept)
        folder.write_text("no folder")
        assert write(server, 2) == 503
        folder.unlink()
        kept.rename(folder)
        assert write(server, 3) == 204
        assert write(server, 2) == 204
    check(data, {1, 2, 3})
