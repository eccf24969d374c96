"""Edits: composed, made, and taken back."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.graph.change import NOTHING, Edit
from kg.store import edit

A, B, EMPTY, FRESH = (NamedNode(f"urn:{name}") for name in ("a", "b", "empty", "fresh"))


def quads(graph: NamedNode, start: int, end: int) -> frozenset[Quad]:
    return frozenset(Quad(A, B, Literal(number), graph) for number in range(start, end))


@pytest.mark.parametrize("number", [10, 3_000])
def test_few_quads_or_most_of_the_store_are_removed_and_the_others_stay(number: int) -> None:
    store = Store()
    store.extend(quads(A, 0, number) | quads(B, 0, 100))
    store.add_graph(EMPTY)
    edit.write(store, Edit(quads(A, number, number + 5), quads(A, 0, number)))
    assert set(store) == quads(A, number, number + 5) | quads(B, 0, 100)
    assert set(store.named_graphs()) == {A, B, EMPTY}


@pytest.mark.parametrize("number", [10, 3_000])
def test_what_was_done_is_taken_back_with_the_names_of_graphs(number: int) -> None:
    store = Store()
    store.extend(quads(A, 0, number))
    store.add_graph(EMPTY)
    before, graphs = set(store), frozenset(store.named_graphs())
    done = Edit(quads(FRESH, 0, number), quads(A, 0, number))
    edit.write(store, done)
    store.remove_graph(EMPTY)
    edit.undo(store, done, graphs)
    assert (set(store), set(store.named_graphs())) == (before, {A, EMPTY})


def test_edits_one_after_the_other_are_one() -> None:
    first = Edit(quads(A, 0, 2), quads(A, 5, 7))
    assert first.then(NOTHING) == NOTHING.then(first) == first
    assert first.then(Edit(quads(A, 5, 6), quads(A, 0, 1))) == Edit(quads(A, 1, 2), quads(A, 6, 7))
    assert first.then(Edit(first.removed, first.added)) == NOTHING
