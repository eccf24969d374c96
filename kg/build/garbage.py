"""How often a build looks for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 100_000  # new containers, not 700, between looks at the young ones


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles of garbage seldom: a build makes millions of objects that stay, and each look goes over all."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
