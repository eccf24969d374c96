"""What a page reads of the record: queries that are files, values bound as terms, answers of one generation."""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, current_app, request

from kg import resources
from kg.errors import StoreUnavailable
from kg.questions import Kind, checked_term
from kg.settings import Settings
from kg.sparql.answers import Answer
from kg.sparql.encoding import SMALL, choose, compress
from kg.sparql.negotiate import MediaType
from kg.sparql.protocol import Query
from kg.sparql.service import QueryService
from kg.web.asking import ask, read, send
from kg.web.environ import GONE
from kg.web.moments import asked_generation, keep_moment, stamp, timed
from kg.web.terms import PREFIXES, Graph, Row, read_rows

ROWS = "application/sparql-results+json"
TRIES = 3  # a page whose queries straddle a new generation is made again
_VALUES = re.compile(r"VALUES \?(\w+) \{ [^}]* \}")
_WITH = re.compile(r"^.* # with(out)? (\w+)\n", re.MULTILINE)
_NUMBERS = re.compile(r"^(LIMIT|OFFSET) \d+$", re.MULTILINE)
P = ParamSpec("P")


class Iri(str):
    """An absolute IRI, or a name under the base IRI of the record."""

    __slots__ = ()


class Text(str):
    """A text to be bound as a literal."""

    __slots__ = ()


class Day(str):
    """A day, to be bound as `xsd:date`."""

    __slots__ = ()


Bound = Iri | Text | Day | int | Sequence[Iri] | Sequence[Text]

KINDS: Mapping[type, Kind] = {Iri: "iri", Text: "string", Day: "date", int: "integer"}


class Moved(Exception):
    """A new generation was published between two queries of one page."""


class Record:
    """What one request reads; every answer is of `generation`, which the first answer settles."""

    def __init__(self, service: QueryService, base: str, past: int | None = None) -> None:
        self.base, self._past = base, past
        self.generation: int | None = None
        self._service = service
        self._gone: Callable[[], bool] = request.environ.get(GONE, _never)

    @classmethod
    def of_app(cls) -> "Record":
        """The record that the application serves, as of the moment that the request asks for."""
        settings: Settings = current_app.extensions["attest.settings"]
        return cls(current_app.extensions["attest.service"], settings.base_iri, asked_generation())

    def at(self, generation: int) -> "Record":
        """The record as it stood in a generation."""
        return Record(self._service, self.base, generation)

    def rows(self, name: str, /, **values: Bound) -> list[Row]:
        """The answer to `kg/web/queries/NAME.rq` with these values. Raises KgError, Moved."""
        answer = self._service.answer(Query(query(name, **values), generation=self._past), ROWS, self._gone, own=True)
        return self._read(answer)

    def charged(self, name: str, /, **values: Bound) -> list[Row]:
        """The same in the client's place and on its budget: for what may look at all. Raises KgError, Moved."""
        return self._read(read(Query(query(name, **values), generation=self._past), ROWS))

    def _read(self, answer: Answer) -> list[Row]:
        content = json.loads(b"".join(self._of_one_generation(answer).chunks))
        return read_rows(content["results"]["bindings"])

    def graph(self, name: str, /, **values: Bound) -> Graph:
        """The answer to a query for `?s ?p ?o`. Raises KgError, Moved."""
        return Graph.of(self.rows(name, **values))

    def file(self, name: str, media: MediaType, /, **values: Bound) -> Response:
        """The graph that answers a query, to be sent on as the engine writes it. Raises KgError, Moved."""
        prefixes = (*PREFIXES, ("id", self.base))
        return send(self._of_one_generation(ask(Query(query(name, **values), prefixes=prefixes), media.name)))

    def lines(self, name: str, /, **values: Bound) -> Iterator[bytes]:
        """The graph that answers a query, as lines of N-Triples, charged to the client. Raises KgError, Moved."""
        answer = self._of_one_generation(read(Query(query(name, **values)), "application/n-triples"))
        return _lines(answer.chunks)

    def _of_one_generation(self, answer: Answer) -> Answer:
        try:
            self.settle(answer.generation)
        except Moved:
            answer.chunks.close()
            raise
        return answer

    def settle(self, generation: int) -> None:
        """Note of which generation something is that a page tells. Raises Moved when it told of another before."""
        if self.generation not in (None, generation):
            raise Moved
        self.generation = generation

    def current(self) -> int | None:
        """The generation that a query would be answered from now."""
        return self._past or self._service.generation()

    def iri(self, name: str) -> str:
        """The IRI of a name."""
        return self.base + name

    def name(self, iri: str) -> str:
        """The name under the base IRI; empty for an IRI that is not of this record."""
        return iri[len(self.base) :] if iri.startswith(self.base) else ""


