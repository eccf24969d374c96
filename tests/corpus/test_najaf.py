"""The real article: its typographic quotes, its no-break spaces, and a quotation that never closes."""

import shutil
from pathlib import Path

import pytest

from kg.corpus.anchor import Found, Text, find
from kg.corpus.claims import read_article
from kg.corpus.edit import anchor_file
from kg.corpus.text import read_text

from .support import NAJAF, SHARED

DRAFT = SHARED / "model" / "claims-draft.yaml"


@pytest.fixture
def text() -> Text:
    return Text.of(read_text(NAJAF / "article.txt")[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if not DRAFT.exists():
        pytest.skip(f"no {DRAFT}")
    folder = tmp_path / "articles" / NAJAF.name
    folder.mkdir(parents=True)
    shutil.copy(NAJAF / "article.txt", folder)
    shutil.copy(DRAFT, folder / "claims.yaml")
    return folder


FOLDED = {
    "no-break space in a quote": "in a U.S.-led drone strike",
    "no-break spaces around a name": "wrote the following in Kayhan daily",
    "straight apostrophe": "Iraq's future",
    "straight quotation marks": '"Ghaani\'s defeat."',
}


@pytest.mark.parametrize("typed", FOLDED.values(), ids=FOLDED)
def test_words_typed_plainly_are_found(text: Text, typed: str) -> None:
    outcome = find(text, typed)
    assert isinstance(outcome, Found)
    assert outcome.by == "folded"
    assert len(outcome.passage.exact) == len(typed)
    assert outcome.passage.exact != typed


def test_all_no_break_spaces_are_folded(text: Text) -> None:
    assert text.raw.count("\u00a0") == 18
    assert "\u00a0" not in text.folded
    assert len(text.folded) == len(text.raw)


def test_the_end_of_an_unclosed_quotation_is_found(text: Text) -> None:
    outcome = find(text, "They also chanted slogans condemning a number of former ministers.")
    assert isinstance(outcome, Found)
    assert outcome.passage.suffix.startswith("\n\n\nRead more:")


def test_every_statement_of_the_draft_is_anchored(folder: Path) -> None:
    reading = read_article(folder)
    assert reading.problems == ()
    assert reading.article
    typed = (folder / "claims.yaml").read_text().count("    quote: ")
    assert len(reading.article.statements) == typed == 23
    text = reading.article.document.text
    passages = [passage for statement in reading.article.statements for passage in statement.passages]
    passages += [link.cue for statement in reading.article.statements for link in statement.chain if link.cue]
    assert len(passages) > 30
    assert all(text[passage.start : passage.end] == passage.exact for passage in passages)


def test_anchoring_the_draft_adds_offsets_and_keeps_every_line(folder: Path) -> None:
    before = (folder / "claims.yaml").read_text().splitlines()
    assert anchor_file(folder).problems == ()
    after = (folder / "claims.yaml").read_text().splitlines()
    assert not anchor_file(folder).changed
    bare = [line for line in after if not line.strip().startswith(("at: ", "sha256: "))]
    assert len(bare) == len(before)
    changed = [(old, new) for old, new in zip(before, bare, strict=True) if old != new]
    assert changed
    assert all(", at: " in new and "cue: " in old for old, new in changed)
    assert read_article(folder).problems == ()
