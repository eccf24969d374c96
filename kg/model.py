"""The values of a curator's files, once read and anchored; frozen, and free of RDF.

Keys that are not part of the envelope are kept as the curator wrote them (local names of ontology terms, or
prefixed ones): the ontology, not this module, says what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in a curator's file: path as shown to people, 1-based line."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a document: 0-based, end-exclusive offsets in Unicode code points, and the words there.

    `prefix` and `suffix` are up to 32 code points of context (Web Annotation's TextQuoteSelector).
    """

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a curator typed: a scalar, or a nested mapping of key to values.

    Lists are flattened away: each key holds a tuple of values. A text keeps its characters as typed.
    """

    content: "str | int | float | bool | Fields"
    source: Source


Fields = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain of voices: who speaks, and the words that license the attribution."""

    voice: str
    source: Source
    cue: Passage | None = None
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry of `says`: a proposition class by local name (`Event`, `Command`) and its roles."""

    kind: str
    roles: Fields
    source: Source


@dataclass(frozen=True, slots=True)
class When:
    """What the voice says of the time: the words as written, and dates as typed.

    A date is `2020`, `2020-06`, `2020-06-07` or `2020-06-07T21:30`. `on`: at some moment within it, or from the first
    to the second of two dates joined by a slash.
    `throughout`: all through it. `start` and `end` (typed `from` and `to`) are its limits.
    """

    source: Source
    written: str | None = None
    on: str | None = None
    throughout: str | None = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One entry of a review history: who looked, on which day, with what verdict and public note."""

    by: str
    on: str
    source: Source
    verdict: str | None = None
    note: str | None = None


Status = Literal["draft", "published", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One utterance: its words, its chain (outermost voice first), and what it says.

    `fields` holds the remaining keys by ontology name (wording, speechAct, polarity, modality, ambiguity, …);
    `lines` the line of each key the curator typed.
    """

    id: str
    source: Source
    passages: tuple[Passage, ...]
    chain: tuple[Link, ...]
    says: tuple[Claim, ...]
    when: When | None = None
    status: Status = "published"
    reviews: tuple[Review, ...] = ()
    fields: Fields = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """An identity anchor: id, class by local name, label, and further values by ontology name."""

    id: str
    kind: str
    label: str
    source: Source
    fields: Fields = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Perspective:
    """A named policy for accepting statements: its title and description in words, and its conditions."""

    name: str
    title: str
    description: str | None
    source: Source
    fields: Fields = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mention:
    """A form used for an entity in one article, with every passage where it stands."""

    entity: str
    form: str
    passages: tuple[Passage, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Document:
    """One exact revision of an article's text.

    `sha256` is the hex digest of the file's bytes; `text` those bytes decoded as UTF-8, newlines untouched;
    `published` a date as typed (`2020-06-08`, or with a time); `language` a BCP 47 tag; `lines` the line of each key
    the curator typed.
    """

    slug: str
    title: str
    publisher: str
    published: str
    language: str
    sha256: str
    text: str
    source: Source
    lines: Mapping[str, int] = field(default_factory=dict)
    headline: Passage | None = None
    dateline: Passage | None = None
    furniture: tuple[Passage, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One folder of the corpus: the document, and what its claims file says of it.

    `refused` holds the ids of the entities that could not be read.
    """

    document: Document
    entities: tuple[Entity, ...]
    mentions: tuple[Mention, ...]
    statements: tuple[Statement, ...]
    refused: frozenset[str] = frozenset()
