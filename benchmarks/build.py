"""What a build costs: `python benchmarks/build.py --articles 20 200 2000`.

For each size: processor milliseconds of `kg build` for each article, all processes and the gate included, and for each
article more than in the size before; then, in the largest: a rebuild with nothing changed, `kg serve` to its first
answer, and how long a changed article takes to be seen by queries while readers go on: from the start of `kg build`,
and from saving it beside `kg build --watch`, the median of several.
"""

import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import measure
import psutil
from corpus import write
from measure import Client, Request
from peers import free_port

KG = [sys.executable, "-m", "kg"]
CHANGES, PAUSE = 6, 4.0  # how often the article is changed, and seconds before each, in which the server settles
LABEL = "SELECT ?l { <https://w3id.org/attest/id/witnesses-0> <http://www.w3.org/2000/01/rdf-schema#label> ?l }"


def run(*arguments: str | Path) -> tuple[float, float]:
    """Processor and wall seconds of a command, with its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([*KG, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


class Served:
    """`kg serve` over a corpus, from the start of the command to its end."""

    def __init__(self, corpus: Path, data: Path) -> None:
        self.port, self.began = free_port(), time.monotonic()
        command = [*KG, "serve", "--articles", corpus, "--data", data, "--port", str(self.port)]
        env = {**os.environ, "KG_CLIENT_SECONDS": "1000000"}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, text: str) -> bytes:
        """An answer as CSV, once there is one."""
        asked = Request("GET", f"/sparql?query={quote(text)}", None, {"Accept": "text/csv"})
        while True:
            try:
                status, body, _ = Client(self.port, 30).ask(asked)
                if status == 200:
                    return body
            except OSError:
                pass
            time.sleep(0.01)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Article:
    """An article whose label of one entity goes back and forth."""

    LABELS = ("Witnesses of article 0", "Those who saw it")

    def __init__(self, corpus: Path) -> None:
        self._claims = corpus / "article-000000" / "claims.yaml"

    def change(self) -> bytes:
        """Save it with another label, which is returned."""
        text = self._claims.read_text("utf-8")
        old, new = self.LABELS if self.LABELS[0] in text else self.LABELS[::-1]
        self._claims.write_text(text.replace(old, new), "utf-8")
        return new.encode()


def seconds_to_see(server: Served, label: bytes) -> float:
    """How long it takes until queries see it."""
    began = time.monotonic()
    while label not in server.ask(LABEL):
        time.sleep(0.01)
    return time.monotonic() - began


def built(server: Served, article: Article, command: list[str | Path]) -> float:
    """How long after a build is started on a changed article queries see it."""
    label = article.change()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        return seconds_to_see(server, label)


def watched(server: Served, article: Article, command: list[str | Path]) -> Iterator[tuple[float, float]]:
    """How long after an article is saved beside a builder that watches queries see it; and its processor seconds."""
    command = [*command, "--watch"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as builder:
        assert builder.stderr
        lines = iter(builder.stderr.readline, "")
        next(line for line in lines if line.startswith("Watching"))
        process = psutil.Process(builder.pid)
        for _ in range(CHANGES):
            time.sleep(PAUSE)
            before = process.cpu_times()
            seconds = seconds_to_see(server, article.change())
            next(line for line in lines if line.startswith("Generation"))
            after = process.cpu_times()
            yield seconds, after.user + after.system - before.user - before.system
        builder.send_signal(signal.SIGINT)


def changed(corpus: Path, data: Path) -> Iterator[str]:
    """How long a changed article takes to be seen, and what readers notice."""
    server, article = Served(corpus, data), Article(corpus)
    server.ask(LABEL)
    yield f"| `kg serve`, nothing stale, to the first answer | {time.monotonic() - server.began:.2f} s |"
    asked = [Request("GET", f"/sparql?query={quote(LABEL)}", None, {"Accept": "text/csv"})]
    quiet = measure.Cost(latencies=measure.ask_many(server.port, asked, 1, 1, 30))
    command: list[str | Path] = [*KG, "build", "--articles", corpus, "--data", data]
    over, during = threading.Event(), measure.Cost()

    def read() -> None:
        while not over.is_set():
            during.latencies += measure.ask_many(server.port, asked, 1, 0.2, 30)

    reader = threading.Thread(target=read)
    reader.start()
    yield f"| a changed article, from `kg build` to queries | {built(server, article, command):.2f} s |"
    seen = list(watched(server, article, command))
    seconds, cpu = (statistics.median(values[1:]) for values in zip(*seen, strict=True))
    yield f"| a changed article, saved beside `kg build --watch`, to queries: the first time | {seen[0][0]:.2f} s |"
    yield f"| later, median (processor seconds of the builder) | {seconds:.2f} s ({cpu:.2f} s) |"
    over.set()
    reader.join()
    p95 = [cost.latency_ms(0.95) for cost in (during, quiet)]
    yield f"| readers' p95 meanwhile (quiet) | {p95[0]:.1f} ms ({p95[1]:.1f} ms), none failed |"
    server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[20, 200], help="sizes, in growing order")
    given = parser.parse_args()
    print("| articles | CPU s | ms an article | ms for each article more |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        known = (0, 0.0)
        for number in given.articles:
            corpus, data = Path(folder, f"corpus-{number}"), Path(folder, f"data-{number}")
            write(corpus, number)
            cpu, _ = run("build", "--articles", corpus, "--data", data)
            more = (cpu - known[1]) / (number - known[0]) * 1000
            print(f"| {number} | {cpu:.1f} | {cpu / number * 1000:.0f} | {more:.0f} |", flush=True)
            known = (number, cpu)
        print("\n| what | measured |\n|---|---|")
        print(f"| a rebuild with nothing changed | {run('build', '--articles', corpus, '--data', data)[1]:.2f} s |")
        for line in changed(corpus, data):
            print(line, flush=True)


if __name__ == "__main__":
    main()
