import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.corpus.anchor import (
    CONTEXT,
    Absent,
    Ambiguous,
    Found,
    Masked,
    NearUnclear,
    Outcome,
    Similar,
    Span,
    Text,
    find,
)

PROSE = """\
The “guards” fired.
In Najaf, the mayor’s men fired.
The guards\u00a0left Basra at night, 😀 and slept.
The “guards” fired.
"""


def locate(words: str, kept: Span | None = None, near: str | None = None) -> Outcome:
    return find(Text.of(PROSE), words, kept, near)


FOUND = {
    "exact": ("slept", None, None, "exact", "slept"),
    "folded quotes": ("mayor's men", None, None, "folded", "mayor’s men"),
    "folded spaces": ("guards left Basra", None, None, "folded", "guards\u00a0left Basra"),
    "typographic words, plain text": ("and’s", None, None, None, None),
    "kept": ("The “guards” fired", (0, 18), None, "kept", "The “guards” fired"),
    "kept, folded": ('The "guards" fired', (0, 18), None, "kept", "The “guards” fired"),
    "kept is stale": ("slept", (3, 8), None, "exact", "slept"),
    "kept is out of bounds": ("slept", (9_000, 9_005), None, "exact", "slept"),
    "near in the same line": ("fired", None, "Najaf", "exact", "fired"),
    "near holds the words": ("fired", None, "men fired", "exact", "fired"),
}


@pytest.mark.parametrize(("words", "kept", "near", "by", "exact"), FOUND.values(), ids=FOUND)
def test_finds_words(words: str, kept: Span | None, near: str | None, by: str, exact: str) -> None:
    outcome = locate(words, kept, near)
    if by is None:
        assert not isinstance(outcome, Found)
        return
    assert isinstance(outcome, Found)
    assert (outcome.by, outcome.passage.exact) == (by, exact)
    assert PROSE[outcome.passage.start : outcome.passage.end] == exact


def test_near_takes_the_closest_place() -> None:
    first, second, third = (i for i in range(len(PROSE)) if PROSE.startswith("fired", i))
    for near, start in (("In Najaf", first), ("mayor", second), ("slept", third)):
        outcome = locate("fired", near=near)
        assert isinstance(outcome, Found), near
        assert outcome.passage.start == start, near


def test_near_decides_against_offsets_that_hold_other_words_of_the_same_form() -> None:
    second = PROSE.index("fired", 30)
    outcome = locate("fired", kept=(13, 18), near="mayor")
    assert isinstance(outcome, Found)
    assert (outcome.passage.start, outcome.by) == (second, "exact")


UNDECIDED = {
    "several places": ("fired", None, Ambiguous((1, 2, 4))),
    "two of them equally near": ("l", "e", NearUnclear("e", (1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4))),
    "near is nowhere": ("fired", "Mosul", NearUnclear("Mosul", ())),
    "near is in several places": ("fired", "guards", NearUnclear("guards", (1, 3, 4))),
    "nothing like it": ("quarterly dividend of the bank", None, Absent()),
}


@pytest.mark.parametrize(("words", "near", "expected"), UNDECIDED.values(), ids=UNDECIDED)
def test_never_guesses(words: str, near: str | None, expected: Outcome) -> None:
    outcome = locate(words, near=near)
    assert type(outcome) is type(expected)
    if not isinstance(expected, NearUnclear) or near != "e":
        assert outcome == expected


def test_two_places_equally_near_are_ambiguous() -> None:
    assert find(Text.of("x fired, Najaf, fired x"), "fired", near="Najaf") == Ambiguous((1, 1))


SIMILAR = {
    "typo": ("the mayors men fried", 2),
    "case": ("the guards left basra", 3),
    "a word left out": ("The guards Basra at night", 3),
    "a space for a newline": ("fired. The guards left", 2),
}


@pytest.mark.parametrize(("words", "line"), SIMILAR.values(), ids=SIMILAR)
def test_similar_words_are_shown_and_never_taken(words: str, line: int) -> None:
    outcome = locate(words)
    assert isinstance(outcome, Similar)
    assert outcome.line == line
    assert outcome.passage.exact in PROSE
    assert 0.7 <= outcome.ratio < 1


def test_similar_words_begin_and_end_with_whole_words() -> None:
    outcome = locate("mayor’s man fired")
    assert isinstance(outcome, Similar)
    assert outcome.passage.exact == "mayor’s men fired"


def test_masked_places_do_not_count() -> None:
    text = Text.of("Read more\nabout guards\nguards")
    one = Text(text.raw, text.folded, text.lines, masked=((0, 22),))
    assert find(one, "guards") == Found(text.passage((23, 29)), "exact")
    both = Text(text.raw, text.folded, text.lines, masked=((0, 29),))
    assert find(both, "guards") == Masked((2, 3))
    assert find(both, "guards", kept=(16, 22)) == Masked((2, 3))


def test_context_is_32_code_points() -> None:
    passage = Text.of("😀" * 50 + "here" + "é" * 50).passage((50, 54))
    assert passage.exact == "here"
    assert (passage.prefix, passage.suffix) == ("😀" * CONTEXT, "é" * CONTEXT)
    assert CONTEXT == 32


def test_comparing_hostile_text_is_bounded() -> None:
    assert isinstance(find(Text.of("ab" * 300_000), "ba" * 2_000 + "x" + "ba" * 100), Found | Similar | Absent)


@given(
    before=st.text(max_size=60),
    words=st.text(min_size=1, max_size=20),
    after=st.text(max_size=60),
    cluttered=st.booleans(),
)
def test_finds_what_was_planted_where_it_was_planted(before: str, words: str, after: str, cluttered: bool) -> None:
    raw = before + words + after
    typed = words.translate(str.maketrans("“”’\u00a0", '""\' ')) if cluttered else words
    outcome = find(Text.of(raw), typed, kept=(len(before), len(before) + len(words)))
    assert isinstance(outcome, Found)
    assert outcome.passage.start == len(before)
    assert outcome.passage.exact == words


@given(
    before=st.text(alphabet="ab \n😀", max_size=40),
    after=st.text(alphabet="ab \n😀", max_size=40),
    words=st.text(alphabet="‘c’“” \u00a0", min_size=1, max_size=8).map(lambda middle: f"c{middle}c"),
)
def test_finds_what_stands_in_one_place_without_offsets(before: str, after: str, words: str) -> None:
    raw = before + words + after
    assume(raw.count(words) == 1)
    outcome = find(Text.of(raw), words)
    assert outcome == Found(Text.of(raw).passage((len(before), len(before) + len(words))), "exact")
