"""What a build reads, by digest: an article is mapped anew only when it, or what all are judged by, has changed."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph

from kg import resources
from kg.corpus.claims import articles_in
from kg.corpus.perspectives import FILE as PERSPECTIVES
from kg.settings import Settings
from kg.store.generations import Generations
from kg.store.journal import ERASURE, RESTORE, WRITE, Journal
from kg.store.journal import FILE as JOURNAL

NOTE = "inputs.json"
_NOTED = {"generation", "common", "articles", "perspectives"}
_CODE = ("corpus", "graph", "validate", "reason", "findings", "build")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The digest of what concerns every article, that of each article, by slug, and that of the perspectives."""

    common: str
    articles: dict[str, str]
    perspectives: str


def read_inputs(settings: Settings) -> Inputs:
    """Digest the ontology, the shapes, the rules of findings, the entities, our own code, and each article's folder."""
    files = [*sorted(settings.ontology.glob("*.ttl")), *sorted(settings.shapes.glob("*.ttl"))]
    files += sorted(settings.findings.glob("*.rq"))
    code = (path for folder in _CODE for path in (resources.PACKAGE / folder).rglob("*"))
    files += sorted(path for path in code if path.suffix in (".py", ".rq"))
    files += sorted(resources.PACKAGE.glob("*.py"))
    folders: tuple[Path, ...] = ()
    policies = ""
    if settings.articles:
        files += [path for path in [settings.articles / "entities.yaml"] if path.is_file()]
        folders = articles_in(settings.articles)
        # Policies name articles, which must be there.
        policies = digest_of([settings.articles / PERSPECTIVES], *(folder.name for folder in folders))
    common = digest_of(files, settings.base_iri, pyoxigraph.__version__)
    return Inputs(common, {folder.name: digest_of(sorted(folder.iterdir())) for folder in folders}, policies)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the current generation holds as it is now: articles by their slugs, and whether it holds the rest.

    `common` is what concerns every article: the ontology, the shapes, the rules, the register of entities.
    """

    articles: frozenset[str] = frozenset()
    common: bool = False
    perspectives: bool = False


def what_is_fresh(settings: Settings, inputs: Inputs) -> Fresh:
    """What need not be looked at again; nothing where something has changed that concerns every article."""
    note = _read_note(settings)
    if note is None or note["common"] != inputs.common or not is_as_built(settings, note["generation"]):
        return Fresh()
    articles = (slug for slug, digest in inputs.articles.items() if note["articles"].get(slug) == digest)
    return Fresh(frozenset(articles), True, note["perspectives"] == inputs.perspectives)


def is_stale(settings: Settings, inputs: Inputs | None = None) -> bool:
    """True when a build would have something to do; raises nothing but OSError for files that cannot be read."""
    inputs = inputs or read_inputs(settings)
    note = _read_note(settings)
    if note is None:
        return True
    built = (note["common"], note["articles"], note["perspectives"])
    same = built == (inputs.common, inputs.articles, inputs.perspectives)
    return not same or not is_as_built(settings, note["generation"])


def is_as_built(settings: Settings, number: object) -> bool:
    """Whether that generation is current, or was since only written to by clients, rid of erased texts, or restored.

    Neither changes what else the build made.
    """
    current = Generations(settings.data).current()
    entries = {entry.generation: entry for entry in Journal(settings.data / JOURNAL).read().entries}
    at = current.number if current else None
    while at is not None and at != number:
        entry = entries.get(at)
        at = entry.parent if entry and entry.what.startswith((WRITE, ERASURE, RESTORE)) else None
    return at is not None and at == number


def note_built(settings: Settings, inputs: Inputs, slugs: Iterable[str], perspectives: bool) -> None:
    """Remember what the current generation was built from; losing the note costs a rebuild, nothing else.

    `slugs` are the articles that it holds; `perspectives` says whether it holds these.
    """
    current = Generations(settings.data).current()
    if current is None:
        return
    articles = {slug: digest for slug, digest in inputs.articles.items() if slug in set(slugs)}
    note = {"generation": current.number, "common": inputs.common, "articles": articles}
    note["perspectives"] = inputs.perspectives if perspectives else ""
    draft = settings.data / f"{NOTE}.{os.getpid()}"
    draft.write_text(json.dumps(note, indent=1, sort_keys=True), "utf-8")
    draft.replace(settings.data / NOTE)


def _read_note(settings: Settings) -> dict[str, Any] | None:
    """What was noted, None when there is no note or none that can be used."""
    try:
        note = json.loads((settings.data / NOTE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return note if isinstance(note, dict) and note.keys() >= _NOTED else None


def digest_of(paths: Iterable[Path], *more: str) -> str:
    """The sha256 of some words, and of the names, sizes and bytes of those of the paths that are files."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in paths:
        if path.is_file():
            digest.update(f"\0{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
