"""`/id`, `/data`: names of the record as linked data, on whatever host this runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, redirect, request

from kg.errors import Gone, NotAcceptable, NotFound
from kg.settings import Settings
from kg.sparql.negotiate import GRAPHS, MediaType, negotiate
from kg.store.generations import Generations
from kg.store.past import names_before
from kg.web import quads
from kg.web.moments import EXPOSED
from kg.web.record import Bound, Iri, Record, conditional
from kg.web.remembered import Remembered
from kg.web.terms import AT

bp = Blueprint("ids", __name__)
NAME = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
HTML = "text/html"
PAST = "attest.past"
EXTENSIONS = {media.extension: media for media in GRAPHS}
ABOUT = 100  # statements about a thing in one document


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that the record names: its name, the IRIs of its classes, and whether it is a graph."""

    name: str
    types: frozenset[str]
    is_graph: bool

    def is_a(self, *classes: str) -> bool:
        """Whether it has one of these classes of ours (local names)."""
        return any(AT + cls in self.types for cls in classes)


class Replaced(Exception):
    """The name has moved to `name`, or to an IRI that is not ours."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


@bp.get("/id/<name>")
@conditional
def identifier(record: Record, name: str) -> Response:
    """See other: the page or the data about a thing (Cool URIs for the Semantic Web, section 4.2)."""
    try:
        find_thing(record, name)
    except Replaced as moved:
        return _open(redirect(moved_to(record, moved, "/id/"), 301))
    best = request.accept_mimetypes.best_match([HTML, *(media.name for media in GRAPHS)]) or _unacceptable()
    media = next((media for media in GRAPHS if media.name == best), None)
    where = f"/data/{name}.{media.extension}" if media else f"/page/{name}"
    response = _open(redirect(where, 303))
    response.headers["Link"] = f'</data/{name}>; rel="describedby"'
    return response


@bp.get("/data/<name>")
@conditional
def data(record: Record, name: str) -> Response:
    """The concise description of a thing and the statements about it, by extension or `Accept`."""
    stem, extension = split_extension(name)
    try:
        thing = find_thing(record, stem)
    except Replaced as moved:
        return _open(redirect(moved_to(record, moved, "/data/"), 301))
    media = EXTENSIONS[extension] if extension else negotiate("construct", request.headers.get("Accept"), None)
    number, last = page_number(), 1
    iri = Iri(record.iri(stem))
    if not thing.is_graph:
        last = max(1, -(-int(record.rows("statements-about", thing=iri)[0]["total"].value) // ABOUT))
    if number > last:
        raise NotFound(f"there are {last} pages of statements about {stem}, and no page {number}")
    response = _written(record, thing, media, number)
    response.headers["Link"] = ", ".join(_links(record, stem, media, number, last))
    return _open(response)


def _written(record: Record, thing: Thing, media: MediaType, number: int) -> Response:
    """The data of a thing; where the format has graphs, each triple in those where it lies."""
    iri = Iri(record.iri(thing.name))
    page: dict[str, Bound] = {"thing": iri, "limit": ABOUT, "offset": (number - 1) * ABOUT}
    if media.name not in quads.FORMATS:
        return record.file("graph", media, graph=iri) if thing.is_graph else record.file("description", media, **page)
    if thing.is_graph:
        chunks = quads.write_graph(iri, record.lines("graph", graph=iri), media)
    else:
        chunks = iter([b"".join(quads.write_rows(record.charged("description", quads=1, **page), media))])
    return Response(chunks, content_type=media.header)


def _links(record: Record, name: str, media: MediaType, number: int, last: int) -> Iterator[str]:
    yield f'<{record.iri(name)}>; rel="describes"'
    yield f'</page/{name}>; rel="alternate"; type="{HTML}"'
    for other in GRAPHS:
        if other is not media:
            yield f'</data/{name}.{other.extension}>; rel="alternate"; type="{other.name}"'
    for relation, page in (("prev", number - 1), ("next", number + 1)):
        if 1 <= page <= last and page != number:
            yield f'</data/{name}.{media.extension}?page={page}>; rel="{relation}"'


def alternates(name: str) -> str:
    """The value of a Link header of the page about a thing."""
    data = [f'</data/{name}.{media.extension}>; rel="alternate"; type="{media.name}"' for media in GRAPHS]
    return ", ".join([f'</data/{name}>; rel="describedby"', *data])


def find_thing(record: Record, name: str) -> Thing:
    """What the record knows of a name; raises NotFound, Gone (an earlier generation had it), Replaced."""
    if not NAME.fullmatch(name) or len(name) > 200:
        raise NotFound(f"nothing is called {name[:100]!r}: a name is of lower-case letters, digits, hyphens and dots")
    rows = record.rows("thing", thing=Iri(record.iri(name)))
    if not rows:
        raise _missing(record, name)
    if moved := next((row["replacement"].value for row in rows if "replacement" in row), None):
        raise Replaced(moved)
    types = frozenset(row["type"].value for row in rows if "type" in row)
    return Thing(name, types, any("graph" in row for row in rows))


def _missing(record: Record, name: str) -> NotFound:
    past: Remembered[dict[str, int]] = current_app.extensions[PAST]
    known = past.of(record).get(name)
    if known is None:
        return NotFound(f"nothing in the record is called {name}")
    return Gone(f"{name} was in the record up to generation {known}, and is no longer")


def read_past(record: Record) -> dict[str, int]:
    """The names of kept earlier generations, each with the newest that had it."""
    settings: Settings = current_app.extensions["attest.settings"]
    assert record.generation is not None, "whether the record knows a name is asked first"
    return names_before(Generations(settings.data), record.generation, record.base)


def moved_to(record: Record, moved: Replaced, prefix: str) -> str:
    """The address of what replaces a name: ours under `prefix`, or another IRI as it is."""
    name = record.name(moved.target)
    return f"{prefix}{name}" if name else moved.target


def split_extension(name: str) -> tuple[str, str]:
    """`x.ttl` as `x` and `ttl`; a name may itself hold dots."""
    stem, _, extension = name.rpartition(".")
    return (stem, extension) if stem and extension in EXTENSIONS else (name, "")


def page_number() -> int:
    """`?page=` of the request, from 1; raises NotFound for anything else."""
    given = request.args.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,5}", given, re.ASCII):
        raise NotFound(f"expected the number of a page, found {given[:20]!r}")
    return int(given)


def _unacceptable() -> str:
    names = ", ".join([HTML, *(media.name for media in GRAPHS)])
    raise NotAcceptable(f"a thing is described as {names}")


def _open(response: object) -> Response:
    assert isinstance(response, Response)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response
