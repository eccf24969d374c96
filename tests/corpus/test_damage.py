"""Whatever becomes of a file in an editor: reading tells, and anchoring adds offsets or leaves it alone."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.corpus.claims import read_article, read_entities
from kg.corpus.edit import anchor_file

from .support import write
from .test_claims import RICH
from .test_edit import BEFORE

BITS = [
    *"{}[]:,-#'\"&*!|>%@?~ \n\t\r",
    "\n  ",
    "---\n",
    "<<: ",
    "null",
    "at: ",
    "near: ",
    "quote: ",
    "\u2028",
    "{}",
    "[[]]",
]
TEXTS = st.sampled_from([RICH, BEFORE, BEFORE.replace("\n", "\r\n")])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A good file with a few pieces put in, cut out or repeated."""
    text = draw(TEXTS)
    for _ in range(draw(st.integers(1, 3))):
        place, length = draw(st.integers(0, len(text))), draw(st.integers(0, 20))
        piece = draw(st.sampled_from([*BITS, text[place : place + length]]))
        text = text[:place] + piece + text[place + draw(st.sampled_from([0, 0, length])) :]
    return text


@settings(max_examples=60, deadline=None)
@given(claims=damaged())
def test_no_file_is_too_broken_to_be_told(tmp_path_factory: pytest.TempPathFactory, claims: str) -> None:
    folder: Path = write(tmp_path_factory.mktemp("corpus"), claims)
    path = folder / "claims.yaml"
    reading = read_article(folder)
    read_entities(path)
    assert all(1 <= problem.source.line <= claims.count("\n") + 2 for problem in reading.problems)
    assert reading.article or any(problem.severity == "violation" for problem in reading.problems)
    done = anchor_file(folder)
    written = path.read_bytes()
    assert done.changed == (written != claims.encode())
    assert not anchor_file(folder).changed
    assert path.read_bytes() == written
    if done.changed:
        assert {p.rule for p in read_article(folder).problems} <= {p.rule for p in reading.problems}
