"""`/findings`: what rules notice in what was said; each finding comes with the statements that it rests on."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from kg.errors import NotFound
from kg.web.claims import read_claims, read_labels
from kg.web.ids import Thing, page_number
from kg.web.record import Iri, Record, conditional
from kg.web.ring import read_ring
from kg.web.sentences import Part, Speller
from kg.web.terms import AT, LABEL, SKOS
from kg.web.vocabulary import vocabulary

bp = Blueprint("findings", __name__)
SHOWN = 25  # statements that a finding rests on
LISTED = 50  # findings of a rule on a page


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and the rule that made it, as links."""

    finding: Part
    rule: Part


@bp.get("/findings", strict_slashes=False)
@conditional
def index(record: Record) -> Response:
    """The rules, each with how much it found."""
    return Response(render_template("findings.html", rules=record.rows("rules")), mimetype="text/html")


def findings_about(record: Record, iri: str) -> list[Found]:
    """The findings about a thing, or that rest on it, at most 50."""
    return [
        Found(
            Part(row["label"].value, "thing", row["finding"].value),
            Part(row["ruleLabel"].value, "thing", row["rule"].value),
        )
        for row in record.rows("findings", thing=Iri(iri))
    ]


def finding_page(record: Record, thing: Thing) -> Response:
    """One finding: the rule that made it, what it is about, and the statements that it rests on."""
    iri = record.iri(thing.name)
    graph = record.graph("nodes", s=Iri(iri))
    ring = read_ring(record, iri)
    first = [statement.iri for step in ring.steps for statement in step.statements] if ring else []
    rests = dict.fromkeys([*first, *sorted(term.value for term in graph.values(iri, AT + "restsOn"))])
    claims = read_claims(record, [*rests][:SHOWN])
    rule, focus = graph.value(iri, AT + "rule"), graph.value(iri, AT + "focus")
    words = vocabulary(record)
    speller = Speller(words, read_labels(record, graph))
    page = render_template(
        "finding.html",
        thing=thing,
        iri=iri,
        label=graph.text(iri, LABEL),
        rule=record.graph("nodes", s=Iri(rule.value)) if rule else None,
        rule_iri=rule.value if rule else "",
        focus=speller.thing(focus) if focus else None,
        judgements=graph.values(iri, AT + "restsOnJudgement"),
        ring=ring,
        words={claim.iri: claim.passages[0] for claim in claims},
        claims=claims,
        total=len(rests),
    )
    return Response(page, mimetype="text/html")


def rule_page(record: Record, thing: Thing) -> Response:
    """One rule: what it looks for, what that does not mean, and a page of what it found."""
    iri, number = record.iri(thing.name), page_number()
    total = next((int(row["total"].value) for row in record.rows("rules") if row["rule"].value == iri), 0)
    rows = record.rows("findings-of-rule", thing=Iri(iri), limit=LISTED, offset=(number - 1) * LISTED)
    if number > 1 and not rows:
        raise NotFound(f"this rule found {total}, and there is no page {number}")
    graph = record.graph("nodes", s=Iri(iri))
    first = (number - 1) * LISTED
    page = render_template(
        "rule.html",
        thing=thing,
        iri=iri,
        label=graph.text(iri, LABEL),
        definition=graph.text(iri, SKOS + "definition"),
        notes=graph.values(iri, SKOS + "scopeNote"),
        examples=graph.values(iri, SKOS + "example"),
        rows=rows,
        number=number,
        first=first + 1,
        last=min(total, first + LISTED),
        total=total,
    )
    return Response(page, mimetype="text/html")
