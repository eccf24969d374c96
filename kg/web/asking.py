"""How a view asks the query service on behalf of its request, and sends the answer on."""

from collections.abc import Callable
from dataclasses import replace

from flask import Response, current_app, request

from kg.settings import Settings
from kg.sparql.answers import Answer, Reader
from kg.sparql.encoding import decompress
from kg.sparql.federation.federation import DEPTH
from kg.sparql.federation.messages import HOPS
from kg.sparql.protocol import Query
from kg.sparql.service import QueryService
from kg.web.clients import group
from kg.web.environ import GONE
from kg.web.moments import EXPOSED, asked_generation


def prefers_json() -> bool:
    """Whether the client would rather have JSON than a page; a page where it does not mind."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def ask(query: Query, accept: str | None, tag: Callable[[str], str] = str) -> Answer:
    """The answer to a query, to be sent on, charged to the client; `tag` makes of its entity tag the one that is sent.

    Raises KgError.
    """
    tags = request.if_none_match if request.method in ("GET", "HEAD") else None
    knows = (lambda etag: tags.contains_weak(tag(etag))) if tags else _knows_nothing
    return _answer(query, accept, Reader(client(), request.headers.get("Accept-Encoding"), knows, hops()))


def read(query: Query, accept: str) -> Answer:
    """The answer to a query, for a page to read: not encoded, and whatever the client has. Raises KgError."""
    return _answer(query, accept, Reader(client()))


def fetch(query: Query, accept: str) -> bytes:
    """The whole answer to a query, for a page to read, charged to the client. Raises KgError."""
    return b"".join(read(query, accept).chunks)


def send(answer: Answer) -> Response:
    """An answer as a response: 304 where the client has it already (RFC 9110 section 15.4.5)."""
    tagged = request.method in ("GET", "HEAD")
    return Response(answer.chunks, 304 if answer.known else 200, headers=answer_headers(answer, tagged))


def answer_headers(answer: Answer, tagged: bool) -> list[tuple[str, str]]:
    """The headers of an answer, with an entity tag if it may be `tagged`; those that all responses have come later."""
    headers = [] if answer.known else [("Content-Type", with_charset(answer.media_type))]
    if answer.length is not None and not answer.known:
        headers.append(("Content-Length", str(answer.length)))
    if answer.encoding and not answer.known:
        headers.append(("Content-Encoding", answer.encoding))
    if answer.etag and tagged:
        headers.append(("ETag", f'W/"{answer.etag}"' if answer.weak else f'"{answer.etag}"'))
    return [
        *headers,
        ("Cache-Control", "no-cache" if answer.etag else "no-store"),
        ("Vary", "Accept, Accept-Encoding, Accept-Datetime"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("Attest-Generation", str(answer.generation)),
    ]


def body(most: int | None = None) -> bytes:
    """The request's body without its coding (gzip), of at most so many bytes (default: `body_bytes`).

    Raises BadInput, ContentTooLarge, UnsupportedMediaType.
    """
    encoding = request.headers.get("Content-Encoding", "")
    if encoding.strip().lower() in ("", "identity"):
        return request.get_data()
    settings: Settings = current_app.extensions["attest.settings"]
    return decompress(encoding, request.get_data(), most or settings.body_bytes)


def _answer(query: Query, accept: str | None, reader: Reader) -> Answer:
    service: QueryService = current_app.extensions["attest.service"]
    if query.generation is None:
        query = replace(query, generation=asked_generation())
    gone: Callable[[], bool] = request.environ.get(GONE, _never)
    return service.answer(query, accept, gone, reader=reader)


def client() -> str:
    """Whom the request's time is charged to."""
    return group(request.remote_addr or "unknown")


def hops() -> int:
    """How many servers have passed this request on by SERVICE; too many where that cannot be read."""
    told = request.headers.get(HOPS, "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 3 else DEPTH


def with_charset(media_type: str) -> str:
    """The value of Content-Type: text is in UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _knows_nothing(_: str) -> bool:
    return False


def _never() -> bool:
    return False
