"""Inferring after a change gives what inferring from everything gives."""

import random

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode, Quad, Triple

from kg.reason import increment
from kg.reason.increment import inferred_after
from kg.reason.inference import inferred_quads
from kg.store.commit import Delta
from tests.reason.support import turtle

GRAPH, INFERRED = NamedNode("https://example.org/g"), NamedNode("https://example.org/inferred")
AXIOMS = turtle("""
    :sub rdfs:subPropertyOf :super . :super rdfs:subPropertyOf :top .
    :next a owl:TransitiveProperty . :near rdfs:subPropertyOf :next .
    :same a owl:SymmetricProperty , owl:TransitiveProperty . :like owl:equivalentProperty :same .
    :has owl:inverseOf :partOf .
    :chained owl:propertyChainAxiom ( :sub :next [ owl:inverseOf :partOf ] ) . :chained rdfs:subPropertyOf :top .
    :C rdfs:subClassOf :D . :D rdfs:subClassOf :E .
""")
PROPERTIES = ["sub", "super", "top", "next", "near", "same", "like", "has", "partOf", "chained", "other"]


def name(local: str) -> NamedNode:
    return NamedNode(f"https://example.org/{local}")


def random_quad(chance: random.Random) -> Quad:
    subject = name(f"n{chance.randrange(9)}")
    if chance.random() < 0.2:
        kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        return Quad(subject, kind, name(chance.choice("CDE")), GRAPH)
    return Quad(subject, name(chance.choice(PROPERTIES)), name(f"n{chance.randrange(9)}"), GRAPH)


def stored(*quads: Quad) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


def after(change: Delta) -> frozenset[Quad]:
    """The whole graph of inferences, once it is changed as told."""
    old, edit = (
        set(change.store.quads_for_pattern(None, None, None, INFERRED)),
        inferred_after(change, INFERRED, {INFERRED}),
    )
    assert (edit.added & old, edit.removed - old) == (set(), set())
    return frozenset((old - edit.removed) | edit.added)


@pytest.mark.parametrize("seed", range(40))
def test_a_change_gives_what_everything_gives(seed: int) -> None:
    chance = random.Random(seed)
    store = stored(*(Quad(*t, GRAPH) for t in AXIOMS), *(random_quad(chance) for _ in range(chance.randrange(14))))
    store.extend(inferred_quads(store, INFERRED, {INFERRED}))
    for _ in range(6):
        added = {random_quad(chance) for _ in range(chance.randrange(3))} - set(store)
        told = [q for q in store.quads_for_pattern(None, None, None, GRAPH) if q.triple not in AXIOMS]
        removed = set(chance.sample(sorted(told, key=str), min(len(told), chance.randrange(3))))
        for quad in removed:
            store.remove(quad)
        store.extend(added)
        found = after(Delta(store, frozenset(added), frozenset(removed)))
        assert found == inferred_quads(store, INFERRED, {INFERRED})
        for quad in list(store.quads_for_pattern(None, None, None, INFERRED)):
            store.remove(quad)
        store.extend(found)


@pytest.mark.parametrize("axiom", [":D rdfs:subClassOf :F .", ":other a owl:SymmetricProperty ."])
def test_another_axiom_concerns_everything(axiom: str) -> None:
    said = turtle(":x a :C ; :other :y .")
    store = stored(*(Quad(*t, GRAPH) for t in AXIOMS | said))
    store.extend(inferred_quads(store, INFERRED, {INFERRED}))
    fresh = frozenset(Quad(*t, GRAPH) for t in turtle(axiom))
    store.extend(fresh)
    found = after(Delta(store, fresh, frozenset()))
    assert found == inferred_quads(store, INFERRED, {INFERRED})
    assert len(found) > len(list(store.quads_for_pattern(None, None, None, INFERRED)))


def test_only_what_a_change_can_reach_is_inferred_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = " ".join(f":a{i} :next :b{i} . :a{i} a :C ." for i in range(50))
    store = stored(*(Quad(*t, GRAPH) for t in AXIOMS | turtle(crowd + ":x :next :y .")))
    store.extend(inferred_quads(store, INFERRED, {INFERRED}))
    fresh = frozenset(Quad(*t, GRAPH) for t in turtle(":y :next :z ; :other :a1 ."))
    store.extend(fresh)
    given: list[frozenset[Triple]] = []
    infer = increment.infer

    def watched(triples: frozenset[Triple]) -> frozenset[Triple]:
        given.append(triples)
        return infer(triples)

    monkeypatch.setattr(increment, "infer", watched)
    found = after(Delta(store, fresh, frozenset()))
    assert Quad(name("x"), name("next"), name("z"), INFERRED) in found
    assert {t.subject for t in given[0] if t not in AXIOMS} == {name("x"), name("y")}
