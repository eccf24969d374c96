"""What is to be found in an article for its claims file: quotes and cues, and what to say when they are not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.corpus.anchor import Absent, Ambiguous, Found, Masked, NearUnclear, Outcome, Similar, Span, Text, find
from kg.corpus.notes import Notes, each, words
from kg.corpus.tree import Mapping, Node, Scalar
from kg.model import Passage

_AT = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_LISTED = 10  # places named in a message


@dataclass(frozen=True, slots=True)
class Target:
    """Words that must stand in the article: `key` names them in `owner`, whose `at` says where they stood.

    `texts` holds each of the words with its 1-based line; `kept` the former offsets, one for each or none at all.
    """

    where: str
    owner: Mapping
    key: str
    texts: tuple[tuple[str, int], ...]
    kept: tuple[Span, ...]
    near: str | None

    def outcomes(self, text: Text) -> tuple[Outcome, ...]:
        """Where each of the words stands."""
        kept: tuple[Span | None, ...] = self.kept or (None,) * len(self.texts)
        return tuple(find(text, sought, span, self.near) for (sought, _), span in zip(self.texts, kept, strict=True))


def target(owner: Mapping, key: str, where: str, notes: Notes) -> Target | None:
    """What `owner` says is to be found under `key`; None when it says nothing, or nothing usable."""
    before = notes.blocking
    texts = tuple((text, node.line) for node in each(owner.get(key)) if (text := words(node, where, key, notes)))
    near = words(owner.get("near"), where, "near", notes)
    kept = spans(owner.get("at"))
    if not texts or notes.blocking > before:
        return None
    return Target(where, owner, key, texts, kept if len(kept) == len(texts) else (), near)


def spans(at: Node | None) -> tuple[Span, ...]:
    """The offsets in an `at`; () when any of them is not `start-end`."""
    matches = [_AT.fullmatch(node.text) if isinstance(node, Scalar) else None for node in each(at)]
    if not all(matches):
        return ()
    return tuple((int(match[1]), int(match[2])) for match in matches if match)


def passages(sought: Target, text: Text, notes: Notes) -> tuple[Passage, ...]:
    """The passages of a target, in the order typed; what is not found is reported and left out.

    Words that are not where `at:` says are a violation: in their new place another voice may be speaking.
    """
    outcomes = sought.outcomes(text)
    report(sought, outcomes, notes)
    at = sought.owner.get("at")
    if at is not None and not spans(at):
        notes.add(at.line, sought.where, "at", "expected start-end in code points, or a list: run kg anchor")
    elif at is not None and any(isinstance(o, Found) and o.by != "kept" for o in outcomes):
        message = f"the words of {sought.key} are not where at: says: run kg anchor, and read them in their new place"
        notes.add(at.line, sought.where, "stale", message)
    return tuple(outcome.passage for outcome in outcomes if isinstance(outcome, Found))


def report(sought: Target, outcomes: tuple[Outcome, ...], notes: Notes) -> None:
    """Note each of the words that were not found, at the line where the curator typed them."""
    for (typed, line), outcome in zip(sought.texts, outcomes, strict=True):
        for rule, message in complaint(sought.key, typed, outcome):
            notes.add(line, sought.where, rule, message)


def complaint(what: str, typed: str, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """The rule and the sentence for words that were not found; nothing for words that were."""
    they = f"the words of {what}"
    match outcome:
        case Ambiguous(lines):
            places = f"{they} stand in several places of article.txt ({_listed(lines)})"
            yield "ambiguous", f"{places}: add near: with words close to the ones meant"
        case NearUnclear(near, ()):
            yield "near", f"the words of near: are not in article.txt: {near!r}"
        case NearUnclear(near, lines):
            yield (
                "near",
                f"the words of near: stand in several places themselves ({_listed(lines)}): {near!r}",
            )
        case Masked(lines):
            yield "masked", f"these words belong to the site, not to the article (furniture, {_listed(lines)})"
        case Similar(passage, line, _):
            yield (
                "similar",
                f"the words of {what} are not in article.txt; the closest are on its line {line}: {passage.exact!r}",
            )
        case Absent():
            yield "absent", f"{they} are not in article.txt: {typed[:80]!r}"


def _listed(lines: tuple[int, ...]) -> str:
    more = f" and {len(lines) - _LISTED} more" if len(lines) > _LISTED else ""
    return f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines[:_LISTED]))}{more}"
