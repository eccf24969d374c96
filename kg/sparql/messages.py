"""What the service and its workers tell each other; each is JSON in a frame, or an argument at the start."""

import json
import struct
from dataclasses import dataclass, fields
from typing import Any, Self

UNCLEAR = "the query cannot be understood"  # in the text of a syntax error that the engine does not explain

SOON = 200_000  # quads that are in memory within a moment
SECONDS = struct.Struct(">d")  # before a job: the time that is left, in seconds


class Message:
    """Something that goes through a pipe as JSON."""

    def encode(self) -> bytes:
        """As JSON in UTF-8."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def decode(cls, encoded: bytes | str) -> Self:
        """Read what `encode` wrote."""
        text = encoded if isinstance(encoded, str) else encoded.decode("utf-8", "surrogatepass")
        content: dict[str, Any] = json.loads(text)
        return cls(**content)


@dataclass(frozen=True, slots=True)
class Root(Message):
    """What the first fork server is started with: the starting process's id, and the socket that asks for forks."""

    parent: int
    control: int


@dataclass(frozen=True, slots=True)
class Start(Message):
    """What a worker is started with: a generation's number, its files, and the limits of the process.

    `quads` is their number where it is known; `memory` is in bytes.
    """

    generation: int
    record: str
    data: str
    quads: int | None
    memory_quads: int
    memory: int


@dataclass(frozen=True, slots=True)
class Hello(Message):
    """What a worker says when it is ready; `filter` says why network, files or memory are not cut off, if they are not.

    `backend` is "memory" or "disk"; `stamp` tells the generation from another of the same number, in a data directory
    that was made anew.
    """

    generation: int
    quads: int
    backend: str
    filter: str | None
    stamp: str


@dataclass(frozen=True, slots=True)
class Job(Message):
    """One query: its text, base IRI, dataset, how to write the answer, and its limits.

    `union`: the default graph is the union of all graphs; `named`: the request names the dataset, in
    `default_graphs` and `named_graphs`; `rows` is None where the answer has none; `seconds` from now; `perspective`
    is the name of the one whose world is asked, None for the record; `prefixes` of the graph that is the answer;
    `generation` is that of the state that is asked, None for the one that the worker has open;
    `federated`: other endpoints' answers are in its text; `variables`: nothing is asked but which its solutions have.
    """

    text: str
    base: str
    union: bool
    named: bool
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    syntax: str
    seconds: float
    rows: int | None
    bytes: int
    perspective: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    generation: int | None = None
    federated: bool = False
    variables: bool = False

    def __hash__(self) -> int:
        return hash(self.text)  # which is known; to hash every field takes longer than to look one up


@dataclass(frozen=True, slots=True)
class Failure(Message):
    """Why there is no answer, or not the rest of it: the name of a class of `kg.errors`, and its text."""

    error: str
    text: str
    line: int | None = None
    column: int | None = None
