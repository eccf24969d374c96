"""`/sparql`: the SPARQL 1.1 Protocol's query operation over HTTP, the service's description, and the editor."""

from dataclasses import replace

from flask import Blueprint, Response, current_app, request, url_for

from kg import resources
from kg.questions import bind, read_question
from kg.settings import Settings
from kg.sparql.protocol import Query, asks_nothing, read_query
from kg.web import editor
from kg.web.asking import ask, body, send
from kg.web.moments import settle, timed

bp = Blueprint("sparql", __name__)
METHODS = "GET, HEAD, POST, OPTIONS"
REQUEST_HEADERS = "Accept, Accept-Datetime, Content-Type, Content-Encoding, If-None-Match"


@bp.route("/sparql", methods=["GET", "POST"], provide_automatic_options=False, strict_slashes=False)
@timed
def sparql() -> Response:
    """Answer a query (SPARQL 1.1 Protocol, section 2.1); a browser gets the editor."""
    if editor.wants_page():
        return editor.page()
    if request.method in ("GET", "HEAD") and asks_nothing(request.query_string):
        return _description()
    return answer()


def answer(perspective: str | None = None) -> Response:
    """Answer the query of this request, of the record or of the world of a perspective."""
    query = read_query(request.method, request.content_type or "", request.query_string, body())
    settle(query.generation)
    return send(ask(replace(query, perspective=perspective), request.headers.get("Accept")))


@bp.route("/sparql", methods=["OPTIONS"], strict_slashes=False)
def options() -> Response:
    """What a browser asks before it sends a query from another origin (Fetch, CORS preflight)."""
    response = Response(status=204)
    response.headers["Allow"] = METHODS
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = REQUEST_HEADERS
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _description() -> Response:
    """The service's description as RDF (SPARQL 1.1 Service Description, section 2)."""
    settings: Settings = current_app.extensions["attest.settings"]
    question = read_question(resources.PACKAGE / "sparql" / "service-description.rq")
    told = {"merged": settings.union, "writable": settings.writable, "federated": bool(settings.services.strip())}
    text = bind(question, {name: str(int(value)) for name, value in told.items()})
    return describe(text, url_for("sparql.sparql", _external=True))


def describe(text: str, here: str, perspective: str | None = None) -> Response:
    """The description that a query makes of the endpoint at the address `here`."""
    named = request.args.get("format") or request.args.get("output")
    query = Query(text, base=here, format=named, perspective=perspective)
    return send(ask(query, request.headers.get("Accept")))
