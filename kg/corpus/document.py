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
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")  # no language of 4 to 8 letters was ever registered

_URL = re.compile(
    r"https?://[^\s/?#<>\"{}|\\^`\x00-\x1f]+[^\s<>\"{}|\\^`\x00-\x1f]*", re.IGNORECASE
)  # RFC 3987, less its odd ones


def document(slug: str, text: Text, sha256: str, node: Mapping, about: Map[str, Node], notes: Notes) -> Document | None:
    """The document that `article:` (`node`, read into `about`) describes; None when a needed value is wrong."""
    demand(node, "article", _NEEDED, notes)
    url = _url(about.get("url"), notes)
    title = words(about.get("title"), "", "title", Notes(notes.file))  # its place is checked, and reported, below
    publisher = identifier(about.get("publisher"), "", "publisher", notes)
    published, tag = _published(about.get("published"), notes), language(about.get("language"), notes)
    words(about.get("sha256"), "", "sha256", notes)
    headline, dateline = check_places(node, text, notes)
    if not (title and publisher and published and tag):
        return None
    masked = tuple(text.passage(span) for span in text.masked)
    lines = {name.text: name.line for name, _ in node.entries}
    return Document(
        slug,
        title,
        publisher,
        published,
        tag,
        sha256,
        text.raw,
        notes.source(node),
        lines,
        headline,
        dateline,
        masked,
        url,
    )


def check_places(node: Mapping, text: Text, notes: Notes) -> tuple[Passage | None, Passage | None]:
    """Where the title and the dateline first stand outside furniture; reports one that does not."""
    headline, dateline = node.get("title"), node.get("dateline")
    return _first(headline, "title", text, notes), _first(dateline, "dateline", text, notes)


def _first(node: Node | None, what: str, text: Text, notes: Notes) -> Passage | None:
    if (typed := words(node, "", what, notes)) is None or node is None:
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


def _url(node: Node | None, notes: Notes) -> str | None:
    text = words(node, "", "url", notes)
    if node is None or text is None or _URL.fullmatch(text):
        return text
    message = f"url: expected a web address without spaces, https://… or http://…, found {text!r}"
    notes.add(node.line, "", "url", message)
    return None


def is_language(text: str) -> bool:
    """Whether the text has the form of a BCP 47 tag for a language (RFC 5646, 2.1)."""
    return bool(_LANGUAGE.fullmatch(text))


def language(node: Node | None, notes: Notes) -> str | None:
    """A BCP 47 tag by its form; reports and returns None for what cannot be one."""
    text = words(node, "", "language", notes)
    if node is None or text is None or is_language(text):
        return text
    notes.add(node.line, "", "language", f"language: expected a tag like en, fa or ar-IQ, found {text!r}")
    return None
