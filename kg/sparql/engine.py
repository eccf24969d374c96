"""The engine behind one worker: opens a generation, runs a query, writes its answer. Only workers import this."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from kg.errors import BadInput, NotFound, StoreUnavailable
from kg.sparql import frames
from kg.sparql.federation.messages import BLANK
from kg.sparql.memory import free_memory
from kg.sparql.messages import SOON, UNCLEAR, Failure, Job, Start
from kg.sparql.rows import counter
from kg.sparql.writer import TooLarge, Writer
from kg.store import nquads
from kg.store.dump import Dump
from kg.store.generations import GRAPHS as GRAPHS_NAME
from kg.store.generations import stamp_of
from kg.store.perspectives import FOLDER, RECORD, not_found

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_SENTENCE = re.compile(r"[A-Z]\w* [^\[\]']+")
MOST_PAST = 3
QUAD = 400  # bytes that a quad takes in memory
SHARE = 4  # of what memory is free, a generation may take one part: what workers read, each copies in time
_STORAGE = ("IO error", "Corruption")
_RESULTS = {
    "JSON": QueryResultsFormat.JSON,
    "XML": QueryResultsFormat.XML,
    "CSV": QueryResultsFormat.CSV,
    "TSV": QueryResultsFormat.TSV,
}
Term = NamedNode | BlankNode | Literal | Triple
GRAPHS = {
    "TURTLE": RdfFormat.TURTLE,
    "N_TRIPLES": RdfFormat.N_TRIPLES,
    "N_QUADS": RdfFormat.N_QUADS,
    "TRIG": RdfFormat.TRIG,
    "RDF_XML": RdfFormat.RDF_XML,
    "JSON_LD": RdfFormat.JSON_LD,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A generation that is ready to be queried; `backend` is "memory" or "disk"; `stamp` its data's age and size."""

    store: Store
    quads: int
    backend: str
    stamp: str


def open_store(start: Start) -> Opened:
    """Load the generation into memory when it is small enough, else open it read-only. Raises OSError."""
    dump, quads = _measured(start)
    return _open(Path(start.record), dump, quads, start.memory_quads)


def load(start: Start) -> Opened:
    """Load the generation into memory; or, where it does not fit, say so and open nothing. Raises OSError."""
    dump, quads = _measured(start)
    if quads <= start.memory_quads and quads * QUAD <= free_memory() // SHARE:
        return _in_memory(dump, quads)
    return Opened(Store(), quads, "disk", stamp_of(dump.data))


def _measured(start: Start) -> tuple[Dump, int]:
    dump = Dump(Path(start.data).parent)
    return dump, dump.count() if start.quads is None else start.quads


def _open(record: Path, dump: Dump, quads: int, memory_quads: int) -> Opened:
    if quads > memory_quads:
        return Opened(Store.read_only(str(record)), quads, "disk", stamp_of(dump.data))
    return _in_memory(dump, quads)


def _in_memory(dump: Dump, quads: int) -> Opened:
    stamp, store = stamp_of(dump.data), Store()
    if dump.changes.exists():
        store.bulk_extend(dump.quads())
    else:
        store.bulk_load(path=str(dump.data), format=RdfFormat.N_QUADS, lenient=True)
    for graph in nquads.read_graphs(dump.folder / GRAPHS_NAME):
        store.add_graph(graph)
    return Opened(store, quads, "memory", stamp)


class Stores:
    """The record, and the worlds of the perspectives beside it, each opened when it is first asked.

    So are those of past generations, from disk; the `MOST_PAST` that were asked last stay open.
    """

    def __init__(self, start: Start, record: Opened) -> None:
        self._folder, self._number = Path(start.data).parent, start.generation
        self._past: OrderedDict[int, Stores] = OrderedDict()
        self._record = record
        self._worlds: dict[str, Opened] = {}
        self._room = min(start.memory_quads, SOON) - (record.quads if record.backend == "memory" else 0)

    def find(self, perspective: str | None, generation: int | None = None) -> Store:
        """The store to ask; raises NotFound for a name of none, StoreUnavailable when its files cannot be read."""
        if generation is not None and generation != self._number:
            return self._at(generation).find(perspective)
        if perspective is None:
            return self._record.store
        if perspective not in self._worlds:
            self._worlds[perspective] = self._opened(perspective)
        return self._worlds[perspective].store

    def _at(self, generation: int) -> "Stores":
        """Those of a past generation."""
        stores = self._past.get(generation) or self._open_past(generation)
        self._past[generation] = stores
        self._past.move_to_end(generation)
        if len(self._past) > MOST_PAST:
            self._past.popitem(last=False)
        return stores

    def _open_past(self, number: int) -> "Stores":
        folder = self._folder.with_name(str(number))
        record, data = folder / RECORD, Dump(folder).data
        try:
            opened = Opened(Store.read_only(str(record)), 0, "disk", "")
        except OSError as error:
            raise StoreUnavailable(f"generation {number} cannot be opened: {error}") from error
        return Stores(Start(number, str(record), str(data), 0, 0, 0), opened)

    def _opened(self, name: str) -> Opened:
        """From disk where the record and the worlds that are in memory already leave no room."""
        folder = self._folder / FOLDER
        known = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
        if name not in known:  # so that no name leads out of the folder
            raise not_found(name, known)
        dump = Dump(folder / name)
        try:
            opened = _open(folder / name / RECORD, dump, dump.count(), self._room)
        except (OSError, SyntaxError) as error:
            raise StoreUnavailable(f"the perspective {name} cannot be opened: {error}") from error
        self._room -= opened.quads if opened.backend == "memory" else 0
        return opened


