"""`/perspectives`: the policies, the world that each yields, its endpoint, and what two worlds hold alone."""

import json

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for

from kg import resources
from kg.perspectives import JSON, Held, about_json, as_json, compare, comparison_json, read_world, world_query
from kg.questions import bind, read_question
from kg.settings import Settings
from kg.sparql.negotiate import GRAPHS
from kg.sparql.protocol import Query, asks_nothing
from kg.store.generations import Generations
from kg.store.perspectives import Shelf, read_shelf
from kg.web import sparql
from kg.web.asking import read
from kg.web.moments import asked_moment, history, keep_moment, timed

bp = Blueprint("perspectives", __name__, url_prefix="/perspectives")
SHOWN = 1_000  # triples on a page
EVERYTHING = """CONSTRUCT { ?s ?p ?o } WHERE {
  GRAPH ?graph { ?s ?p ?o }
  FILTER (!STRENDS(STR(?graph), ".grounds"))
}"""


@bp.get("", strict_slashes=False)
@timed
def index() -> Response:
    """All perspectives, as a page or as JSON."""
    number, shelf = _shelf()
    if _wants_json():
        return _sent(jsonify([about_json(about) for about in shelf.perspectives]), number)
    page = render_template("perspectives.html", perspectives=shelf.perspectives)
    return _sent(Response(page, mimetype="text/html"), number)


@bp.get("/<name>")
@timed
def perspective(name: str) -> Response:
    """One perspective: its policy, its world with the statements that each triple rests on, and its contradictions."""
    number, shelf = _shelf()
    about = shelf.find(name)
    world, number = _world(about.name)
    if _wants_json():
        return _sent(jsonify({**about_json(about), "world": [*map(as_json, world)]}), number)
    others = [other for other in shelf.perspectives if other.name != about.name]
    told = {"about": about, "world": world[:SHOWN], "found": len(world), "shown": SHOWN, "others": others}
    page = render_template("perspective.html", everything=EVERYTHING, **told)
    return _sent(Response(page, mimetype="text/html"), number)


@bp.get("/<name>/compare/<other>")
@timed
def comparison(name: str, other: str) -> Response:
    """What two perspectives hold alone, what both, and what they contradict."""
    number, shelf = _shelf()
    pair = shelf.pair(name, other)
    (mine, _), (theirs, number) = _world(name), _world(other)
    found = compare(shelf.find(name), shelf.find(other), (mine, theirs), pair)
    if _wants_json():
        return _sent(jsonify(comparison_json(found)), number)
    page = render_template("comparison.html", found=found, shown=SHOWN)
    return _sent(Response(page, mimetype="text/html"), number)


@bp.route("/<name>/sparql", methods=["GET", "POST"], provide_automatic_options=False, strict_slashes=False)
@timed
def endpoint(name: str) -> Response:
    """Answer a query over the world of a perspective, or describe it, as `/sparql` does over the record."""
    if request.method in ("GET", "HEAD") and asks_nothing(request.query_string):
        return _description(name)
    return sparql.answer(name)


@bp.route("/<name>/sparql", methods=["OPTIONS"], strict_slashes=False)
def endpoint_options(name: str) -> Response:  # noqa: ARG001 - what is allowed does not depend on it
    """What a browser asks before it sends a query from another origin."""
    return sparql.options()


def _description(name: str) -> Response:
    if request.accept_mimetypes.best_match([*(media.name for media in GRAPHS), "text/html"]) == "text/html":
        return perspective(name)
    question = read_question(resources.PACKAGE / "sparql" / "perspective-description.rq")
    settings: Settings = current_app.extensions["attest.settings"]
    text = bind(question, {"federated": str(int(bool(settings.services.strip())))})
    return sparql.describe(text, url_for("perspectives.endpoint", name=name, _external=True), name)


def _shelf() -> tuple[int | None, Shelf]:
    """The perspectives of the generation that is asked, and its number."""
    settings: Settings = current_app.extensions["attest.settings"]
    moment = asked_moment()
    generation = history().generation(moment) if moment else Generations(settings.data).current()
    return (generation.number, read_shelf(generation.path)) if generation else (None, Shelf())


def _world(name: str) -> tuple[tuple[Held, ...], int]:
    """The triples of a world, and the generation that was asked."""
    found = read(Query(world_query(), perspective=name), JSON)
    return read_world(json.loads(b"".join(found.chunks))), found.generation


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _sent(response: Response, generation: int | None) -> Response:
    keep_moment(response)
    response.headers["Vary"] = "Accept"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if generation is not None:
        response.headers["Attest-Generation"] = str(generation)
    return response
