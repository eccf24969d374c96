"""Sorted N-Quads, made from others and a change, so that the cost is one copy; and the names of empty graphs.

The server reads them too, and never loads the engine: here it is imported where it is needed.
"""

import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pyoxigraph import NamedNode, Quad, Store

_BLOCK = 256 * 1024  # bytes that are read, and where nothing changes copied, at once


def write(target: Path, parent: Path | None, added: Iterable[bytes], removed: Iterable[bytes]) -> int:
    """Write the parent's lines, less the removed and with the added, and return their number.

    Lines are sorted by graph, then as a whole, by their UTF-8 bytes: the same quads give the same bytes.
    """
    fresh, gone = (sorted(lines, key=order) for lines in (added, removed))
    with target.open("wb") as out, parent.open("rb") if parent else io.BytesIO() as lines:
        return sum(_written(out, block) for block in _blocks(lines, fresh, gone))


def _written(out: IO[bytes], block: list[bytes]) -> int:
    out.write(b"".join(block))
    return len(block)


def merged(lines: IO[bytes], added: list[bytes], removed: list[bytes]) -> Iterator[bytes]:
    """Sorted lines with those added, and without those removed, which are sorted too."""
    return (line for block in _blocks(lines, added, removed) for line in block)


def lines(quads: "Iterable[Quad]") -> set[bytes]:
    """The line of each quad."""
    return {f"{quad} .\n".encode() for quad in quads}


def order(line: bytes) -> tuple[bytes, bytes]:
    """What lines are sorted by: the graph, then the whole line."""
    return line.rsplit(b" ", 2)[1], line


def _blocks(lines: IO[bytes], fresh: list[bytes], gone: list[bytes]) -> Iterator[list[bytes]]:
    """Sorted lines in sorted blocks; a block is sorted again only where the change touches it."""
    added = removed = 0
    while block := lines.readlines(_BLOCK):
        last = order(block[-1])
        to_add = bisect_right(fresh, last, added, key=order)
        to_remove = bisect_right(gone, last, removed, key=order)
        if (to_add, to_remove) != (added, removed):
            changed = {*block, *fresh[added:to_add]}.difference(gone[removed:to_remove])
            block = sorted(changed, key=order)
        added, removed = to_add, to_remove
        yield block
    yield fresh[added:]


def digest(added: Iterable[bytes], removed: Iterable[bytes]) -> str:
    """The sha256 of a change as a journal has it: of the sorted lines `+ quad` and `- quad`."""
    signed = [*(b"+ " + line for line in added), *(b"- " + line for line in removed)]
    return hashlib.sha256(b"".join(sorted(signed))).hexdigest()


def write_graphs(target: Path, store: "Store") -> None:
    """Write the names of the graphs that are empty, sorted, each on a line as in N-Quads; no file where none is."""
    empty = [g for g in store.named_graphs() if next(store.quads_for_pattern(None, None, None, g), None) is None]
    if empty:
        target.write_text("".join(sorted(f"{graph}\n" for graph in empty)), "utf-8")


def read_graphs(source: Path) -> "Iterator[NamedNode]":
    """The names that `write_graphs` wrote; none where there is no file. A blank node's is left out."""
    from pyoxigraph import NamedNode

    for line in source.read_text("utf-8").splitlines() if source.exists() else ():
        if line.startswith("<"):
            yield NamedNode(line[1:-1])
