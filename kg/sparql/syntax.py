"""Syntax errors, told better than the engine does."""

from kg.errors import QuerySyntax
from kg.sparql import tokens
from kg.sparql.caret import caret
from kg.sparql.messages import UNCLEAR

NO_PREFIX = "Prefix not found"  # the engine says so behind the name, and does not say which


def told_better(error: QuerySyntax, text: str) -> QuerySyntax:
    """The error with its place: the engine seldom says that a prefix is missing, which is the commonest fault."""
    if (UNCLEAR in str(error) or NO_PREFIX in str(error)) and (undeclared := tokens.scan(text).undeclared):
        line, column = undeclared.line, undeclared.column
        error = QuerySyntax(f"line {line}, column {column}: the prefix {undeclared.text} is not declared", line, column)
    if error.line is not None and error.column is not None:
        error.context = caret(text, error.line, error.column)
    return error
