"""What the service and the writer tell each other; bodies follow their JSON in the same frame."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from kg.sparql.messages import Message

Kind = Literal["update", "put", "post", "delete"]


@dataclass(frozen=True, slots=True)
class Document:
    """An RDF document: the engine's name of its syntax, the IRI that relative ones are resolved against, its bytes."""

    syntax: str
    base: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Write:
    """One write. An update has a `text` and the dataset of its request; the others a graph (None: the default one).

    `if_match` lists the generations in which the graph must have been as it is, `if_none_match` says that it must not
    be there; `report` is the engine's name of the syntax for a validation report.
    """

    kind: Kind
    text: str = ""
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    graph: str | None = None
    documents: tuple[Document, ...] = ()
    if_match: tuple[int, ...] | None = None
    if_none_match: bool = False
    report: str = "TURTLE"

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.text) + sum(len(document.body) for document in self.documents)


def encode(writes: Iterable[Write]) -> list[bytes]:
    """The parts of a frame that holds writes."""
    heads, bodies = [], []
    for write in writes:
        heads.append({name: getattr(write, name) for name in Write.__dataclass_fields__ if name != "documents"})
        heads[-1]["documents"] = [(d.syntax, d.base, len(d.body)) for d in write.documents]
        bodies += [document.body for document in write.documents]
    head = json.dumps(heads, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return [len(head).to_bytes(4, "big"), head, *bodies]


def decode(frame: bytes) -> list[Write]:
    """Read what `encode` wrote."""
    at = 4 + int.from_bytes(frame[:4], "big")
    writes = []
    for head in json.loads(frame[4:at].decode("utf-8", "surrogatepass")):
        documents = []
        for syntax, base, length in head.pop("documents"):
            documents.append(Document(syntax, base, frame[at : at + length]))
            at += length
        more: dict[str, Any] = {"using": tuple(head.pop("using")), "using_named": tuple(head.pop("using_named"))}
        match = head.pop("if_match")
        more["if_match"] = None if match is None else tuple(match)
        writes.append(Write(**head, **more, documents=tuple(documents)))
    return writes


@dataclass(frozen=True, slots=True)
class WriterStart(Message):
    """What the writer is started with: the settings that concern it, and the id of the starting process."""

    data: str
    ontology: str
    shapes: str
    findings: str
    base_iri: str
    union: bool
    keep: int
    nesting: int
    patterns: int
    memory: int
    seconds: float
    parent: int


@dataclass(frozen=True, slots=True)
class Outcome(Message):
    """What became of a write: the generation that holds it, whether it made its graph; or why it was refused.

    `error` names a class of `kg.errors`, `text` is its sentence; `report` is the validation report where the gate
    refused.
    """

    generation: int = 0
    created: bool = False
    error: str | None = None
    text: str = ""
    line: int | None = None
    column: int | None = None
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Outcomes(Message):
    """The outcomes of all writes of a frame, in their order."""

    outcomes: tuple[dict[str, Any], ...] = field(default=())

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        """Pack them."""
        return cls(tuple(asdict(outcome) for outcome in outcomes))

    def unpacked(self) -> list[Outcome]:
        """The outcomes."""
        return [Outcome(**outcome) for outcome in self.outcomes]
