"""A real server on loopback, started the way a user starts it, and plain HTTP to talk to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from kg.sparql.forks import WORKERS

JSON = "application/sparql-results+json"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running `kg serve`; `process` is what the user started (granian's parent)."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(
        self, method: str, path: str, body: bytes | None = None, *, timeout: float = 30, **headers: str
    ) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        start = time.monotonic()
        try:
            connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, names, content, time.monotonic() - start)

    def query(self, text: str, accept: str = JSON, **more: str) -> Response:
        return self.request("GET", "/sparql?" + urlencode({"query": text, **more}), Accept=accept)

    def rows(self, text: str) -> list[dict[str, str]]:
        answer = self.query(text)
        assert answer.status == 200, answer.body
        return [{k: v["value"] for k, v in row.items()} for row in answer.json["results"]["bindings"]]

    def await_generation(self, number: int) -> None:
        """Wait until queries see a generation at least as new: what a build published is followed, not announced."""
        end = time.monotonic() + 60
        while self.request("GET", "/ready").json["generation"] < number:
            assert time.monotonic() < end, f"generation {number} is not served"
            time.sleep(0.05)

    def tree(self) -> list[psutil.Process]:
        """The whole process tree, outermost first."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    @property
    def front(self) -> psutil.Process:
        """The process that answers HTTP: the one child of the parent that has query workers below it."""
        return next(p for p in self.tree()[1:] if p.ppid() == self.process.pid and p.children())

    @property
    def workers(self) -> list[psutil.Process]:
        return [p for p in self.tree() if p.name() == WORKERS]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gone(processes: list[psutil.Process], timeout: float = 15) -> list[psutil.Process]:
    """Those that are still alive after `timeout` seconds."""
    return [
        p
        for p in psutil.wait_procs(processes, timeout=timeout)[1]
        if p.is_running() and p.status() != psutil.STATUS_ZOMBIE
    ]


def environment(**settings: object) -> dict[str, str]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
    return {**mine, **{f"KG_{k.upper()}": str(v) for k, v in settings.items() if v is not None}}


@contextmanager
def serving(folder: Path, *more: str, port: int | None = None, **settings: object) -> Iterator[Server]:
    """`kg serve` with these arguments and settings; ended in an orderly way, and killed with all its children if that fails."""
    port = port or free_port()
    log = folder / f"serve-{port}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve", "--port", str(port), *more],
            env=environment(**settings),
            cwd=folder,
            stderr=stream,
            stdout=stream,
        )
    server = Server(port, process, log)
    try:
        _await(server)
        yield server
    finally:
        children = server.tree()[1:] if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            for child in [*children, process]:
                try:
                    child.kill()
                except (psutil.NoSuchProcess, ProcessLookupError):
                    continue


def _await(server: Server) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if server.process.poll() is not None:
            raise AssertionError(f"kg serve ended with {server.process.returncode}:\n{server.log.read_text()}")
        try:
            if server.request("GET", "/ready", timeout=5).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"kg serve was not ready in time:\n{server.log.read_text()}")
