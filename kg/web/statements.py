"""The page of one statement, and lists of statements: about a thing, of a voice, or all."""

from flask import Blueprint, Response, render_template

from kg.errors import NotFound
from kg.web.claims import read_claims, read_labels
from kg.web.filters import read_filters
from kg.web.findings import findings_about
from kg.web.ids import Thing, page_number
from kg.web.linked import schema_org_claim
from kg.web.record import Iri, Record, conditional, query
from kg.web.sentences import Speller
from kg.web.terms import DCTERMS
from kg.web.vocabulary import vocabulary

bp = Blueprint("statements", __name__)
SHOWN = 25


def statement_page(record: Record, thing: Thing) -> Response:
    """One statement: who, through whom, the exact words in context, what it says, when, and how it was reviewed."""
    iri = record.iri(thing.name)
    claims = read_claims(record, [iri])
    if not claims:
        raise NotFound(f"{thing.name} is no statement with a chain of voices")
    (claim,) = claims
    context = record.graph("nodes", s=[Iri(passage.iri) for passage in claim.passages])
    incoming = record.rows("incoming", thing=Iri(iri))
    shared = [row["statement"].value for row in record.rows("sharing", thing=Iri(iri))]
    words = vocabulary(record)
    labels = read_labels(record, context, [row["s"].value for row in incoming])
    documents = {passage.document for passage in claim.passages}
    page = render_template(
        "statement.html",
        claim=claim,
        context=context,
        titles={document: labels.text(document, DCTERMS + "title") for document in documents},
        others=read_claims(record, shared),
        findings=findings_about(record, iri),
        incoming=[(words.label(row["p"].value), Speller(words, labels).thing(row["s"])) for row in incoming],
        query=query("statement-record", statement=Iri(iri)),
        json_ld=schema_org_claim(claim),
    )
    return Response(page, mimetype="text/html")


def proposition_page(record: Record, thing: Thing) -> Response:
    """One proposition, and everyone who says or denies it."""
    iri = record.iri(thing.name)
    graph = record.graph("propositions", s=Iri(iri))
    number = page_number()
    rows = record.rows("proposition-statements", thing=Iri(iri), limit=SHOWN, offset=(number - 1) * SHOWN)
    total = int(record.rows("statements-about", thing=Iri(iri))[0]["total"].value)
    words = vocabulary(record)
    page = render_template(
        "proposition.html",
        sentence=Speller(words, read_labels(record, graph)).sentence(graph, iri),
        kind=words.label(words.kinds_of(graph, iri)),
        claims=read_claims(record, [row["statement"].value for row in rows]),
        findings=findings_about(record, iri),
        iri=iri,
        thing=thing,
        **_pages(number, total),
    )
    return Response(page, mimetype="text/html")


@bp.get("/statements")
@conditional
def index(record: Record) -> Response:
    """A page of statements: `about` a thing, of a `voice` (held or passed on), of a `kind`, `act` and `polarity`."""
    filters, number = read_filters(record), page_number()
    total = int(record.rows("listed-count", **filters.bound)[0]["total"].value)
    rows = record.rows("listed", limit=SHOWN, offset=(number - 1) * SHOWN, **filters.bound)
    if number > 1 and not rows:
        raise NotFound(f"there are {total} such statements, and no page {number}")
    page = render_template(
        "statements.html",
        filters=filters,
        claims=read_claims(record, [row["statement"].value for row in rows]),
        **_pages(number, total),
    )
    return Response(page, mimetype="text/html")


def _pages(number: int, total: int) -> dict[str, int]:
    first = (number - 1) * SHOWN
    return {"number": number, "total": total, "first": first + 1, "last": min(total, first + SHOWN)}
