"""`/health`: the process answers. `/ready`: a query worker answers too, and over which generation."""

import dataclasses
import json

from flask import Blueprint, Response, current_app

from kg.sparql.service import QueryService

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """Answer without asking anyone."""
    return _json({"status": "ok"}, 200)


@bp.get("/ready")
def ready() -> Response:
    """Ask a query worker; 503 while none can answer."""
    service: QueryService = current_app.extensions["attest.service"]
    readiness = service.readiness()
    return _json(dataclasses.asdict(readiness), 200 if readiness.ready else 503)


def _json(content: dict[str, object], status: int) -> Response:
    response = Response(json.dumps(content) + "\n", status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response
