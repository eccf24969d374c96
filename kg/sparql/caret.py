"""The line of a query that an error is about, with a caret under the place."""

import unicodedata

BEFORE, AFTER = 60, 40  # characters shown of a long line


def caret(text: str, line: int, column: int) -> str:
    """Two lines: the text's line (1-based), and a caret under the column (1-based, in code points).

    Of a long line only what stands around the place is shown. Wide and combining characters are reckoned with.
    """
    lines = text.split("\n")
    there = lines[line - 1] if 0 < line <= len(lines) else ""
    at = min(max(column - 1, 0), len(there))
    start, end = max(at - BEFORE, 0), at + AFTER
    before, after = there[start:at], there[at:end].rstrip("\r")
    lead, tail = "…" * (start > 0), "…" * (end < len(there))
    blank = "".join(map(_blank, lead + before))
    return f"{lead}{_plain(before)}{_plain(after)}{tail}\n{blank}^"


def _plain(text: str) -> str:
    """Control characters as a mark: they would move what follows."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\t" else c for c in text)


def _blank(character: str) -> str:
    if character == "\t":
        return character
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
