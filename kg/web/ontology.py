"""`/ontology`: the ontology, its modules and versions, as a page with every term, and in the formats of RDF."""

from collections import defaultdict
from dataclasses import dataclass, field

from flask import Blueprint, Response, current_app, render_template, request

from kg.errors import NotAcceptable, NotFound
from kg.settings import Settings
from kg.sparql.negotiate import GRAPHS, MediaType
from kg.web.record import Iri, Record, conditional
from kg.web.remembered import Remembered
from kg.web.terms import AT, DCTERMS, LABEL, ONTOLOGY, RDF_TYPE, RDFS, SKOS, Graph, Term
from kg.web.vocabulary import Vocabulary, vocabulary

NAME = "attest.ontology"
bp = Blueprint("ontology", __name__)
HTML, TURTLE = "text/html", "text/turtle"
OWL = "http://www.w3.org/2002/07/owl#"
FILES = {media.extension: media for media in GRAPHS}
FILES["owl"] = FILES["rdf"]  # what OWL tools look for
KINDS = (
    ("Classes", (OWL + "Class",)),
    ("Object properties", (OWL + "ObjectProperty",)),
    ("Datatype properties", (OWL + "DatatypeProperty",)),
    ("Annotation properties", (OWL + "AnnotationProperty",)),
)
SHOWN = (  # what a term's entry tells, in order
    (RDFS + "subClassOf", "is a kind of"),
    (RDFS + "subPropertyOf", "is a kind of"),
    (RDFS + "domain", "said of"),
    (RDFS + "range", "takes"),
    (AT + "expects", "usually takes"),
    (AT + "default", "default"),
    (SKOS + "broader", "broader"),
    (AT + "projectsPredicate", "read as"),
    (AT + "writtenBy", "written by"),
    (DCTERMS + "isReplacedBy", "replaced by"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A term: its IRI, anchor, label, definition, notes, examples, and what else is said of it."""

    iri: str
    name: str
    label: str
    definition: str
    notes: tuple[str, ...]
    examples: tuple[str, ...]
    facts: tuple[tuple[str, tuple[Term, ...]], ...]
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its IRI, name in the address, header, and terms in groups."""

    iri: str
    name: str
    title: str
    description: str
    groups: tuple[tuple[str, tuple[Entry, ...]], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a generation: the modules' headers, and pages by the name of the module (empty: the whole)."""

    headers: Graph
    pages: dict[str, str] = field(default_factory=dict)


@bp.get("/ontology", strict_slashes=False)
@bp.get("/ontology<any('.ttl','.nt','.nq','.trig','.rdf','.owl','.jsonld'):extension>")
@conditional
def whole(record: Record, extension: str = "") -> Response:
    """The whole ontology as one document."""
    media = _media(extension.removeprefix("."))
    if media is None:
        return _page(record, "")
    return _linked(record.file("ontology", media, root=Iri(ONTOLOGY)))


@bp.get("/ontology/<path:name>")
@conditional
def part(record: Record, name: str) -> Response:
    """A module, or a version of a module or of the whole."""
    stem, _, extension = name.rpartition(".")
    stem, extension = (stem, extension) if stem and extension in FILES else (name, "")
    if stem.startswith("alignments/"):
        return _alignment(record, stem.removeprefix("alignments/"), extension)
    module = _module_of(record, stem)
    media = _media(extension)
    if media is None:
        return _page(record, module.removeprefix(ONTOLOGY).lstrip("/"))
    if module == ONTOLOGY:
        return _linked(record.file("ontology", media, root=Iri(ONTOLOGY)))
    return _linked(record.file("ontology-module", media, module=Iri(module)))


def _module_of(record: Record, name: str) -> str:
    """The IRI of the module that `name` or its version stands for; raises NotFound."""
    headers = _kept(record).headers
    wanted = f"{ONTOLOGY}/{name}"
    if wanted in headers.nodes:
        return wanted
    versions = {headers.text(module, OWL + "versionIRI"): module for module in headers.nodes}
    if wanted in versions:
        return versions[wanted]
    here = max((v for v, module in versions.items() if wanted.startswith(f"{module}/")), key=len, default="")
    told = f"; the version here is {here}" if here else ""
    raise NotFound(f"there is no module or version {name[:100]} of the ontology{told}")


def _media(extension: str) -> MediaType | None:
    """How to write it, None for a page; raises NotAcceptable."""
    if extension:
        return FILES[extension]
    offers = [HTML, *(media.name for media in GRAPHS)]
    best = request.accept_mimetypes.best_match(offers)
    if best is None:
        raise NotAcceptable(f"the ontology can be written as {', '.join(offers)}")
    return next((media for media in GRAPHS if media.name == best), None)


def _alignment(record: Record, name: str, extension: str) -> Response:
    """An alignment is a file of its own, which the record does not load: Turtle, as it was written."""
    settings: Settings = current_app.extensions["attest.settings"]
    known = {path.stem: path for path in (settings.ontology / "alignments").glob("*.ttl")}
    if name not in known:
        raise NotFound(f"there is no alignment {name[:100]!r}; there are {', '.join(sorted(known))}")
    if extension not in ("", "ttl"):
        raise NotAcceptable(f"alignments are written as {TURTLE}")
    record.current()
    return _linked(Response(known[name].read_bytes(), content_type=f"{TURTLE}; charset=utf-8"))


def _page(record: Record, only: str) -> Response:
    kept = _kept(record)
    if only not in kept.pages:
        kept.pages[only] = _made(record, kept.headers, only)
    return _linked(Response(kept.pages[only], mimetype=HTML))


def _kept(record: Record) -> Kept:
    kept: Remembered[Kept] = current_app.extensions[NAME]
    return kept.of(record)


def read_kept(record: Record) -> Kept:
    """Ask the record for the headers; the pages are made when they are asked for."""
    return Kept(record.graph("ontology-headers"))


def _made(record: Record, headers: Graph, only: str) -> str:
    words = vocabulary(record)
    terms = record.graph("ontology-terms")
    settings: Settings = current_app.extensions["attest.settings"]
    modules = _modules(headers, terms, words)
    return render_template(
        "ontology.html",
        root=headers.nodes.get(ONTOLOGY, {}),
        headers=headers,
        ontology=ONTOLOGY,
        modules=[module for module in modules if only in ("", module.name)],
        only=only,
        words=words,
        files=sorted(FILES),
        alignments=sorted(path.stem for path in (settings.ontology / "alignments").glob("*.ttl")),
    )


def _modules(headers: Graph, terms: Graph, words: Vocabulary) -> list[Module]:
    by_module: dict[str, list[str]] = defaultdict(list)
    for term in sorted(terms.nodes, key=lambda iri: words.label(iri).casefold()):
        by_module[terms.text(term, RDFS + "isDefinedBy")].append(term)
    return [_module(iri, headers, found, terms, words) for iri, found in sorted(by_module.items())]


def _module(iri: str, headers: Graph, found: list[str], terms: Graph, words: Vocabulary) -> Module:
    left = dict.fromkeys(found)
    groups = []
    for title, kinds in KINDS:
        taken = [t for t in left if any(Term(kind) in terms.values(t, RDF_TYPE) for kind in kinds)]
        groups.append((title, taken))
        left = {term: None for term in left if term not in taken}
    schemes = sorted({words.kinds_of(terms, term) for term in left}, key=words.label)
    groups += [(f"Concepts: {words.label(s)}", [t for t in left if words.kinds_of(terms, t) == s]) for s in schemes]
    made = tuple((title, tuple(_entry(t, terms, words) for t in taken)) for title, taken in groups if taken)
    title, description = (headers.text(iri, DCTERMS + name) for name in ("title", "description"))
    return Module(iri, iri.removeprefix(ONTOLOGY).lstrip("/"), title, description, made)


def _entry(term: str, terms: Graph, words: Vocabulary) -> Entry:
    facts = [
        (label, tuple(v for v in terms.values(term, predicate) if v.kind != "bnode")) for predicate, label in SHOWN
    ]
    return Entry(
        iri=term,
        name=term.removeprefix(AT),
        label=terms.text(term, LABEL) or words.label(term),
        definition=terms.text(term, SKOS + "definition"),
        notes=tuple(v.value for v in terms.values(term, SKOS + "scopeNote")),
        examples=tuple(v.value for v in terms.values(term, SKOS + "example")),
        facts=tuple((label, values) for label, values in facts if values),
        deprecated=terms.text(term, OWL + "deprecated") == "true",
    )


def _linked(response: Response) -> Response:
    base = request.path.rsplit(".", 1)[0] if request.path.rpartition(".")[2] in FILES else request.path
    files = [f'<{base.rstrip("/")}.{name}>; rel="alternate"; type="{media.name}"' for name, media in FILES.items()]
    response.headers["Link"] = ", ".join(files)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
