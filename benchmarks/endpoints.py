"""Queries side by side with other servers: `python benchmarks/endpoints.py --articles 2000 --data DIR`.

Makes the synthetic corpus and builds it in DIR (where that was done before, it is taken as it is), starts this server
and every peer that is installed, asks each the same twelve texts in interleaved rounds, and prints Markdown tables of
processor milliseconds a request of each server's whole process tree.
"""

import argparse
import http.client
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import measure
import peers
import psutil
from corpus import write
from measure import Client, Cost, Request

QUERIES = Path(__file__).parent / "queries"
GRAPHS = ("construct", "describe")
ORDER = (  # from what is cheap to what is dear: a peer that does not come to an end is asked no more
    *("lookup", "describe", "contradictions", "single-voices", "event-contradictions", "path", "entity-claims"),
    *("construct", "name-search", "commander", "top-voices", "export"),
)
FINDINGS = ("event-contradictions", "contradictions", "single-voices")
CROSS = "SELECT (COUNT(*) AS ?n) { ?a a ?b . ?c a ?d . ?e a ?f }"  # years, and little memory
LONG = 2000  # characters
DEADLINE = 10.0  # seconds; what this server allows by default
DISK, MEMORY = "oxigraph disk", "oxigraph memory"
COLD, WARM, LARGE = "attest, disk", "attest, as it comes", "attest, no answer kept"
OURS = {
    COLD: {"KG_CACHE_BYTES": "0", "KG_MEMORY_QUADS": "1"},
    LARGE: {"KG_CACHE_BYTES": "0"},
    WARM: {},
}


def request(server: peers.Server, text: str, graph: bool, **headers: str) -> Request:
    accept = {"Accept": "application/n-triples" if graph else "text/csv"}
    if len(text) > LONG:  # than some servers take in an address
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", server.path, f"query={quote(text)}".encode(), accept | form | headers)
    return Request("GET", f"{server.path}?query={quote(text)}", None, accept | headers)


def texts() -> dict[str, str]:
    found = {path.stem: path.read_text("utf-8") for path in QUERIES.glob("*.rq")}
    return {name: found[name] for name in sorted(found, key=ORDER.index)}


def bare_texts() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted((QUERIES / "bare").glob("*.rq"))}


def built(data: Path, articles: int) -> Path:
    """The generation of a corpus of so many articles; made where it is not there."""
    corpus = data / f"articles-{articles}"
    kept = data / "kg-data"
    if not (kept / "CURRENT").exists():
        write(corpus, articles)
        subprocess.run([sys.executable, "-m", "kg", "build", "--articles", corpus, "--data", kept], check=True)
    return kept / "generations" / (kept / "CURRENT").read_text().strip()


def started(stack: ExitStack, data: Path, quads: Path, work: Path, wanted: list[str]) -> dict[str, peers.Server]:
    """All servers, by the names of their columns."""
    servers: dict[str, peers.Server] = {}
    for name, settings in OURS.items():
        backend = "disk" if "KG_MEMORY_QUADS" in settings else "memory"
        servers[name] = peers.attest(name.replace(", ", "-").replace(" ", "-"), data, work, settings, backend)
        stack.callback(servers[name].stop)
    lacking = peers.missing()
    for name, (program, start) in peers.PEERS.items():
        if name not in wanted:
            continue
        if program in lacking:
            print(f"- {name} is missing: {lacking[program]}")
            continue
        try:
            servers[name] = start(quads, work)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"- {name} could not be started: {error}")
            continue
        stack.callback(servers[name].stop)
    return servers


