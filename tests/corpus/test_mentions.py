import pytest

from kg.corpus.anchor import Text
from kg.corpus.furniture import masked_text
from kg.corpus.mentions import mentions
from kg.corpus.notes import Notes
from kg.corpus.tree import parse

from .support import told

CASES = {
    "whole words": ("Iran, Iranian, pro-Iran, Iran’s, (Iran)", "iran: [Iran]", {"Iran": [0, 19, 25, 34]}),
    "longest form of the same entity": (
        "Esmail Ghaani met. Ghaani left.",
        "ghaani: [Ghaani, Esmail Ghaani]",
        {"Ghaani": [19], "Esmail Ghaani": [0]},
    ),
    "longest form of another entity": (
        "Al-Hurra TV aired. Hurra.",
        "a: [Hurra]\nb: [Al-Hurra TV]",
        {"Hurra": [19], "Al-Hurra TV": [0]},
    ),
    "folded": ("Kata’ib and Kata'ib", "k: [Kata'ib]", {"Kata'ib": [0, 12]}),
    "combining marks belong to a word": ("Cafe\u0301 Cafe", "c: [Cafe]", {"Cafe": [6]}),
    "scripts without spaces": ("安倍晋三首相は東京で", "a: [安倍晋三]\nt: [東京]", {"安倍晋三": [0], "東京": [7]}),
    "arabic": ("النجف في النجف", "n: [النجف]", {"النجف": [0, 9]}),
    "crossing forms": ("north Najaf council", "a: [north Najaf]\nb: [Najaf council, council]", {
        "Najaf council": [6],
    }),
}  # fmt: skip


@pytest.mark.parametrize(("text", "yaml", "expected"), CASES.values(), ids=CASES)
def test_each_place_belongs_to_the_longest_form(text: str, yaml: str, expected: dict[str, list[int]]) -> None:
    node, _ = parse(yaml)
    read = mentions(node, Text.of(text), Notes("x"))
    assert {mention.form: [p.start for p in mention.passages] for mention in read} == expected
    for mention in read:
        assert all(text[p.start : p.end] == p.exact for p in mention.passages)


def test_furniture_is_masked_everywhere() -> None:
    raw = "AD Najaf AD\nNajaf AD"
    notes = Notes("x")
    node, _ = parse("[AD, AD Najaf]")
    text = masked_text(raw, node, notes)
    assert text.masked == ((0, 2), (0, 8), (9, 11), (18, 20))
    (read,) = mentions(parse("n: [Najaf]")[0], text, notes)
    assert [passage.start for passage in read.passages] == [12]
    assert notes.problems == []


def test_a_form_only_in_furniture_is_told() -> None:
    notes = Notes("x")
    text = masked_text("AD Najaf", parse("[AD Najaf]")[0], notes)
    assert mentions(parse("n: [Najaf]")[0], text, notes) == ()
    assert told(tuple(notes.problems)) == [(1, "mentions")]
