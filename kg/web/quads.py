"""Quads as N-Quads and TriG, each triple in the graph where it lies: SPARQL's own answers are of triples alone."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from kg.sparql.negotiate import MediaType
from kg.web.terms import Row, Term

TRIG = "application/trig"
FORMATS = frozenset({TRIG, "application/n-quads"})
_PLAIN = "http://www.w3.org/2001/XMLSchema#string"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def write_rows(rows: Iterable[Row], media: MediaType) -> Iterator[bytes]:
    """Rows of `?graph ?s ?p ?o`, sorted by graph."""
    for graph, found in groupby(rows, lambda row: row["graph"].value):
        lines = (" ".join([*(written(row[name]) for name in ("s", "p", "o")), "."]).encode() for row in found)
        yield from write_graph(graph, lines, media)


def write_graph(graph: str, lines: Iterable[bytes], media: MediaType) -> Iterator[bytes]:
    """One graph from its lines of N-Triples (RDF 1.1 N-Triples, section 2): each is one of TriG and, but for its graph,
    of N-Quads, too."""
    name = f"<{graph}>".encode()
    if media.name == TRIG:
        yield name + b" {\n"
        yield from (line + b"\n" for line in lines)
        yield b"}\n"
    else:
        yield from (line.removesuffix(b".") + name + b" .\n" for line in lines)


def written(term: Term) -> str:
    """A term as N-Triples has it."""
    if term.kind == "uri":
        return f"<{term.value}>"
    if term.kind == "bnode":
        return f"_:{term.value}"
    text = f'"{term.value.translate(_ESCAPES)}"'
    if term.language:
        return f"{text}@{term.language}"
    return f"{text}^^<{term.datatype}>" if term.datatype not in ("", _PLAIN) else text
