"""The tokens of SPARQL (SPARQL 1.1, section 19.8), found in time linear to the text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ESCAPED = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
# A prefix may hold dots and hyphens; where no colon follows, they are not of the word (see _State.take).
_RUN = rf"(?:[^\W\d_]|{_ESCAPED})(?:[\w.\-]|{_ESCAPED})*+"
_LOCAL = r"(?:[\w:%\-\u00B7]|\\.|\.++(?=[\w:%\-\u00B7\\]))*+"
# Possessive quantifiers: no alternative is tried twice, so no text makes the scan slower than linear.
TOKEN = re.compile(
    rf"""
      (?P<blank>   [ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<string>  \"{{3}}(?:[^"\\]|\\.|"(?!""))*+\"{{3}} | '{{3}}(?:[^'\\]|\\.|'(?!''))*+'{{3}}
                 | "(?!"")(?:[^"\\\r\n]|\\.)*+" | '(?!'')(?:[^'\\\r\n]|\\.)*+' )
    | (?P<open>    <<\(? | \{{\|? | \( | \[ )
    | (?P<iri>     <[^<>"{{}}|^`\x00-\x20]*+> )
    | (?P<close>   \)>> | >> | \|?\}} | \) | \] )
    | (?P<name>    (?:_ | {_RUN})?+ : {_LOCAL} )
    | (?P<words>   {_RUN} )
    | (?P<term>    [?$]\w++ | @[A-Za-z]++[A-Za-z0-9\-]*+
                 | (?:[0-9]++(?:\.[0-9]++)?+ | \.[0-9]++)(?:[eE][+\-]?+[0-9]++)?+ )
    | (?P<operator>\^\^ | \|\| | && | [!<>]?= | [.;,|/^!*+\-?=<>~] )
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
PIECE = re.compile(r"[.\-]|[^.\-]++")


class Token(NamedTuple):
    """A token: its kind (a group's name in the scanner), its text (words in upper case), and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def lex(text: str) -> Iterator[Token]:
    """The tokens of a query or an update, without blanks and comments; what is none is of the kind "unknown"."""
    position, end = 0, len(text)
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            yield Token("unknown", text[position], position, position + 1)
            position += 1
            continue
        position = match.end()
        if match.lastgroup == "words":
            for piece in PIECE.finditer(match.group()):
                start, word = match.start() + piece.start(), ESCAPE.sub(decoded, piece.group()).upper()
                yield Token("operator" if word in ".-" else "words", word, start, start + len(piece.group()))
        elif match.lastgroup != "blank":
            yield Token(match.lastgroup or "", match.group(), match.start(), position)


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column (1-based, in code points) of a position in a text."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def decoded(escape: re.Match[str]) -> str:
    """The character that an escape stands for."""
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF else escape[0]
