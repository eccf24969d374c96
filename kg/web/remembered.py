"""What is computed once for each generation and kept while it is asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from kg.web.record import Record

T = TypeVar("T")


MOST = 3  # generations: the current one, and some past ones that are read now


class Remembered(Generic[T]):
    """Keeps what `make` returns for each generation that it read; others wait while it is made."""

    def __init__(self, make: Callable[[Record], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, T] = OrderedDict()

    def of(self, record: Record) -> T:
        """The value for the record's generation. Raises KgError, Moved."""
        generation = record.generation if record.generation is not None else record.current()
        with self._lock:
            kept = self._kept  # `forget`, which must not wait, puts another in its place
            if generation is not None and generation in kept:
                record.settle(generation)  # so that what else the page reads is of the same
                kept.move_to_end(generation)
                return kept[generation]
            value = self._make(record)
            assert record.generation is not None, "what is remembered reads the record"
            kept[record.generation] = value
            if len(kept) > MOST:
                kept.popitem(last=False)
            return value

    def forget(self) -> None:
        """Remember nothing of what was made so far."""
        self._kept = OrderedDict()
