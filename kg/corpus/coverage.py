"""How much of an article's text its claims account for, and what they leave out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.model import Article, Passage

_SUBSTANCE = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the text that no claim accounts for: 0-based code point offset, 1-based line, its words."""

    start: int
    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Code points of substance (letters, digits, marks; no spaces, punctuation or furniture), and those covered."""

    total: int
    covered: int
    gaps: tuple[Gap, ...]

    @property
    def share(self) -> float:
        """The covered part, from 0 to 1; 1 for a text without substance."""
        return self.covered / self.total if self.total else 1.0


def coverage(article: Article) -> Coverage:
    """What lies in a statement's passage, a cue, the headline or the dateline; mere mentions of names do not count."""
    text = article.document.text
    counts = [bool(_SUBSTANCE.match(character)) for character in text]
    for passage in article.document.furniture:
        counts[passage.start : passage.end] = [False] * (passage.end - passage.start)
    open_ = counts.copy()
    for passage in _accounted(article):
        open_[passage.start : passage.end] = [False] * (passage.end - passage.start)
    total = sum(counts)
    return Coverage(total, total - sum(open_), tuple(_gaps(text, open_, counts)))


def _accounted(article: Article) -> Iterator[Passage]:
    yield from (p for p in (article.document.headline, article.document.dateline) if p)
    for statement in article.statements:
        yield from statement.passages
        yield from (link.cue for link in statement.chain if link.cue)


def _gaps(text: str, open_: list[bool], counts: list[bool]) -> Iterator[Gap]:
    """Runs of open code points on one line; only what is covered, or furniture, ends a run."""
    start = end = None
    for place, character in enumerate(text):
        if open_[place]:
            start, end = (place if start is None else start), place + 1
        elif start is not None and end is not None and (counts[place] or character == "\n"):
            yield Gap(start, text.count("\n", 0, start) + 1, text[start:end])
            start = end = None
    if start is not None and end is not None:
        yield Gap(start, text.count("\n", 0, start) + 1, text[start:end])
