"""Scans of the texts that were asked lately: most queries come again."""

import threading

from cachetools import LRUCache

from kg.sparql import tokens
from kg.sparql.limits import Limits

MOST = 1000  # scans
LONGEST = 10_000  # characters of a text that is remembered


class Scans:
    """Scans texts, and remembers those that were found fit; any thread may use it."""

    def __init__(self, limits: Limits, federated: bool) -> None:
        self._limits, self._federated = limits, federated
        self._kept: LRUCache[str, tokens.Scan] = LRUCache(MOST)
        self._lock = threading.Lock()

    def check(self, text: str) -> tokens.Scan:
        """The scan of a query; raises as `tokens.check` does."""
        with self._lock:
            found = self._kept.get(text)
        if found is None:
            found = tokens.check(text, self._limits, federated=self._federated)
            if len(text) <= LONGEST:
                with self._lock:
                    self._kept[text] = found
        return found
