"""`/store`: the SPARQL 1.1 Graph Store HTTP Protocol; reading always, writing where the server takes writes."""

import secrets
from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request

from kg.errors import BadInput, KgError, MethodNotAllowed, NotFound
from kg.questions import iri_term
from kg.settings import Settings
from kg.sparql.protocol import Query
from kg.sparql.service import QueryService
from kg.sparql.writes.protocol import (
    Target,
    graph_write,
    is_multipart,
    read_conditions,
    read_documents,
    read_target,
)
from kg.web.asking import ask, body, fetch, send
from kg.web.auth import READ_ONLY, authorize
from kg.web.environ import PATH
from kg.web.moments import asked_moment, refuse_past, timed_when_read
from kg.web.update import commit, refused, written

bp = Blueprint("store", __name__)
METHODS = ["GET", "PUT", "POST", "DELETE"]
READING = ("GET", "HEAD", "OPTIONS")
WRITING = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")
CONTENT = "CONSTRUCT WHERE { ?s ?p ?o }"


@bp.route("/store", methods=METHODS, provide_automatic_options=False, strict_slashes=False)
@bp.route("/store/<path:_name>", methods=METHODS, provide_automatic_options=False, strict_slashes=False)
@timed_when_read
def store(_name: str | None = None) -> Response:
    """Read or write one graph."""
    settings: Settings = current_app.extensions["attest.settings"]
    url = _url()
    fresh = f"{request.host_url}store/{secrets.token_hex(12)}"
    target = read_target(request.query_string, url, request.path.rstrip("/") == "/store", fresh)
    if request.method in ("GET", "HEAD"):
        asked_moment()
        return _read(target)
    if not settings.writable:
        raise MethodNotAllowed(f"expected GET or HEAD, found {request.method}: {READ_ONLY}", READING)
    refuse_past()
    if target.is_new and request.method != "POST":
        raise BadInput(f"expected 'graph' or 'default' in the address of a {request.method}")
    authorize(settings, target.iri, is_update=False)
    return _write(target)


@bp.route("/store", methods=["OPTIONS"], strict_slashes=False)
@bp.route("/store/<path:_name>", methods=["OPTIONS"], strict_slashes=False)
def options(_name: str | None = None) -> Response:
    """Which methods there are; pages from other origins may read."""
    settings: Settings = current_app.extensions["attest.settings"]
    response = Response(status=204, headers={"Allow": ", ".join(WRITING if settings.writable else READING)})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = ", ".join(READING)
    return response


def _read(target: Target) -> Response:
    """A graph's triples; 404 for a graph that is not there."""
    if target.is_new:
        raise BadInput("expected 'graph' or 'default' in the address")
    if target.iri:
        query = Query(f"ASK {{ VALUES ?g {{ {iri_term(target.iri)} }} GRAPH ?g {{}} }}")
        if fetch(query, "text/csv").strip() != b"true":
            raise NotFound(f"there is no graph <{target.iri}>")
    service: QueryService = current_app.extensions["attest.service"]
    query = Query(CONTENT, (target.iri,) if target.iri else ())
    answer = ask(query, request.headers.get("Accept"), lambda etag: f"{service.generation()}-{etag}")
    # The tag begins with the generation, so that a writer can tell by If-Match which one was read.
    return send(replace(answer, etag=f"{answer.generation}-{answer.etag}"))


def _write(target: Target) -> Response:
    conditions = read_conditions(request.headers.get("If-Match"), request.headers.get("If-None-Match"))
    if request.method == "DELETE":
        return written(commit(graph_write("delete", target, (), conditions)), 204)
    documents = read_documents(_parts(), target.iri or request.base_url)
    outcome = commit(graph_write("put" if request.method == "PUT" else "post", target, documents, conditions))
    response = written(outcome, 201 if outcome.created else 204)
    if outcome.created:
        response.headers["Location"] = target.iri if target.is_new and target.iri else request.url
        response.autocorrect_location_header = False
    return response


def _parts() -> list[tuple[str, str, bytes]]:
    """The content type, file name and bytes of each document in the body."""
    settings: Settings = current_app.extensions["attest.settings"]
    request.max_content_length = settings.store_bytes
    if request.method == "POST" and is_multipart(request.content_type or ""):
        if request.form:
            raise BadInput(f"expected files in multipart/form-data, found the field {next(iter(request.form))!r}")
        files = request.files.items(multi=True)
        return [(part.content_type or "", part.filename or "", part.stream.read()) for _, part in files]
    return [(request.content_type or "", "", body(settings.store_bytes))]


def _url() -> str:
    """The request's own URL without parameters, as it was sent: decoding and encoding again would change the name."""
    path = request.environ.get(PATH) or quote(request.path)
    return f"{request.host_url.rstrip('/')}{path}"


bp.register_error_handler(KgError, refused)
