"""Where an article names its entities."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from kg.corpus.anchor import Span, Text, places
from kg.corpus.chains import check_id
from kg.corpus.notes import Notes, each, entries, words
from kg.corpus.tree import Node
from kg.model import Mention, Source

# Scripts that put no space between words (kana, Han, Thai, Lao, Burmese, Khmer): a form may touch other letters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form for an entity, its line, and where it stands as a whole word."""

    entity: str
    text: str
    line: int
    spans: tuple[Span, ...]


def mentions(node: Node | None, text: Text, notes: Notes) -> tuple[Mention, ...]:
    """Every form with the places where it names its entity: whole words outside furniture.

    Where forms overlap ("Ghaani" in "Esmail Ghaani") the place belongs to the longest one.
    """
    forms = tuple(_forms(node, text, notes))
    owners = _owners(forms)
    read = []
    for form in forms:
        spans = [span for span in form.spans if owners.get(span) is form]
        if spans:
            passages = tuple(text.passage(span) for span in spans)
            read.append(Mention(form.entity, form.text, passages, Source(notes.file, form.line)))
        elif form.spans:
            _report_idle(form, owners, notes)
    return tuple(read)


def _forms(node: Node | None, text: Text, notes: Notes) -> Iterator[_Form]:
    for key, value in entries(node, "", "mentions", notes):
        where = _where(key.text)
        check_id(key.text, key.line, where, "mentions", notes)
        for item in each(value):
            if (typed := words(item, where, "a form", notes)) is None:
                continue
            spans = tuple(span for span in places(text, typed) if _is_name(text, span))
            if not spans:
                message = f"the form {typed!r} is not in article.txt as a word of its own"
                notes.add(item.line, where, "mentions", message)
            yield _Form(key.text, typed, item.line, spans)


def _owners(forms: tuple[_Form, ...]) -> dict[Span, _Form]:
    """The form that wins each place: the longest, or the first of equals."""
    owners: dict[Span, _Form] = {}
    taken: list[Span] = []  # sorted, without overlaps
    claims = [(span, form) for form in forms for span in form.spans]
    for span, form in sorted(claims, key=lambda claim: claim[0][0] - claim[0][1]):
        after = bisect_left(taken, span)
        if any(span[0] < end and start < span[1] for start, end in taken[max(0, after - 1) : after + 1]):
            continue
        taken.insert(after, span)
        owners[span] = form
    return owners


def _report_idle(form: _Form, owners: dict[Span, _Form], notes: Notes) -> None:
    rivals = {owners[span].entity for span in form.spans if span in owners} - {form.entity}
    if rivals:
        message = f"the form {form.text!r} is given for {', '.join(sorted(rivals))} too: keep it for one of them"
        notes.add(form.line, _where(form.entity), "mentions", message)
        return
    message = f"the form {form.text!r} stands only inside longer forms: it adds nothing"
    notes.add(form.line, _where(form.entity), "mentions", message, "warning")


def _where(entity: str) -> str:
    return f"mentions of {entity}"


def _is_name(text: Text, span: Span) -> bool:
    start, end = span
    inside = _joined(text.raw, start) or _joined(text.raw, end)
    return not inside and not text.is_masked(span)


def _joined(text: str, place: int) -> bool:
    """Whether one word runs on across `place`."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return _is_letter(before) and _is_letter(after) and not (_UNSPACED.match(before) or _UNSPACED.match(after))


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"
