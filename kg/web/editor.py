"""The editor at `/sparql` for browsers: a form and a table without script, YASGUI with it; and what it asks for."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import dropwhile
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from werkzeug.datastructures import MIMEAccept

from kg import resources
from kg.errors import BadInput, KgError
from kg.questions import BadParameter, Question, bind, find_question, questions
from kg.settings import Settings
from kg.sparql.negotiate import GRAPHS, RESULTS, MediaType
from kg.sparql.protocol import read_query
from kg.web.answers import Shown, shown
from kg.web.asking import read
from kg.web.labels import MOST_LABELS, labels
from kg.web.moments import keep_moment
from kg.web.policy import policy
from kg.web.record import Record, Text, conditional
from kg.web.terms import value

bp = Blueprint("editor", __name__)
FIRST = "who-said-what"  # the question that an empty editor begins with
COMMON = {
    "dcterms": "http://purl.org/dc/terms/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TOOLTIP = "text-decoration:underline"  # the one style that YASQE sets by markup: in what its syntax check expects
OWN = frozenset({"query", "example", "view"})  # names in the address that are no parameters of a question


def wants_page() -> bool:
    """Whether the request is a browser's, for a page: programs name a format, or take RDF or results rather."""
    if request.method not in ("GET", "HEAD") or "format" in request.args or "output" in request.args:
        return False
    return prefers_page(request.accept_mimetypes)


def prefers_page(accept: MIMEAccept) -> bool:
    """Whether a client that accepts this takes a page rather than results or RDF."""
    offers = [media.name for media in (*RESULTS, *GRAPHS)]
    return accept.best_match([*offers, "text/html"]) == "text/html"


def page() -> Response:
    """The editor with the query or the example that the address names; a query is answered below it."""
    wrong: KgError | None = None
    example = find_question(resources.find("queries"), request.args["example"]) if "example" in request.args else None
    text, answer = request.args.get("query", ""), None
    try:
        if "query" in request.args:
            query = read_query("GET", "", request.query_string, b"")
            answer = shown(read(query, f"{RESULTS[0].name}, {GRAPHS[0].name};q=0.9"))
        else:
            text = _without_header(bind(example, _given()) if example else _first().text)
    except KgError as error:
        wrong, text = error, text or (_without_header(example.text) if example else "")
    return _page(text, example, answer, wrong)


@bp.get("/sparql/terms")
@conditional
def terms(record: Record) -> Response:
    """The prefixes, classes and properties that the editor completes, from the store itself."""
    settings: Settings = current_app.extensions["attest.settings"]
    prefixes = COMMON | {value(row, "prefix"): value(row, "namespace") for row in record.charged("editor-prefixes")}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in record.charged("editor-terms"):
        term = {name: value(row, name) for name in ("term", "kind", "label", "definition")}
        found.setdefault((term["kind"], term["term"]), term)
    return _json({"prefixes": {"id": settings.base_iri} | prefixes, "terms": list(found.values())})


@bp.get("/sparql/entities")
@conditional
def entities(record: Record) -> Response:
    """Entities and concepts with the letters `q` in one of their names, at most 50."""
    text = request.args.get("q", "").strip().lower()
    if not 2 <= len(text) <= 100:
        raise BadInput(f"expected 'q' with 2 to 100 characters, found {len(text)}")
    names = {"iri": "thing", "label": "called", "matched": "matched", "kind": "kind"}
    found = record.charged("editor-entities", text=Text(text))
    return _json([{name: value(row, column) for name, column in names.items()} for row in found])


@bp.post("/sparql/labels")
def label() -> Response:
    """What the things in a JSON list of IRIs are called, by IRI."""
    asked = request.get_json()
    if not isinstance(asked, list) or len(asked) > MOST_LABELS or not all(isinstance(iri, str) for iri in asked):
        raise BadInput(f"expected a JSON list of at most {MOST_LABELS} IRIs")
    return _json({iri: asdict(found) for iri, found in labels(Record.of_app(), asked).items()})


def _page(text: str, example: Question | None, answer: Shown | None, wrong: KgError | None) -> Response:
    settings: Settings = current_app.extensions["attest.settings"]
    rendered = render_template(
        "editor.html",
        text=text,
        example=example,
        examples=questions(resources.find("queries")),
        values=_values(example),
        answer=answer,
        wrong=wrong,
        settings=settings,
        generation=current_app.extensions["attest.service"].generation(),
        downloads=list(_downloads(text, answer)),
        formats={"results": _named(RESULTS), "graphs": _named(GRAPHS)},
    )
    response = Response(rendered, wrong.status if wrong else 200, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy(style_attributes=[TOOLTIP])
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept"
    return keep_moment(response)


def _first() -> Question:
    return find_question(resources.find("queries"), FIRST)


def _without_header(text: str) -> str:
    """A question's query with its title, but without what the page says above it: description and parameters."""
    title, _, rest = text.partition("\n")
    return "\n".join([title, *dropwhile(lambda line: line.startswith("#"), rest.split("\n"))])


def _given() -> dict[str, str]:
    """The values of an example's parameters in the address, each name once."""
    for name, found in request.args.lists():
        if len(found) > 1:
            raise BadParameter(name[:50], f"expected one value, found {len(found)}")
    return {name: text for name, text in request.args.items() if name not in OWN}


def _values(example: Question | None) -> dict[str, str]:
    if example is None:
        return {}
    return {param.name: request.args.get(param.name) or param.default for param in example.params}


def _downloads(text: str, answer: Shown | None) -> Iterable[dict[str, str]]:
    """Where the answer can be had in each format."""
    offers: tuple[MediaType, ...] = () if answer is None else RESULTS if answer.names or answer.boolean else GRAPHS
    for media in offers:
        href = "/sparql?" + urlencode({"query": text, "format": media.name})
        yield {"name": media.name, "extension": media.extension, "href": href}


def _named(offers: Iterable[MediaType]) -> list[tuple[str, str]]:
    return [(media.name, media.extension) for media in offers]


def _json(content: Any) -> Response:
    response = jsonify(content)
    response.headers["Cache-Control"] = "no-cache"
    return response
