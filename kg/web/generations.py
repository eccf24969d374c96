"""`/generations`: what was published when, and what each generation changed."""

from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Response, current_app, jsonify, render_template

from kg.errors import NotFound
from kg.settings import Settings
from kg.sparql.protocol import read_generation
from kg.store.changes import Line, Summary, changed_lines, places, summary
from kg.store.history import Moment
from kg.web.asking import prefers_json
from kg.web.claims import read_claims
from kg.web.ids import page_number
from kg.web.moments import history
from kg.web.record import Record
from kg.web.terms import AT

bp = Blueprint("generations", __name__)
SHOWN = 100  # generations, or triples, on a page
LISTED = 50  # statements that came or went
LOOKED_AT = 50_000  # changed triples


@dataclass(frozen=True, slots=True)
class Changed:
    """What a generation changed: by place and statement, and a page of its triples; None of each where it is unknown.

    `unknown` says why.
    """

    found: Summary | None
    places: dict[str, tuple[int, int]]
    lines: tuple[Line, ...]
    more: bool
    unknown: str = ""


@bp.get("/generations", strict_slashes=False)
def index() -> Response:
    """Every generation, the newest first, as a page or as JSON."""
    moments = history().moments()[::-1]
    number = page_number()
    shown = moments[(number - 1) * SHOWN : number * SHOWN]
    if number > 1 and not shown:
        raise NotFound(f"there are {len(moments)} generations, and no page {number}")
    if prefers_json():
        more = f"/generations?page={number + 1}" if number * SHOWN < len(moments) else None
        return _sent(jsonify({"total": len(moments), "generations": [*map(as_json, shown)], "next": more}))
    told = {"moments": shown, "current": moments[0] if moments else None, "number": number}
    return _sent(Response(render_template("generations.html", total=len(moments), shown=SHOWN, **told)))


@bp.get("/generations/<name>")
def generation(name: str) -> Response:
    """One generation, and what it changed."""
    number = read_generation(name)
    assert number is not None, "a segment of an address is not empty"
    moment, page = history().find(number), page_number()
    changed = _changed(moment, page)
    if page > 1 and not changed.lines:
        raise NotFound(f"generation {number} changed fewer triples, and there is no page {page} of them")
    if prefers_json():
        return _sent(jsonify(as_json(moment) | _changes_json(changed, number, page)))
    settings: Settings = current_app.extensions["attest.settings"]
    told = {"moment": moment, "changed": changed, "number": page, "listed": LISTED, "base": settings.base_iri}
    words = _words(changed, moment)
    return _sent(Response(render_template("generation.html", words=words, looked_at=LOOKED_AT, **told)))


def _words(changed: Changed, moment: Moment) -> dict[str, str]:
    """What the statements say that came, and those that went, by IRI."""
    if changed.found is None:
        return {}
    record = Record.of_app()
    sides = ((moment.number, changed.found.came), (moment.entry.parent, changed.found.went))
    claims = [c for past, iris in sides if past for c in read_claims(record.at(past), iris[:LISTED])]
    return {claim.iri: " … ".join(passage.exact for passage in claim.passages) for claim in claims}


def _changed(moment: Moment, page: int) -> Changed:
    settings: Settings = current_app.extensions["attest.settings"]
    if not moment.is_kept:
        return Changed(None, {}, (), False, "it is not kept any more")
    try:
        before, after = history().before(moment), history().generation(moment)
    except NotFound:
        return Changed(None, {}, (), False, f"generation {moment.entry.parent}, from which it was made, is not kept")
    found = summary(changed_lines(before, after), AT + "Statement", LOOKED_AT)
    start = (page - 1) * SHOWN
    lines = list(islice(changed_lines(before, after), start, start + SHOWN + 1))
    return Changed(found, places(found, settings.base_iri), tuple(lines[:SHOWN]), len(lines) > SHOWN)


def as_json(moment: Moment) -> dict[str, object]:
    """A generation as JSON."""
    return moment.as_json() | {"url": f"/generations/{moment.number}"}


def _changes_json(changed: Changed, number: int, page: int) -> dict[str, object]:
    if changed.found is None:
        return {"unknown": changed.unknown}
    found = changed.found
    return {
        "places": [{"place": p, "added": a, "removed": r} for p, (a, r) in changed.places.items()],
        "statements": {"came": found.came[:LISTED], "went": found.went[:LISTED]},
        "whole": found.is_whole,
        "triples": [{"sign": line.sign, "quad": line.text} for line in changed.lines],
        "next": f"/generations/{number}?page={page + 1}" if changed.more else None,
    }


def _sent(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
