"""Which media type an answer is written in: from the form of the query, `Accept` and `?format=`."""

from dataclasses import dataclass
from typing import Literal

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from kg.errors import BadInput, NotAcceptable

Form = Literal["select", "ask", "construct", "describe"]
MOST_RANGES = 100


@dataclass(frozen=True, slots=True)
class MediaType:
    """One way to write an answer.

    `name` is the media type; `header` the value of Content-Type; `syntax` the engine's name of the format;
    `extension` of a file that holds it.
    """

    name: str
    syntax: str
    extension: str
    charset: str = ""

    @property
    def header(self) -> str:
        """The value of the Content-Type header."""
        return f"{self.name}; charset={self.charset}" if self.charset else self.name


RESULTS = (
    MediaType("application/sparql-results+json", "JSON", "srj"),
    MediaType("application/json", "JSON", "json"),
    MediaType("application/sparql-results+xml", "XML", "srx"),
    MediaType("text/csv", "CSV", "csv", "utf-8"),
    MediaType("text/tab-separated-values", "TSV", "tsv", "utf-8"),
)
GRAPHS = (
    MediaType("text/turtle", "TURTLE", "ttl", "utf-8"),
    MediaType("application/n-triples", "N_TRIPLES", "nt"),
    MediaType("application/n-quads", "N_QUADS", "nq"),
    MediaType("application/trig", "TRIG", "trig"),
    MediaType("application/rdf+xml", "RDF_XML", "rdf"),
    MediaType("application/ld+json", "JSON_LD", "jsonld"),
)
SHORT = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "turtle": "text/turtle",
    "nt": "application/n-triples",
    "ntriples": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "rdf": "application/rdf+xml",
    "rdfxml": "application/rdf+xml",
    "rdf+xml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "json-ld": "application/ld+json",
    "n3": "text/turtle",
}
GRAPHS_SHORT = {"json": "application/ld+json", "xml": "application/rdf+xml"}  # what clients call both kinds


def negotiate(form: Form, accept: str | None, named: str | None) -> MediaType:
    """Choose how to write the answer; `named` (a short name or a media type) wins over `Accept`.

    The most specific range decides an offer's quality (RFC 9110 section 12.5.1); equal qualities go to the more
    specific range, then to our order. Ranges that cannot be read are ignored, and so are those beyond the first
    100. Raises BadInput for an unknown format, NotAcceptable with what is offered.
    """
    offers = RESULTS if form in ("select", "ask") else GRAPHS
    if named is not None:
        return _named(named, form, offers)
    ranges = _ranges(accept or "")
    if not ranges:
        return offers[0]
    # max() keeps the first of equals, so our order decides last.
    best = max(offers, key=lambda offer: _quality(offer.name, ranges))
    if _quality(best.name, ranges)[0] <= 0:
        raise _not_acceptable(form, offers, f"Accept: {(accept or '')[:200]}")
    return best


def _named(named: str, form: Form, offers: tuple[MediaType, ...]) -> MediaType:
    short = named.lower().replace(" ", "+")  # a plus sign that the client did not escape
    name = (GRAPHS_SHORT if offers is GRAPHS else SHORT).get(short) or SHORT.get(short, short)
    for offer in offers:
        if offer.name == name:
            return offer
    if any(offer.name == name for offer in RESULTS + GRAPHS):
        raise _not_acceptable(form, offers, f"format {named[:100]!r}")
    raise BadInput(f"expected a format among {', '.join(SHORT)}, or a media type, found {named[:100]!r}")


def _not_acceptable(form: Form, offers: tuple[MediaType, ...], asked: str) -> NotAcceptable:
    names = ", ".join(offer.name for offer in offers)
    return NotAcceptable(f"the answer to {form.upper()} can be written as {names}; asked for was {asked}")


def _ranges(accept: str) -> dict[str, float]:
    header = ",".join(accept.split(",", MOST_RANGES)[:MOST_RANGES])
    ranges: dict[str, float] = {}
    for value, quality in parse_accept_header(header, MIMEAccept):
        name = value.partition(";")[0].strip().lower()
        ranges[name] = max(quality, ranges.get(name, 0.0))
    return {name: quality for name, quality in ranges.items() if all(name.partition("/"))}


def _quality(offer: str, ranges: dict[str, float]) -> tuple[float, int]:
    family = offer.partition("/")[0]
    for specificity, name in ((2, offer), (1, f"{family}/*"), (0, "*/*")):
        if name in ranges:
            return ranges[name], specificity
    return 0.0, 0