def costs(
    servers: dict[str, peers.Server], asked: dict[str, str], clients: int, seconds: float, rounds: int, patience: float
) -> dict[tuple[str, str], Cost | None]:
    """What each query costs each server; None where it took over `patience` seconds."""
    found: dict[tuple[str, str], Cost | None] = {}
    lame: set[str] = set()
    for query, text in asked.items():
        for name in servers:
            found[name, query] = None if name in lame else Cost()
        for number in range(rounds + 1):
            for name, server in servers.items():
                if (cost := found[name, query]) is None:
                    continue
                ask = [request(server, text, query in GRAPHS)]
                step, many = (cost, clients) if number else (Cost(), 1)  # the first is to warm up
                ours = name.startswith("attest")
                try:
                    measure.measure(server.process.pid, server.port, ask, step, many, seconds, 60 if ours else patience)
                except (OSError, http.client.HTTPException, measure.Wrong) as error:
                    found[name, query] = None
                    print(f"- {name}, {query}: {str(error)[:120] or type(error).__name__}")
                    if isinstance(error, TimeoutError) and not ours:
                        lame.add(name)
                        server.stop()  # it would go on working on what nobody waits for
    return found


def geometric(values: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values))) if values else math.nan


def table(found: dict[tuple[str, str], Cost | None], servers: list[str], asked: list[str]) -> Iterator[str]:
    """Milliseconds of processor time and, in brackets, those of latency at p50; then geometric means and ratios."""
    yield f"| query | {' | '.join(servers)} |"
    yield "|---|" + "---|" * len(servers)
    for query in asked:
        cells = [_cell(found[name, query]) for name in servers]
        yield f"| {query} | {' | '.join(cells)} |"
    for base in (DISK, MEMORY):
        if base in servers:
            cells = [_ratio(found, name, base, asked) for name in servers]
            yield f"| **geometric mean, of {base}** | {' | '.join(cells)} |"


def _cell(cost: Cost | None) -> str:
    return f"{cost.cpu_ms:.2f} ({cost.latency_ms(0.5):.1f})" if cost else "—"


def _ratio(found: dict[tuple[str, str], Cost | None], name: str, base: str, asked: list[str]) -> str:
    pairs = [(found[name, query], found[base, query]) for query in asked]
    both = [one.cpu_ms / max(other.cpu_ms, 1e-3) for one, other in pairs if one and other]
    return f"**{geometric([max(value, 1e-4) for value in both]):.2f}**" + (
        "" if len(both) == len(asked) else f" of {len(both)}"
    )


def lookups(servers: dict[str, peers.Server], rounds: int, seconds: float) -> Iterator[str]:
    """A lookup by IRI through the fast path, through Flask, kept, and known to the client, against oxigraph."""
    text = texts()["lookup"]
    bases = [name for name in (DISK, MEMORY) if name in servers]
    ways: dict[str, tuple[peers.Server, Request]] = {
        name: (servers[name], request(servers[name], text, False)) for name in bases
    }
    for label, name in (("memory", LARGE), ("disk", COLD)):
        plain = request(servers[name], text, False)
        ways[f"fast path, {label}"] = servers[name], plain
        ways[f"through Flask, {label}"] = servers[name], Request("GET", f"{plain.path}&aside=1", None, plain.headers)
    kept = request(servers[WARM], text, False)
    tag = Client(servers[WARM].port, 60).ask(kept)[2]["etag"]
    ways["kept"] = servers[WARM], kept
    ways["304"] = servers[WARM], request(servers[WARM], text, False, **{"If-None-Match": tag})
    for clients in (1, 8):
        spent = {name: Cost() for name in ways}
        for _ in range(rounds):
            for name, (server, asked) in ways.items():
                measure.measure(server.process.pid, server.port, [asked], spent[name], clients, seconds)
        yield (
            f"| lookup, {clients} client{'s' * (clients > 1)} | ms of CPU | "
            + " | ".join(f"of {base}" for base in bases)
            + " | p50 ms | p95 ms |"
        )
        yield "|---|---|" + "---|" * len(bases) + "---|---|"
        for name, cost in spent.items():
            ratios = " | ".join(f"{cost.cpu_ms / spent[base].cpu_ms:.2f}" for base in bases)
            p50, p95 = cost.latency_ms(0.5), cost.latency_ms(0.95)
            yield f"| {name} | {cost.cpu_ms:.3f} | {ratios} | {p50:.2f} | {p95:.2f} |"
        yield ""


