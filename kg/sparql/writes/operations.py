"""An update request taken apart into its operations (SPARQL 1.1 Update, section 3), by its tokens alone.

An engine that runs a request whole tells neither what each operation changed nor lets a dataset be given from outside
(SPARQL 1.1 Protocol, section 2.2.3); its operations one by one can be looked at, given a dataset, and run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.errors import QuerySyntax, TooComplex
from kg.sparql.lexer import Token, lex, place
from kg.sparql.tokens import PROLOGUE, forbidden, scan

MANAGEMENT = {"CLEAR", "CREATE", "DROP", "ADD", "MOVE", "COPY"}
MOST = 1_000  # operations of one request


@dataclass(frozen=True, slots=True)
class UpdateLimits:
    """Brackets open at once, and patterns of one operation; lists of data may be of any length."""

    nesting: int
    patterns: int


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two braces: the places of both among an operation's tokens."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Modify:
    """The parts of DELETE/INSERT … WHERE; `templates` are its blocks, `where` the place of that word."""

    with_graph: Token | None
    templates: tuple[Block, ...]
    has_using: bool
    where: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: the whole request's text, where its prologue stands in it, and the operation's own tokens."""

    text: str
    prologue: tuple[tuple[int, int], ...]
    tokens: tuple[Token, ...]

    @property
    def name(self) -> str:
        """`INSERT DATA`, `DELETE DATA`, `DELETE WHERE`, or its first word."""
        first, second = self.word(0), self.word(1)
        return f"{first} {second}" if second in ("DATA", "WHERE") else first

    def word(self, number: int) -> str:
        """The word at that place, empty where none is."""
        token = self.tokens[number] if number < len(self.tokens) else None
        return token.text if token and token.kind == "words" else ""

    def source(self, replaced: Iterable[tuple[Token, str]] = ()) -> str:
        """The operation with its prologue, each where it stood in the request, with other words for some tokens."""
        parts: list[str] = []
        written = 0
        for start, end in (*self.prologue, (self.tokens[0].start, self.tokens[-1].end)):
            parts.append(_gap(self.text[written:start]))
            at = start
            for token, word in replaced if start == self.tokens[0].start else ():
                parts += [self.text[at : token.start], word]
                at = token.end
            parts.append(self.text[at:end])
            written = end
        return "".join(parts)

    def resolving(self, terms: Iterable[Token]) -> str:
        """A query that answers, in one row, the IRIs that these tokens (IRIs and prefixed names) stand for here."""
        terms = tuple(terms)
        names = " ".join(f"?g{number}" for number in range(len(terms)))
        values = " ".join(self.text[token.start : token.end] for token in terms)
        prologue = "".join(self.text[start:end] + "\n" for start, end in self.prologue)
        return f"{prologue}SELECT * {{ VALUES ({names}) {{ ({values}) }} }}"

    def modify(self) -> Modify | None:
        """Its parts when it is DELETE/INSERT … WHERE with braces that match; None for anything else."""
        at, templates = 0, []
        with_graph = self.tokens[1] if self.word(0) == "WITH" and len(self.tokens) > 1 else None
        at += 2 if with_graph else 0
        for word in ("DELETE", "INSERT"):
            if self.word(at) == word and (block := self.block(at + 1)):
                templates.append(block)
                at = block.last + 1
        where = at
        while self.word(where) == "USING":
            where += 3 if self.word(where + 1) == "NAMED" else 2
        body = self.block(where + 1) if self.word(where) == "WHERE" else None
        if not templates or body is None or body.last != len(self.tokens) - 1:
            return None
        return Modify(with_graph, tuple(templates), where > at, where)

    def block(self, first: int) -> Block | None:
        """The block that begins at that place, None where none does or it has no end."""
        if first >= len(self.tokens) or self.tokens[first].text != "{":
            return None
        depth = 0
        for number in range(first, len(self.tokens)):
            depth += _step(self.tokens[number])
            if depth == 0:
                return Block(first, number)
        return None

    def graphs(self, block: Block) -> tuple[tuple[Token, ...], bool]:
        """The terms that name graphs in a template or data block, and whether it has triples outside any of them."""
        graphs: list[Token] = []
        outside, at = False, block.first + 1
        while at < block.last:
            inner = self.block(at + 2) if self.word(at) == "GRAPH" else None
            if inner:
                graphs.append(self.tokens[at + 1])
                at = inner.last
            elif self.tokens[at].text != ".":
                outside = True
            at += 1
        return tuple(graphs), outside


