"""`/timeline`, `/graph` and `/map`: what is said of when, whom and where, with the same filters, in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from kg.questions import BadParameter
from kg.web import assets, drawn
from kg.web.drawn import Drawing
from kg.web.filters import read_choices
from kg.web.record import Bound, Day, Iri, Record, conditional
from kg.web.terms import Row

DAYS = ("from", "to")
bp = Blueprint("views", __name__)
bp.add_app_template_global(assets.fetched, "fetched")


@dataclass(frozen=True, slots=True)
class View:
    """A view: its title, what it tells, and how it draws the rows of `view-NAME.rq`."""

    title: str
    text: str
    draw: Callable[[list[Row]], Drawing]
    filters: tuple[str, ...] = ("about", "voice", "from", "to")


VIEWS: Mapping[str, View] = {
    "timeline": View(
        "When things are said to have been",
        "Each entry is a statement with the time that its voice gives, as far as the words tell it. A dashed frame: at "
        "some time in that span. A double frame: the statement denies it.",
        drawn.timeline,
    ),
    "graph": View(
        "Who is said to lead, command or back whom",
        "Each line is what one or more voices say of two; it leads to a statement. A dashed line: it is denied.",
        drawn.graph,
        ("about", "voice", "relation", "from", "to"),
    ),
    "map": View(
        "Where things are said to have happened",
        "Places stand where the record itself gives coordinates. The others are listed, and not guessed.",
        drawn.places,
    ),
}


@bp.get("/<any(timeline, graph, map):name>")
@conditional
def page(record: Record, name: str) -> Response:
    """A view as a page, with the same told in a table."""
    view, given = VIEWS[name], _given(VIEWS[name])
    wrong: BadParameter | None = None
    try:
        drawing = view.draw(_rows(record, name, given))
    except BadParameter as error:
        wrong, drawing = error, view.draw([])
    rendered = render_template(
        "view.html",
        name=name,
        view=view,
        values=given,
        drawing=drawing,
        wrong=wrong,
        address=f"/{name}.json?{urlencode(given)}",
        choices=read_choices(record),
    )
    return Response(rendered, wrong.status if wrong else 200, mimetype="text/html")


@bp.get("/<any(timeline, graph, map):name>.json")
@conditional
def data(record: Record, name: str) -> Response:
    """What the view's module draws; entity pages ask with `about` for what concerns one thing."""
    view = VIEWS[name]
    return jsonify(view.draw(_rows(record, name, _given(view))).json)


def _given(view: View) -> dict[str, str]:
    """The filters in the address that have a value. Raises BadParameter for a name that is none, or is there twice."""
    for name, values in request.args.lists():
        if name == "generation":
            continue
        if name not in view.filters:
            raise BadParameter(name[:50], f"expected one of {', '.join(view.filters)}")
        if len(values) > 1:
            raise BadParameter(name, f"expected one value, found {len(values)}")
    return {name: text for name, text in request.args.items() if text and name in view.filters}


def _rows(record: Record, name: str, given: Mapping[str, str]) -> list[Row]:
    bound: dict[str, Bound] = {key: (Day if key in DAYS else Iri)(text) for key, text in given.items()}
    return record.charged(f"view-{name}", **bound)
