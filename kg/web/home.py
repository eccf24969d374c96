"""`/`: what this is, how much is in it, and a form to ask it something; works without script."""

from flask import Blueprint, Response, render_template

from kg import resources
from kg.questions import questions
from kg.web.claims import read_claims
from kg.web.record import Record, conditional

bp = Blueprint("home", __name__)
NEWEST = 5  # articles


@bp.get("/")
@conditional
def home(record: Record) -> Response:
    """The front page."""
    folder = resources.find("queries")
    page = render_template(
        "home.html",
        numbers=record.rows("numbers")[0],
        articles=record.rows("documents", limit=NEWEST),
        questions=questions(folder),
        shown=read_claims(record, [row["statement"].value for row in record.rows("example")]),
        generation=record.generation,
        example=(folder / "who-said-what.rq").read_text("utf-8"),
    )
    return Response(page, mimetype="text/html")
