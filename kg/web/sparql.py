"""`/sparql`: the SPARQL 1.1 Protocol's query operation over HTTP."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, request

from kg.sparql.protocol import read_query
from kg.sparql.service import Answer, QueryService
from kg.web.gateway import GONE

bp = Blueprint("sparql", __name__)
METHODS = "GET, HEAD, POST, OPTIONS"


@bp.route("/sparql", methods=["GET", "POST"], provide_automatic_options=False, strict_slashes=False)
def sparql() -> Response:
    """Answer a query (SPARQL 1.1 Protocol, section 2.1)."""
    query = read_query(request.method, request.content_type or "", request.query_string, request.get_data())
    service: QueryService = current_app.extensions["attest.service"]
    gone: Callable[[], bool] = request.environ.get(GONE, _never)
    return _response(service.answer(query, request.headers.get("Accept"), gone))


@bp.route("/sparql", methods=["OPTIONS"], strict_slashes=False)
def options() -> Response:
    """What a browser asks before it sends a query from another origin (Fetch, CORS preflight)."""
    response = Response(status=204)
    response.headers["Allow"] = METHODS
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _response(answer: Answer) -> Response:
    response = Response(answer.chunks, mimetype=None, content_type=_with_charset(answer.media_type))
    if answer.length is not None:
        response.content_length = answer.length
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    response.headers["Access-Control-Expose-Headers"] = "Attest-Generation, Retry-After"
    response.headers["Attest-Generation"] = str(answer.generation)
    return response


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _never() -> bool:
    return False
