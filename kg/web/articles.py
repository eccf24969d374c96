"""`/articles`: each article's text as published, with its claims marked where they stand."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request

from kg.errors import BadInput, NotFound
from kg.settings import Settings
from kg.web.claims import Claim, read_claims, read_labels
from kg.web.ids import alternates, page_number
from kg.web.marks import Paragraph, Span, covering, paragraphs
from kg.web.record import Iri, Record, Text, conditional
from kg.web.terms import AT, LABEL, Graph
from kg.web.vocabulary import vocabulary

bp = Blueprint("articles", __name__)
SHOWN = 50  # articles on a page
BESIDE = 25  # claims that one passage opens
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FILTERS = ("voice", "kind", "polarity")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: how it is written in the address, its label, and how many claims have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Marked:
    """An article's claims: where each stands, who speaks in it, of which kinds and polarity it is."""

    spans: tuple[Span, ...]
    values: Mapping[str, Mapping[str, frozenset[str]]]  # filter -> claim -> its values

    def chosen(self, filters: Mapping[str, str]) -> frozenset[str]:
        """The claims that have the value of every filter that is set."""
        claims = {span.key for span in self.spans}
        for name, value in filters.items():
            claims = {claim for claim in claims if value in self.values[name].get(claim, ())}
        return frozenset(claims)


@bp.get("/articles", strict_slashes=False)
@conditional
def index(record: Record) -> Response:
    """The articles, newest first."""
    number = page_number()
    rows = record.rows("documents", limit=SHOWN + 1, offset=(number - 1) * SHOWN)
    page = render_template("articles.html", rows=rows[:SHOWN], number=number, more=len(rows) > SHOWN)
    return Response(page, mimetype="text/html")


@bp.get("/articles/<slug>")
@conditional
def article(record: Record, slug: str) -> Response:
    """One article: `voice`, `kind` and `polarity` choose among its claims, `claim` and `passage` open some of them."""
    if not SLUG.fullmatch(slug):
        raise NotFound(f"no article is called {slug[:100]!r}")
    document = record.graph("document", slug=Text(slug))
    iri = next(iter(document.typed(AT + "Document")), None)
    if iri is None:
        raise NotFound(f"no article is called {slug}")
    marked = _marked(record, iri)
    filters = {name: value for name in FILTERS if (value := request.args.get(name))}
    chosen = marked.chosen(filters)
    opened, total = _opened(record, marked, chosen)
    if request.args.get("part") == "panel":
        return Response(render_template("panel.html", **_panel(opened, total, slug, filters)), mimetype="text/html")
    text = _text(slug, document.text(iri, AT + "sha256"))
    page = render_template(
        "article.html",
        document=document,
        iri=iri,
        labels=read_labels(record, document),
        paragraphs=_paragraphs(document, iri, text, [span for span in marked.spans if span.key in chosen]),
        choices=_choices(record, marked),
        chosen=chosen,
        claims=len(marked.chosen({})),
        denied=_denied(marked),
        **_panel(opened, total, slug, filters),
    )
    response = Response(page, mimetype="text/html")
    response.headers["Link"] = alternates(record.name(iri))
    return response


def _panel(opened: list[Claim], total: int, slug: str, filters: Mapping[str, str]) -> dict[str, object]:
    kept = urlencode(filters)
    lit = {claim.iri for claim in opened}
    return {"opened": opened, "total": total, "slug": slug, "filters": filters, "kept": kept, "lit": lit}


def _marked(record: Record, document: str) -> Marked:
    words = vocabulary(record)
    spans, polarity = [], {}
    for row in record.rows("document-claims", document=Iri(document)):
        claim = row["statement"].value
        spans.append(Span(int(row["start"].value), int(row["end"].value), claim))
        polarity[claim] = frozenset([row["polarity"].value.removeprefix(AT)])
    voices: dict[str, set[str]] = {}
    for row in record.rows("document-voices", document=Iri(document)):
        voices.setdefault(row["statement"].value, set()).add(record.name(row["voice"].value))
    kinds: dict[str, set[str]] = {}
    for row in record.rows("document-kinds", document=Iri(document)):
        family = (cls.removeprefix(AT) for cls in words.family(row["kind"].value))
        kinds.setdefault(row["statement"].value, set()).update(family)
    values = {"voice": _frozen(voices), "kind": _frozen(kinds), "polarity": polarity}
    return Marked(tuple(spans), values)


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in sets.items()}


def _choices(record: Record, marked: Marked) -> dict[str, list[Choice]]:
    """What each filter offers: voices by how much they say, kinds and polarities by their labels."""
    words = vocabulary(record)
    counts = {name: Counter(v for values in marked.values[name].values() for v in values) for name in FILTERS}
    labels = read_labels(record, Graph(), [record.iri(name) for name in counts["voice"]])
    voices = [Choice(n, labels.text(record.iri(n), LABEL) or n, count) for n, count in counts["voice"].most_common()]
    terms = {
        name: sorted((Choice(v, words.label(AT + v), count) for v, count in counts[name].items()), key=_by_label)
        for name in ("kind", "polarity")
    }
    return {"voice": voices, **terms}


def _by_label(choice: Choice) -> str:
    return choice.label


def _denied(marked: Marked) -> frozenset[str]:
    return frozenset(claim for claim, values in marked.values["polarity"].items() if "negated" in values)


def _opened(record: Record, marked: Marked, chosen: frozenset[str]) -> tuple[list[Claim], int]:
    """The claims to show beside the text, and how many there are."""
    if name := request.args.get("claim"):
        iri = record.iri(name)
        found = [iri] if any(span.key == iri for span in marked.spans) else []
        if not found:
            raise NotFound(f"this article holds no claim called {name[:100]!r}")
    elif passage := request.args.get("passage"):
        start, end = _offsets(passage)
        found = [claim for claim in covering(marked.spans, start, end) if claim in chosen]
    else:
        found = []
    return read_claims(record, found[:BESIDE]), len(found)


def _offsets(passage: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", passage, re.ASCII)
    if match is None or int(match[1]) >= int(match[2]):
        raise BadInput(f"expected a passage as START-END in code points, found {passage[:50]!r}")
    return int(match[1]), int(match[2])


def _text(slug: str, sha256: str) -> str | None:
    """The article's text, None where the corpus does not hold this revision of it."""
    settings: Settings = current_app.extensions["attest.settings"]
    if settings.articles is None:
        return None
    try:
        content = (settings.articles / slug / "article.txt").read_bytes()
    except OSError:
        return None
    return content.decode() if hashlib.sha256(content).hexdigest() == sha256 else None


def _paragraphs(document: Graph, iri: str, text: str | None, claims: list[Span]) -> list[Paragraph] | None:
    if text is None:
        return None
    furniture = list(_passages(document, iri, "furniture"))
    headline = next(_passages(document, iri, "headline"), None)
    return paragraphs(text, claims, furniture, headline)


def _passages(document: Graph, iri: str, name: str) -> Iterator[Span]:
    for passage in document.values(iri, AT + name):
        start, end = (int(document.text(passage.value, AT + edge)) for edge in ("startOffset", "endOffset"))
        yield Span(start, end, name)
