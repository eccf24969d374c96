"""Cutting a text where claims begin and end."""

from hypothesis import given
from hypothesis import strategies as st

from kg.web.marks import Span, covering, paragraphs

TEXT = "One two three four.\n\nFive six.\n"


def pieces(claims: list[Span]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(s.text, s.claims, s.begins) for p in paragraphs(TEXT, claims) for s in p.segments]


def test_overlapping_claims_stay_apart() -> None:
    claims = [Span(0, 13, "a"), Span(4, 18, "b")]
    assert pieces(claims) == [
        ("One ", ("a",), ("a",)),
        ("two three", ("a", "b"), ("b",)),
        (" four", ("b",), ()),
        (".", (), ()),
        ("Five six.\n", (), ()),
    ]


def test_a_claim_may_span_paragraphs() -> None:
    claims = [Span(14, 25, "a")]
    assert [(text, claims) for text, claims, _ in pieces(claims) if claims] == [("four.", ("a",)), ("Five", ("a",))]


def test_furniture_and_headline_are_told() -> None:
    made = paragraphs(TEXT, [], [Span(21, 25, "furniture")], Span(0, 19, "headline"))
    assert [p.is_headline for p in made] == [True, False]
    assert [(s.text, s.furniture) for s in made[1].segments] == [("Five", True), (" six.\n", False)]


def test_a_blank_line_may_hold_spaces() -> None:
    made = paragraphs("a\r\n \u00a0\r\nb\rc", [])
    assert [s.text for p in made for s in p.segments] == ["a", "b\rc"]


@given(
    st.text(alphabet="ab \n\u0301é", max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
)
def test_segments_are_the_text_at_their_offsets_and_know_their_claims(text: str, edges: list[tuple[int, int]]) -> None:
    claims = [Span(min(a, b), min(max(a, b), len(text)), str(n)) for n, (a, b) in enumerate(edges)]
    claims = [claim for claim in claims if claim.start < claim.end]
    seen = [s for p in paragraphs(text, claims) for s in p.segments]
    for segment in seen:
        assert segment.text == text[segment.start : segment.end] != ""
        expected = {c.key for c in claims if c.start <= segment.start and segment.end <= c.end}
        assert set(segment.claims) == expected
        touching = {c.key for c in claims if c.start < segment.end and segment.start < c.end}
        assert touching == expected, "no segment lies partly in a claim"
    shown = {offset for s in seen for offset in range(s.start, s.end)}
    assert all(text[offset].isspace() for offset in set(range(len(text))) - shown)


def test_covering_gives_the_fewest_words_first() -> None:
    claims = [Span(0, 20, "long"), Span(4, 7, "short"), Span(30, 40, "elsewhere"), Span(6, 12, "middle")]
    assert covering(claims, 5, 8) == ["short", "middle", "long"]
