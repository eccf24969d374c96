"""What differs between two generations, told from their sorted N-Quads without opening a store.

Where both files are the same they are compared in large pieces, so the cost follows the change.
"""

import mmap
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from kg.store.generations import Generation
from kg.store.nquads import order

Sign = Literal["+", "-"]
_PIECE = 64 * 1024  # bytes compared at once
_NAME = re.compile(r'(<[^<>"\s]*>|_:[^<>"\s]+) ')
_REVISION = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.[0-9a-f]{12}")
_PATIENCE = 16  # lines in a row that are the same before pieces are compared


class Line(NamedTuple):
    """A quad that was added (`+`) or removed (`-`), as its line of N-Quads without the end of line."""

    sign: Sign
    text: str

    @property
    def graph(self) -> str:
        """The IRI of its graph, empty for the unnamed one; a blank node's label as it is."""
        rest = self.text.split(" ", 2)[2]
        if _NAME.match(rest) and rest.count(" ") == 1:  # the object, and the full stop
            return ""
        name = rest.rsplit(" ", 2)[-2]
        return name.strip("<>") if _NAME.fullmatch(f"{name} ") else ""


def changed_lines(old: Generation | None, new: Generation) -> Iterator[Line]:
    """The lines that were removed from, or added to, the old generation (None: an empty one), in the files' order.

    Raises OSError when a file cannot be read.
    """
    plain = not any(generation and generation.dump.changes.exists() for generation in (old, new))
    if old is not None and not plain:
        yield from _shared(old, new) if old.data.samefile(new.data) else _unshared(old, new)
        return
    with ExitStack() as stack:
        before = _Lines(b"" if old is None else _mapped(old.data, stack))
        after = _Lines(_mapped(new.data, stack))
        same = _PATIENCE
        while before.line or after.line:
            if before.line == after.line:
                same += 1
                before.advance()
                after.advance()
                if same >= _PATIENCE:
                    before.skip_same(after)
                continue
            same = 0
            sign, side = _next(before, after)
            yield Line(sign, side.line.decode().rstrip("\n"))
            side.advance()


def sides(lines: Iterable[Line]) -> tuple[list[bytes], list[bytes]]:
    """The lines that were added, and those that were removed, each as its file has it."""
    found: dict[Sign, list[bytes]] = {"+": [], "-": []}
    for line in lines:
        found[line.sign].append(f"{line.text}\n".encode())
    return found["+"], found["-"]


def _shared(old: Generation, new: Generation) -> Iterator[Line]:
    """The same where both are changes of one `data.nq`, which is not read."""
    (plus, minus), (more, less) = (tuple(map(set, generation.dump.edits())) for generation in (old, new))
    based = minus | less
    for line in sorted(plus | more | based, key=order):
        was, is_now = (
            line in adds or (line in based and line not in lost) for adds, lost in ((plus, minus), (more, less))
        )
        if was != is_now:
            yield Line("+" if is_now else "-", line.decode().rstrip("\n"))


def _unshared(old: Generation, new: Generation) -> Iterator[Line]:
    """The same where one of two `data.nq` has changes beside it."""
    before, after = old.dump.lines(), new.dump.lines()
    mine, theirs = next(before, b""), next(after, b"")
    while mine or theirs:
        if mine == theirs:
            mine, theirs = next(before, b""), next(after, b"")
        elif not theirs or (mine and order(mine) < order(theirs)):
            yield Line("-", mine.decode().rstrip("\n"))
            mine = next(before, b"")
        else:
            yield Line("+", theirs.decode().rstrip("\n"))
            theirs = next(after, b"")


def _mapped(path: Path, stack: ExitStack) -> "mmap.mmap | bytes":
    file = stack.enter_context(path.open("rb"))
    if path.stat().st_size == 0:
        return b""  # which cannot be mapped
    return stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


class _Lines:
    """A place in a sorted file."""

    def __init__(self, content: "mmap.mmap | bytes") -> None:
        self._content, self._at, self._size = content, 0, len(content)
        self.line = b""
        self._read()

    def _read(self) -> None:
        end = self._content.find(b"\n", self._at)
        self.line = self._content[self._at : self._size if end < 0 else end + 1]

    def advance(self) -> None:
        """Go to the next line."""
        self._at += len(self.line)
        self._read()

    def skip_same(self, other: "_Lines") -> None:
        """Take both on to the first line that is not the same in both, or near to it."""
        while True:
            mine = self._content[self._at : self._at + _PIECE]
            end = mine.rfind(b"\n") + 1
            if not end or mine[:end] != other._content[other._at : other._at + end]:
                break
            self._at, other._at = self._at + end, other._at + end
        self._read()
        other._read()


def _next(before: _Lines, after: _Lines) -> tuple[Sign, _Lines]:
    if not after.line or (before.line and order(before.line) < order(after.line)):
        return "-", before
    return "+", after


@dataclass(slots=True)
class Summary:
    """How many triples each graph gained and lost, by its IRI, and which things of the class asked for came and went.

    `is_whole` is False when there were more changes than were looked at.
    """

    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    is_whole: bool = True

    @property
    def graphs(self) -> list[str]:
        """Every graph that changed, sorted."""
        return sorted(self.added.keys() | self.removed.keys())


def summary(lines: Iterable[Line], cls: str, most: int | None = None) -> Summary:
    """Count the changes by graph, and list the things of a class (its IRI); of at most so many lines."""
    made = Summary()
    ending = f" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{cls}> "
    for number, line in enumerate(lines):
        if number == most:
            made.is_whole = False
            break
        (made.added if line.sign == "+" else made.removed)[line.graph] += 1
        if ending in line.text and line.text.startswith("<"):
            (made.came if line.sign == "+" else made.went).append(line.text[1 : line.text.index(">")])
    return made


def places(found: Summary, base: str) -> dict[str, tuple[int, int]]:
    """How much each place gained and lost: an article with all its revisions is one, each other graph another."""
    made: dict[str, tuple[int, int]] = {}
    for graph in found.graphs:
        place = _place(graph, base)
        added, removed = made.get(place, (0, 0))
        made[place] = added + found.added[graph], removed + found.removed[graph]
    return dict(sorted(made.items()))


def _place(graph: str, base: str) -> str:
    """What a graph is called to a person: `article SLUG`, its name under the base IRI, or its IRI."""
    name = graph.removeprefix(base)
    revision = _REVISION.fullmatch(name)
    return f"article {revision[1]}" if revision else name or "the unnamed graph"
