"""Chains of voices: outermost voice first, with the words that name each, and a name for those used often."""

from collections.abc import Mapping as Map
from dataclasses import dataclass

from kg import iri
from kg.corpus.anchor import Text
from kg.corpus.notes import Notes, each, entries, found, values, words
from kg.corpus.targets import passages, target
from kg.corpus.tree import Mapping, Node, Scalar, Sequence
from kg.errors import did_you_mean
from kg.model import Link

_LINK = ("voice", "cue", "near", "at")

Named = Map[str, tuple[Link, ...] | None]  # None: a chain that was reported as unreadable


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading a statement needs to know of its article.

    `publisher` is None when it is not known.
    """

    text: Text
    publisher: str | None
    notes: Notes


def named_chains(node: Node | None, entities: frozenset[str], desk: Desk) -> Named:
    """The article's named chains; a chain may begin with one named above it."""
    chains: dict[str, tuple[Link, ...] | None] = {}
    for key, value in entries(node, "", "chains", desk.notes):
        where = f"chain {key.text}"
        if key.text in entities or key.text == desk.publisher:
            message = f"{key.text} is an entity's id already: give the chain another name"
            desk.notes.add(key.line, where, "chain", message)
        chains[key.text] = chain(value, where, chains, desk)
    return chains


def chain(node: Node, where: str, named: Named, desk: Desk) -> tuple[Link, ...] | None:
    """The links of a chain, outermost first; None when any of them is wrong, or the chain that it begins with."""
    before = desk.notes.blocking
    if _is_unread(node, named):
        return None
    if isinstance(node, Sequence) and not node.items:
        desk.notes.add(node.line, where, "chain", "a chain needs at least one voice: the publisher")
    links: list[Link] = []
    for place, item in enumerate(each(node)):
        links += _begin(item, where, named, desk) if place == 0 else _link(item, where, named, desk)
    if links and desk.notes.blocking == before:
        _check_publisher(links[0], where, named, desk)
    return tuple(links) if desk.notes.blocking == before else None


def _is_unread(node: Node, named: Named) -> bool:
    """Whether it begins with a named chain that was reported: one problem is enough."""
    first = next(iter(each(node)), None)
    return isinstance(first, Scalar) and named.get(first.text.strip(), ()) is None


def _begin(node: Node, where: str, named: Named, desk: Desk) -> tuple[Link, ...]:
    if not isinstance(node, Scalar) or node.text.strip() not in named:
        return _link(node, where, {}, desk)
    return named[node.text.strip()] or ()


def _check_publisher(first: Link, where: str, named: Named, desk: Desk) -> None:
    if desk.publisher is not None and first.voice != desk.publisher:
        hint = did_you_mean(first.voice, named)
        message = f"a chain begins with the publisher: expected {desk.publisher}, found {first.voice}{hint}"
        desk.notes.add(first.source.line, where, "publisher", message)


def _link(node: Node, where: str, named: Named, desk: Desk) -> tuple[Link, ...]:
    if isinstance(node, Mapping):
        return _full_link(node, where, desk)
    if not isinstance(node, Scalar):
        message = f"expected a voice's id or {{voice: …, cue: …}}, found {found(node)}"
        desk.notes.add(node.line, where, "chain", message)
        return ()
    if node.text.strip() in named:
        message = f"{node.text} is a named chain: it can only stand at the beginning"
        desk.notes.add(node.line, where, "chain", message)
    voice = identifier(node, where, "voice", desk.notes)
    return (Link(voice, desk.notes.source(node)),) if voice else ()


def _full_link(node: Mapping, where: str, desk: Desk) -> tuple[Link, ...]:
    typed = dict(_unique(node, where, desk.notes))
    if "voice" not in typed:
        if node.has("voice"):
            return ()
        desk.notes.add(node.line, where, "chain", "a link of a chain must name its voice")
        return ()
    voice = identifier(typed["voice"], where, "voice", desk.notes)
    sought = target(node, "cue", where, desk.notes) if "cue" in typed else None
    cues = passages(sought, desk.text, desk.notes) if sought else ()
    if len(cues) > 1:
        desk.notes.add(typed["cue"].line, where, "chain", "a link has one cue: expected text, found a list")
    fields = {key: values(v, where, key, desk.notes) for key, v in typed.items() if key not in _LINK}
    if voice is None:
        return ()
    return (Link(voice, desk.notes.source(typed["voice"]), cues[0] if cues else None, fields),)


def _unique(node: Mapping, where: str, notes: Notes) -> dict[str, Node]:
    return {key.text: value for key, value in entries(node, where, "a link of a chain", notes)}


def identifier(node: Node | None, where: str, what: str, notes: Notes) -> str | None:
    """An id as typed; reports and returns None for what cannot be one."""
    text = words(node, where, what, notes)
    if text is None or node is None:
        return None
    return text if check_id(text, node.line, where, what, notes) else None


def check_id(text: str, line: int, where: str, what: str, notes: Notes) -> bool:
    """Whether a text can be an id; reports one that cannot."""
    good = bool(iri.ID.fullmatch(text)) and not iri.MINTED.fullmatch(text)
    if not good:
        message = f"{what}: expected an id of lower-case letters, digits and inner hyphens, found {text!r}"
        notes.add(line, where, "id", message)
    return good
