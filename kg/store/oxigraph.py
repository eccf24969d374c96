"""A generation as a store, in this process."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from fnmatch import fnmatchcase
from tempfile import SpooledTemporaryFile

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat

from kg.errors import NotAcceptable, QuerySyntax, StoreUnavailable
from kg.store.base import Answer
from kg.store.generations import Generation

_PIECE = 64 * 1024  # bytes
_IN_MEMORY = 8 * 1024 * 1024  # bytes of an answer, before it goes to a temporary file
_RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
_GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "text/n3": RdfFormat.N3,
}
# What hides the word FROM: comments, IRIs, strings, variables, prefixed names.
_FROM = re.compile(
    r"""\#[^\r\n]*+ | <[^<>"{}|^`\x00-\x20]*+> | \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
      | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | [?$]\w++ | [\w.\-]*+:[\w:%.\-\\]*+
      | \b(?P<word>FROM)\b | \w++ """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ERROR = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class OxigraphStore:
    """A generation, opened at the first query and to be closed; of one thread only.

    There is no deadline, no limit, and SERVICE goes out to the network: for queries of our own. What others send
    is answered by the query workers.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._opened = ExitStack()
        self._store: pyoxigraph.Store | None = None

    def query(self, text: str, accept: str) -> Answer:
        """Answer a query; the whole answer is made before its first piece is handed out."""
        if self._store is None:
            self._store = self._opened.enter_context(self._generation.opened())
        try:
            results = self._store.query(text, use_default_graph_as_union=not _names_dataset(text))
        except SyntaxError as error:
            raise _syntax(error) from error
        offers = _GRAPHS if isinstance(results, QueryTriples) else _RESULTS
        media_type = _preferred(accept, offers)
        file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (closed by _pieces)
        try:
            results.serialize(file, offers[media_type])  # type: ignore[arg-type]
        except OSError as error:
            raise StoreUnavailable(f"generation {self._generation.number} could not be read: {error}") from error
        return Answer(media_type, _pieces(file))

    def close(self) -> None:
        """Let go of the generation; the store may be used again, and is then opened again."""
        self._store = None
        self._opened.close()


def _names_dataset(text: str) -> bool:
    return any(match["word"] for match in _FROM.finditer(text))


def _syntax(error: SyntaxError) -> QuerySyntax:
    found = _ERROR.match(str(error))
    if not found:
        return QuerySyntax(f"the query does not parse: {error}")
    line, column = int(found[1]), int(found[2])
    return QuerySyntax(f"the query does not parse at line {line}, column {column}: {found[3][:300]}", line, column)


def _preferred(accept: str, offers: Mapping[str, object]) -> str:
    """The first offer of the range with the highest quality; ranges of equal quality count in their order."""
    for quality, wanted in sorted(map(_range, accept.split(",")), key=lambda r: -r[0]):
        for name in offers:
            if quality > 0 and fnmatchcase(name, wanted):
                return name
    raise NotAcceptable(f"expected one of {', '.join(offers)} for this query, found {accept!r}")


def _range(text: str) -> tuple[float, str]:
    name, _, parameters = text.partition(";")
    quality = re.search(r"(?:^|;)\s*q=([01](?:\.\d*)?)\s*(?:;|$)", parameters)
    return float(quality[1]) if quality else 1.0, name.strip().lower()


def _pieces(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
