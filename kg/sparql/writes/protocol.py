"""The SPARQL 1.1 Protocol's update operation (section 2.2) and the Graph Store HTTP Protocol, without sockets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.http import parse_options_header

from kg.errors import BadInput, MethodNotAllowed, UnsupportedMediaType
from kg.questions import iri_term
from kg.sparql.protocol import FORM, decoded, graph_iris, read_fields, read_media_type, values_of
from kg.sparql.writes.messages import Document, Kind, Write

DIRECT = "application/sparql-update"
MULTIPART = "multipart/form-data"
UPDATE_ALLOW = ("POST", "OPTIONS")
MOST_TAGS = 20  # in If-Match
SYNTAXES = {
    "text/turtle": "TURTLE",
    "application/n-triples": "N_TRIPLES",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON_LD",
}
EXTENSIONS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
_TAG = re.compile(r'(W/)?"(?:(\d+)[^"]*|[^"]*)"')
_BEFORE_ROOT = re.compile(rb"\s++|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"'>]*)""")


@dataclass(frozen=True, slots=True)
class Target:
    """The graph that a request is about; `iri` is None for the default graph, `is_new` where the server names it."""

    iri: str | None
    is_new: bool = False


def read_update(method: str, content_type: str, query_string: bytes | str, body: bytes) -> Write:
    """Read an update from a request; unknown parameters are ignored.

    Raises BadInput, MethodNotAllowed, UnsupportedMediaType, ContentTooLarge and TooComplex.
    """
    if method != "POST":
        raise MethodNotAllowed(f"expected POST, found {method}", UPDATE_ALLOW)
    fields = read_fields(query_string, "the address")
    if any(field.name == "update" for field in fields):
        raise BadInput("expected the update in the body, found an 'update' parameter in the address")
    if read_media_type(content_type, (DIRECT, FORM)) == FORM:
        fields += read_fields(body, "the body")
        texts = values_of(fields, "update")
        if values_of(fields, "query"):
            raise BadInput("expected an update, found a 'query' parameter: queries are answered at /sparql")
    else:
        texts = [decoded(body, "the body")]
    if len(texts) != 1:
        raise BadInput(f"expected exactly one 'update' parameter, got {len(texts)}")
    using, named = graph_iris(fields, "using-graph-uri"), graph_iris(fields, "using-named-graph-uri")
    return Write("update", texts[0].removeprefix("\ufeff"), using, named)


def read_target(query_string: bytes | str, url: str, is_root: bool, fresh: str) -> Target:
    """The graph that a request to the graph store names (section 4): by `?graph=`, `?default`, or its own URL.

    `url` is the request's without parameters; at the store's own (`is_root`) the graph's name may be left out,
    and is then `fresh`. Raises BadInput.
    """
    fields = [field for field in read_fields(query_string, "the address") if field.name in ("graph", "default")]
    if not is_root and fields:
        raise BadInput(f"expected a graph's own address or {fields[0].name!r}, found both")
    if not is_root:
        return Target(_absolute(url))
    if len(fields) > 1:
        raise BadInput(f"expected one of 'graph' and 'default', got {len(fields)}")
    if not fields:
        return Target(fresh, is_new=True)
    if fields[0].name == "default":
        return Target(None)
    return Target(_absolute(fields[0].value))


def _absolute(iri: str) -> str:
    try:
        iri_term(iri)
    except ValueError:
        raise BadInput(f"expected the absolute IRI of a graph, found {iri[:200]!r}") from None
    return iri


def read_documents(parts: Iterable[tuple[str, str, bytes]], base: str) -> tuple[Document, ...]:
    """Documents from their content types, file names and bytes, relative IRIs resolved against `base`.

    Raises UnsupportedMediaType, and BadInput for RDF/XML that declares a document type.
    """
    return tuple(_document(content_type, name, body, base) for content_type, name, body in parts)


def _document(content_type: str, name: str, body: bytes, base: str) -> Document:
    if not content_type or content_type.startswith("application/octet-stream"):
        content_type = EXTENSIONS.get(name.rpartition(".")[2].lower(), content_type)
    media_type = read_media_type(content_type, tuple(SYNTAXES))
    if media_type == "application/rdf+xml":
        refuse_doctype(body)
    return Document(SYNTAXES[media_type], base, body)


def refuse_doctype(body: bytes) -> None:
    """Raise BadInput for XML with a document type, which may grow without bound and name files; or not in UTF-8."""
    declared = _ENCODING.match(body.removeprefix(b"\xef\xbb\xbf"))
    if body[:2] in (b"\xfe\xff", b"\xff\xfe") or (
        declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")
    ):
        raise UnsupportedMediaType("expected RDF/XML in UTF-8")
    at = 3 if body.startswith(b"\xef\xbb\xbf") else 0
    while found := _BEFORE_ROOT.match(body, at):
        at = found.end()
    if body[at : at + 2] == b"<!":
        line = body.count(b"\n", 0, at) + 1
        raise BadInput(f"line {line}: expected RDF/XML without a document type (<!DOCTYPE …>), which is not read here")


def read_conditions(if_match: str | None, if_none_match: str | None) -> tuple[tuple[int, ...] | None, bool]:
    """The generations that `If-Match` allows (none listed: any, None: no such header), and `If-None-Match: *`.

    A weak tag never matches (RFC 9110, section 13.1.1), nor does one that is not of this server.
    """
    if if_match is None:
        return None, (if_none_match or "").strip() == "*"
    if if_match.strip() == "*":
        return (), False
    tags = list(_TAG.finditer(if_match))[:MOST_TAGS]
    return tuple(int(tag[2]) if tag[2] and not tag[1] else -1 for tag in tags) or (-1,), False


def graph_write(
    kind: Kind, target: Target, documents: tuple[Document, ...], conditions: tuple[tuple[int, ...] | None, bool]
) -> Write:
    """The write that a request to the graph store asks for."""
    return Write(kind, graph=target.iri, documents=documents, if_match=conditions[0], if_none_match=conditions[1])


def is_multipart(content_type: str) -> bool:
    """True for a body that holds several documents."""
    return parse_options_header(content_type)[0].lower() == MULTIPART
