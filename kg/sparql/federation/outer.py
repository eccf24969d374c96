"""What a query knows before it asks another endpoint: the endpoint is then asked only for what can be joined.

Where a `SERVICE` pattern stands in the outermost group, or in an OPTIONAL of it, its solutions are joined with those
of what stands before. So the endpoint may be given the values that the variables of both have by then, and the answer
of the whole stays the same (SPARQL 1.1 Federated Query, section 2.4).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kg.sparql.federation.calls import Call, variables_of
from kg.sparql.lexer import Token, lex
from kg.sparql.tokens import VOLATILE

MOST = 1_000  # solutions that an endpoint is given
LENGTH = 60_000  # characters that they may take; servers limit a query's length


@dataclass(frozen=True, slots=True)
class Outer:
    """A group graph pattern before a call, by its place in the query, and the variables that both have."""

    start: int
    end: int
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """How many solutions an endpoint is given, and the pattern that gives them."""

    rows: int
    pattern: str


def outer_of(text: str, call: Call) -> Outer | None:
    """What stands before a call; None where it does not decide what is to be asked."""
    tokens = [token for token in lex(text) if token.end <= call.start]
    opening = _outermost(tokens)
    if opening is None or _has(tokens, {"FROM"}):
        return None
    before = tokens[opening + 1 :]
    start, end = tokens[opening].end, _end(before, call)
    if end is None or _has(before, VOLATILE):  # what is asked twice must have one answer
        return None
    shared = variables_of(text[start:end]) & call.variables
    return Outer(start, end, tuple(sorted(shared))) if shared else None


def given(variables: tuple[str, ...], solutions: str) -> Given | None:
    """Solutions in tab-separated values as a table; None where a query cannot hold them, or they are too many."""
    rows = [line.split("\t") for line in solutions.split("\n")[1:-1]]
    fields = [field for row in rows for field in row]
    if len(rows) > MOST or len(solutions) > LENGTH or any(not f or f.startswith(("_:", "<<")) for f in fields):
        return None
    columns = " ".join(f"?{name}" for name in variables)
    table = " ".join(f"({' '.join(row)})" for row in rows)
    return Given(len(rows), f"VALUES ({columns}) {{ {table} }}")


def spliced(text: str, start: int, end: int, tables: Mapping[Call, str]) -> str:
    """A piece of the text, with each of the calls, in their order, replaced by its table."""
    parts = []
    for call, table in tables.items():
        if start <= call.start < end:
            parts += [text[start : call.start], table]
            start = call.end
    return "".join([*parts, text[start:end]])


def _has(tokens: Iterable[Token], keywords: Collection[str]) -> bool:
    return any(token.kind == "words" and token.text in keywords for token in tokens)


def _outermost(tokens: list[Token]) -> int | None:
    """Where the brace is that begins the query's pattern."""
    where = not any(token.kind == "words" and token.text == "CONSTRUCT" for token in tokens)
    brackets = 0  # SELECT may hold an EXISTS in brackets
    for index, token in enumerate(tokens):
        where = where or (token.kind == "words" and token.text == "WHERE")  # before it, a CONSTRUCT has its template
        brackets += (token.text == "(") - (token.text == ")")
        if where and not brackets and token.text == "{":
            return index
    return None


def _end(tokens: list[Token], call: Call) -> int | None:
    """Where what stands before the call ends: at the call, or at the OPTIONAL that it is in."""
    depth, end, filtered, keyword = 1, call.start, False, Token("", "", 0, 0)
    for token in tokens:
        if token.kind == "open" and "{" in token.text:
            depth += 1
            optional = keyword.kind == "words" and keyword.text == "OPTIONAL"
            end = keyword.start if depth == 2 and optional else -1 if depth == 2 else end
        elif token.kind == "close" and "}" in token.text:
            depth -= 1
            end = call.start if depth == 1 else end
        elif depth == 1 and token.kind == "words" and token.text == "FILTER":
            filtered = True  # it holds for the whole group, and may ask for what the call binds
        keyword = token
    return None if filtered or depth > 2 or end < 0 else end
