"""The SPARQL 1.1 Protocol's query operation (section 2.1), read from the parts of an HTTP request."""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from kg.errors import BadInput, ContentTooLarge, MethodNotAllowed, TooComplex, UnsupportedMediaType

ALLOW = ("GET", "HEAD", "POST", "OPTIONS")
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
FORMATS = ("format", "output")
MOST_FIELDS = 1_000
MOST_GRAPHS = 100
_GENERATION = re.compile(r"[1-9][0-9]{0,17}")
CHARSETS = {"", "utf-8", "utf8", "us-ascii", "ascii"}


@dataclass(frozen=True, slots=True)
class Query:
    """What a client asks: the query's text, its dataset (graph IRIs), a format's name, a time limit in seconds.

    `base` resolves relative IRIs instead of the record's own base.
    `perspective` is the name of the one whose world is asked, None for the record.
    `generation` is that of the state that is asked, None for the current one.
    `prefixes` (prefix, namespace) shorten the IRIs of a graph that is the answer; the protocol itself gives none.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    timeout: float | None = None
    base: str | None = None
    perspective: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    generation: int | None = None

    @property
    def names_dataset(self) -> bool:
        """True when the request itself chooses the dataset, which then replaces FROM (section 2.1.4)."""
        return bool(self.default_graphs or self.named_graphs)


class Field(NamedTuple):
    """One parameter of a request."""

    name: str
    value: str


def read_query(method: str, content_type: str, query_string: bytes | str, body: bytes) -> Query:
    """Read a query from a request; a text `query_string` is one byte per character, as WSGI gives it.

    Unknown parameters are ignored. Raises BadInput, MethodNotAllowed, UnsupportedMediaType, ContentTooLarge
    (too many parameters) and TooComplex (too many graphs).
    """
    if method in ("GET", "HEAD"):
        return _query(read_fields(query_string, "the address"))
    if method != "POST":
        raise MethodNotAllowed(f"expected GET or POST, found {method}", ALLOW)
    in_address = read_fields(query_string, "the address")
    if any(field.name == "query" for field in in_address):
        raise BadInput("expected the query in the body of a POST, found a 'query' parameter in the address")
    if read_media_type(content_type, (DIRECT, FORM)) == FORM:
        return _query(in_address + read_fields(body, "the body"))
    return _query([*in_address, Field("query", decoded(body, "the body"))])


def asks_nothing(query_string: bytes | str) -> bool:
    """True for an address that at most names a format and a generation: it asks for the service's description."""
    return all(field.name in (*FORMATS, "generation") for field in read_fields(query_string, "the address"))


def read_media_type(content_type: str, expected: tuple[str, ...]) -> str:
    """The media type of a body, in lower case. Raises UnsupportedMediaType for another, and for a charset but UTF-8."""
    media_type, options = parse_options_header(content_type)
    if media_type.lower() not in expected:
        raise UnsupportedMediaType(f"expected a body of type {' or '.join(expected)}, found {content_type[:100]!r}")
    if options.get("charset", "").lower() not in CHARSETS:
        raise UnsupportedMediaType(f"expected a body in UTF-8, found charset {options['charset'][:100]!r}")
    return media_type.lower()


def read_fields(encoded: bytes | str, where: str) -> list[Field]:
    """The parameters in an address or a form. Raises BadInput, ContentTooLarge."""
    raw = encoded.encode("latin-1", "replace") if isinstance(encoded, str) else encoded
    found = raw.count(b"&") + 1
    if found > MOST_FIELDS:
        raise ContentTooLarge(f"expected at most {MOST_FIELDS} parameters in {where}, found {found}")
    pairs = (part.partition(b"=") for part in raw.split(b"&") if part)
    return [Field(_unquote(name, where), _unquote(value, where)) for name, _, value in pairs]


def _unquote(encoded: bytes, where: str) -> str:
    return decoded(unquote_to_bytes(encoded.replace(b"+", b" ")), where)


def decoded(raw: bytes, where: str) -> str:
    """Bytes as text. Raises BadInput where they are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"expected UTF-8 in {where}, found byte 0x{raw[error.start]:02X} at byte {error.start + 1}"
        ) from error


def _query(fields: list[Field]) -> Query:
    if any(field.name == "update" for field in fields):
        raise BadInput("expected a query, found an 'update' parameter: this endpoint answers queries only")
    texts = values_of(fields, "query")
    if len(texts) != 1:
        raise BadInput(f"expected exactly one 'query' parameter, got {len(texts)}")
    return Query(
        texts[0].removeprefix("\ufeff"),
        graph_iris(fields, "default-graph-uri"),
        graph_iris(fields, "named-graph-uri"),
        next((field.value for field in fields if field.name in FORMATS and field.value), None),
        _seconds(_one(fields, "timeout")),
        generation=read_generation(_one(fields, "generation")),
    )


def values_of(fields: list[Field], name: str) -> list[str]:
    """All values of a parameter."""
    return [field.value for field in fields if field.name == name]


def _one(fields: list[Field], name: str) -> str | None:
    values = values_of(fields, name)
    if len(values) > 1:
        raise BadInput(f"expected at most one {name!r} parameter, got {len(values)}")
    return (values[0] or None) if values else None


def graph_iris(fields: list[Field], name: str) -> tuple[str, ...]:
    """The graphs that a parameter names, each once. Raises TooComplex."""
    # The engine counts a graph that is listed twice twice.
    graphs = tuple(dict.fromkeys(values_of(fields, name)))
    if len(graphs) > MOST_GRAPHS:
        raise TooComplex(f"expected at most {MOST_GRAPHS} {name!r} parameters, found {len(graphs)}")
    return graphs


def read_generation(text: str | None) -> int | None:
    """The number of a generation, None where none is named. Raises BadInput for anything else."""
    if not text:
        return None
    if not _GENERATION.fullmatch(text):
        raise BadInput(f"expected 'generation' as the number of one, such as 12, found {text[:50]!r}")
    return int(text)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadInput(f"expected 'timeout' as a positive number of seconds, found {text[:50]!r}")
    return seconds
