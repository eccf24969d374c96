"""What earlier generations named: told from their sorted N-Quads, without opening a store."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from kg.store.generations import Generations

MOST = 64 << 20  # bytes read in all; what is further back counts as never known


def names_before(generations: Generations, before: int, base: str, most: int = MOST) -> dict[str, int]:
    """The names under `base` of subjects and graphs in kept generations before `before`, each with the newest.

    Generations are read newest first, and no other once `most` bytes were read.
    """
    start, found = f"<{base}".encode(), dict[str, int]()
    for generation in reversed(generations.all()):
        if generation.number >= before or most <= 0:
            continue
        with suppress(FileNotFoundError):  # pruned in the meantime
            for term in _named(generation.dump.lines()):
                if term.startswith(start):
                    found.setdefault(term[len(start) : -1].decode(), generation.number)
            most -= generation.data.stat().st_size
    return found


def _named(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Subjects and graphs, each about once: lines are sorted by graph, then as a whole."""
    last = tail = b""
    for line in lines:
        subject = line[: line.index(b" ")]
        if subject != last:
            last = subject
            yield subject
        if not tail or not line.endswith(tail):
            graph = line.rsplit(b" ", 2)[1]
            tail = b" " + graph + b" .\n"
            yield graph
