"""From many things that are wrong together to few of them, by asking again and again with some left out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shrink(things: Sequence[T], wrong: Callable[[Sequence[T]], bool], in_time: Callable[[], bool]) -> tuple[T, ...]:
    """A part of the things that is still wrong, and in which each is needed unless time ran out.

    `wrong` must be true of all of them, and stay true when things are added (so reasoners behave). Halves are left
    out first, then quarters, down to single ones.
    """
    kept, size = list(things), len(things)
    while size >= 1:
        start = 0
        while start < len(kept):
            if not in_time():
                return tuple(kept)
            rest = kept[:start] + kept[start + size :]
            if wrong(rest):
                kept = rest
            else:
                start += size
        size = min(size // 2, max(len(kept), 1)) if size > 1 else 0
    return tuple(kept)
