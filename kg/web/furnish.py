"""What linked data and pages need of the application: their views, what they remember, and what templates call."""

import hashlib
import json

from flask import Flask
from markupsafe import Markup

from kg import resources
from kg.settings import Settings
from kg.web import (
    articles,
    catalogue,
    compare,
    filters,
    findings,
    generations,
    ids,
    ontology,
    pages,
    search,
    statements,
    timemaps,
    vocabulary,
)
from kg.web.files import FOLDER, Files
from kg.web.indexes import Indexes
from kg.web.moments import furnish_moments
from kg.web.remembered import Remembered
from kg.web.terms import AT, ONTOLOGY
from kg.web.times import day

CONTEXT = 32  # characters beside a passage that the record keeps, where there are so many
_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def furnish(app: Flask) -> None:
    """Add linked data and pages to an application that has its service and settings."""
    settings: Settings = app.extensions["attest.settings"]
    app.extensions["attest.made_with"] = _made_with()
    for name, make in (
        (vocabulary.NAME, vocabulary.read_vocabulary),
        (ids.PAST, ids.read_past),
        (filters.CHOICES, filters.find_choices),
        (ontology.NAME, ontology.read_kept),
    ):
        remembered: Remembered[object] = Remembered(make)
        app.extensions[name] = remembered
        app.extensions["attest.service"].follow(remembered.forget)
    indexes = app.extensions[search.NAME] = Indexes(settings.data, settings.base_iri)
    app.extensions["attest.service"].follow(indexes.forget)
    furnish_moments(app)
    for part in (
        articles,
        catalogue,
        compare,
        findings,
        generations,
        ids,
        ontology,
        pages,
        search,
        statements,
        timemaps,
    ):
        app.register_blueprint(part.bp)
    app.jinja_env.filters["address"] = lambda iri: address(settings.base_iri, iri)
    app.jinja_env.filters["local"] = lambda iri: iri.removeprefix(settings.base_iri)
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["before"] = before
    app.jinja_env.filters["after"] = after
    app.jinja_env.filters["json_ld"] = json_ld
    files = Files(FOLDER, app.extensions["attest.made_with"])
    app.add_url_rule("/static/<path:filename>", "static", files.answer)
    app.jinja_env.globals["asset"] = files.address
    app.jinja_env.globals["at"] = AT


def address(base: str, iri: str) -> str:
    """Where an IRI is shown: our page of it on this host, the ontology's entry, or the IRI itself."""
    if iri.startswith(base):
        return f"/page/{iri[len(base) :]}"
    if iri.startswith(ONTOLOGY):
        return f"/ontology{iri[len(ONTOLOGY) :]}"
    return iri if iri.startswith(("http://", "https://")) else ""


def before(text: str) -> str:
    """Words before a passage, from a whole word on: the selector cuts them after so many characters."""
    return f"… {text.partition(' ')[2]}" if len(text) >= CONTEXT and " " in text.strip() else text


def after(text: str) -> str:
    """Words after a passage, up to a whole word."""
    return f"{text.rpartition(' ')[0]} …" if len(text) >= CONTEXT and " " in text.strip() else text


def json_ld(content: object) -> Markup:
    """JSON that may stand in a script element (HTML, section 4.12.1.3), where nothing of it can end the element."""
    return Markup(json.dumps(content, ensure_ascii=False).translate(_SCRIPT))  # noqa: S704 - translated above


def _made_with() -> str:
    """A digest of everything that pages are made with, so that an upgrade changes their ETags and addresses."""
    files = sorted(path for path in (resources.PACKAGE / "web").rglob("*") if path.suffix in _MADE)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return digest.hexdigest()[:12]


_MADE = {".py", ".html", ".rq", ".css", ".js"}
