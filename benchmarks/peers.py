"""The servers that a user would otherwise pick, each started with its own best settings over the same file.

Each loads the `data.nq` of a generation and has the union of all graphs as its default graph. Where they are looked
for: on the PATH (`oxigraph`, `rdflib-endpoint`, `virtuoso-t` and `isql-vt`, `java`), and `FUSEKI_JAR`.
"""

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from kg.sparql.sandbox import die_with

HOWTO = {
    "oxigraph": "pip install oxigraph, in an environment of its own, and put its bin on the PATH",
    "rdflib-endpoint": "pip install 'rdflib-endpoint[oxigraph]' 'uvicorn[standard]', likewise",
    "virtuoso": "apt-get install virtuoso-opensource-7-bin",
    "fuseki": "mvn dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:5.2.0 -DoutputDirectory=DIR, and "
    "FUSEKI_JAR=DIR/jena-fuseki-server-5.2.0.jar; needs Java 17",
}
START_SECONDS = 600.0


@dataclass
class Server:
    """A server that runs: its name in the table, version, process, port, and the path of its endpoint."""

    name: str
    version: str
    process: subprocess.Popen[bytes]
    port: int
    path: str

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def missing() -> dict[str, str]:
    """The peers that are not installed, and how to install them."""
    found = {
        "oxigraph": shutil.which("oxigraph"),
        "rdflib-endpoint": shutil.which("rdflib-endpoint"),
        "virtuoso": shutil.which("virtuoso-t") and shutil.which("isql-vt"),
        "fuseki": shutil.which("java") and os.environ.get("FUSEKI_JAR"),
    }
    return {name: HOWTO[name] for name, path in found.items() if not path}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(
    command: list[str], folder: Path, log: str, env: Mapping[str, str] | None = None, memory: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that ends with this one, in at most so many bytes of memory."""
    parent = os.getpid()

    def settle() -> None:
        die_with(parent)  # a peer that nobody supervises may eat the machine
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    with (folder / log).open("wb") as out:
        environ = None if env is None else {**os.environ, **env}
        return subprocess.Popen(command, cwd=folder, stdout=out, stderr=out, env=environ, preexec_fn=settle)


def _await(process: subprocess.Popen[bytes], url: str, log: Path, says: str = "") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{url}: the server ended: {log.read_text(errors='replace')[-1000:]}")
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                if says in answer.read().decode():
                    return
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                return  # it answers, whatever it says
        except OSError:
            pass
        time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"{url}: not up within {START_SECONDS:.0f} s")


def attest(name: str, data: Path, folder: Path, settings: Mapping[str, str], backend: str) -> Server:
    """This server over a data directory that is built already, once it answers from this backend."""
    port = free_port()
    code = (
        "import sys; from pathlib import Path; from kg.settings import load; from kg.web.serving import serve;"
        "serve(load({'data': Path(sys.argv[1]), 'port': int(sys.argv[2])}))"
    )
    env = {"KG_CLIENT_SECONDS": "1000000", "KG_SLOW": "8", **settings}  # for the eight clients of one address
    process = _run([sys.executable, "-c", code, str(data.absolute()), str(port)], folder, f"{name}.log", env)
    _await(process, f"http://127.0.0.1:{port}/ready", folder / f"{name}.log", f'"backend": "{backend}"')
    return Server(name, _git(), process, port, "/sparql")


def _git() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


def _version(command: list[str]) -> str:
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    numbers = re.search(r"\d+(\.\d+)+", found.stdout + found.stderr)
    return numbers[0] if numbers else "?"


def oxigraph_disk(quads: Path, folder: Path) -> Server:
    """`oxigraph serve-read-only` over what `oxigraph load` made."""
    port, place = free_port(), folder / "oxigraph"
    subprocess.run(
        ["oxigraph", "load", "--location", place, "--lenient", "--file", quads], check=True, capture_output=True
    )
    command = ["oxigraph", "serve-read-only", "--location", str(place), "--bind", f"127.0.0.1:{port}"]
    process = _run([*command, "--union-default-graph"], folder, "oxigraph-disk.log")
    _await(process, f"http://127.0.0.1:{port}/", folder / "oxigraph-disk.log")
    return Server("oxigraph disk", _version(["oxigraph", "--version"]), process, port, "/query")


def oxigraph_memory(quads: Path, folder: Path) -> Server:
    """`oxigraph serve` without a location, the file sent to its store."""
    port = free_port()
    command = ["oxigraph", "serve", "--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    process = _run(command, folder, "oxigraph-memory.log")
    _await(process, f"http://127.0.0.1:{port}/", folder / "oxigraph-memory.log")
    url = f"http://127.0.0.1:{port}/store?no_transaction&lenient"
    request = urllib.request.Request(url, quads.read_bytes(), {"Content-Type": "application/n-quads"}, method="POST")
    with urllib.request.urlopen(request, timeout=START_SECONDS):
        pass
    return Server("oxigraph memory", _version(["oxigraph", "--version"]), process, port, "/query")


def rdflib_endpoint(quads: Path, folder: Path) -> Server:
    """rdflib-endpoint over a Dataset that is the union, on the Oxigraph store, which is its fastest."""
    port, script = free_port(), folder / "rdflib_server.py"
    script.write_text(_RDFLIB, "utf-8")
    python = Path(str(shutil.which("rdflib-endpoint"))).with_name("python")
    process = _run([str(python), str(script), str(quads), str(port)], folder, "rdflib.log", memory=4 << 30)
    _await(process, f"http://127.0.0.1:{port}/?query=ASK%7B%7D", folder / "rdflib.log")
    version = _version([str(python), "-c", "import importlib.metadata as m; print(m.version('rdflib-endpoint'))"])
    return Server("rdflib-endpoint", version, process, port, "/")


_RDFLIB = """
import sys
import pyoxigraph, uvicorn
from oxrdflib import OxigraphStore
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint

store = pyoxigraph.Store()
store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
graph = Dataset(store=OxigraphStore(store=store), default_union=True)
uvicorn.run(SparqlEndpoint(graph=graph, path="/"), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def fuseki(quads: Path, folder: Path) -> Server:
    """Fuseki over TDB2, loaded by its own loader."""
    port, place, jar = free_port(), folder / "tdb2", os.environ["FUSEKI_JAR"]
    load = ["java", "-cp", jar, "tdb2.tdbloader", "--loc", str(place), str(quads)]
    subprocess.run(load, check=True, capture_output=True)
    command = ["java", "-Xmx4g", "-jar", jar, "--localhost", "--port", str(port), "--loc", str(place)]
    process = _run([*command, "--set", "tdb2:unionDefaultGraph=true", "/ds"], folder, "fuseki.log")
    _await(process, f"http://127.0.0.1:{port}/$/ping", folder / "fuseki.log")
    version = re.search(r"server-([\d.]+)\.jar", jar)
    return Server("fuseki", version[1] if version else "?", process, port, "/ds/query")


def virtuoso(quads: Path, folder: Path) -> Server:
    """Virtuoso with room for all in memory, loaded by its bulk loader; its default graph is the union."""
    port, sql, place = free_port(), free_port(), folder / "virtuoso"
    place.mkdir()
    (place / "virtuoso.ini").write_text(_VIRTUOSO.format(place=place, sql=sql, port=port, quads=quads.parent), "utf-8")
    command = ["virtuoso-t", "+foreground", "+configfile", str(place / "virtuoso.ini")]
    process = _run(command, place, "out.log")
    _await(process, f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D", place / "out.log")
    steps = (
        f"ld_dir('{quads.parent}', '{quads.name}', 'urn:none'); rdf_loader_run(); "
        'GRANT EXECUTE ON DB.DBA.SPARQL_SELECT_KNOWN_GRAPHS TO "SPARQL"; checkpoint;'
    )
    isql = ["isql-vt", str(sql), "dba", "dba", f"exec={steps}"]
    subprocess.run(isql, check=True, capture_output=True)
    return Server("virtuoso", _version(["virtuoso-t", "-?"]), process, port, "/sparql")


_VIRTUOSO = """
[Database]
DatabaseFile = {place}/virtuoso.db
ErrorLogFile = {place}/virtuoso.log
LockFile = {place}/virtuoso.lck
TransactionFile = {place}/virtuoso.trx
xa_persistent_file = {place}/virtuoso.pxa
FileExtension = 100
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {place}/temp.db
TransactionFile = {place}/temp.trx
MaxCheckpointRemap = 2000
Striping = 0
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 20
ThreadsPerQuery = 2
NumberOfBuffers = 340000
MaxDirtyBuffers = 250000
DirsAllowed = ., {quads}, {place}
DefaultIsolation = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {place}
ServerThreads = 16
KeepAliveTimeout = 60
MaxKeepAlives = 16
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = 60
"""

PEERS = {
    "oxigraph disk": ("oxigraph", oxigraph_disk),
    "oxigraph memory": ("oxigraph", oxigraph_memory),
    "virtuoso": ("virtuoso", virtuoso),
    "fuseki": ("fuseki", fuseki),
    "rdflib-endpoint": ("rdflib-endpoint", rdflib_endpoint),
}
