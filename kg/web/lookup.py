"""What our own pages ask the store: queries in `lookups/`, their values bound as terms, their rows as dictionaries."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from kg.questions import bind, bind_all, find_question
from kg.settings import Settings
from kg.sparql.protocol import Query
from kg.web.asking import fetch

FOLDER = Path(__file__).resolve().parent / "lookups"
JSON = "application/sparql-results+json"
MOST_LABELS = 500  # IRIs in one query
NS = "https://w3id.org/attest/ontology#"  # as in kg.vocab, which loads the engine, as this process never does

Row = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Label:
    """What a thing is called, in which language (empty: none is told), and where its page is (empty: it has none)."""

    text: str
    language: str
    href: str


def rows(name: str, values: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of a lookup with these values; an empty value is none. Raises KgError."""
    return _rows(bind(find_question(FOLDER, name), values or {}))


def labels(iris: Iterable[str]) -> dict[str, Label]:
    """What each of these is called, the first `MOST_LABELS` of them; what has no label is left out."""
    wanted = list(dict.fromkeys(iris))[:MOST_LABELS]
    found: dict[str, Label] = {}
    if not wanted:
        return found
    for row in _rows(bind_all(find_question(FOLDER, "labels"), "iri", wanted)):
        iri, label = row["iri"]["value"], row["label"]
        told = Label(label["value"], label.get("xml:lang", ""), page_of(iri))
        known = found.get(iri)
        if known is None or (told.language == "en" != known.language and known.language):
            found[iri] = told
    return found


def page_of(iri: str) -> str:
    """The address on this host of a thing of the record or a term of the ontology, empty for any other."""
    settings: Settings = current_app.extensions["attest.settings"]
    if iri.startswith(settings.base_iri):
        return f"/id/{iri.removeprefix(settings.base_iri)}"
    return f"/ontology#{iri.removeprefix(NS)}" if iri.startswith(NS) else ""


def value(row: Row, name: str) -> str:
    """The text of a cell, empty where there is none."""
    return row[name]["value"] if name in row else ""


def _rows(text: str) -> list[Row]:
    found: list[Row] = json.loads(fetch(Query(text), JSON))["results"]["bindings"]
    return found
