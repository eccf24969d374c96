"""The port: what answers SPARQL queries, whether it is a directory here or a server elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is sent: its media type without parameters, and its bytes in pieces.

    `chunks` is read once; a piece that cannot be had raises StoreUnavailable, so a cut answer never looks whole.
    """

    media_type: str
    chunks: Iterator[bytes]


class Store(Protocol):
    """Answers SPARQL 1.1 queries; without FROM the default graph is the merge of all graphs."""

    def query(self, text: str, accept: str) -> Answer:
        """Answer a query in a media type that `accept` (as in HTTP, RFC 9110 section 12.5.1) prefers.

        Raises QuerySyntax, NotAcceptable, and StoreUnavailable.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
