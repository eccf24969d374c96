"""`/queries`: the questions, each with its parameters and its answer as a page, as CSV or as JSON; no script needed."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from kg import resources
from kg.errors import NotAcceptable, NotFound
from kg.questions import BadParameter, Question, bind, find_question, questions
from kg.sparql.protocol import Query
from kg.web.asking import ask, fetch, prefers_json, send
from kg.web.moments import keep_moment, timed

bp = Blueprint("questions", __name__)
JSON, CSV = "application/sparql-results+json", "text/csv"
FORMATS = {"csv": CSV, "json": JSON}
SHOWN = 1_000  # rows on a page
Row = dict[str, dict[str, str]]


@bp.get("/queries", strict_slashes=False)
def index() -> Response:
    """All questions, as a page or as JSON."""
    found = questions(resources.find("queries"))
    if prefers_json():
        return _vary(jsonify([_described(question) for question in found]))
    return _vary(Response(render_template("questions.html", questions=found), mimetype="text/html"))


@bp.get("/queries/<name>")
@timed
def question(name: str) -> Response:
    """One question and its answer, in the format that the extension or else `Accept` names."""
    stem, _, extension = name.partition(".")
    if extension and extension not in FORMATS:
        raise NotFound(f"expected .csv or .json after the name of a question, found {extension[:50]!r}")
    asked = find_question(resources.find("queries"), stem)
    media_type = FORMATS.get(extension) or _accepted()
    return _vary(keep_moment(_page(asked))) if media_type == "text/html" else _data(asked, media_type)


def _accepted() -> str:
    offers = ["text/html", JSON, "application/json", CSV]
    best = request.accept_mimetypes.best_match(offers)
    if best is None:
        raise NotAcceptable(f"the answer to a question can be written as {', '.join(offers)}")
    return best


def _data(question: Question, media_type: str) -> Response:
    return send(ask(Query(bind(question, _given())), media_type))


def _page(question: Question) -> Response:
    values = {param.name: request.args.get(param.name) or param.default for param in question.params}
    try:
        given = _given()
        text = bind(question, given)
    except BadParameter as error:
        page = render_template("question.html", question=question, values=values, wrong=error, text=question.text)
        return Response(page, 400, mimetype="text/html")
    answer = json.loads(fetch(Query(text), JSON))
    table = _table(answer["head"]["vars"], answer["results"]["bindings"])
    parameters = f"?{urlencode(given)}" if given else ""
    page = render_template("question.html", question=question, values=values, text=text, parameters=parameters, **table)
    return Response(page, mimetype="text/html")


def _given() -> dict[str, str]:
    """The values in the address, each name once."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise BadParameter(name[:50], f"expected one value, found {len(values)}")
    return {name: value for name, value in request.args.items() if name != "generation"}


def _table(names: list[str], rows: list[Row]) -> dict[str, object]:
    """Column headings and cells: a thing is shown by its label, which has no column of its own."""
    labels = {f"{name}Label" for name in names}
    shown = [name for name in names if name not in labels]
    cells = [[_cell(row, name) for name in shown] for row in rows[:SHOWN]]
    return {"headings": [_heading(name) for name in shown], "rows": cells, "found": len(rows), "shown": SHOWN}


def _cell(row: Row, name: str) -> dict[str, str]:
    term, label = row.get(name), row.get(f"{name}Label")
    if term is None:
        return {"text": ""}
    iri = term["value"] if term["type"] == "uri" else ""
    return {"text": (label or term)["value"], "iri": iri, "language": (label or term).get("xml:lang", "")}


def _heading(name: str) -> str:
    """`speechActLabel` as “speech act”."""
    words = "".join(f" {c.lower()}" if c.isupper() or c.isdigit() else c for c in name.removesuffix("Label"))
    return words.strip()


def _described(question: Question) -> Mapping[str, object]:
    params = [
        {"name": p.name, "type": p.kind, "default": p.default, "description": p.description} for p in question.params
    ]
    return {
        "name": question.name,
        "title": question.title,
        "description": question.description,
        "params": params,
        "url": f"/queries/{question.name}",
    }


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    return response
