"""A soak: a server under mixed load with writes, slow clients, builds beside it and kills of each kind of process.

`.venv/bin/python benchmarks/soak.py --minutes 3` starts a server of its own on loopback, and ends it. It fails when a
client gets an answer that is neither right nor its own fault, when memory grows, when a process stays behind, or when a
write that was acknowledged is not found afterwards. Allowed are 503 and 429 with Retry-After, and one broken answer for
each process that was killed. At the end the whole server is killed twice (the process that answers, then its parent)
while it is asked and written to, and started again.
"""

import argparse
import gzip
import http.client
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from kg import resources
from tests.live import JSON, Server, environment, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/attest/ontology#Statement> }"
EVERYTHING = "SELECT * { ?s ?p ?o }"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CROSS_SEEN = "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(?c < ?f) } ORDER BY ?c ?f"
MISTAKES = ("SELECT * {", "ASK " + "{" * 60 + "}" * 60, "ASK { SERVICE <http://127.0.0.1:9/> {} }")
SLOW_HEAD = f"GET /sparql?{urlencode({'query': EVERYTHING})} HTTP/1.1\r\nHost: x\r\n".encode()
SLOW_BODY = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\n"
MEMORY_SLACK = 48 << 20  # bytes by which the last third may exceed the middle one, besides a tenth
WAIT = 0.02  # seconds between two requests of one client
Step = tuple[Callable[[], None], float]  # and the seconds to wait after it
Request = tuple[str, str, bytes | None, dict[str, str]]


