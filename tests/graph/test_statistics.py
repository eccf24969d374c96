"""Counts of what is in a store, whole and kept up by changes."""

import random

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.graph.statistics import Update, count
from kg.vocab import RDF

DERIVED = NamedNode("https://example.org/derived")
GRAPHS = [NamedNode(f"https://example.org/g{n}") for n in range(2)]


def name(local: str) -> NamedNode:
    return NamedNode(f"https://example.org/{local}")


def test_the_counts_of_a_small_store() -> None:
    a, b, graph = name("a"), name("b"), GRAPHS[0]
    store = ox.Store()
    store.extend(
        [
            Quad(a, RDF.type, name("C"), graph),
            Quad(b, RDF.type, name("D"), graph),
            Quad(a, name("p"), b, graph),
            Quad(a, name("q"), Literal("x"), GRAPHS[1]),
            Quad(a, name("p"), name("c"), DERIVED),
        ]
    )
    made = count(store, {DERIVED})
    assert (made.triples, made.subjects, made.objects) == (4, 2, 4)
    assert made.graphs == {graph: 3, GRAPHS[1]: 1}
    assert made.classes == {name("C"): 1, name("D"): 1}
    assert made.subjects_of == {RDF.type: 2, name("p"): 1, name("q"): 1}
    assert made.objects_of == {RDF.type: 2, name("p"): 1, name("q"): 1}
    assert made.links == {(name("C"), name("p"), name("D")): 1}
    assert made.values == {(name("C"), name("q"), Literal("x").datatype): 1}
    assert made.uses[name("C"), RDF.type] == 1


def random_quad(chance: random.Random) -> Quad:
    graph = chance.choice([*GRAPHS, DERIVED])
    subject = name(f"n{chance.randrange(6)}")
    if chance.random() < 0.3:
        return Quad(subject, RDF.type, name(chance.choice("CDE")), graph)
    values = [name(f"n{chance.randrange(6)}"), Literal(str(chance.randrange(2))), Literal(chance.randrange(2))]
    return Quad(subject, name(chance.choice("pq")), chance.choice(values), graph)


def one_graph_each(quads: set[Quad], store: ox.Store) -> set[Quad]:
    """As a commit holds it: no triple in two graphs."""
    kept = {quad.triple: quad for quad in quads}
    return {q for q in kept.values() if not any(store.quads_for_pattern(q.subject, q.predicate, q.object, None))}


def change_at_random(chance: random.Random, store: ox.Store, removing: int, adding: int) -> tuple[set[Quad], set[Quad]]:
    """Remove fewer quads than the one number and add fewer than the other; what was added, and what was removed."""
    removed = set(chance.sample(sorted(store, key=str), min(len(store), chance.randrange(removing))))
    for quad in removed:
        store.remove(quad)
    added = one_graph_each({random_quad(chance) for _ in range(chance.randrange(adding))}, store) - removed
    store.extend(added)
    return added, removed


@pytest.mark.parametrize("seed", range(60))
def test_counts_kept_up_are_counts_made_anew(seed: int) -> None:
    chance = random.Random(seed)
    store = ox.Store()
    store.extend(one_graph_each({random_quad(chance) for _ in range(chance.randrange(20))}, store))
    known = count(store, {DERIVED})
    for _ in range(8):
        change = change_at_random(chance, store, 4, 4)
        told = [frozenset(q for q in quads if q.graph_name != DERIVED) for quads in change]
        known = known.moved(Update(store, *told, {DERIVED}).moves())
        assert known == count(store, {DERIVED})