def under_attack(server: peers.Server, seconds: float, how: str) -> Iterator[str]:
    """A cheap query's latencies, quiet and while four send cross products, and how late those are answered."""
    asked = [request(server, texts()["lookup"], False)]
    quiet, attacked = Cost(), Cost()
    quiet.latencies = measure.ask_many(server.port, asked, 1, seconds, 60)
    late: list[float] = []
    stop = time.monotonic() + seconds + 1

    def attack(number: int) -> None:
        client = Client(server.port, 4 * DEADLINE)
        for i in range(1000):
            if time.monotonic() > stop:
                return
            text = f"{CROSS} # {number} {i}"
            began = time.monotonic()
            status = client.ask(request(server, text, False))[0]
            took = time.monotonic() - began
            if status == 503 and took > DEADLINE - 1:
                late.append(took - DEADLINE)
            elif status != 200:
                time.sleep(0.2)  # turned away at once: it comes again

    threads = [threading.Thread(target=attack, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    attacked.latencies = measure.ask_many(server.port, asked, 1, seconds, 60)
    for thread in threads:
        thread.join()
    p95 = [cost.latency_ms(0.95) for cost in (quiet, attacked)]
    yield f"| a lookup's p95, quiet, from {how} | {p95[0]:.2f} ms |"
    yield f"| with 4 attackers | {p95[1]:.2f} ms, {p95[1] / p95[0]:.2f} of it |"
    if late:
        yield f"| attackers answered after their deadline by | {max(late):.2f} s at most, {len(late)} answers |"


def export(server: peers.Server, quads: Path, how: str, backend: str = "memory") -> Iterator[str]:
    """A wide export: time to the first byte, memory above idle, processor time against the bare engine's."""
    text = texts()["export"]
    asked = request(server, text, False)
    Client(server.port, 120).ask(asked)
    idle, most, done = measure.memory_bytes(server.process.pid), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            most[0] = max(most[0], measure.memory_bytes(server.process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    first, spent, size = [], [], 0
    for _ in range(3):
        before, began = measure.cpu_seconds(server.process.pid), time.monotonic()
        with Client(server.port, 120).opened(asked) as answer:
            answer.read(1)
            first.append(time.monotonic() - began)
            size = 1 + len(answer.read())
        spent.append(measure.cpu_seconds(server.process.pid) - before)
    done.set()
    watcher.join()
    bare = _bare(quads, text, backend)
    yield f"| export of {size / 1e6:.1f} MB, {how}: first byte | {min(first) * 1000:.0f} ms |"
    yield f"| its memory above idle | {max(0, most[0] - idle) / 1e6:.0f} MB |"
    yield f"| its CPU, of the bare engine's | {statistics.median(spent) / bare:.2f} ({bare * 1000:.0f} ms bare) |"


def _bare(quads: Path, text: str, backend: str) -> float:
    """Processor seconds of the engine alone, from memory or disk."""
    code = (
        "import sys, time, pyoxigraph as ox\n"
        "store = ox.Store.read_only(sys.argv[1]) if sys.argv[3] == 'disk' else ox.Store(); spent = []\n"
        "if sys.argv[3] != 'disk': store.bulk_load(path=sys.argv[4], format=ox.RdfFormat.N_QUADS)\n"
        "for _ in range(4):\n"
        "    began = time.process_time()\n"
        "    store.query(sys.argv[2], use_default_graph_as_union=True).serialize(format=ox.QueryResultsFormat.CSV)\n"
        "    spent.append(time.process_time() - began)\n"
        "print(sorted(spent[1:])[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(quads.parent / "record"), text, backend, str(quads)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def two_clients(server: peers.Server, seconds: float, how: str) -> Iterator[str]:
    """How much more two clients get than one."""
    asked = [request(server, texts()["entity-claims"], False)]
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for clients, found in rates.items():
            began = time.monotonic()
            found.append(len(measure.ask_many(server.port, asked, clients, seconds, 60)) / (time.monotonic() - began))
    one, two = (statistics.median(found) for found in rates.values())
    yield f"| throughput of two clients, of one's, from {how} | {two / one:.2f} ({one:.0f} a second) |"


def say(lines: Iterator[str], what: str) -> None:
    try:
        for line in lines:
            print(line, flush=True)
    except (OSError, measure.Wrong, subprocess.SubprocessError) as error:
        print(f"| {what} | failed: {str(error)[:200]} |")


def machine(servers: dict[str, peers.Server]) -> str:
    named = {server.name: server.version for server in servers.values() if not server.name.startswith("attest")}
    versions = ", ".join(f"{name} {version}" for name, version in named.items())
    memory = psutil.virtual_memory().total / 2**30
    chip = next(
        (line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.release()}, {os.cpu_count()} × {chip}, {memory:.0f} GiB, Python "
        f"{platform.python_version()}; attest {servers[COLD].version}; {versions}; load before {load:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200, help="20, 200, 2000: about 10k, 100k, 1M quads; 10000: 5M")
    parser.add_argument("--data", type=Path, help="kept from run to run (default: a folder that is removed)")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=float, default=20.0, help="seconds after which a peer's query is given up")
    parser.add_argument("--peers", nargs="*", default=list(peers.PEERS), metavar="NAME", help=", ".join(peers.PEERS))
    given = parser.parse_args()
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data = given.data or work
        generation = built(data, given.articles)
        quads = generation / "data.nq"
        servers = started(stack, data / "kg-data", quads, work, given.peers)
        streaming = {"KG_CACHE_BYTES": "0", "KG_QUERY_HOLD": "false"}
        streams = peers.attest("attest-streaming", data / "kg-data", work, streaming, "memory")
        stack.callback(streams.stop)
        report(servers, streams, quads, given)


def report(servers: dict[str, peers.Server], streams: peers.Server, quads: Path, given: argparse.Namespace) -> None:
    with quads.open("rb") as file:
        number = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    print(f"{given.articles} articles, {number:,} quads. {machine(servers)}\n")
    asked = texts()
    print(f"Milliseconds of CPU a request (latency p50 in ms), {given.clients} clients:\n")
    found = costs(servers, asked, given.clients, given.seconds, given.rounds, given.patience)
    say(table(found, list(servers), list(asked)), "the twelve")
    alive = {name: server for name, server in servers.items() if server.process.poll() is None}
    bare = {name: server for name, server in alive.items() if not name.startswith("attest")}
    print("\nThe same asked of the statements themselves, as users of a bare store must, against the findings:\n")
    alone = costs(bare, bare_texts(), 1, given.seconds, 1, given.patience)
    columns = {f"{COLD}, findings": COLD} | {name: name for name in bare}
    merged = {
        (column, q): (found if name == COLD else alone)[name, q] for column, name in columns.items() for q in FINDINGS
    }
    say(table(merged, list(columns), list(FINDINGS)), "the findings")
    print()
    say(lookups(servers, given.rounds, given.seconds), "lookups")
    print("| what | measured |\n|---|---|")
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "attack": lambda: under_attack(servers[LARGE], 4 * given.seconds + 2, "memory"),
        "attack, disk": lambda: under_attack(servers[COLD], 4 * given.seconds + 2, "disk"),
        "export, again": lambda: export(servers[WARM], quads, "asked again, kept"),
        "export, held": lambda: export(servers[LARGE], quads, "held until whole, as by default"),
        "export, streamed": lambda: export(streams, quads, "streamed (`KG_QUERY_HOLD=false`)"),
        "export, disk": lambda: export(servers[COLD], quads, "held, from disk", "disk"),
        "two clients": lambda: two_clients(servers[LARGE], 2 * given.seconds, "memory"),
        "two clients, disk": lambda: two_clients(servers[COLD], 2 * given.seconds, "disk"),
    }
    for name, check in checks.items():
        say(check(), name)


if __name__ == "__main__":
    main()
