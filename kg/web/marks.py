"""An article's text cut where claims begin and end, so that overlapping ones stay apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_BETWEEN = re.compile(r"\s*(?:\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)\s*")  # at least one blank line


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in code points, 0-based and end-exclusive, of what `key` names (a claim, or a kind of text)."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text under the same claims throughout; `begins` tells those that begin here."""

    start: int
    end: int
    text: str
    claims: tuple[str, ...]
    begins: tuple[str, ...]
    furniture: bool

    @property
    def has_words(self) -> bool:
        """Whether there is anything in it to choose."""
        return any(character.isalnum() for character in self.text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text as published; `is_headline` where the headline stands."""

    start: int
    segments: tuple[Segment, ...]
    is_headline: bool


def paragraphs(
    text: str, claims: Sequence[Span], furniture: Sequence[Span] = (), headline: Span | None = None
) -> list[Paragraph]:
    """The text in paragraphs, each cut into segments; nothing but blank lines between paragraphs is left out."""
    cuts = sorted({offset for span in (*claims, *furniture) for offset in (span.start, span.end)})
    made = []
    for start, end in _paragraphs(text):
        edges = [start, *(cut for cut in cuts if start < cut < end), end]
        segments = [_segment(text, a, b, claims, furniture) for a, b in pairwise(edges)]
        made.append(Paragraph(start, tuple(segments), headline is not None and start <= headline.start < end))
    return made


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in (*_BETWEEN.finditer(text), None):
        end = match.start() if match else len(text)
        if text[start:end].strip():
            yield start, end
        start = match.end() if match else end


def covering(claims: Iterable[Span], start: int, end: int) -> list[str]:
    """The claims that share words with the span, those with the fewest words first."""
    found: dict[str, int] = {}
    for span in claims:
        if span.start < end and start < span.end:
            found[span.key] = min(found.get(span.key, span.end - span.start), span.end - span.start)
    return sorted(found, key=lambda key: (found[key], key))


def _segment(text: str, start: int, end: int, claims: Sequence[Span], furniture: Sequence[Span]) -> Segment:
    inside = [span for span in claims if span.start <= start and end <= span.end]
    return Segment(
        start,
        end,
        text[start:end],
        tuple(dict.fromkeys(span.key for span in inside)),
        tuple(dict.fromkeys(span.key for span in inside if span.start == start)),
        any(span.start <= start and end <= span.end for span in furniture),
    )
