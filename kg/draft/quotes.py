"""Quotations of an article, each with the words that seem to say who speaks: a first draft by plain rules.

The rules find the nearest speech verb or "according to" outside the quotation marks, in the same sentence or in the
one that leads up to it. They know English; in other languages the quotations are found without a voice.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.model import Passage

Span = tuple[int, int]

_VERBS = (
    r"said|says|saying|told|tells|reported|reports|added|adds|adding|wrote|writes|writing|stated|states|stating|"
    r"announced|announces|claimed|claims|declared|declares|explained|explains|argued|argues|insisted|insists|"
    r"warned|warns|stressed|stresses|emphasi[sz]ed|noted|notes|remarked|commented|highlights|highlighted|concludes|"
    r"concluded|continued|read|reads|describes|described|describing|called|calls|asked|asks|replied|responded|"
    r"tweeted|posted|acknowledged|admitted|denied|asserted|alleged|confirmed|indicated|justified|appreciated|"
    r"characteri[sz]ed|aired a report|published a report|sheds light"
)
_CUE = re.compile(rf"\b(?:{_VERBS})\b(?: in part| as)?|\b[Aa]ccording to\b")
_WORD = r"[A-Z][\w’'\-]*"
_NAME = re.compile(rf"{_WORD}(?:(?: (?:of|for|the|al|bin|de|van|von))* {_WORD})*")
_NOT_NAMES = re.compile(
    r"(?:The|A|An|In|On|At|He|She|They|It|We|I|This|That|But|And|However|Also|Meanwhile|Then|As|When|While|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b ?"
)
_PRONOUN = re.compile(r"(?:[Hh]e|[Ss]he|[Tt]hey)\b")
_NOUN = re.compile(
    r"\b(?:the|a|an|one|some|many)\s+(?:\w+\s+){0,2}?(\w+)(?:\s+(?:is|was|has|had)\s.*)?\s*$", re.IGNORECASE
)
_NOUN_AFTER = re.compile(r"\s(?:the|a|an)\s+(\w+)")
_BREAK = re.compile(r"\n[^\S\n]*\r?\n")
_SENTENCE = re.compile(r"(?<=[.!?”\"])\s+(?=[A-Z“\"])")
_CLAUSE = re.compile(r"[,;:—–(]\s*")
_LED_BY = 1000  # code points before a quotation in which its cue is sought
_SCARE = 3  # words: shorter ones without a cue are a manner of speaking, not speech
_MARKS = {"“": "”", '"': '"', "„": "“”", "«": "»"}


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """One quotation: the span between its marks, whether it closes, and who seems to speak.

    Spans are in code points of the text; `voice` is a name or noun as written, `cue` the words that say so.
    """

    span: Span
    quote: str
    closed: bool
    voice: str | None = None
    cue: Span | None = None
    cue_words: str | None = None


@dataclass(frozen=True, slots=True)
class _Cue:
    span: Span
    voice: str | None


def draft_quotes(text: str, language: str, furniture: Iterable[Passage] = ()) -> tuple[DraftStatement, ...]:
    """Every quotation outside furniture, in the order of the text; `language` is a BCP 47 tag."""
    english = language.partition("-")[0].lower() == "en"
    drafts: list[DraftStatement] = []
    before = (0, 0)
    for paragraph in _paragraphs(text, furniture):
        quotations = list(_quotations(text, paragraph))
        gaps = _gaps(paragraph, [outer for outer, _, _ in quotations])
        for place, (_, inner, closed) in enumerate(quotations):
            cue = _cue(text, gaps[place + 1], gaps[place], before) if english else None
            draft = _draft(text, inner, closed, cue, drafts[-1].voice if drafts and place else None)
            if draft.quote and (cue or not english or len(draft.quote.split()) > _SCARE):
                drafts.append(draft)
        before = paragraph
    return tuple(drafts)


def _draft(raw: str, span: Span, closed: bool, cue: _Cue | None, last: str | None) -> DraftStatement:
    """The draft of one quotation; `last` is the voice of the one before it in the paragraph, for "he added"."""
    quote = raw[span[0] : span[1]]
    if cue is None:
        return DraftStatement(span, quote, closed)
    words = raw[cue.span[0] : cue.span[1]]
    voice = last if _PRONOUN.match(words) else cue.voice
    return DraftStatement(span, quote, closed, voice, cue.span, words)


def _paragraphs(text: str, furniture: Iterable[Passage]) -> Iterator[Span]:
    """What lies between blank lines and furniture."""
    masked = [(passage.start, passage.end) for passage in furniture]
    breaks = sorted([match.span() for match in _BREAK.finditer(text)] + masked)
    start = 0
    for stop, end in [*breaks, (len(text), len(text))]:
        if text[start:stop].strip():
            yield start, stop
        start = max(start, end)


def _quotations(raw: str, paragraph: Span) -> Iterator[tuple[Span, Span, bool]]:
    """The quotations of a paragraph: the span with marks, the span between them, and whether it closes."""
    place, stop = paragraph
    while place < stop:
        mark = raw[place]
        opens = mark in _MARKS and (mark != '"' or place == paragraph[0] or not raw[place - 1].isalnum())
        if not opens:
            place += 1
            continue
        end = next((i for i in range(place + 1, stop) if raw[i] in _MARKS[mark]), None)
        inner = _stripped(raw, place + 1, stop if end is None else end)
        yield (place, stop if end is None else end + 1), inner, end is not None
        place = stop if end is None else end + 1


def _stripped(raw: str, start: int, end: int) -> Span:
    words = raw[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))


def _gaps(paragraph: Span, quotations: list[Span]) -> list[Span]:
    """What lies before, between and after the quotations of a paragraph."""
    edges = [paragraph[0], *(edge for span in quotations for edge in span), paragraph[1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _cue(raw: str, after: Span, before: Span, previous: Span) -> _Cue | None:
    """The cue nearest to a quotation: in the sentence that it ends in, that leads to it, or in the last paragraph."""
    return (
        _cue_in(raw, _first_sentence(raw, after), nearest=0)
        or _cue_in(raw, _last_sentence(raw, before), nearest=-1)
        or (_cue_in(raw, _last_sentence(raw, previous), nearest=-1) if not raw[slice(*before)].strip() else None)
    )


def _first_sentence(raw: str, span: Span) -> Span:
    """What follows a quotation up to the end of the sentence; nothing when a new sentence begins at once."""
    start, end = span
    if re.match(r"\s*(?:$|[A-Z][a-z]+ )", raw[start:end]) and re.search(
        r"[.!?][”\"]?$", raw[max(0, start - 2) : start]
    ):
        return start, start
    match = re.search(r"[.!?](?=\s|$)", raw[start:end])
    return start, start + match.end() if match else end


def _last_sentence(raw: str, span: Span) -> Span:
    """The sentence that a span ends in, or with."""
    start, end = _stripped(raw, max(span[0], span[1] - _LED_BY), span[1])
    begins = [match.end() for match in _SENTENCE.finditer(raw, start, end)]
    return (begins[-1] if begins else start), max(start, end)


def _cue_in(raw: str, span: Span, nearest: int) -> _Cue | None:
    cues = list(_CUE.finditer(raw, *span))
    if not cues:
        return None
    start, end = cues[nearest].span()
    after = _NAME.match(raw, end + 1, span[1]) or _NOUN_AFTER.match(raw, end, span[1])
    if cues[nearest][0].lower() == "according to":
        return _Cue((start, after.end()), after[after.lastindex or 0]) if after else None
    clauses = [match.end() for match in _CLAUSE.finditer(raw, span[0], start)]
    begin = min(start, _stripped(raw, clauses[-1] if clauses else span[0], start)[0])
    if voice := _subject(raw[begin:start]):
        return _Cue((begin, end), voice)
    if after and begin == start:
        return _Cue((start, after.end()), after[after.lastindex or 0])
    return _Cue((begin, end), _first_name(raw[span[0] : start]))


def _subject(words: str) -> str | None:
    """Who a clause is about: the last name in it, else its noun."""
    names = _names(words)
    noun = _NOUN.search(words)
    return names[-1] if names else noun[1] if noun else None


def _first_name(words: str) -> str | None:
    """Whom a sentence begins with, when an aside stands between its subject and its verb."""
    return next(iter(_names(words)), None)


def _names(words: str) -> list[str]:
    names = (_NOT_NAMES.sub("", match[0], count=1) for match in _NAME.finditer(words))
    return [name for name in names if name]
