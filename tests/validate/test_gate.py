"""The gate and the checks across graphs."""

from dataclasses import dataclass, replace

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg.build.workshop import Workshop
from kg.report import NotConforming
from kg.validate.integrity import check_change
from kg.validate.rdflib_graph import to_rdflib
from kg.validate.terms import unknown_terms
from kg.vocab import AT, DCTERMS, NS, RDF
from tests.conftest import Project

BASE = "https://w3id.org/attest/id/"
A, B = NamedNode(BASE + "a"), NamedNode(BASE + "b")
GRAPH = NamedNode(BASE + "graph.test")


@dataclass(frozen=True)
class Change:
    store: ox.Store
    added: frozenset[Quad] = frozenset()
    removed: frozenset[Quad] = frozenset()


def changed(*, kept: tuple[Quad, ...] = (), added: tuple[Quad, ...] = (), removed: tuple[Quad, ...] = ()) -> Change:
    store = ox.Store()
    store.extend([*kept, *added])
    return Change(store, frozenset(added), frozenset(removed))


def test_a_misspelt_class_is_found_with_what_was_meant(project: Project) -> None:
    schema = Workshop.open(project.settings).schema
    wrong = Triple(A, RDF.type, NamedNode(NS + "Statment"))
    fine = Triple(A, RDF.type, AT.Statement)
    other = Triple(A, NamedNode("https://example.org/p"), NamedNode("https://example.org/o"))
    assert [s for _, s in unknown_terms([wrong, fine, other], schema)] == [
        "unknown term 'Statment'; did you mean Statement?"
    ]


def test_a_plain_fact_does_not_belong_in_the_record(project: Project) -> None:
    workshop = Workshop.open(project.settings)
    work = workshop.article(project.folder, workshop.register())
    assert work.mapped is not None
    plain = Triple(NamedNode(BASE + "captain"), NamedNode(NS + "commands"), NamedNode(BASE + "guards"))
    with_plain = replace(work.mapped, triples=work.mapped.triples | {plain})
    sentences = [p.message for p in workshop.gate.check(with_plain)]
    assert "commands is a plain fact: it belongs to a perspective, never to the record" in sentences


def test_a_reference_to_nothing_is_refused(project: Project) -> None:
    schema = Workshop.open(project.settings).schema
    pointing = Quad(A, AT.attributedAgent, B, GRAPH)
    with pytest.raises(NotConforming, match="refers to b, which nothing describes"):
        check_change(changed(added=(pointing,)), schema, BASE)
    check_change(changed(added=(pointing, Quad(B, RDF.type, AT.Entity, GRAPH))), schema, BASE)


def test_what_is_referred_to_cannot_go(project: Project) -> None:
    schema = Workshop.open(project.settings).schema
    pointing, described = Quad(A, AT.attributedAgent, B, GRAPH), Quad(B, RDF.type, AT.Entity, GRAPH)
    with pytest.raises(NotConforming, match="refers to b"):
        check_change(changed(kept=(pointing,), removed=(described,)), schema, BASE)
    check_change(changed(removed=(described, pointing)), schema, BASE)


def test_one_name_for_two_things_is_refused(project: Project) -> None:
    schema = Workshop.open(project.settings).schema
    here, there = Quad(B, RDF.type, AT.Entity, GRAPH), Quad(B, RDF.type, AT.Entity, NamedNode(BASE + "other"))
    with pytest.raises(NotConforming, match="two things would have one name"):
        check_change(changed(kept=(here,), added=(there,)), schema, BASE)


def test_what_is_inferred_neither_describes_nor_is_a_second_description(project: Project) -> None:
    schema = Workshop.open(project.settings).schema
    inferences = NamedNode(BASE + "graph.inferences")
    described, pointing = Quad(A, RDF.type, AT.Entity, GRAPH), Quad(A, AT.attributedAgent, B, GRAPH)
    more, back = Quad(A, RDF.type, AT.Statement, inferences), Quad(B, AT.attributedAgent, A, inferences)
    check_change(changed(kept=(described,), added=(more,)), schema, BASE, {inferences})
    with pytest.raises(NotConforming, match="refers to b, which nothing describes"):
        check_change(changed(added=(described, pointing, back)), schema, BASE, {inferences})


def test_two_revisions_of_one_article_are_refused(project: Project) -> None:
    schema = Workshop.open(project.settings).schema
    one, two = (Quad(node, DCTERMS.identifier, Literal("norwick"), node) for node in (A, B))
    with pytest.raises(NotConforming, match="build again"):
        check_change(changed(kept=(one,), added=(two,)), schema, BASE)


def test_terms_cross_to_rdflib_unchanged() -> None:
    for term in (
        Literal("01"),
        Literal("حيدر", language="ar"),
        Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    ):
        there = to_rdflib(term)
        assert str(there) == term.value
    with pytest.raises(TypeError):
        to_rdflib(Triple(A, RDF.type, B))
