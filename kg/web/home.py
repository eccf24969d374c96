"""`/`: what this is, how much is in it, and a form to ask it something; works without script."""

import json

from flask import Blueprint, Response, current_app, render_template

from kg import resources
from kg.sparql.protocol import Query
from kg.sparql.service import QueryService

bp = Blueprint("home", __name__)


@bp.get("/")
def home() -> Response:
    """The front page."""
    service: QueryService = current_app.extensions["attest.service"]
    query = Query((resources.find("queries") / "numbers.rq").read_text("utf-8"))
    answer = service.answer(query, "application/sparql-results+json", lambda: False, own=True)
    rows = json.loads(b"".join(answer.chunks))["results"]["bindings"]
    example = (resources.find("queries") / "who-said-what.rq").read_text("utf-8")
    page = render_template("home.html", numbers=rows[0], generation=answer.generation, example=example)
    return Response(page, mimetype="text/html")
