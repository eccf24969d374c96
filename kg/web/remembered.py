"""What is computed once for each generation and kept while it is served."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kg.web.record import Record

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps what `make` returns for the generation that it read; others wait while it is made."""

    def __init__(self, make: Callable[[Record], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._kept: dict[int, T] = {}

    def of(self, record: Record) -> T:
        """The value for the record's generation. Raises KgError, Moved."""
        generation = record.generation if record.generation is not None else record.current()
        with self._lock:
            if generation is not None and generation in self._kept:
                record.generation = generation  # so that what else the page reads is of the same
                return self._kept[generation]
            value = self._make(record)
            assert record.generation is not None, "what is remembered reads the record"
            self._kept = {record.generation: value}
            return value
