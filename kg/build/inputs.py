"""What a build reads, by digest: an article is mapped anew only when it, or what all are judged by, has changed."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph

from kg import resources
from kg.build.digests import Digests
from kg.corpus.folders import CLAIMS, ENTITIES, PERSPECTIVES, TEXT, articles_in
from kg.settings import Settings
from kg.store.generations import Generations
from kg.store.journal import ERASURE, RESTORE, WRITE, Journal
from kg.store.journal import FILE as JOURNAL

NOTE = "inputs.json"
_NOTED = {"generation", "common", "articles", "perspectives"}
_CODE = ("corpus", "graph", "validate", "reason", "findings", "build")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The digest of what concerns every article, that of each article, by slug, and that of the perspectives.

    `code` is that of our own code, which `common` covers too.
    """

    common: str
    articles: dict[str, str]
    perspectives: str
    code: str


def read_inputs(settings: Settings, digests: Digests | None = None) -> Inputs:
    """Digest the ontology, the shapes, the rules of findings, the entities, our own code, and each article.

    `digests` are those of an earlier time, and are brought up to date. Raises OSError for a file that cannot be read.
    """
    made = digests or Digests()
    files = [*sorted(settings.ontology.glob("*.ttl")), *sorted(settings.shapes.glob("*.ttl"))]
    files += sorted(settings.findings.glob("*.rq"))
    folders: tuple[Path, ...] = ()
    policies = ""
    if settings.articles:
        files.append(settings.articles / ENTITIES)
        folders = articles_in(settings.articles)
        # Policies name articles, which must be there.
        policies = made.of("perspectives", [settings.articles / PERSPECTIVES], *(folder.name for folder in folders))
    code = made.of("code", _code())
    common = made.of("common", files, settings.base_iri, pyoxigraph.__version__, code)
    articles = {f.name: made.of(f"article {f.name}", (f / TEXT, f / CLAIMS)) for f in folders}
    return Inputs(common, articles, policies, code)


def _code() -> Iterator[Path]:
    """Our own code, so far as what is built depends on it."""
    for folder in _CODE:
        yield from sorted(p for p in (resources.PACKAGE / folder).rglob("*") if p.suffix in (".py", ".rq"))
    yield from sorted(resources.PACKAGE.glob("*.py"))


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
    held = frozenset(slugs)
    articles = {slug: digest for slug, digest in inputs.articles.items() if slug in held}
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
