"""Each question's answer on the shipped corpus, held to a file that was read against the article."""

import csv

import pyoxigraph as ox
import pytest

from kg import resources
from kg.questions import find_question, questions
from tests.questions.support import EXPECTED, QUERIES, ask, mapped_store
from tests.questions.test_files import MORE, NUMBERED

NAMES = sorted({*NUMBERED.values(), *MORE})
# Answers of one article: nobody in it contradicts anybody, as far as these questions look.
EMPTY = {"contradictions", "disagreement-of-two-sources"}


@pytest.fixture(scope="module")
def corpus() -> ox.Store:
    return mapped_store(resources.find("articles"))


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_one_on_file(corpus: ox.Store, name: str) -> None:
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    found, *answered = ask(corpus, find_question(QUERIES, name), {})
    assert found == header
    assert sorted(answered) == rows, "if this is right: python -m tests.questions.record, and read what changed"
    assert bool(rows) == (name not in EMPTY)


def test_every_file_on_record_is_of_a_question() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.csv")) == sorted(q.name for q in questions(QUERIES))