def conditional(view: Callable[Concatenate[Record, P], Response]) -> Callable[P, Response]:
    """A view over one generation, whose answer is tagged with it and need not be made again while it lasts.

    The tag (RFC 9110, section 8.8.3) also holds what the pages are made with, so that an upgrade changes it, and a
    digest of `Accept`, so that two representations at one address have two.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        record = Record.of_app()
        if request.if_none_match and (generation := record.current()) is not None:
            tag = _tag(generation)
            if request.if_none_match.contains_weak(tag):
                return _tagged(Response(status=304), generation)
        for _ in range(TRIES):
            try:
                response = keep_moment(view(record, *args, **kwargs))
            except Moved:
                record = Record.of_app()
                continue
            return response if record.generation is None else _tagged(response, record.generation)
        raise StoreUnavailable("new generations are published faster than this page can be made; try again", 1)

    return timed(answer)


def _tag(generation: int) -> str:
    made_with: str = current_app.extensions["attest.made_with"]
    accept = zlib.crc32(request.headers.get("Accept", "").encode())
    past = f"-{stamp()}" if asked_generation() else ""
    return f"{generation}-{made_with}-{accept:08x}{past}"


def _tagged(response: Response, generation: int) -> Response:
    response.headers["Attest-Generation"] = str(generation)
    response.vary.update(("Accept", "Accept-Encoding"))
    if "ETag" in response.headers:  # a file, which the query service has tagged and encoded
        return response
    if response.status_code in (200, 304):
        response.set_etag(_tag(generation), weak=True)
        response.headers.setdefault("Cache-Control", "no-cache")
    return _encoded(response)


def _encoded(response: Response) -> Response:
    """The response in a coding that the client takes, where that is worth it."""
    encoding = choose(request.headers.get("Accept-Encoding"))
    if encoding and response.status_code == 200 and response.content_length and response.content_length > SMALL:
        response.set_data(b"".join(compress(encoding, [response.get_data()])))
        response.headers["Content-Encoding"] = encoding
    return response


def query(name: str, /, **values: Bound) -> str:
    """The text of `kg/web/queries/NAME.rq` with these values in place of its defaults.

    `VALUES ?name { … }` takes one or many terms; lines `LIMIT n` and `OFFSET n` take `limit` and `offset`. A line that
    ends in `# with NAME` stands only where that value is given, one that ends in `# without NAME` where it is not.
    Raises BadParameter for a value that is not of its kind.
    """
    text = (resources.PACKAGE / "web" / "queries" / f"{name}.rq").read_text("utf-8")

    def terms(match: re.Match[str]) -> str:
        return f"VALUES ?{match[1]} {{ {_terms(match[1], values[match[1]])} }}" if match[1] in values else match[0]

    def number(match: re.Match[str]) -> str:
        value = values.get(match[1].lower())
        return f"{match[1]} {value:d}" if isinstance(value, int) else match[0]

    def line(match: re.Match[str]) -> str:
        return match[0] if (match[2] in values) != bool(match[1]) else ""

    return _NUMBERS.sub(number, _VALUES.sub(terms, _WITH.sub(line, text)))


def _terms(name: str, value: Bound) -> str:
    if isinstance(value, Iri | Text | Day | int):
        return _term(name, value)
    return " ".join(_term(name, one) for one in value)


def _term(name: str, value: Iri | Text | Day | int) -> str:
    kind = next(kind for cls, kind in KINDS.items() if isinstance(value, cls))
    return checked_term(name, kind, str(value))


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line)
    if rest:
        yield rest


def _never() -> bool:
    return False
