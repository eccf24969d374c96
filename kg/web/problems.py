"""Errors as answers: RFC 9457 problem details for programs, a page for browsers."""

import json

from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from kg.errors import KgError, MethodNotAllowed, QuerySyntax, StoreUnavailable


def problem(error: KgError) -> Response:
    """The answer to an error of ours, with the status that its class names."""
    details: dict[str, object] = {"title": error.title, "status": error.status, "detail": str(error)}
    if isinstance(error, QuerySyntax) and error.line is not None:
        details |= {"line": error.line, "column": error.column}
    response = _response(details)
    if isinstance(error, StoreUnavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allow)
    return response


def http_problem(error: HTTPException) -> Response:
    """The answer to an error that Flask or werkzeug found."""
    given = error.get_response(request.environ)
    response = _response({"title": error.name, "status": given.status_code, "detail": error.description or error.name})
    for name in ("Allow", "Location", "Retry-After"):
        if value := given.headers.get(name):
            response.headers[name] = value
    return response


def _response(details: dict[str, object]) -> Response:
    status = int(str(details["status"]))
    best = request.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
    if best == "text/html":
        response = Response(render_template("problem.html", **details), status, mimetype="text/html")
    else:
        response = Response(json.dumps(details) + "\n", status, mimetype="application/problem+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    return response
