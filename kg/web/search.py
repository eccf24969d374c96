"""`/search`: things by any label or spelling, and statements by their words; as a page, or as JSON to complete by."""

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from kg.errors import BadInput
from kg.web.asking import prefers_json
from kg.web.ids import page_number
from kg.web.index import Index
from kg.web.indexes import Indexes
from kg.web.record import Record, conditional
from kg.web.vocabulary import vocabulary

bp = Blueprint("search", __name__)
NAME = "attest.indexes"
LONGEST = 200  # code points
SHOWN = 20
SUGGESTED = 8


@bp.get("/search")
@conditional
def search(record: Record) -> Response:
    """What the record has by these words (`q`)."""
    asked = request.args.get("q", "").strip()
    if len(asked) > LONGEST:
        raise BadInput(f"expected at most {LONGEST} characters to search for, found {len(asked)}")
    indexes: Indexes = current_app.extensions[NAME]
    index = indexes.of(record)
    if prefers_json():
        return _suggestions(record, index, asked)
    number = page_number()
    statements, total = index.statements(asked, SHOWN, (number - 1) * SHOWN)
    things = index.things(asked, SHOWN) if number == 1 else []
    page = render_template(
        "search.html",
        asked=asked,
        things=things,
        kinds={thing.kind: vocabulary(record).label(thing.kind) for thing in things},
        statements=statements,
        total=total,
        number=number,
        shown=SHOWN,
        instead=index.instead(asked) if asked and not things and number == 1 else "",
    )
    return Response(page, mimetype="text/html")


def _suggestions(record: Record, index: Index, asked: str) -> Response:
    words = vocabulary(record)
    things = [
        {
            "iri": thing.iri,
            "url": f"/page/{record.name(thing.iri)}",
            "label": thing.label,
            "language": thing.language,
            "kind": words.label(thing.kind),
            "form": thing.form,
        }
        for thing in index.things(asked, SUGGESTED)
    ]
    statements = [
        {"iri": s.iri, "url": f"/page/{record.name(s.iri)}", "words": s.words, "voice": s.voice, "denied": s.is_denied}
        for s in index.statements(asked, SUGGESTED)[0]
    ]
    return jsonify({"query": asked, "things": things, "statements": statements})
