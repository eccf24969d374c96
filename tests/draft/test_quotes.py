from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.corpus.claims import read_article
from kg.corpus.text import read_text
from kg.draft.quotes import DraftStatement, draft_quotes
from kg.draft.yaml import to_yaml
from kg.model import Passage

NAJAF = Path(__file__).resolve().parents[2] / "articles" / "2020-06-08-pmoi-najaf" / "article.txt"

DRAFTED = {
    "cue after": (
        "“They fled at once,” Al-Hurra reported, adding more.",
        ("They fled at once,", "Al-Hurra", "Al-Hurra reported"),
    ),
    "cue before": ('The mayor, Ali Hadi, said: "They fled at once."', ("They fled at once.", "Ali Hadi", "said")),
    "verb first": (
        "“They fled at once,” said Ali Hadi on Sunday.",
        ("They fled at once,", "Ali Hadi", "said Ali Hadi"),
    ),
    "noun for a name": (
        "“They fled at once,” the statement read in part.",
        ("They fled at once,", "statement", "the statement read in part"),
    ),
    "according to": (
        "“They all fled at once,” according to Al Rafidein TV.",
        ("They all fled at once,", "Al Rafidein TV", "according to Al Rafidein TV"),
    ),
    "cue in the sentence before": (
        "Al Hadath TV aired a report on Sunday. “They fled at once.”",
        ("They fled at once.", "Al Hadath TV", "Al Hadath TV aired a report"),
    ),
    "cue in the paragraph before": (
        "Ali Hadi wrote the following.\n\n“They all fled at once.”",
        ("They all fled at once.", "Ali Hadi", "Ali Hadi wrote"),
    ),
    "a month is no name": (
        "“They fled at once,” the May piece reads.",
        ("They fled at once,", "piece", "the May piece reads"),
    ),
    "nobody": ("It began. “They all fled at once.” It ended.", ("They all fled at once.", None, None)),
}


@pytest.mark.parametrize(("text", "expected"), DRAFTED.values(), ids=DRAFTED)
def test_drafts_a_quotation_and_its_voice(text: str, expected: tuple[str, str | None, str | None]) -> None:
    (draft,) = draft_quotes(text, "en")
    assert (draft.quote, draft.voice, draft.cue_words) == expected
    assert text[draft.span[0] : draft.span[1]] == draft.quote
    assert draft.closed
    if draft.cue:
        assert text[draft.cue[0] : draft.cue[1]] == draft.cue_words


def test_a_pronoun_is_the_voice_before() -> None:
    first, second = draft_quotes("Ali Hadi said, “They fled.” He added, “They came back later.”", "en")
    assert (first.voice, second.voice, second.cue_words) == ("Ali Hadi", "Ali Hadi", "He added")


@pytest.mark.parametrize(
    "text",
    ["the “Al-Fath” coalition grew", "no quotation at all", "“”", "5'10\" tall", ""],
    ids=["manner of speaking", "none", "empty marks", "inches", "empty"],
)
def test_leaves_out_what_nobody_says(text: str) -> None:
    assert draft_quotes(text, "en") == ()


UNCLOSED = {
    "blank line": "Hadi said: “They fled at once.\n\nNext “one” day",
    "blank line with spaces": "Hadi said: “They fled at once.\r\n \r\nNext day",
    "end of the text": "Hadi said: “They fled at once.",
    "furniture": "Hadi said: “They fled at once. Read more: x”",
}


@pytest.mark.parametrize("text", UNCLOSED.values(), ids=UNCLOSED)
def test_a_quotation_that_never_closes_is_kept_and_marked(text: str) -> None:
    start = text.find("Read more:")
    furniture = [Passage(start, start + 10, "Read more:", "", "")] if start > 0 else []
    draft = draft_quotes(text, "en", furniture)[0]
    assert (draft.quote, draft.closed, draft.voice) == ("They fled at once.", False, "Hadi")


def test_other_languages_are_drafted_without_a_voice() -> None:
    (draft,) = draft_quotes("Hadi said „sie flohen“", "de")
    assert draft == DraftStatement((11, 21), "sie flohen", True)


def test_drafts_of_the_real_article_are_read_as_drafts(tmp_path: Path) -> None:
    text, _ = read_text(NAJAF)
    drafts = draft_quotes(text, "en")
    assert len(drafts) >= 12
    assert [draft.closed for draft in drafts].count(False) == 1
    assert read_back(tmp_path, text, drafts, "Iran-backed security forces open fire on demonstrators in Iraq") == []


MARKS = ["“", "”", '"', "'", "\\", "{a: b}", "# ", ", ", "\n", "\n\n", "\u2028", "\x85", "\u00a0", "\ufeff", "😀"]
HOSTILE = st.lists(st.sampled_from([*MARKS, " said ", "Hadi", "x"]), max_size=25).map("".join)


@given(body=HOSTILE)
def test_whatever_is_drafted_can_be_read(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    text = "Title\n\n" + body
    drafts = draft_quotes(text, "en")
    for draft in drafts:
        assert text[draft.span[0] : draft.span[1]] == draft.quote
    assert read_back(tmp_path_factory.mktemp("drafts"), text, drafts, "Title") == []


def read_back(root: Path, text: str, drafts: tuple[DraftStatement, ...], title: str) -> list[str]:
    """What a reader has to say of the drafts, each given something to say so that it must be read whole."""
    folder = root / "articles" / "x"
    folder.mkdir(parents=True)
    (folder / "article.txt").write_bytes(text.encode())
    head = f"format: 1\narticle: {{title: {title}, publisher: pmoi, published: 2020-06-08, language: en}}\n"
    yaml = to_yaml(drafts, "pmoi")
    says = "    says: {Event: {event: e}}\n    status: draft\n"
    for body, count in ((yaml, 0), (yaml.replace("    status: draft\n", says), len(drafts))):
        (folder / "claims.yaml").write_bytes((head + body).encode())
        reading = read_article(folder)
        if reading.problems:
            return [str(problem) for problem in reading.problems]
        assert reading.article
        assert len(reading.article.statements) == count
        assert [statement.passages[0].exact for statement in reading.article.statements] == [
            draft.quote for draft in drafts[:count]
        ]
    return []
