import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.corpus.fold import fold

PAIRS = {
    "typographic single": ("Kata’ib ‘x’ ‚y‛", "Kata'ib 'x' 'y'"),
    "modifier apostrophe": ("Kataʼib", "Kata'ib"),
    "typographic double": ("“x” „y‟", '"x" "y"'),
    "guillemets": ("«x» ‹y›", "\"x\" 'y'"),
    "no-break and thin spaces": ("a\u00a0b\u202fc\u2009d\u3000e", "a b c d e"),
    "case stays": ("ÀB", "ÀB"),
    "newlines and tabs stay": ("a\r\nb\tc\u2028d", "a\r\nb\tc\u2028d"),
    "astral stays": ("😀’", "😀'"),
    "zero width stays": ("a\u200bb\u00adc\ufeff", "a\u200bb\u00adc\ufeff"),
}


@pytest.mark.parametrize(("typed", "folded"), PAIRS.values(), ids=PAIRS)
def test_folds_quotes_and_spaces_and_nothing_else(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_keeps_every_offset(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert [fold(character) for character in text] == list(folded)
