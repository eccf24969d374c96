"""`data.nq`: the record as sorted N-Quads, made from its parent's and the change, so that the cost is one copy."""

import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from pyoxigraph import NamedNode, Quad, Store

_BLOCK = 256 * 1024  # bytes that are read, and where nothing changes copied, at once


def write(target: Path, parent: Path | None, added: Iterable[Quad], removed: Iterable[Quad]) -> int:
    """Write the parent's quads, less the removed and with the added, and return their number.

    Lines are sorted by graph, then as a whole, by their UTF-8 bytes: the same quads give the same bytes.
    """
    fresh, gone = (sorted(map(_line, quads), key=_order) for quads in (added, removed))
    count = 0
    with target.open("wb") as out, parent.open("rb") if parent else io.BytesIO() as lines:
        for block in _blocks(lines, fresh, gone):
            out.write(b"".join(block))
            count += len(block)
    return count


def _blocks(lines: IO[bytes], fresh: list[bytes], gone: list[bytes]) -> Iterator[list[bytes]]:
    """Sorted lines in sorted blocks; a block is sorted again only where the change touches it."""
    added = removed = 0
    while block := lines.readlines(_BLOCK):
        last = _order(block[-1])
        to_add = bisect_right(fresh, last, added, key=_order)
        to_remove = bisect_right(gone, last, removed, key=_order)
        if (to_add, to_remove) != (added, removed):
            changed = {*block, *fresh[added:to_add]}.difference(gone[removed:to_remove])
            block = sorted(changed, key=_order)
        added, removed = to_add, to_remove
        yield block
    yield fresh[added:]


def digest_of_change(added: Iterable[Quad], removed: Iterable[Quad]) -> str:
    """The sha256 of the sorted lines `+ quad` and `- quad`."""
    lines = [b"+ " + _line(quad) for quad in added] + [b"- " + _line(quad) for quad in removed]
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def write_graphs(target: Path, store: Store) -> None:
    """Write the names of the graphs that are empty, sorted, each on a line as in N-Quads; no file where none is."""
    empty = [g for g in store.named_graphs() if next(store.quads_for_pattern(None, None, None, g), None) is None]
    if empty:
        target.write_text("".join(sorted(f"{graph}\n" for graph in empty)), "utf-8")


def read_graphs(source: Path) -> Iterator[NamedNode]:
    """The names that `write_graphs` wrote; none where there is no file. A blank node's is left out."""
    for line in source.read_text("utf-8").splitlines() if source.exists() else ():
        if line.startswith("<"):
            yield NamedNode(line[1:-1])


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()


def _order(line: bytes) -> tuple[bytes, bytes]:
    return line.rsplit(b" ", 2)[1], line
