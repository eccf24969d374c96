"""Questions: SPARQL files with a title, a description and parameters, whose values are bound as terms, never as text.

A file runs as it stands. It begins with comment lines `# key: value`; lines that begin with `#` and two spaces go on
from the line before:

    # title: Who commanded this group on this date, and who says so?
    # description: One row for each statement that …
    # param: group (iri): the group that is commanded
    …
      VALUES ?group { <badr-corps> }

Each parameter stands in the query on a line of its own, `VALUES ?name { term }`, which holds its default. To bind a
value is to write another term between those braces, checked and escaped (SPARQL 1.1, sections 19.5 and 19.7).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from kg.errors import BadInput, NotFound, Unreadable, did_you_mean

Kind = Literal["iri", "string", "date", "integer"]

_HEADER = re.compile(r"# (\w+): (.+)")
_PARAM = re.compile(rf"(\w+) \(({'|'.join(get_args(Kind))})\): (.+)")
_VALUES = re.compile(r"^( *)VALUES \?(\w+) \{ (\S.*) \}$", re.MULTILINE)
_DEFAULTS: Mapping[str, str] = {
    "iri": r"<([^<>\s]+)>",
    "string": r'"([^"\\]+)"',
    "date": r'"(\d{4}-\d\d-\d\d)"\^\^xsd:date',
    "integer": r"(-?\d+)",
}
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^<>"{}|^`\\\x00-\x20]*')
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"})
_LOCAL = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_EXPECTED: Mapping[str, str] = {
    "iri": "an id like badr-corps, or an absolute IRI",
    "string": "text",
    "date": "a day like 2020-06-08",
    "integer": "a whole number",
}


class BadParameter(BadInput):
    """A value does not fit a question, or the question has no such parameter; `name` is the parameter's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"parameter {name}: {message}")
        self.name, self.message = name, message


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name, what kind of value it takes, what the value is, and the default as a person types it."""

    name: str
    kind: Kind
    description: str
    default: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question: the name of its file, what it asks, what the answer holds, and the query, which runs as it stands."""

    name: str
    title: str
    description: str
    params: tuple[Param, ...]
    text: str


def questions(folder: Path) -> tuple[Question, ...]:
    """Every question of a folder, sorted by name; raises Unreadable for a file that is none."""
    return tuple(read_question(path) for path in sorted(folder.glob("*.rq")))


def find_question(folder: Path, name: str) -> Question:
    """The question of this name; raises NotFound with the nearest name, Unreadable for a broken file."""
    names = sorted(path.stem for path in folder.glob("*.rq"))
    if name not in names:
        raise NotFound(f"no question is called {name[:100]!r}{did_you_mean(name, names)}")
    return read_question(folder / f"{name}.rq")


def read_question(path: Path) -> Question:
    """Read a question; raises Unreadable, with the line, for a file that does not keep to the form."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot be read: {error}", str(path)) from error
    header = _Header(str(path))
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        header.take(line, number)
    params = tuple(_param(value, line, text, str(path)) for line, value in header.params)
    return Question(path.stem, header.one("title"), header.one("description"), params, text)


def bind(question: Question, values: Mapping[str, str]) -> str:
    """The query with these values in place of the defaults; an empty value is none.

    Raises BadParameter for a parameter that the question does not have, or a value that is not of its kind.
    """
    kinds = {param.name: param.kind for param in question.params}
    for name in values:
        if name not in kinds:
            known = did_you_mean(name, kinds) or f"; it has {', '.join(kinds) or 'none'}"
            raise BadParameter(name[:50], f"the question {question.name} has no such parameter{known}")
    terms = {name: checked_term(name, kinds[name], value) for name, value in values.items() if value}

    def bound(match: re.Match[str]) -> str:
        indent, name, default = match.groups()
        return f"{indent}VALUES ?{name} {{ {terms.get(name, default)} }}"

    return _VALUES.sub(bound, question.text)


def with_base(text: str, base: str) -> str:
    """The query for a server that resolves relative IRIs otherwise: with `base` declared in front of it.

    Raises BadInput for a base that is not an absolute IRI.
    """
    try:
        return f"BASE {iri_term(base)}\n{text}"
    except ValueError:
        raise BadInput(f"expected an absolute IRI as base, found {base[:200]!r}") from None


@dataclass(slots=True)
class _Header:
    file: str
    entries: list[tuple[int, str, str]] = field(default_factory=list)  # line, key, value

    @property
    def params(self) -> Iterator[tuple[int, str]]:
        return ((line, value) for line, key, value in self.entries if key == "param")

    def take(self, line: str, number: int) -> None:
        if line.startswith("#  ") and self.entries:
            first, key, value = self.entries.pop()
            self.entries.append((first, key, f"{value} {line[1:].strip()}"))
        elif (match := _HEADER.fullmatch(line)) and match[1] in ("title", "description", "param"):
            self.entries.append((number, match[1], match[2]))
        else:
            raise Unreadable("expected `# title: …`, `# description: …` or `# param: …`", self.file, number)

    def one(self, name: str) -> str:
        found = [value for _, key, value in self.entries if key == name]
        if len(found) != 1:
            raise Unreadable(f"expected one line `# {name}: …`, found {len(found)}", self.file)
        return found[0]


def _param(declared: str, line: int, text: str, file: str) -> Param:
    match = _PARAM.fullmatch(declared)
    if match is None:
        kinds = "|".join(get_args(Kind))
        raise Unreadable(f"expected `# param: name ({kinds}): what it is`, found {declared!r}", file, line)
    name, kind, description = match.groups()
    defaults = {term for _, variable, term in _VALUES.findall(text) if variable == name}
    if len(defaults) != 1:
        message = f"expected one default of {name}, as a line `VALUES ?{name} {{ term }}`, found {len(defaults)}"
        raise Unreadable(message, file, line)
    (term,) = defaults
    if (value := re.fullmatch(_DEFAULTS[kind], term)) is None:
        raise Unreadable(f"expected the default of {name} to be of kind {kind}, found {term}", file, line)
    return Param(name, cast(Kind, kind), description, value[1])


def checked_term(name: str, kind: Kind, value: str) -> str:
    """The value of a parameter as a SPARQL term; raises BadParameter for one that is not of its kind."""
    try:
        return as_term(kind, value)
    except ValueError:
        raise BadParameter(name, f"expected {_EXPECTED[kind]}, found {value[:200]!r}") from None


def as_term(kind: Kind, value: str) -> str:
    """A value of this kind as it is written in a query; raises ValueError for one that is not of the kind."""
    value.encode()  # a surrogate without its other half is no character; the error is a ValueError
    match kind:
        case "iri":
            # A local name is left relative: the engine resolves it against the base IRI of the record.
            return f"<{value}>" if _LOCAL.fullmatch(value) else iri_term(value)
        case "string":
            return f'"{value.translate(_ESCAPES)}"'
        case "date":
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                raise ValueError(value)
            return f'"{date.fromisoformat(value).isoformat()}"^^<http://www.w3.org/2001/XMLSchema#date>'
        case "integer":
            if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
                raise ValueError(value)
            return str(int(value))


def iri_term(value: str) -> str:
    """An absolute IRI between its brackets; raises ValueError."""
    if not _IRI.fullmatch(value):
        raise ValueError(value)
    return f"<{value}>"
