"""How much one query, and all of them together, may take."""

from dataclasses import dataclass

from kg.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of queries, by the names and units of the settings that they come from.

    `budget` is in seconds a minute for each client, `cache` in bytes.
    """

    seconds: float
    rows: int
    bytes: int
    length: int
    nesting: int
    patterns: int
    memory: int
    hold: bool
    concurrent: int
    slow: int
    queue: int
    memory_quads: int
    budget: float
    cache: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits that the settings name `query_…`, and how many queries run and wait."""
        return cls(
            seconds=settings.query_seconds,
            rows=settings.query_rows,
            bytes=settings.query_bytes,
            length=settings.query_length,
            nesting=settings.query_nesting,
            patterns=settings.query_patterns,
            memory=settings.query_memory,
            hold=settings.query_hold,
            concurrent=settings.concurrent,
            slow=settings.slow,
            queue=settings.queue,
            memory_quads=settings.memory_quads,
            budget=settings.client_seconds,
            cache=settings.cache_bytes,
        )
