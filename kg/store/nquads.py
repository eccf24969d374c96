"""`data.nq`: the record as sorted N-Quads, made from its parent's and the change, so that the cost is one copy."""

import hashlib
import heapq
import io
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad


def write(target: Path, parent: Path | None, added: Iterable[Quad], removed: Iterable[Quad]) -> int:
    """Write the parent's quads, less the removed and with the added, and return their number.

    Lines are sorted by graph, then as a whole, by their UTF-8 bytes: the same quads give the same bytes.
    """
    gone = {_line(quad) for quad in removed}
    fresh = sorted(map(_line, added), key=_order)
    count = 0
    with target.open("wb") as out, parent.open("rb") if parent else io.BytesIO() as lines:
        kept = (line for line in lines if line not in gone)
        for line in heapq.merge(kept, fresh, key=_order):
            out.write(line)
            count += 1
    return count


def digest_of_change(added: Iterable[Quad], removed: Iterable[Quad]) -> str:
    """The sha256 of the sorted lines `+ quad` and `- quad`."""
    lines = [b"+ " + _line(quad) for quad in added] + [b"- " + _line(quad) for quad in removed]
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()


def _order(line: bytes) -> tuple[bytes, bytes]:
    return line.rsplit(b" ", 2)[1], line
