"""What anything is called, and where its page is, for answers to queries that others wrote."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app

from kg.settings import Settings
from kg.web.record import Iri, Record
from kg.web.terms import AT

MOST_LABELS = 500  # IRIs in one query


@dataclass(frozen=True, slots=True)
class Label:
    """What a thing is called, in which language (empty: none is told), and where its page is (empty: it has none)."""

    text: str
    language: str
    href: str


def labels(record: Record, iris: Iterable[str]) -> dict[str, Label]:
    """What each of these is called, the first `MOST_LABELS` of them; what has no label is left out. Raises KgError."""
    wanted = list(dict.fromkeys(iris))[:MOST_LABELS]
    found: dict[str, Label] = {}
    for row in record.charged("editor-labels", iri=[Iri(iri) for iri in wanted]) if wanted else ():
        iri, label = row["iri"].value, row["label"]
        known = found.get(iri)
        if known is None or (label.language == "en" != known.language and known.language):
            found[iri] = Label(label.value, label.language, page_of(iri))
    return found


def page_of(iri: str) -> str:
    """The address on this host of a thing of the record or a term of the ontology, empty for any other."""
    settings: Settings = current_app.extensions["attest.settings"]
    if iri.startswith(settings.base_iri):
        return f"/id/{iri.removeprefix(settings.base_iri)}"
    return f"/ontology#{iri.removeprefix(AT)}" if iri.startswith(AT) else ""
