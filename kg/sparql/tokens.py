r"""A lexical scan of a query, in one pass and linear time: what it is, what it uses, how much it asks of a parser.

It reads the text as the engine does: strings, IRIs and comments hide what they hold. Codepoint escapes (`\u0053`,
SPARQL 1.1 section 19.2) are decoded in words only: within a string the engine takes `\u0022` for a character of
the string (as SPARQL 1.2 does), and to see the end of the string there would show us another query than it runs.

The scan is a courtesy, the network filter of the workers the guarantee: the engine's grammar also accepts
keywords that run into what follows (`SERVICE:x {…}` under an empty prefix), which here are prefixed names.
"""

import re
from dataclasses import dataclass, field
from typing import cast

from kg.errors import BadInput, ContentTooLarge, Forbidden, QuerySyntax, TooComplex
from kg.sparql.lexer import ESCAPE, PIECE, TOKEN, decoded, place
from kg.sparql.limits import Limits
from kg.sparql.negotiate import Form

FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
PROLOGUE = {"BASE", "PREFIX", "VERSION"}
UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
OUTSIDE = {"SERVICE": "asks other servers", "LOAD": "fetches documents"}

_FREE = {"^^", ">", "<", "=", "!=", "<=", ">=", "~"}
_PLAIN = {"BASE", "PREFIX", "SELECT", "CONSTRUCT", "WHERE", "FROM", "NAMED", "A", "LIMIT", "OFFSET"}
_PATTERNS = {"UNION", "FILTER", "BIND"}
_TERMS = {"string", "iri", "name", "term", "words"}


@dataclass(frozen=True, slots=True)
class Word:
    """A keyword in upper case, and where it stands (1-based line, and column in code points)."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found.

    `first` is the first keyword after the prologue; `outside` the first SERVICE or LOAD; `undeclared` the first
    prefix (`ex:`) that no PREFIX declares; `nesting` the most brackets open at once; `patterns` the count
    of what makes the parser's and planner's work grow (see `scan`); `opened` the first few opening brackets.
    """

    first: Word | None
    outside: Word | None
    undeclared: Word | None
    keywords: frozenset[str]
    nesting: int
    patterns: int
    opened: str

    @property
    def has_from(self) -> bool:
        """True when the query names its dataset; the engine reads FROMNAMED as two words."""
        return not self.keywords.isdisjoint({"FROM", "FROMNAMED"})

    @property
    def volatile(self) -> frozenset[str]:
        """The functions used whose value changes from call to call."""
        return self.keywords & VOLATILE

    @property
    def is_plain(self) -> bool:
        """True when it lists matches of one triple pattern and nothing more: it can be neither slow nor endless."""
        braces = {"select": ("{",), "construct": ("{", "{{")}.get(self.form or "", ())
        return self.opened in braces and self.patterns == len(self.opened) and self.keywords <= _PLAIN

    @property
    def form(self) -> Form | None:
        """What kind of query it is, None when it is not one."""
        return cast(Form, self.first.text.lower()) if self.first and self.first.text in FORMS else None


def check(text: str, limits: Limits, federated: bool = False) -> Scan:
    """Scan a query and refuse what is not answered here; whom SERVICE may ask is not for the scan, if `federated`.

    Raises ContentTooLarge, Forbidden (SERVICE, LOAD), BadInput (an update), TooComplex and QuerySyntax.
    """
    if len(text) > limits.length:
        raise ContentTooLarge(f"expected a query of at most {limits.length} characters, found {len(text)}")
    found = scan(text)
    if found.outside and not (federated and found.outside.text == "SERVICE"):
        raise forbidden(found.outside)
    if found.form is None:
        raise _not_a_query(found.first)
    for what, most, count in (
        ("brackets within each other", limits.nesting, found.nesting),
        ("patterns, separators and operators", limits.patterns, found.patterns),
    ):
        if count > most:
            raise TooComplex(f"expected a query with at most {most} {what}, found {count}")
    return found


def scan(text: str) -> Scan:
    """Scan a query, in time linear to its length.

    `patterns` counts separators (`. ; |` and a comma outside parentheses), path and arithmetic operators, `!`,
    `||`, `&&`, UNION, FILTER, BIND, opening brackets other than a function's, members of a collection, and what is
    to be described. Rows of VALUES, members of IN and arguments of a function cost the engine little and do not count.
    Raises QuerySyntax for a string that does not end.
    """
    state = _State(text)
    position, end = 0, len(text)
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            state.unknown(position)
            position += 1
        else:
            state.take(match)
            position = match.end()
    return state.found()


