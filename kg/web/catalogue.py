"""`/.well-known/void` and `/catalogue`: what data there is, how much of what, and how to get it."""

from flask import Blueprint, Response, render_template, request, url_for

from kg.errors import NotAcceptable
from kg.sparql.negotiate import GRAPHS, negotiate
from kg.web.record import Iri, Record, conditional

bp = Blueprint("catalogue", __name__)
HTML = "text/html"
EXTENSIONS = {media.extension: media for media in GRAPHS}


@bp.get("/.well-known/void")
@conditional
def void(record: Record) -> Response:
    """The record as a dataset (VoID, section 7.2: a well-known address)."""
    media = negotiate("construct", request.headers.get("Accept"), None)
    return _open(record.file("void", media, endpoint=_here("sparql.sparql"), document=_here("catalogue.void")))


@bp.get("/catalogue", strict_slashes=False)
@bp.get("/catalogue<any('.ttl','.nt','.nq','.trig','.rdf','.jsonld'):extension>")
@conditional
def catalogue(record: Record, extension: str = "") -> Response:
    """The catalogue of datasets and services (DCAT-AP 3), as a page or in the formats of RDF."""
    offers = [HTML, *(media.name for media in GRAPHS)]
    best = EXTENSIONS[extension[1:]].name if extension else request.accept_mimetypes.best_match(offers)
    if best is None:
        raise NotAcceptable(f"the catalogue can be written as {', '.join(offers)}")
    media = next((media for media in GRAPHS if media.name == best), None)
    if media is None:
        return _page(record)
    values = {"endpoint": "sparql.sparql", "description": "catalogue.void", "ontology": "ontology.whole"}
    return _open(record.file("catalogue", media, **{name: _here(view) for name, view in values.items()}))


def _page(record: Record) -> Response:
    page = render_template(
        "catalogue.html",
        graph=record.graph("nodes", s=Iri(record.iri("dataset.record"))),
        iri=record.iri("dataset.record"),
        classes=record.rows("void-classes"),
        graphs=record.rows("void-graphs"),
        prefixes=record.rows("prefixes"),
        endpoint=_here("sparql.sparql"),
        extensions=sorted(EXTENSIONS),
    )
    return Response(page, mimetype=HTML)


def _here(view: str) -> Iri:
    return Iri(url_for(view, _external=True))


def _open(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
