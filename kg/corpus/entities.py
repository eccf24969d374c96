"""Entities: their ids, classes and labels, and whatever else the ontology lets a curator say of them."""

from kg.corpus.chains import check_id
from kg.corpus.notes import Notes, entries, missing, values, words
from kg.corpus.tree import Mapping, Node, Scalar
from kg.model import Entity


def entities(node: Node | None, notes: Notes) -> tuple[tuple[Entity, ...], frozenset[str]]:
    """The entities that could be read whole, in the order of the file; the others are reported, and their ids given."""
    read = [(key.text, _entity(key, value, notes)) for key, value in entries(node, "", "entities", notes)]
    return tuple(entity for _, entity in read if entity), frozenset(name for name, entity in read if not entity)


def _entity(key: Scalar, node: Node, notes: Notes) -> Entity | None:
    where, before = f"entity {key.text}", notes.blocking
    check_id(key.text, key.line, where, "the entity's name", notes)
    typed = {name.text: value for name, value in entries(node, where, "an entity", notes)}
    if not isinstance(node, Mapping):
        return None
    for name, means in (("is", "its class"), ("label", "what to call it")):
        if missing(node, name):
            notes.add(key.line, where, "missing-key", f"an entity must have {name}: {means}")
    kind, label = (words(typed.get(name), where, name, notes) for name in ("is", "label"))
    rest = {name: values(value, where, name, notes) for name, value in typed.items() if name not in ("is", "label")}
    if notes.blocking > before or not (kind and label):
        return None
    lines = {name.text: name.line for name, _ in node.entries}
    return Entity(key.text, kind, label, notes.source(key), rest, lines)
