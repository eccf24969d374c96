import unicodedata

import pytest

from kg.sparql.caret import caret


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("SELECT * {\n  ?s ?p }", 2, 9, "  ?s ?p }\n        ^"),
        ("ASK", 1, 4, "ASK\n   ^"),
        ("ASK\r\n{", 1, 2, "ASK\n ^"),
        ("\tASK x", 1, 6, "\tASK x\n\t    ^"),
        ("# 日本 x", 1, 6, "# 日本 x\n       ^"),
        ("# e\u0301x", 1, 5, "# e\u0301x\n   ^"),
        ("a\x1b[31mb", 1, 3, "a\ufffd[31mb\n  ^"),
        ("", 1, 1, "\n^"),
        ("ASK {}", 7, 40, "\n^"),
    ],
)
def test_the_caret_stands_under_the_place(text: str, line: int, column: int, expected: str) -> None:
    assert caret(text, line, column) == expected


def test_of_a_long_line_only_the_surroundings_are_shown() -> None:
    shown, mark = caret("x" * 500 + "!" + "y" * 500, 1, 501).split("\n")
    assert len(shown) < 120
    assert shown[len(mark) - 1] == "!"
    assert shown.startswith("…x")
    assert shown.endswith("y…")


def test_nothing_moves_the_cursor() -> None:
    shown = caret("a\u202eb\u200bc\x00d\x7f", 1, 3)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
