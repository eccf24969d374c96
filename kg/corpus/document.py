"""The document that a claims file describes: title, publisher, date, language, headline and dateline."""

import re
from collections.abc import Mapping as Map

from kg.corpus.anchor import Text, find, places
from kg.corpus.chains import identifier
from kg.corpus.dates import is_day
from kg.corpus.notes import Notes, demand, words
from kg.corpus.targets import complaint
from kg.corpus.tree import Mapping, Node
from kg.model import Document, Passage

KEYS = ("title", "publisher", "published", "language", "dateline", "url", "furniture", "sha256")
_NEEDED = ("title", "publisher", "published", "language")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def document(slug: str, text: Text, sha256: str, node: Mapping, about: Map[str, Node], notes: Notes) -> Document | None:
    """The document that `article:` (`node`, read into `about`) describes; None when a needed value is wrong."""
    demand(node, "article", _NEEDED, notes)
    title, dateline, url = (words(about.get(name), "", name, notes) for name in ("title", "dateline", "url"))
    publisher = identifier(about.get("publisher"), "", "publisher", notes)
    published, tag = _published(about.get("published"), notes), language(about.get("language"), notes)
    words(about.get("sha256"), "", "sha256", notes)
    headline = _first(title, about.get("title"), "headline", text, notes)
    opening = _first(dateline, about.get("dateline"), "dateline", text, notes)
    if not (title and publisher and published and tag):
        return None
    masked = tuple(text.passage(span) for span in text.masked)
    source = notes.source(node)
    return Document(slug, title, publisher, published, tag, sha256, text.raw, source, headline, opening, masked, url)


def _first(typed: str | None, node: Node | None, what: str, text: Text, notes: Notes) -> Passage | None:
    """The first place of the title or dateline outside furniture."""
    if typed is None or node is None:
        return None
    spans = [span for span in places(text, typed) if not text.is_masked(span)]
    if spans:
        return text.passage(spans[0])
    for _, message in complaint(what, typed, find(text, typed)):
        notes.add(node.line, "", what, message)
    return None


def _published(node: Node | None, notes: Notes) -> str | None:
    text = words(node, "", "published", notes)
    if node is None or text is None or is_day(text):
        return text
    message = f"published: expected a day like 2020-06-08, or 2020-06-08T21:30, found {text!r}"
    notes.add(node.line, "", "date", message)
    return None


def language(node: Node | None, notes: Notes) -> str | None:
    """A BCP 47 tag by its form; reports and returns None for what cannot be one."""
    text = words(node, "", "language", notes)
    if node is None or text is None or _LANGUAGE.fullmatch(text):
        return text
    notes.add(node.line, "", "language", f"language: expected a tag like en, fa or ar-IQ, found {text!r}")
    return None
