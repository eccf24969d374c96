"""Narrowing, by an oracle that is known; and the grouping of triples into axioms."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from kg.reason.narrow import units
from kg.reason.shrink import shrink
from tests.reason.support import turtle

COUNT = 60
SETS = st.lists(st.frozensets(st.integers(0, COUNT - 1), min_size=1, max_size=5), min_size=1, max_size=3)


@given(SETS)
def test_what_is_left_is_one_of_the_smallest_wrong_sets(wrong_sets: list[frozenset[int]]) -> None:
    def wrong(some: Sequence[int]) -> bool:
        return any(one <= set(some) for one in wrong_sets)

    left = shrink(range(COUNT), wrong, lambda: True)
    assert wrong(left)
    assert not any(wrong([x for x in left if x != out]) for out in left)


@given(SETS, st.integers(0, 20))
def test_when_time_runs_out_what_is_left_is_still_wrong(wrong_sets: list[frozenset[int]], questions: int) -> None:
    asked = 0

    def wrong(some: Sequence[int]) -> bool:
        nonlocal asked
        asked += 1
        return any(one <= set(some) for one in wrong_sets)

    left = shrink(range(COUNT), wrong, lambda: asked < questions)
    assert asked <= questions
    assert wrong(left)


def test_few_questions_find_few_things_among_many() -> None:
    asked: list[int] = []

    def wrong(some: Sequence[int]) -> bool:
        asked.append(len(some))
        return {17, 941} <= set(some)

    assert shrink(range(1000), wrong, lambda: True) == (17, 941)
    assert len(asked) < 60


def test_an_axiom_keeps_its_unnamed_nodes() -> None:
    text = ":c rdfs:subClassOf :d , [ owl:onProperty :p ; owl:someValuesFrom [ owl:unionOf ( :a :b ) ] ] . [] owl:members ( :c :d ) ."
    assert sorted(len(unit) for unit in units(turtle(text))) == [1, 5, 8]