class Soak:
    def __init__(self, server: Server, statements: int) -> None:
        self.server, self.statements, self.end = server, statements, 0.0
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.kills = self.broken = self.tried = 0
        self.acknowledged: set[int] = set()
        self.doomed = False  # the whole server is being killed: what breaks now is no wonder
        self.memory: list[int] = []
        self._lock = threading.Lock()

    def until_the_end(self, step: Callable[[], None], pause: float) -> threading.Thread:
        def run() -> None:
            while time.monotonic() < self.end:
                step()
                time.sleep(pause)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def ask(self, what: str, query: str, fair: set[int], check: Callable[[bytes], bool], **headers: str) -> None:
        """Ask once. `fair` are the statuses that are an answer, or the client's own fault; a 200 is checked."""
        given = {"Accept": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.send(what, ("GET", "/sparql?" + urlencode({"query": query}), None, given), fair, check)

    def write(self) -> None:
        """Write one triple, and remember it if that was acknowledged."""
        with self._lock:
            self.tried += 1
            number = self.tried
        text = f"INSERT DATA {{ GRAPH <urn:soak:graph> {{ <urn:soak:{number}> <urn:soak:number> {number} }} }}"
        given = ("POST", "/update", text.encode(), {"Content-Type": "application/sparql-update"})
        if self.send("write", given, {204}, lambda _: True) == 204:
            self.acknowledged.add(number)

    def send(self, what: str, request: Request, fair: set[int], check: Callable[[bytes], bool]) -> int:
        """Send a request once; its status, 0 when the answer broke off."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request(*request)
            answer = connection.getresponse()
            self._judge(what, answer, fair, check)
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            with self._lock:
                self.broken += not self.doomed
                self.seen[f"{what}: broken ({'the server was killed' if self.doomed else type(error).__name__})"] += 1
            return 0
        finally:
            connection.close()

    def _judge(
        self, what: str, answer: http.client.HTTPResponse, fair: set[int], check: Callable[[bytes], bool]
    ) -> None:
        body = answer.read()
        busy = answer.status in (429, 503) and answer.getheader("Retry-After")
        right = answer.status in fair and (answer.status != 200 or check(body))
        with self._lock:
            self.seen[f"{what}: {answer.status}"] += 1
            if not (busy or right or self.doomed):
                self.wrong.append(f"{what}: {answer.status} {body[:200]!r}")

    def count(self) -> None:
        self.ask("count", COUNT + f" # {random.random()}", {200}, lambda body: number(body) == self.statements)

    def kept(self) -> None:
        self.ask("kept", COUNT, {200}, lambda body: number(body) == self.statements)

    def conditional(self) -> None:
        self.ask("conditional", COUNT, {304}, lambda _: False, If_None_Match="*")

    def download(self) -> None:
        read = lambda body: len(json.loads(gzip.decompress(body))["results"]["bindings"]) > 5000  # noqa: E731
        self.ask("download", EVERYTHING, {200}, read, Accept_Encoding="gzip")

    def attack(self) -> None:
        self.ask("cross product", CROSS, set(), lambda _: False)

    def hungry(self) -> None:
        self.ask("hungry", CROSS_SEEN, {400}, lambda _: False)

    def mistake(self) -> None:
        self.ask("mistake", random.choice(MISTAKES), {400}, lambda _: False)

    def health(self) -> None:
        try:
            status = self.server.request("GET", random.choice(["/health", "/metrics", "/"]), timeout=20).status
        except (OSError, http.client.HTTPException) as error:
            if not self.doomed:
                self.wrong.append(f"health: {error}")
        else:
            self.seen[f"health: {status}"] += 1
            if status not in (200, 503):
                self.wrong.append(f"health: {status}")

    def kill(self) -> None:
        """Kill a query worker, or now and then the writer."""
        try:
            writers = [p for p in self.server.tree() if "kg.sparql.writes.writer" in p.cmdline()]
            victims = writers if self.kills % 4 == 3 else self.server.workers
            if victims:
                random.choice(victims).kill()
                self.kills += 1
        except psutil.NoSuchProcess:
            return

    def weigh(self) -> None:
        try:
            self.memory.append(self.server.front.memory_info().rss)
        except (psutil.NoSuchProcess, StopIteration):
            return

    def crawl(self) -> None:
        """Thirty clients that send or read slowly, for some seconds."""
        clients: list[socket.socket] = []
        for opening in [SLOW_HEAD, SLOW_HEAD + b"\r\n", SLOW_BODY] * 10:
            try:
                clients.append(socket.create_connection(("127.0.0.1", self.server.port), 10))
                clients[-1].sendall(opening)
            except OSError:
                if not self.doomed:
                    raise
        for _ in range(8):
            time.sleep(0.5)
            for client in clients:
                try:
                    client.send(b"x")
                except OSError:
                    continue
        for client in clients:
            client.close()


def check_writes(soak: Soak, server: Server) -> None:
    """What was acknowledged is there, and nothing that nobody wrote."""
    found = {int(row["n"]) for row in server.rows("SELECT ?n { GRAPH <urn:soak:graph> { ?s <urn:soak:number> ?n } }")}
    lost, strange = soak.acknowledged - found, found - set(range(1, soak.tried + 1))
    soak.wrong += [f"acknowledged and lost: {n}" for n in sorted(lost)] + [f"never written: {n}" for n in strange]


def number(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def publish(articles: Path, folder: Path, data: Path) -> None:
    """A new generation with the same statements: one entity more that nobody speaks of."""
    with (articles / "entities.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  soak-{time.monotonic_ns()}: {{is: Person, label: Somebody}}\n")
    built = subprocess.run(
        [sys.executable, "-m", "kg", "build"], env=environment(articles=articles, data=data), cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if built.returncode:
        raise SystemExit(f"kg build failed: {built.stdout}{built.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3, help="at most 60")
    minutes = min(parser.parse_args().minutes, 60)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles, data = folder / "articles", folder / "kg-data"
        shutil.copytree(resources.find("articles"), articles)
        given = {"articles": articles, "data": data, "writable": "true", "auth": "false"}
        short = {"query_seconds": 5, "read_seconds": 5, "body_seconds": 5, "log_requests": "false"}
        with serving(folder, **given, **short) as server:
            soak = Soak(server, int(server.rows(COUNT)[0]["n"]))
            build = (lambda: publish(articles, folder, data), 20.0)
            run(soak, minutes * 60, [build, (soak.kill, 3), (soak.weigh, 1), (soak.attack, 1), (soak.hungry, 1)])
            check_writes(soak, server)
            left = server.tree()
        for victim in ("front", "parent"):
            with serving(folder, **given, **short) as server:
                left += server.tree()
                kill_all(soak, server, victim)
        with serving(folder, **given, **short) as server:
            check_writes(soak, server)
            left += server.tree()
        left = psutil.wait_procs(left, timeout=20)[1]
    report(soak, left)


def run(soak: Soak, seconds: float, more: Sequence[Step]) -> None:
    soak.end = time.monotonic() + seconds
    steps: list[Step] = [
        (soak.count, WAIT), (soak.count, WAIT), (soak.kept, WAIT), (soak.conditional, WAIT), (soak.download, 0.5),
        (soak.mistake, 0.1), (soak.health, 0.5), (soak.crawl, 2), (soak.write, 0.1), (soak.write, 0.1), *more,
    ]  # fmt: skip
    for thread in [soak.until_the_end(step, pause) for step, pause in steps]:
        thread.join()


def kill_all(soak: Soak, server: Server, victim: str) -> None:
    """Some seconds of load, in which the whole server goes down at once."""
    soak.server, soak.doomed = server, False
    check_writes(soak, server)
    target = server.front if victim == "front" else psutil.Process(server.process.pid)

    def kill() -> None:
        if soak.end - time.monotonic() < 4 and not soak.doomed:
            soak.doomed = True
            target.kill()

    run(soak, 12, [(kill, 0.1)])
    print(f"the server's {victim} was killed; {len(soak.acknowledged)} writes of {soak.tried} were acknowledged")


def report(soak: Soak, left: list[psutil.Process]) -> None:
    for what, times in sorted(soak.seen.items()):
        print(f"{times:8d}  {what}")
    third = len(soak.memory) // 3
    middle, last = (statistics.median(soak.memory[third * n : third * (n + 1)]) for n in (1, 2))
    print(
        f"{soak.kills} workers and writers killed, {soak.broken} answers broken off, {len(left)} processes left behind"
    )
    print(f"{soak.tried} writes, {len(soak.acknowledged)} of them acknowledged")
    print(f"memory of the server: last third / middle third = {last / middle:.2f} ({last / 1e6:.0f} MB)")
    for sentence in soak.wrong[:20]:
        print(f"WRONG {sentence}")
    if soak.wrong or left or soak.broken > soak.kills or last > middle * 1.1 + MEMORY_SLACK:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
