"""The Flask application: views of a few lines around the query service, and one place for errors and headers."""

import hashlib
import re

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from kg.errors import KgError
from kg.settings import Settings, networks
from kg.sparql.encoding import SMALL, choose, compress
from kg.sparql.service import QueryService
from kg.sparql.writes.service import WriteService
from kg.web import (
    editor,
    health,
    home,
    metrics,
    perspectives,
    problems,
    questions,
    sparql,
    store,
    update,
    views,
)
from kg.web.clients import TrustedProxies
from kg.web.furnish import furnish
from kg.web.metrics import Metrics
from kg.web.observe import NO_ROUTE, ROUTE, Exchange, Log, Observed
from kg.web.policy import policy

_OURS = re.compile(r"(?:^|<)(?=/(?!/))")  # before the path of a header's address without a host
PAGES = {"text/html", "application/json", "application/problem+json", "text/plain"}  # what is encoded


def create_app(settings: Settings, service: QueryService, writes: WriteService | None = None) -> Flask:
    """An application over a query service and, where writes are taken, a write service; the caller starts them."""
    app = Flask("kg.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    app.extensions["attest.service"] = service
    app.extensions["attest.writes"] = writes
    app.extensions["attest.settings"] = settings
    for view in (
        sparql,
        editor,
        update,
        store,
        health,
        home,
        questions,
        views,
        perspectives,
        metrics,
        problems,
    ):
        app.register_blueprint(view.bp)
    app.after_request(_rooted)  # the last to be called
    furnish(app)
    app.register_error_handler(KgError, problems.problem)
    app.register_error_handler(HTTPException, problems.http_problem)
    app.before_request(_note_route)
    app.before_request(problems.raise_refusal)
    app.after_request(_headers)
    app.after_request(_encoded)
    _observe(app, settings, service)
    return app


def _observe(app: Flask, settings: Settings, service: QueryService) -> None:
    """Count and log each request; `app.extensions["attest.tell"]` is for those that do not reach the application."""
    count = app.extensions["attest.metrics"] = Metrics(service)
    if (writes := app.extensions["attest.writes"]) is not None:
        count.follow(writes)
    log = Log(settings.log_private) if settings.log_requests else None

    def tell(exchange: Exchange) -> None:
        count(exchange)
        if log:
            log(exchange)

    app.extensions["attest.tell"] = tell
    inner = Observed(app.wsgi_app, tell)
    app.wsgi_app = TrustedProxies(inner, networks(settings.trusted_proxies))  # type: ignore[method-assign]


def _note_route() -> None:
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else NO_ROUTE


def _encoded(response: Response) -> Response:
    """A page, tagged by what it says and encoded as the client prefers; answers and files come so already."""
    plain = response.direct_passthrough or response.is_streamed or "ETag" in response.headers
    if plain or "Content-Encoding" in response.headers or response.mimetype not in PAGES:
        return response
    response.vary.add("Accept-Encoding")
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.cache_control.no_store:
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:20], weak=True)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request.environ)
    encoding = choose(request.headers.get("Accept-Encoding"))
    if encoding and len(body := response.get_data()) >= SMALL:
        response.set_data(b"".join(compress(encoding, [body])))
        response.headers["Content-Encoding"] = encoding
    return response


def _rooted(response: Response) -> Response:
    """Let `Location` and `Link` lead to where a proxy has put us (X-Forwarded-Prefix)."""
    if root := request.root_path.rstrip("/"):
        for name in {"Location", "Link"} & set(response.headers.keys()):
            response.headers[name] = _OURS.sub(rf"\g<0>{root}", response.headers[name])
    return response


def _headers(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", policy())
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
