"""`/page/<name>`: the page of anything that the record names, by the class that it has."""

from collections import defaultdict

from flask import Blueprint, Response, redirect, render_template

from kg.web.claims import read_labels
from kg.web.entities import entity_page
from kg.web.findings import finding_page, rule_page
from kg.web.ids import Replaced, Thing, alternates, find_thing, moved_to
from kg.web.record import Iri, Record, conditional
from kg.web.sentences import Part, Speller, part_of
from kg.web.statements import proposition_page, statement_page
from kg.web.terms import AT, DCTERMS, LABEL, RDF_TYPE, Row, Term
from kg.web.vocabulary import vocabulary

bp = Blueprint("pages", __name__)


@bp.get("/page/<name>")
@conditional
def page(record: Record, name: str) -> Response:
    """What the record says of a thing, for people."""
    try:
        thing = find_thing(record, name)
    except Replaced as moved:
        return _response(redirect(moved_to(record, moved, "/page/"), 301))
    response = _page(record, thing)
    response.headers["Link"] = alternates(name)
    return response


def _page(record: Record, thing: Thing) -> Response:
    if thing.is_a("Statement"):
        return statement_page(record, thing)
    if thing.is_a("Entity") or _is_entity(record, thing):
        return entity_page(record, thing)
    if thing.is_a("Proposition") or any(vocabulary(record).is_a(cls, "Proposition") for cls in thing.types):
        return proposition_page(record, thing)
    if thing.is_a("Finding"):
        return finding_page(record, thing)
    if thing.is_a("FindingRule"):
        return rule_page(record, thing)
    if thing.is_a("Document"):
        return _document(record, thing)
    if thing.is_a("Name"):
        return _name(record, thing)
    return _node(record, thing)


def _is_entity(record: Record, thing: Thing) -> bool:
    return any(vocabulary(record).is_a(cls, "Entity") for cls in thing.types)


def _document(record: Record, thing: Thing) -> Response:
    """A revision is read at its article's address."""
    iri = record.iri(thing.name)
    slug = record.graph("nodes", s=Iri(iri)).text(iri, DCTERMS + "identifier")
    return _response(redirect(f"/articles/{slug}", 302))


def _name(record: Record, thing: Thing) -> Response:
    iri = record.iri(thing.name)
    graph = record.graph("nodes", s=Iri(iri))
    bearers: dict[Part, list[Row]] = defaultdict(list)
    for row in record.rows("name-bearers", name=Iri(iri)):
        bearers[part_of(row, "thing", "thingLabel")].append(row)
    form = graph.value(iri, AT + "nameForm")
    return _rendered("name.html", thing=thing, iri=iri, form=form, bearers=bearers, pairs=_pairs(record, iri))


def _node(record: Record, thing: Thing) -> Response:
    """Anything without a page of its own kind: what stands on it, and what refers to it."""
    iri = record.iri(thing.name)
    words = vocabulary(record)
    incoming = record.rows("incoming", thing=Iri(iri))
    graph = record.graph("nodes", s=Iri(iri))
    labels = read_labels(record, graph, [row["s"].value for row in incoming])
    speller = Speller(words, labels)
    found = [(words.label(row["p"].value), speller.thing(row["s"])) for row in incoming]
    kind = words.label(words.kind(map(Term, thing.types))) if thing.types else "graph"
    title = graph.value(iri, LABEL) or thing.name
    pairs = _pairs(record, iri)
    return _rendered("node.html", thing=thing, iri=iri, title=title, kind=kind, pairs=pairs, incoming=found)


def _pairs(record: Record, iri: str) -> list[tuple[str, Part]]:
    graph, words = record.graph("nodes", s=Iri(iri)), vocabulary(record)
    speller = Speller(words, read_labels(record, graph))
    pairs = [(words.label(p), speller.thing(o)) for p, o in graph.pairs(iri) if p not in (RDF_TYPE, LABEL)]
    return sorted(pairs, key=lambda pair: (pair[0], pair[1].text))


def _rendered(template: str, **values: object) -> Response:
    return Response(render_template(template, **values), mimetype="text/html")


def _response(response: object) -> Response:
    assert isinstance(response, Response)
    return response
