"""Finding words in a text: offsets still true, then exact, then folded, then similar words for review."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from kg.corpus.fold import fold
from kg.corpus.text import Lines
from kg.model import Passage

CONTEXT = 32  # code points of prefix and suffix
SIMILAR = 0.7  # SequenceMatcher's ratio from which words are worth showing
COMPARED = 600  # code points of the sought words that are compared
SEARCHED = 200_000  # code points of the text in which similar words are sought
GRAM = 3  # code points

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """An article's text with its folded twin (same offsets) and its lines.

    Words at the spans in `masked` are the site's (furniture), not the article's.
    """

    raw: str
    folded: str
    lines: Lines
    masked: tuple[Span, ...] = ()

    @classmethod
    def of(cls, raw: str) -> "Text":
        """Fold a text, nothing of it masked."""
        return cls(raw, fold(raw), Lines.of(raw))

    def passage(self, span: Span) -> Passage:
        """The passage at `span`, with its context."""
        start, end = span
        before, after = self.raw[max(0, start - CONTEXT) : start], self.raw[end : end + CONTEXT]
        return Passage(start, end, self.raw[start:end], before, after)

    def is_masked(self, span: Span) -> bool:
        """Whether the span touches furniture."""
        return any(span[0] < end and start < span[1] for start, end in self.masked)

    def holds(self, words: str, span: Span) -> bool:
        """Whether exactly these words, folded, stand at `span`."""
        return 0 <= span[0] < span[1] <= len(self.raw) and self.folded[span[0] : span[1]] == fold(words)


@dataclass(frozen=True, slots=True)
class Found:
    """The words stand here; `by` says how that is known."""

    passage: Passage
    by: Literal["kept", "exact", "folded"]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The words stand in several places and nothing decides; `lines` are 1-based, one for each place."""

    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NearUnclear:
    """The words meant to decide stand in no place (`lines` is empty) or in several."""

    near: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """The words stand in furniture only; `lines` are 1-based."""

    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """The words are nowhere; these are the closest ones (`ratio` from 0 to 1), for a person to judge."""

    passage: Passage
    line: int
    ratio: float


@dataclass(frozen=True, slots=True)
class Absent:
    """Neither the words nor similar ones are in the text."""


Outcome = Found | Ambiguous | NearUnclear | Masked | Similar | Absent


def find(text: Text, words: str, kept: Span | None = None, near: str | None = None) -> Outcome:
    """Find where `words` stand.

    Offsets in `kept` are trusted while the words are still there, unless `near` points elsewhere. Of several
    places, exact and folded alike, the one closest to `near` is taken; `near` must itself stand in one place only.
    Nothing is guessed.
    """
    if kept and near is None and text.holds(words, kept) and not text.is_masked(kept):
        return Found(text.passage(kept), "kept")
    found = places(text, words)
    if not found:
        return _similar(text, words)
    open_places = [place for place in found if not text.is_masked(place)]
    if not open_places:
        return Masked(_lines(text, found))
    chosen = _choose(text, open_places, near)
    if not isinstance(chosen, tuple):
        return chosen
    by: Literal["exact", "folded"] = "exact" if text.raw[chosen[0] : chosen[1]] == words else "folded"
    return Found(text.passage(chosen), "kept" if chosen == kept else by)


def places(text: Text, words: str) -> list[Span]:
    """Every place where the words stand, exactly or folded, in order; furniture is not left out."""
    return list(_occurrences(text.folded, fold(words)))


def _occurrences(text: str, words: str) -> Iterator[Span]:
    start = text.find(words) if words else -1
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)


def _choose(text: Text, spans: list[Span], near: str | None) -> Span | Ambiguous | NearUnclear:
    if near is None:
        return spans[0] if len(spans) == 1 else Ambiguous(_lines(text, spans))
    landmarks = places(text, near)
    if len(landmarks) != 1:
        return NearUnclear(near, _lines(text, landmarks))
    gaps = [_gap(span, landmarks[0]) for span in spans]
    closest = [span for span, gap in zip(spans, gaps, strict=True) if gap == min(gaps)]
    return closest[0] if len(closest) == 1 else Ambiguous(_lines(text, closest))


def _gap(one: Span, other: Span) -> int:
    return max(0, one[0] - other[1], other[0] - one[1])


def _lines(text: Text, spans: list[Span]) -> tuple[int, ...]:
    return tuple(text.lines.at(start) for start, _ in spans)


def _similar(text: Text, words: str) -> Similar | Absent:
    sought = fold(words)[:COMPARED]
    if not sought or len(text.folded) > SEARCHED:
        return Absent()
    start = _likeliest_window(text.folded, sought)
    slack = len(sought) // 4 + 1
    low, high = max(0, start - slack), min(len(text.folded), start + len(sought) + slack)
    low, high = _trim(text.folded, sought, low, high)
    ratio = SequenceMatcher(None, text.folded[low:high], sought, autojunk=False).ratio()
    if ratio < SIMILAR:
        return Absent()
    return Similar(text.passage((low, high)), text.lines.at(low), ratio)


def _likeliest_window(text: str, sought: str) -> int:
    """Where the window of the length of `sought` begins that shares most of its letter triples."""
    wanted = Counter(_grams(sought))
    width = max(1, len(sought) - GRAM + 1)
    grams = _grams(text)
    shared, best, start = 0, -1, 0
    for i, gram in enumerate(grams):
        wanted[gram] -= 1
        shared += wanted[gram] >= 0
        if i >= width:
            leaving = grams[i - width]
            shared -= wanted[leaving] >= 0
            wanted[leaving] += 1
        if shared > best:
            best, start = shared, max(0, i - width + 1)
    return start


def _grams(text: str) -> list[str]:
    return [text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1))]


def _trim(text: str, sought: str, low: int, high: int) -> Span:
    """Cut a window down to the words that match, from the first matching one to the last."""
    blocks = SequenceMatcher(None, text[low:high], sought, autojunk=False).get_matching_blocks()
    solid = [block for block in blocks if block.size >= min(GRAM, len(sought))]
    if not solid:
        return low, high
    start, end = low + solid[0].a, low + solid[-1].a + solid[-1].size
    head, tail = re.search(r"\w*$", text[low:start]), re.match(r"\w*", text[end:high])
    return start - len(head[0] if head else ""), end + len(tail[0] if tail else "")
