"""What earlier generations named: told from their sorted N-Quads, without opening a store."""

from collections.abc import Iterator
from pathlib import Path

from kg.store.generations import Generations

BLOCK = 1 << 20  # bytes read at once
MOST = 64 << 20  # bytes read in all; what is further back counts as never known


def last_named(generations: Generations, before: int, iri: str, most: int = MOST) -> int | None:
    """The newest kept generation before `before` in which the IRI is a subject or a graph, None when none is found.

    At most `most` bytes are read, newest generations first.
    """
    wanted = (f"\n<{iri}> ".encode(), f" <{iri}> .\n".encode())
    for generation in reversed(generations.all()):
        if generation.number >= before:
            continue
        for block in _blocks(generation.data, len(max(wanted, key=len))):
            most -= len(block)
            if any(words in block for words in wanted):
                return generation.number
            if most <= 0:
                return None
    return None


def _blocks(path: Path, overlap: int) -> Iterator[bytes]:
    """The file in blocks, each beginning with the end of the one before it; a line break stands before the first."""
    before = b"\n"
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield before + block
                before = block[-overlap:]
    except FileNotFoundError:  # pruned in the meantime
        return
