"""The ontology's modules with the line of every triple, so that an axiom can be pointed at."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Unreadable
from kg.model import Source


@dataclass(frozen=True)
class Modules:
    """The triples of some Turtle files, each with the place where it ends, and the prefixes that the files use."""

    places: Mapping[ox.Triple, Source]
    prefixes: Mapping[str, str]

    @cached_property
    def declared(self) -> Mapping[object, Source]:
        """Where the first triple about each subject stands."""
        found: dict[object, Source] = {}
        for triple, source in self.places.items():
            found.setdefault(triple.subject, source)
        return found

    def __or__(self, other: "Modules") -> "Modules":
        return Modules({**self.places, **other.places}, {**other.prefixes, **self.prefixes})


def read_modules(folder: Path) -> Modules:
    """Read every `*.ttl` directly in a folder, line by line; raises Unreadable with line and column."""
    places: dict[ox.Triple, Source] = {}
    prefixes: dict[str, str] = {}
    for path in sorted(folder.glob("*.ttl")):
        _read(path, f"{folder.name}/{path.name}", places, prefixes)
    return Modules(places, prefixes)


def _read(path: Path, name: str, places: dict[ox.Triple, Source], prefixes: dict[str, str]) -> None:
    lines, blanks = _Lines(path.read_bytes()), dict[object, ox.BlankNode]()

    def stable(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> object:
        if isinstance(term, ox.BlankNode):  # a name that is the same in every run
            return blanks.setdefault(term, ox.BlankNode(f"{path.stem}-{len(blanks)}"))
        return term

    try:
        parser = ox.parse(lines, ox.RdfFormat.TURTLE)  # type: ignore[arg-type]  # it only calls read()
        for quad in parser:
            triple = ox.Triple(stable(quad.subject), quad.predicate, stable(quad.object))  # type: ignore[arg-type]
            places.setdefault(triple, Source(name, lines.given))
        for prefix, namespace in parser.prefixes.items():
            prefixes.setdefault(prefix, namespace)
    except SyntaxError as error:
        raise Unreadable(f"expected Turtle: {error.msg}", name, error.lineno, error.offset) from error


class _Lines(io.RawIOBase):
    """Gives out one line at a time, so that whatever the parser has just read ended in the line given last."""

    def __init__(self, data: bytes) -> None:
        self._lines = data.splitlines(keepends=True)
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, _size: int = -1) -> bytes:
        if self.given == len(self._lines):
            return b""
        self.given += 1
        return self._lines[self.given - 1]
