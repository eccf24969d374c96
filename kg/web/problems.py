"""Errors as answers: RFC 9457 problem details for programs, a page for browsers; `/problems` explains each kind."""

import inspect
import json
import re
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from kg import errors
from kg.errors import KgError, MethodNotAllowed, QuerySyntax, UnsupportedMediaType

bp = Blueprint("problems", __name__)
REFUSAL = "attest.refusal"  # in the WSGI environ: a KgError that was found before the application was called
FAILED = "attest.failed"  # in the WSGI environ: a KgError that the fast path met
MEDIA_TYPE = "application/problem+json"


@bp.get("/problems")
def kinds() -> Response:
    """What each `type` of problem means."""
    told = [
        {"anchor": _anchor(kind), "title": kind.title, "status": kind.status, "text": _sentence(kind)}
        for kind in _kinds(KgError)
    ]
    return Response(render_template("problems.html", kinds=told), mimetype="text/html")


def problem(error: KgError) -> Response:
    """The answer to an error of ours, with the status that its class names."""
    response = _response(details(error) | {"type": url_for("problems.kinds", _anchor=_anchor(type(error)))})
    for name, value in headers(error).items():
        response.headers[name] = value
    return response


def http_problem(error: HTTPException) -> Response:
    """The answer to an error that Flask or werkzeug found."""
    given = error.get_response(request.environ)
    response = _response({"title": error.name, "status": given.status_code, "detail": error.description or error.name})
    for name in ("Allow", "Location", "Retry-After"):
        if value := given.headers.get(name):
            response.headers[name] = value
    return response


def raise_refusal() -> None:
    """Raise what the gateway found wrong before the application was called."""
    error = request.environ.get(REFUSAL) or request.environ.get(FAILED)
    if isinstance(error, KgError):
        raise error


def details(error: KgError) -> dict[str, object]:
    """The members of a problem (RFC 9457 section 3); `context` shows where in the query."""
    kind = f"/problems#{_anchor(type(error))}"
    found: dict[str, object] = {"type": kind, "title": error.title, "status": error.status, "detail": str(error)}
    if isinstance(error, QuerySyntax) and error.line is not None:
        found |= {"line": error.line, "column": error.column}
        found |= {"context": error.context} if error.context else {}
    return found


def headers(error: KgError) -> dict[str, str]:
    """The headers that say what may be done about it."""
    found = {}
    if (seconds := getattr(error, "retry_after", None)) is not None:
        found["Retry-After"] = str(seconds)
    if isinstance(error, MethodNotAllowed):
        found["Allow"] = ", ".join(error.allow)
    if isinstance(error, UnsupportedMediaType):
        found["Accept-Encoding"] = "gzip"  # RFC 9110 section 12.5.3: codings that would have been taken
    return found


def _response(details: dict[str, object]) -> Response:
    status = int(str(details["status"]))
    best = request.accept_mimetypes.best_match([MEDIA_TYPE, "application/json", "text/html"])
    if best == "text/html":
        response = Response(render_template("problem.html", **details), status, mimetype="text/html")
    else:
        response = Response(json.dumps(details, ensure_ascii=False) + "\n", status, mimetype=MEDIA_TYPE)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    return response


def _kinds(parent: type[KgError]) -> Iterator[type[KgError]]:
    yield parent
    for kind in parent.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from _kinds(kind)


def _anchor(kind: type[KgError]) -> str:
    """`QuerySyntax` as `query-syntax`; a class from elsewhere goes by the one of `kg.errors` that it is a kind of."""
    known = next(base for base in inspect.getmro(kind) if base.__module__ == errors.__name__)
    return re.sub(r"(?<!^)(?=[A-Z])", "-", known.__name__).lower()


def _sentence(kind: type[KgError]) -> str:
    """The first paragraph of its docstring, up to what only Python needs to know."""
    return (inspect.getdoc(kind) or "").split("\n\n")[0].partition(";")[0].rstrip(".") + "."
