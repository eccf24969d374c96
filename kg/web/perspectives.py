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
from kg.web.asking import prefers_json, read
from kg.web.moments import asked_moment, history, timed
from kg.web.record import Record, conditional

bp = Blueprint("perspectives", __name__, url_prefix="/perspectives")
SHOWN = 1_000  # triples on a page
EVERYTHING = """CONSTRUCT { ?s ?p ?o } WHERE {
  GRAPH ?graph { ?s ?p ?o }
  FILTER (!STRENDS(STR(?graph), ".grounds"))
}"""


@bp.get("", strict_slashes=False)
@conditional
def index(record: Record) -> Response:
    """All perspectives, as a page or as JSON."""
    shelf = _shelf(record)
    if prefers_json():
        return _open(jsonify([about_json(about) for about in shelf.perspectives]))
    page = render_template("perspectives.html", perspectives=shelf.perspectives)
    return _open(Response(page, mimetype="text/html"))


@bp.get("/<name>")
@conditional
def perspective(record: Record, name: str) -> Response:
    """One perspective: its policy, its world with the statements that each triple rests on, and its contradictions."""
    shelf = _shelf(record)
    about = shelf.find(name)
    world = _world(record, about.name)
    if prefers_json():
        return _open(jsonify({**about_json(about), "world": [*map(as_json, world)]}))
    others = [other for other in shelf.perspectives if other.name != about.name]
    told = {"about": about, "world": world[:SHOWN], "found": len(world), "shown": SHOWN, "others": others}
    page = render_template("perspective.html", everything=EVERYTHING, **told)
    return _open(Response(page, mimetype="text/html"))


@bp.get("/<name>/compare/<other>")
@conditional
def comparison(record: Record, name: str, other: str) -> Response:
    """What two perspectives hold alone, what both, and what they contradict."""
    shelf = _shelf(record)
    pair = shelf.pair(name, other)
    worlds = _world(record, name), _world(record, other)
    found = compare(shelf.find(name), shelf.find(other), worlds, pair)
    if prefers_json():
        return _open(jsonify(comparison_json(found)))
    page = render_template("comparison.html", found=found, shown=SHOWN)
    return _open(Response(page, mimetype="text/html"))


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


def _shelf(record: Record) -> Shelf:
    """The perspectives of the generation that is asked."""
    settings: Settings = current_app.extensions["attest.settings"]
    moment = asked_moment()
    generation = history().generation(moment) if moment else Generations(settings.data).current()
    if generation is None:
        return Shelf()
    record.settle(generation.number)
    return read_shelf(generation.path)


def _world(record: Record, name: str) -> tuple[Held, ...]:
    """The triples of a world. Raises KgError, Moved."""
    found = read(Query(world_query(), perspective=name), JSON)
    record.settle(found.generation)
    return read_world(json.loads(b"".join(found.chunks)))


def _open(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