@dataclass(slots=True)
class _State:
    text: str
    first: Word | None = None
    outside: Word | None = None
    keywords: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    used: dict[str, int] = field(default_factory=dict)  # prefix: where it is first used
    keyword: str = ""  # the last one
    deepest: int = 0
    patterns: int = 0
    open: list[str] = field(default_factory=list)
    previous: str = ""  # the kind of the token before
    opened: str = ""
    data: bool = False  # between VALUES and the end of its block

    def found(self) -> Scan:
        undeclared = next((prefix for prefix in self.used if prefix not in self.declared), None)
        return Scan(
            self.first,
            self.outside,
            None if undeclared is None else self._here(undeclared, self.used[undeclared]),
            frozenset(self.keywords),
            self.deepest,
            self.patterns,
            self.opened,
        )

    def take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup or ""
        if kind == "blank":
            return
        if kind == "words":
            self._words(match)
        elif kind == "open":
            self._open(match.group())
        elif kind == "close":
            self._close(match.group())
        elif kind == "operator":
            self._operator(match.group())
        else:
            self._term()
            if kind == "name":
                self._name(match)
        self.previous = kind

    def unknown(self, position: int) -> None:
        if self.text[position] in "\"'":
            line, column = place(self.text, position)
            raise QuerySyntax(f"line {line}, column {column}: the string that begins here has no end", line, column)
        self.previous = ""

    def _words(self, match: re.Match[str]) -> None:
        for piece in PIECE.finditer(match.group()):
            if piece.group() in ".-":
                self._count()
            else:
                self._word(ESCAPE.sub(decoded, piece.group()).upper(), match.start() + piece.start())

    def _word(self, word: str, position: int) -> None:
        self.keyword = word
        self.keywords.add(word)
        if self.first is None and word not in PROLOGUE:
            self.first = self._here(word, position)
        # The engine reads SERVICESILENT as two words; nothing legal begins like that.
        if self.outside is None and word.startswith(("SERVICE", "LOAD")):
            self.outside = self._here(word, position)
        if word == "VALUES":
            self.data = True
        if word in _PATTERNS:
            self._count()
        if word in ("TRUE", "FALSE"):
            self._term()

    def _name(self, match: re.Match[str]) -> None:
        prefix = match.group().partition(":")[0] + ":"
        if self.previous == "words" and self.keyword == "PREFIX":
            self.declared.add(prefix)
        elif prefix != "_:":
            self.used.setdefault(prefix, match.start())

    def _here(self, word: str, position: int) -> Word:
        return Word(word, *place(self.text, position))

    def _open(self, bracket: str) -> None:
        if self.previous not in ("words", "name", "iri") or bracket != "(":
            self._count()
        self.open.append(bracket)
        self.opened = (self.opened + bracket)[:8]
        self.deepest = max(self.deepest, len(self.open))

    def _close(self, bracket: str) -> None:
        if self.open:
            self.open.pop()
        if bracket == "}":
            self.data = False

    def _operator(self, sign: str) -> None:
        everything = sign == "*" and self.previous in ("words", "open")  # SELECT *, COUNT(*)
        if sign not in _FREE and not everything and not (sign == "," and self._in("(")):
            self._count()

    def _term(self) -> None:
        member = self._in("(") and self.previous in _TERMS
        described = not self.open and self.keyword == "DESCRIBE"
        if member or described:
            self._count()

    def _in(self, bracket: str) -> bool:
        return bool(self.open) and self.open[-1] == bracket

    def _count(self) -> None:
        if not self.data:
            self.patterns += 1


def forbidden(word: Word) -> Forbidden:
    """The error that refuses SERVICE or LOAD where it stands."""
    name = "LOAD" if word.text.startswith("LOAD") else "SERVICE"
    return Forbidden(
        f"line {word.line}, column {word.column}: {name} is not offered: this endpoint never {OUTSIDE[name]}"
    )


def _not_a_query(word: Word | None) -> BadInput:
    if word is None:
        return QuerySyntax("expected SELECT, ASK, CONSTRUCT or DESCRIBE, found no such word")
    place = f"line {word.line}, column {word.column}"
    if word.text in UPDATES:
        return BadInput(f"{place}: expected a query, found an update ({word.text}), which changes data")
    return QuerySyntax(
        f"{place}: expected SELECT, ASK, CONSTRUCT or DESCRIBE, found {word.text[:40]!r}", word.line, word.column
    )
