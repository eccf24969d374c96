"""The `SERVICE` patterns of a query (SPARQL 1.1 Federated Query, section 4), found and checked against the list."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kg.errors import BadInput, Forbidden, QuerySyntax
from kg.sparql.lexer import ESCAPE, Token, lex, place
from kg.sparql.tokens import PROLOGUE, Word, forbidden

STAND_IN = "GRAPH"  # may stand wherever SERVICE may, with the same after it, and is no longer
_LOCAL_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Call:
    """One `SERVICE` pattern: whom it asks, and what; `start` and `end` are where it stands in the text.

    `named` is where its words end and the endpoint's name begins; between `opens` and `closes` is the block in its
    braces; `variables` are those that it names, without their mark.
    """

    iri: str
    silent: bool
    start: int
    named: int
    opens: int
    closes: int
    end: int
    variables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Federated:
    """A query that asks other endpoints: its text, its prologue, and its outermost `SERVICE` patterns in order.

    `stand_in` is a text of the same length, grammar and variables that asks nobody.
    """

    text: str
    prologue: str
    calls: tuple[Call, ...]
    stand_in: str

    def asked(self, call: Call, known: str = "") -> str:
        """What the endpoint is asked: its solutions of the block, joined with a pattern of what is known before."""
        block = f"{{{self.text[call.opens : call.closes]}\n}}"
        return f"{self.prologue}\nSELECT * WHERE {f'{{ {known} {block} }}' if known else block}"

    def unasked(self, call: Call) -> str:
        """The same query, where the patterns within it ask nobody."""
        return f"{self.prologue}\nSELECT * WHERE {{{self.stand_in[call.opens : call.closes]}\n}}"


def read_calls(text: str, offered: Collection[str]) -> Federated:
    """Find the `SERVICE` patterns of a query; those within others, which the other endpoint asks, are checked too.

    Raises Forbidden for an endpoint that is not `offered` or no constant, QuerySyntax, BadInput.
    """
    if escape := ESCAPE.search(text):
        raise BadInput(f"{_at(text, escape.start())}: expected the character itself beside SERVICE, found {escape[0]}")
    reader = _Reader(text, [*lex(text)], offered)
    calls = [*reader.calls()]
    outermost = tuple(call for call in calls if not any(other.start < call.start < other.end for other in calls))
    return Federated(text, reader.prologue(), outermost, _stand_in(text, calls))


def variables_of(text: str) -> frozenset[str]:
    """The variables that a piece of a query names, without their mark."""
    return frozenset(token.text[1:] for token in lex(text) if token.kind == "term" and token.text[0] in "?$")


def _stand_in(text: str, calls: list[Call]) -> str:
    for call in calls:
        words = "".join(mark if mark in "\r\n" else " " for mark in text[call.start : call.named])
        text = text[: call.start] + STAND_IN + words[len(STAND_IN) :] + text[call.named :]
    return text


class _Reader:
    def __init__(self, text: str, tokens: list[Token], offered: Collection[str]) -> None:
        self._text, self._tokens, self._offered = text, tokens, offered

    def prologue(self) -> str:
        """What stands before the first keyword that is not of it, without comments."""
        parts = []
        for token in self._tokens:
            if token.kind == "words" and token.text not in PROLOGUE:
                break
            parts.append(self._text[token.start : token.end])
        return " ".join(parts)

    def calls(self) -> Iterator[Call]:
        for index, token in enumerate(self._tokens):
            if token.kind == "words" and token.text == "SERVICE":
                yield self._call(index)
            elif token.kind == "words" and token.text.startswith(("SERVICE", "LOAD")):
                raise forbidden(Word(token.text, *place(self._text, token.start)))

    def _call(self, index: int) -> Call:
        start = self._tokens[index].start
        silent = self._at(index + 1).text == "SILENT"
        name = self._at(index + 1 + silent)
        iri = self._endpoint(name, start)
        opening, closing = self._block(index + 2 + silent)
        opens, closes = opening.end, closing.start
        variables = variables_of(self._text[opens:closes])
        return Call(iri, silent, start, name.start, opens, closes, closing.end, variables)

    def _endpoint(self, name: Token, start: int) -> str:
        iri = self._iri(name)
        if iri is None:
            raise Forbidden(
                f"{_at(self._text, start)}: expected the IRI of an endpoint after SERVICE, found {name.text!r}"
            )
        if iri not in self._offered:
            raise Forbidden(
                f"{_at(self._text, start)}: SERVICE <{iri}> is not offered: "
                "it is not on the list of the endpoints that this one asks, or not written as it is there"
            )
        return iri

    def _iri(self, name: Token) -> str | None:
        if name.kind == "iri":
            return name.text[1:-1]
        prefix, colon, local = name.text.partition(":")
        if name.kind != "name" or not colon:
            return None
        return self._prefixes().get(f"{prefix}:", f"{prefix}:") + _LOCAL_ESCAPE.sub(r"\1", local)

    def _prefixes(self) -> dict[str, str]:
        triples = zip(self._tokens, self._tokens[1:], self._tokens[2:], strict=False)
        return {
            name.text: iri.text[1:-1]
            for word, name, iri in triples
            if (word.kind, word.text, name.kind, iri.kind) == ("words", "PREFIX", "name", "iri")
        }

    def _block(self, index: int) -> tuple[Token, Token]:
        """The braces around what is asked."""
        opening = self._at(index)
        if opening.text != "{":
            line, column = place(self._text, opening.start)
            raise QuerySyntax(f"line {line}, column {column}: expected {{ after SERVICE and its IRI", line, column)
        depth = 0
        for token in self._tokens[index:]:
            depth += (token.kind == "open" and "{" in token.text) - (token.kind == "close" and "}" in token.text)
            if depth == 0:
                return opening, token
        line, column = place(self._text, opening.start)
        raise QuerySyntax(
            f"line {line}, column {column}: the block of SERVICE that begins here has no end", line, column
        )

    def _at(self, index: int) -> Token:
        end = len(self._text)
        return self._tokens[index] if index < len(self._tokens) else Token("end", "", end, end)


def _at(text: str, position: int) -> str:
    line, column = place(text, position)
    return f"line {line}, column {column}"
