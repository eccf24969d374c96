"""What passes between the query service and those who ask it: who asks and how, the answer, and how things are."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kg.sparql.cache import Kept
from kg.sparql.encoding import Encoding
from kg.sparql.messages import Job
from kg.sparql.negotiate import MediaType


class Chunks(Protocol):
    """The pieces of an answer; `close` when they are not read to their end."""

    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its media type (without charset, which is UTF-8), generation, bytes if known, and its pieces.

    `encoding` is the coding of the pieces; `etag` an entity tag, None where the next answer may differ, and `weak`
    says that it names the same answer but not the same bytes. `known`: the reader has it already, and there are no
    pieces. An error after the first piece is raised from `chunks`: what was sent is then not the whole answer.
    """

    media_type: str
    generation: int
    length: int | None
    chunks: Chunks
    encoding: Encoding | None = None
    etag: str | None = None
    weak: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and in which manner: `client` is charged for the time (nobody, when it is empty).

    `encodings` is the value of Accept-Encoding; `knows` says whether the reader has the answer with an entity tag;
    `hops` how many servers have passed the question on by SERVICE.
    """

    client: str = ""
    encodings: str | None = None
    knows: Callable[[str], bool] = lambda _: False
    hops: int = 0


ANYONE = Reader()


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether queries are answered, over what, and what is amiss.

    `reason` says why not; `backend` is "memory" or "disk"; `filter` the reason why workers are not cut off from
    the network or from files, None if they are; `workers` how many live; `services` how many endpoints a query may ask.
    """

    ready: bool
    reason: str | None
    generation: int | None
    quads: int | None
    backend: str | None
    filter: str | None
    workers: int
    services: int


@dataclass(frozen=True, slots=True)
class Past:
    """A kept generation that was asked for: its number, and a stamp of its data, which an erasure changes."""

    generation: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Task:
    """A query that was found fit, and how its answer is wanted; `deadline` is on the monotonic clock.

    `past` is the generation that was asked for, None where it is the current one, whichever that is; `era` that
    of the cache when it was asked for.
    """

    job: Job
    media: MediaType
    encoding: Encoding | None
    volatile: bool
    hold: bool
    deadline: float
    own: bool
    gone: Callable[[], bool]
    reader: Reader
    past: Past | None = None
    era: int = 0


def whole(pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
    """Pieces that are all there."""
    yield from pieces


def answer_kept(kept: Kept, task: Task, known: bool) -> Answer:
    """An answer that is kept, without its pieces where the reader has it."""
    pieces = () if known else kept.pieces
    return Answer(task.media.name, kept.generation, kept.length, whole(pieces), kept.encoding, kept.etag, known=known)
