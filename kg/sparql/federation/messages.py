"""What the federation and its relay tell each other; each is JSON in a frame."""

from dataclasses import dataclass

from kg.sparql.messages import Message

BLANK = (
    "urn:attest:blank:"  # how the IRIs begin that stand for blank nodes, and the name of the function that makes them
)

HOPS = "Attest-Federation-Depth"  # the header that says how many servers have passed a question on


@dataclass(frozen=True, slots=True)
class Errand(Message):
    """One question to another endpoint: its IRI in the list `services` (a setting's text), and the query.

    `variables` are those whose values are wanted; blank nodes are written as IRIs that begin with `blank`; the
    question has been passed on `hops` times; `bytes` limits the answer, `seconds` the process.
    """

    services: str
    iri: str
    query: str
    variables: tuple[str, ...]
    blank: str
    hops: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Unanswered(Message):
    """Why there is no answer that can be used, as the rest of a sentence that begins with the endpoint."""

    reason: str
