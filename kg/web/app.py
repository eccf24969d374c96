"""The Flask application: views of a few lines around the query service, and one place for errors and headers."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from kg.errors import KgError
from kg.settings import Settings
from kg.sparql.service import QueryService
from kg.web import health, home, questions, sparql
from kg.web.problems import http_problem, problem

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings: Settings, service: QueryService) -> Flask:
    """An application over a query service, which the caller starts and closes."""
    app = Flask("kg.web")
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    app.extensions["attest.service"] = service
    app.extensions["attest.settings"] = settings
    app.register_blueprint(sparql.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(home.bp)
    app.register_blueprint(questions.bp)
    app.register_error_handler(KgError, problem)
    app.register_error_handler(HTTPException, http_problem)
    app.after_request(_headers)
    return app


def _headers(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
