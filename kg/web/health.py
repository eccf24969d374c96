"""`/health`: the process answers. `/ready`: a query worker answers too, and over which generation."""

import dataclasses
import json

from flask import Blueprint, Response, current_app

from kg.sparql.service import QueryService
from kg.sparql.writes.service import WriteService

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """Answer without asking anyone."""
    return _json({"status": "ok"}, 200)


@bp.get("/ready")
def ready() -> Response:
    """Ask a query worker; 503 while none can answer."""
    service: QueryService = current_app.extensions["attest.service"]
    writes: WriteService | None = current_app.extensions["attest.writes"]
    readiness = service.readiness()
    content = dataclasses.asdict(readiness) | {"writable": writes is not None and writes.failure() is None}
    return _json(content, 200 if readiness.ready else 503)


def _json(content: dict[str, object], status: int) -> Response:
    response = Response(json.dumps(content) + "\n", status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response
