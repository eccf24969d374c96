"""The question files: all 24 are there, each well-formed, and each parses and answers."""

import re

import pyoxigraph as ox
import pytest

from kg.questions import Question, questions
from kg.settings import Settings
from kg.sparql.limits import Limits
from kg.sparql.tokens import check
from tests.questions.support import QUERIES

NUMBERED = {
    1: "names-of-a-person",
    2: "claims-of-a-source",
    3: "armed-groups",
    4: "commanders-on-a-date",
    5: "career-of-a-person",
    6: "publisher-in-its-own-voice",
    7: "direct-quotations",
    8: "accounts-of-an-event",
    9: "events-in-a-place",
    10: "single-voice",
    11: "corroboration",
    12: "chain-of-a-statement",
    13: "distant-claims",
    14: "violence-on-anonymous-word",
    15: "denials",
    16: "contradictions",
    17: "circular-sourcing",
    18: "voices-in-their-own-cause",
    19: "presupposed-or-evaluated",
    20: "succession-in-a-post",
    21: "unsupported-headlines",
    22: "world-according-to-a-source",
    23: "disagreement-of-two-sources",
    24: "said-by-a-date",
}
MORE = {"chain-of-voices", "numbers", "who-said-what"}
ALL = questions(QUERIES)


def test_the_files_are_the_24_questions_and_three_more() -> None:
    assert sorted(NUMBERED) == list(range(1, 25))
    assert {question.name for question in ALL} == {*NUMBERED.values(), *MORE}
    assert len(ALL) == 27


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_a_question_asks_tells_and_parses(question: Question) -> None:
    assert question.title.endswith("?")
    assert question.description.endswith(".")
    assert len(question.description) > 40
    check(question.text, Limits.of(Settings()))
    ox.Store().query(question.text, base_iri=Settings().base_iri)


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_a_question_names_only_terms_that_the_ontology_declares(question: Question) -> None:
    declared = {
        quad.subject.value.rpartition("#")[2]
        for path in (QUERIES.parent / "ontology").glob("*.ttl")
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
    }
    used = set(re.findall(r"\bat:([\w-]+)", question.text))
    assert used
    assert used - declared == set()


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_a_question_fits_a_screen_in_width(question: Question) -> None:
    assert [line for line in question.text.splitlines() if len(line) > 120] == []


def test_what_rests_on_a_curators_note_says_so() -> None:
    noted = re.compile(r"\bat:(anonymousSource|placeholder|singleSeat|possiblySame|basis)\b")
    resting = [question for question in ALL if noted.search(question.text)]
    assert len(resting) >= 6
    assert [question.name for question in resting if "curator" not in question.description] == []


def test_the_documentation_lists_every_question_with_its_parameters() -> None:
    told = (QUERIES.parent / "docs" / "questions.md").read_text("utf-8")
    for question in ALL:
        params = ", ".join(f"`{param.name}`" for param in question.params)
        assert f"| [{question.name}](../queries/{question.name}.rq) | {question.title} | {params} |" in told