def read(text: str, limits: UpdateLimits) -> tuple[Operation, ...]:
    """Take a request apart; what stands in no operation is left to the engine.

    Raises Forbidden (SERVICE, LOAD), TooComplex and QuerySyntax.
    """
    whole = scan(text)
    if whole.outside:
        raise forbidden(whole.outside)
    if whole.nesting > limits.nesting:
        raise _too_many(limits.nesting, "brackets within each other", whole.nesting)
    operations = tuple(_operations(text))
    if len(operations) > MOST:
        raise _too_many(MOST, "operations", len(operations))
    for operation in operations:
        _check(operation, limits)
    _refuse_shared_labels(operations)
    return operations


def _refuse_shared_labels(operations: tuple[Operation, ...]) -> None:
    """A blank node's label may not be used in two INSERT DATA operations of a request (SPARQL 1.1, section 19.6)."""
    used: dict[str, Operation] = {}
    for operation in (operation for operation in operations if operation.name == "INSERT DATA"):
        for token in operation.tokens:
            label = token.text if token.kind == "name" and token.text.startswith("_:") else None
            if label and used.setdefault(label, operation) is not operation:
                line, column = place(operation.text, token.start)
                sentence = f"line {line}, column {column}: the label {label[:40]} is used in two operations"
                raise QuerySyntax(sentence, line, column)


def _check(operation: Operation, limits: UpdateLimits) -> None:
    first = operation.tokens[0]
    line, column = place(operation.text, first.start)
    if operation.word(0) not in {*MANAGEMENT, "INSERT", "DELETE", "WITH"}:
        expected = "expected an update (INSERT, DELETE, WITH, CLEAR, …)"
        raise QuerySyntax(f"line {line}, column {column}: {expected}, found {first.text[:40]!r}", line, column)
    if any(token.text == "\\" for token in operation.tokens):
        raise QuerySyntax(f"line {line}, column {column}: a backslash stands outside strings and IRIs", line, column)
    if not operation.name.endswith(" DATA"):
        found = scan(operation.text[first.start : operation.tokens[-1].end]).patterns
        if found > limits.patterns:
            raise _too_many(limits.patterns, "patterns, separators and operators", found)


def _operations(text: str) -> Iterator[Operation]:
    prologue: tuple[tuple[int, int], ...] = ()
    tokens: list[Token] = []
    depth = 0
    for token in lex(text):
        depth += _step(token)
        if depth == 0 and token.text == ";":
            prologue, operation = _split(text, prologue, tokens)
            tokens = []
            if operation:
                yield operation
        else:
            tokens.append(token)
    _, operation = _split(text, prologue, tokens)
    if operation:
        yield operation


def _split(
    text: str, before: tuple[tuple[int, int], ...], tokens: list[Token]
) -> tuple[tuple[tuple[int, int], ...], Operation | None]:
    """The declarations seen so far, these tokens' own included, and the operation after them."""
    at = 0
    while at < len(tokens) and tokens[at].kind == "words" and tokens[at].text in PROLOGUE:
        at += 3 if tokens[at].text == "PREFIX" else 2
    own = tokens[:at]
    prologue = (*before, (own[0].start, own[-1].end)) if own else before
    return prologue, Operation(text, prologue, tuple(tokens[at:])) if tokens[at:] else None


def _step(token: Token) -> int:
    if token.kind == "open":
        return 1
    return -1 if token.kind == "close" else 0


def _gap(skipped: str) -> str:
    """Blanks that take the same lines and, in the last of them, the same columns."""
    lines, _, last = skipped.rpartition("\n")
    return "\n" * (lines.count("\n") + 1) + " " * len(last) if "\n" in skipped else " " * len(skipped)


def _too_many(most: int, what: str, found: int) -> TooComplex:
    return TooComplex(f"expected an update with at most {most} {what}, found {found}")
