"""Gathering what is wrong in one file, and the readings of YAML values that every part of a file shares."""

from collections.abc import Iterable, Iterator

from kg.corpus.tree import Mapping, Node, Scalar, Sequence
from kg.errors import did_you_mean
from kg.model import Fields, Source, Value
from kg.report import Problem, Severity

MAX_DIGITS = 15  # a longer number stays text
COMMA_TRAP = "a comma ends a value inside { }: put the text in quotation marks, or on lines of its own"


class Notes:
    """The problems of one file, gathered while reading goes on; `file` is its path as shown to people."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, line: int, where: str, rule: str, message: str, severity: Severity = "violation") -> None:
        """Note one problem at a 1-based line."""
        self.problems.append(Problem(Source(self.file, line), where, message, rule, severity))

    @property
    def blocking(self) -> int:
        """How many problems so far are violations: if it grew while a thing was read, the thing is left out."""
        return sum(problem.severity == "violation" for problem in self.problems)

    def source(self, node: Node) -> Source:
        """Where a node begins."""
        return Source(self.file, node.line)


def entries(node: Node | None, where: str, what: str, notes: Notes) -> Iterator[tuple[Scalar, Node]]:
    """The keys and values of a mapping; reports other kinds of node, repeated keys and keys without value."""
    if node is None:
        return
    if not isinstance(node, Mapping):
        notes.add(node.line, where, "kind", f"{what}: expected `key: value` pairs, found {found(node)}")
        return
    seen: dict[str, int] = {}
    for key, value in node.entries:
        if key.text in seen:
            message = f"{key.text} is given twice, first on line {seen[key.text]}"
            notes.add(key.line, where, "duplicate-key", message)
        elif isinstance(value, Scalar) and value.empty:
            message = COMMA_TRAP if node.flow else f"expected a value for {key.text}, found nothing"
            notes.add(key.line, where, "flow-comma" if node.flow else "no-value", message)
        else:
            yield key, value
        seen.setdefault(key.text, key.line)


def known_entries(node: Node | None, where: str, what: str, names: Iterable[str], notes: Notes) -> dict[str, Node]:
    """The values of a mapping whose keys are all in `names`; others are reported, with the likely one."""
    known, names = {}, tuple(names)
    for key, value in entries(node, where, what, notes):
        if key.text in names:
            known[key.text] = value
        else:
            message = f"{what} has no key {key.text!r}{did_you_mean(key.text, names)}"
            notes.add(key.line, where, "unknown-key", message)
    return known


def words(node: Node | None, where: str, what: str, notes: Notes) -> str | None:
    """A text with its outer white space cut off, characters as typed (`2020-06-08`, `1984` and `yes` are text)."""
    if node is None:
        return None
    if not isinstance(node, Scalar):
        notes.add(node.line, where, "kind", f"{what}: expected text, found {found(node)}")
        return None
    text = node.text.strip()
    if not text or node.empty:
        notes.add(node.line, where, "no-value", f"{what}: expected text, found nothing")
        return None
    return text


def each(node: Node | None) -> tuple[Node, ...]:
    """The items of a list, or the one value that stands instead of a list."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def missing(node: Mapping, name: str) -> bool:
    """Whether a key is absent or its list empty (`entries` reports one without value)."""
    value = node.get(name)
    return not node.has(name) or (isinstance(value, Sequence) and not value.items)


def demand(node: Mapping, what: str, names: Iterable[str], notes: Notes) -> None:
    """Report each key that is missing from a mapping."""
    for name in names:
        if missing(node, name):
            message = f"{what} must have a value for {name}"
            notes.add(node.line, "", "missing-key", message)


def fields(node: Node, where: str, what: str, notes: Notes) -> dict[str, tuple[Value, ...]]:
    """All keys of a mapping with their values, as typed by the curator."""
    return {key.text: values(value, where, key.text, notes) for key, value in entries(node, where, what, notes)}


def values(node: Node, where: str, what: str, notes: Notes) -> tuple[Value, ...]:
    """The values under one key: lists are flattened, mappings become Fields, empty items are reported."""
    if isinstance(node, Sequence | Mapping) and not (node.items if isinstance(node, Sequence) else node.entries):
        notes.add(node.line, where, "no-value", f"{what}: expected a value, found {found(node)} with nothing in it")
        return ()
    if isinstance(node, Sequence):
        return tuple(value for item in node.items for value in values(item, where, what, notes))
    if isinstance(node, Mapping):
        nested: Fields = fields(node, where, what, notes)
        return (Value(nested, notes.source(node)),)
    if node.empty:
        notes.add(node.line, where, "no-value", f"{what}: expected a value, found nothing")
        return ()
    return (Value(_content(node), notes.source(node)),)


def _content(node: Scalar) -> str | int | float | bool:
    """YAML 1.2's core schema, without its exotic numbers: those, and ones that would lose digits, stay text."""
    text = node.text
    if not node.plain or len(text) > MAX_DIGITS:
        return text
    if text in {"true", "false"}:
        return text == "true"
    digits = text.removeprefix("-")
    whole, point, part = digits.partition(".")
    if not (whole.isdecimal() and whole.isascii()) or (whole != "0" and whole.startswith("0")):
        return text
    if not point:
        return int(text)
    if not (part.isdecimal() and part.isascii()):
        return text
    return float(text) if str(float(text)) == text else text


def found(node: Node) -> str:
    """What a node is, for a sentence."""
    if isinstance(node, Scalar):
        return f"the text {node.text[:40]!r}" if not node.empty else "nothing"
    return "a list" if isinstance(node, Sequence) else "a mapping"
