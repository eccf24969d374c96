"""`/update`: the SPARQL 1.1 Protocol's update operation over HTTP, and how a refused write is answered."""

from dataclasses import replace

from flask import Blueprint, Response, current_app, request

from kg.errors import KgError, Rejected, Unauthorized
from kg.settings import Settings
from kg.sparql.negotiate import GRAPHS
from kg.sparql.writes.messages import Outcome, Write
from kg.sparql.writes.protocol import UPDATE_ALLOW, read_update
from kg.sparql.writes.service import WriteService
from kg.web.asking import body
from kg.web.auth import authorize
from kg.web.environ import GONE
from kg.web.problems import problem

bp = Blueprint("update", __name__)
PROBLEMS = ("application/problem+json", "application/json", "text/html")


@bp.route("/update", methods=["GET", "POST"], provide_automatic_options=False, strict_slashes=False)
def update() -> Response:
    """Apply an update (SPARQL 1.1 Protocol, section 2.2): 204 once it is kept and served."""
    settings: Settings = current_app.extensions["attest.settings"]
    authorize(settings, None, is_update=True)
    write = read_update(request.method, request.content_type or "", request.query_string, body())
    return written(commit(write), 204)


@bp.route("/update", methods=["OPTIONS"], strict_slashes=False)
def options() -> Response:
    """Which methods there are; a page from another origin gets no leave to use them."""
    return Response(status=204, headers={"Allow": ", ".join(UPDATE_ALLOW)})


def commit(write: Write) -> Outcome:
    """Have a write committed; its report, if it is refused, in the RDF syntax that the client prefers."""
    service: WriteService = current_app.extensions["attest.writes"]
    names = [offer.name for offer in GRAPHS]
    best = request.accept_mimetypes.best_match(names, default=names[0])
    syntax = next(offer.syntax for offer in GRAPHS if offer.name == best)
    return service.write(replace(write, report=syntax), request.environ.get(GONE, _never))


def written(outcome: Outcome, status: int) -> Response:
    """The answer to a write that is kept and served."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    response.headers["Attest-Generation"] = str(outcome.generation)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(error: KgError) -> Response:
    """The answer to a write that is not: the validation report, unless problem details are preferred."""
    if isinstance(error, Rejected):
        best = request.accept_mimetypes.best_match([*(offer.name for offer in GRAPHS), *PROBLEMS])
        if best not in PROBLEMS:
            response = Response(error.report, error.status, content_type=error.media_type)
            response.headers["Vary"] = "Accept"
            response.headers["Cache-Control"] = "no-store"
            return response
    response = problem(error)
    if isinstance(error, Unauthorized):
        code = ', error="invalid_token"' if request.headers.get("Authorization") else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="Attest"{code}'
    return response


bp.register_error_handler(KgError, refused)


def _never() -> bool:
    return False
