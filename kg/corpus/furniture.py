"""Words of the site that stand in an article's text: masked, never deleted."""

from dataclasses import replace

from kg.corpus.anchor import Span, Text, places
from kg.corpus.notes import Notes, each, words
from kg.corpus.tree import Node


def masked_text(raw: str, node: Node | None, notes: Notes) -> Text:
    """The text of an article with every place of the words in `furniture:` masked."""
    text = Text.of(raw)
    spans: set[Span] = set()
    for item in each(node):
        if (typed := words(item, "", "furniture", notes)) is None:
            continue
        found = places(text, typed)
        if not found:
            notes.add(item.line, "", "furniture", f"these words are not in article.txt: {typed!r}")
        spans.update(found)
    return replace(text, masked=tuple(sorted(spans)))
