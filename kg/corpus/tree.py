"""YAML as a curator typed it: every scalar keeps its characters, its place and its line.

Built from the parser's events rather than its finished values, so that `2020-06-08` stays those ten characters,
nesting costs no stack, and what the format does without (aliases, tags, several documents) is refused unexpanded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from kg.corpus.events import (
    ALIAS,
    COLLECTION_END,
    COLLECTION_START,
    DOCUMENT_START,
    MAPPING_START,
    NODE,
    SCALAR,
    Event,
    Unsure,
    events,
    quick_events,
)
from kg.corpus.text import Lines

MAX_YAML = 4 * 1000 * 1000  # bytes of one file
MAX_DEPTH = 32  # mappings and lists inside each other
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: its text, whether it was typed without quotation marks, and where (offsets, 1-based line)."""

    text: str
    style: str  # "" (plain), ', ", | or >
    line: int
    column: int  # from 0
    start: int
    end: int

    @property
    def plain(self) -> bool:
        """Whether it was typed without quotation marks."""
        return not self.style

    @property
    def empty(self) -> bool:
        """Whether nothing was typed, or YAML's word for nothing."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `flow` when written in square brackets."""

    items: "tuple[Node, ...]"
    flow: bool
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, repeats included; `flow` when written in curly brackets."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    flow: bool
    line: int
    start: int
    end: int

    def has(self, name: str) -> bool:
        """Whether the key was typed, with a value or without."""
        return any(key.text == name for key, _ in self.entries)

    def get(self, name: str) -> "Node | None":
        """The first value of the key, or None when there is none or nothing was typed there."""
        values = (value for key, value in self.entries if key.text == name)
        return next((value for value in values if not (isinstance(value, Scalar) and value.empty)), None)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Why a file was not read: 1-based line, rule and sentence."""

    line: int
    rule: str
    message: str


@dataclass(slots=True)
class _Open:
    """A mapping or list that has not ended yet."""

    event: Event
    children: list[Node] = field(default_factory=list)


def parse(text: str) -> tuple[Node | None, tuple[Refusal, ...]]:
    """Read one YAML document; with any refusal there is no node. An empty document is an empty mapping."""
    if (node := _quickly(text)) is not None:
        return node, ()
    lines = Lines.of(text)
    refusals: list[Refusal] = []
    try:
        node = _build(_allowed(events(text), lines, refusals), lines, refusals)
    except ReaderError as error:
        place = lines.at(error.position)
        found = f"the character U+{ord(text[error.position]):04X}"
        refusals.append(Refusal(place, "yaml-syntax", f"this is not YAML: it cannot hold {found}"))
    except MarkedYAMLError as error:
        refusals.append(_syntax(error, text, lines))
    except YAMLError as error:
        refusals.append(Refusal(1, "yaml-syntax", f"this is not YAML: {error}"))
    if refusals:
        return None, tuple(sorted(set(refusals)))
    return node, ()


def _quickly(text: str) -> Node | None:
    """The document, where the quick parser is sure of it and nothing is refused: messages come from the other."""
    lines = Lines.of(text)
    refusals: list[Refusal] = []
    try:
        node = _build(_allowed(quick_events(text), lines, refusals), lines, refusals)
    except Unsure:
        return None
    return None if refusals else node


def _syntax(error: MarkedYAMLError, text: str, lines: Lines) -> Refusal:
    mark = error.problem_mark or error.context_mark
    place = min(mark.index, len(text)) if mark else 0
    if text[place : place + 1] == "\t":
        return Refusal(lines.at(place), "yaml-syntax", "expected spaces, found a tab: indent with spaces")
    what = ", ".join(part for part in (error.context, error.problem) if part)
    return Refusal(lines.at(place), "yaml-syntax", f"this is not YAML: {what}")


def _allowed(events: Iterator[Event], lines: Lines, refusals: list[Refusal]) -> Iterator[Event]:
    """Pass the events on, noting what the format does without; stop where going on would be unsafe."""
    depth = documents = 0
    for event in events:
        line = lines.at(event.start_mark.index)
        depth += isinstance(event, COLLECTION_START) - isinstance(event, COLLECTION_END)
        documents += isinstance(event, DOCUMENT_START)
        if depth > MAX_DEPTH:
            message = f"expected at most {MAX_DEPTH} mappings and lists inside each other, found more"
            refusals.append(Refusal(line, "yaml-refused", message))
            return
        if documents > 1:
            refusals.append(Refusal(line, "yaml-refused", "expected one document, found a second (---)"))
            return
        refusals += [Refusal(line, "yaml-refused", message) for message in _unwanted(event)]
        yield event


def _unwanted(event: Event) -> Iterator[str]:
    if isinstance(event, DOCUMENT_START) and (event.version or event.tags):
        yield "directives (%) are not used here: remove this"
    if isinstance(event, ALIAS):
        yield f"aliases are not used here: write out what *{event.anchor} stands for"
    elif isinstance(event, NODE) and event.anchor:
        yield f"anchors are not used here: remove &{event.anchor}"
    if tag := getattr(event, "tag", None):
        yield f"tags are not used here: remove {tag}, or put the text in quotation marks"


def _build(events: Iterator[Event], lines: Lines, refusals: list[Refusal]) -> Node:
    root: Node = Mapping((), False, 1, 0, 0)
    stack: list[_Open] = []
    for event in events:
        if isinstance(event, COLLECTION_START):
            stack.append(_Open(event))
            continue
        if isinstance(event, COLLECTION_END):
            node = _close(stack.pop(), event, lines, refusals)
        elif isinstance(event, SCALAR):
            node = _scalar(event, lines)
        else:
            continue
        if stack:
            stack[-1].children.append(node)
        elif not (isinstance(node, Scalar) and node.empty):
            root = node
    return root


def _scalar(event: Event, lines: Lines) -> Scalar:
    start, end = event.start_mark, event.end_mark
    return Scalar(event.value, event.style or "", lines.at(start.index), start.column, start.index, end.index)


def _close(done: _Open, end: Event, lines: Lines, refusals: list[Refusal]) -> Node:
    start = done.event.start_mark.index
    place = bool(done.event.flow_style), lines.at(start), start, end.end_mark.index
    if not isinstance(done.event, MAPPING_START):
        return Sequence(tuple(done.children), *place)
    pairs = list(zip(done.children[::2], done.children[1::2], strict=False))
    for key, _ in pairs:
        if not isinstance(key, Scalar) or key.text == "<<":
            refusals.append(Refusal(key.line, "yaml-refused", "expected a word as key, found " + _kind(key)))
    return Mapping(tuple((key, value) for key, value in pairs if isinstance(key, Scalar)), *place)


def _kind(key: Node) -> str:
    return "a merge (<<)" if isinstance(key, Scalar) else "a list or mapping"