def answer(stores: Stores, job: Job, pipe: int) -> None:
    """Run a query and write its answer, or why there is none, as frames. Raises BrokenPipeError."""
    try:
        if job.variables:
            frames.send(pipe, frames.DATA, json.dumps(_variables(job)).encode())
            frames.send(pipe, frames.END)
        else:
            _write(stores.find(job.perspective, job.generation), job, pipe)
    except BrokenPipeError:
        raise
    except (SyntaxError, BadInput, StoreUnavailable, TooLarge, MemoryError, RuntimeError, ValueError, OSError) as error:
        frames.send(pipe, frames.FAILURE, _failure(error, job.text).encode())


def _write(store: Store, job: Job, pipe: int) -> None:
    rows = counter(job.syntax) if job.rows is not None else None
    writer = Writer(pipe, job.bytes, rows, job.rows or 0)
    results = _query(store, job)
    if isinstance(results, QueryTriples) and job.prefixes:
        serialize(results, writer, GRAPHS[job.syntax], prefixes=dict(job.prefixes))  # type: ignore[arg-type]
    elif isinstance(results, QueryTriples):
        results.serialize(writer, GRAPHS[job.syntax])  # type: ignore[arg-type]
    else:
        results.serialize(writer, _RESULTS[job.syntax])  # type: ignore[arg-type]
    writer.finish()


def _failure(error: Exception, text: str) -> Failure:
    match error:
        case SyntaxError():
            return Failure("QuerySyntax", *explain(str(error), text))
        case TooLarge():
            return Failure("AnswerTooLarge", f"{error}: add LIMIT to the query, or make it more selective")
        case NotFound() | StoreUnavailable():
            return Failure(type(error).__name__, str(error))
        case BadInput():
            return Failure("BadInput", str(error))
        case MemoryError():
            return Failure("TooComplex", "the query needs more memory than allowed")
        case OSError() if str(error).startswith(_STORAGE):
            return Failure("StoreUnavailable", f"the data cannot be read: {error}")
        case OSError() if "RDF 1.2" in str(error):
            return Failure("NotAcceptable", f"the answer holds triple terms: {error}; ask for Turtle or N-Triples")
    return Failure("BadInput", f"the query cannot be evaluated: {error}")


def _variables(job: Job) -> list[str]:
    """The variables of a query's solutions, found over nothing, so that it costs little."""
    results = Store().query(job.text, base_iri=job.base)
    return [variable.value for variable in results.variables] if isinstance(results, QuerySolutions) else []


def _query(store: Store, job: Job) -> QuerySolutions | QueryTriples | QueryBoolean:
    functions: dict[NamedNode, Callable[..., Term | None]] | None
    functions = {NamedNode(BLANK): _blank} if job.federated else None
    if not job.named:
        return store.query(
            job.text, base_iri=job.base, use_default_graph_as_union=job.union, custom_functions=functions
        )
    default: list[NamedNode | BlankNode | DefaultGraph] = [*map(_graph, job.default_graphs)]
    named: list[NamedNode | BlankNode] = [*map(_graph, job.named_graphs)]
    return store.query(
        job.text, base_iri=job.base, default_graph=default, named_graphs=named, custom_functions=functions
    )


def _blank(term: Term) -> Term:
    """The blank node that an IRI of another endpoint's answer stands for; any other term is itself."""
    if isinstance(term, NamedNode) and term.value.startswith(BLANK):
        return BlankNode(term.value.removeprefix(BLANK))
    return term


def _graph(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadInput(f"expected the absolute IRI of a graph, found {iri[:200]!r}") from error


def explain(message: str, text: str) -> tuple[str, int | None, int | None]:
    """The engine's message of a syntax error as a sentence, with line and column (1-based) where it says them."""
    found = _PLACE.match(message)
    if found is None:
        return message[:300], None, None
    line, column = int(found[1]), int(found[2])
    # The engine lists every token that it tried last, which misleads ("expected ENCODE_FOR_URI" for a bracket
    # that is missing), and, where it knows more, a sentence of its own: "Prefix not found".
    sentences = [part for part in found[3].split(", ") if _SENTENCE.fullmatch(part)]
    what = "; ".join(sentences) or UNCLEAR
    return f"line {line}, column {column}: {what}, {_near(text, line, column)}", line, column


def _near(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    if line > len(lines) or not "".join([lines[line - 1][column - 1 :], *lines[line:]]).strip():
        return "at its end"
    there = lines[line - 1]
    return f"near {there[max(0, column - 21) : column + 19].strip()!r}"
