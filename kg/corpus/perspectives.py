"""The file of perspectives: each a named policy for accepting statements."""

from dataclasses import dataclass
from pathlib import Path

from kg.corpus.chains import check_id
from kg.corpus.claims import shared_entries
from kg.corpus.notes import Notes, entries, missing, values, words
from kg.corpus.text import shown
from kg.corpus.tree import Mapping, Node, Scalar
from kg.model import Perspective
from kg.report import Problem

LONGEST = 60  # characters of a name, which is also that of a folder
_WORDS = ("title", "description")


@dataclass(frozen=True, slots=True)
class PerspectivesReading:
    """What the file holds; `language` (BCP 47) is that of titles and descriptions, `und` if not known."""

    perspectives: tuple[Perspective, ...]
    language: str
    problems: tuple[Problem, ...]


def read_perspectives(path: Path) -> PerspectivesReading:
    """Read the file of perspectives; every problem is reported, and a perspective with one is left out."""
    notes = Notes(shown(path.absolute(), path.absolute().parent))
    top, tag = shared_entries(path, "perspectives", notes)
    given = entries(top.get("perspectives"), "", "perspectives", notes)
    read = [_perspective(key, value, notes) for key, value in given]
    return PerspectivesReading(tuple(one for one in read if one), tag, tuple(notes.problems))


def _perspective(key: Scalar, node: Node, notes: Notes) -> Perspective | None:
    where, before = f"perspective {key.text}", notes.blocking
    check_id(key.text, key.line, where, "the perspective's name", notes)
    if len(key.text) > LONGEST:
        notes.add(key.line, where, "id", f"the perspective's name: expected at most {LONGEST} characters")
    typed = {name.text: value for name, value in entries(node, where, "a perspective", notes)}
    if not isinstance(node, Mapping):
        return None
    if missing(node, "title"):
        notes.add(key.line, where, "missing-key", "a perspective must have a title: its policy in a few words")
    title, description = (words(typed.get(name), where, name, notes) for name in _WORDS)
    rest = {name: values(value, where, name, notes) for name, value in typed.items() if name not in _WORDS}
    if notes.blocking > before or not title:
        return None
    lines = {name.text: name.line for name, _ in node.entries}
    return Perspective(key.text, title, description, notes.source(key), rest, lines)
