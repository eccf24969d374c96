"""Opening a curator's files; what keeps a file from being read is a problem like any other, at its line."""

from dataclasses import dataclass
from pathlib import Path

from kg.corpus.folders import TEXT
from kg.corpus.notes import Notes
from kg.corpus.text import read_text, shown
from kg.corpus.tree import MAX_YAML, Mapping, parse
from kg.errors import Unreadable


@dataclass(frozen=True, slots=True)
class Yaml:
    """One of a curator's files: its text, and what YAML makes of it."""

    text: str
    tree: Mapping


def open_yaml(path: Path, notes: Notes) -> Yaml | None:
    """Read a claims or entities file; None when it cannot be read."""
    try:
        text, _ = read_text(path, notes.file, MAX_YAML)
    except Unreadable as error:
        _report(error, notes)
        return None
    node, refusals = parse(text)
    for refusal in refusals:
        notes.add(refusal.line, "", refusal.rule, refusal.message)
    if node is not None and not isinstance(node, Mapping):
        notes.add(node.line, "", "kind", "expected `key: value` pairs, beginning with format: 1")
    return Yaml(text, node) if isinstance(node, Mapping) else None


def open_text(folder: Path, notes: Notes) -> tuple[str, str] | None:
    """The article's text and the sha256 of its bytes; None when it cannot be read."""
    name = shown(folder / TEXT, folder.parent)
    try:
        return read_text(folder / TEXT, name)
    except Unreadable as error:
        of_text = Notes(name)
        _report(error, of_text)
        notes.problems += of_text.problems
        return None


def _report(error: Unreadable, notes: Notes) -> None:
    message = str(error).partition(": ")[2]
    column = f" (byte {error.column} of the line)" if error.column else ""
    notes.add(error.line or 1, "", "unreadable", message + column)
