"""What is inferred from the record, and what never is."""

import random

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode, Quad

from kg import resources
from kg.build.pipeline import whole_record
from kg.errors import BadInput
from kg.graph.schema import read_schema
from kg.reason.inference import infer, inferred_quads
from kg.settings import Settings
from kg.vocab import AT, DCTERMS, NS, RDF
from tests.conftest import Project
from tests.reason.support import turtle

GRAPH = NamedNode("https://w3id.org/attest/id/graph.inferences")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (":c rdfs:subClassOf :d . :d rdfs:subClassOf :e . :x a :c .", ":x a :d , :e ."),
        (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r . :x :p :y .", ":x :q :y ; :r :y ."),
        (":p owl:inverseOf :q . :q rdfs:subPropertyOf :r . :x :p :y .", ":y :q :x ; :r :x ."),
        (":p a owl:SymmetricProperty , owl:TransitiveProperty . :x :p :y .", ":y :p :x , :y . :x :p :x ."),
        (":p owl:propertyChainAxiom ( :a [ owl:inverseOf :b ] ) . :x :a :y . :z :b :y .", ":x :p :z ."),
        (":p owl:propertyChainAxiom ( :p :a ) . :x :p :y . :y :a :z . :z :a :w .", ":x :p :z , :w ."),
        (":p owl:propertyChainAxiom ( :a ) . :x :a 1 .", ":x :p 1 ."),
        (":x a [ owl:unionOf ( :c :d ) ] . :p rdfs:subPropertyOf :q .", ""),
        (":c owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :v ] . :x a :c .", ""),
        (":x rdfs:subClassOf :y . :q rdfs:subPropertyOf rdfs:label . :x :q 'X' .", ""),
    ],
    ids=[
        "superclasses", "superproperties", "inverse", "symmetric and transitive", "chain with an inverse",
        "chain into itself", "chain of one", "nothing", "no member of an unnamed class", "nothing about terms",
    ],
)  # fmt: skip
def test_what_is_inferred(given: str, expected: str) -> None:
    assert infer(turtle(given)) == turtle(expected)


def test_the_order_of_a_chain_counts() -> None:
    chain = ":p owl:propertyChainAxiom ( :a :b :c ) . "
    assert infer(turtle(chain + ":1 :a :2 . :2 :b :3 . :3 :c :4 .")) == turtle(":1 :p :4 .")
    assert infer(turtle(chain + ":1 :a :2 . :2 :c :3 . :3 :b :4 .")) == frozenset()
    assert infer(turtle(chain + ":1 :b :2 . :2 :c :3 .")) == frozenset()


def test_no_domain_or_range_types_what_a_voice_speaks_of() -> None:
    """A narrow range must not turn a claim about a party into the fact that it is an armed group."""
    narrow = "at:commandedGroup rdfs:range at:ArmedGroup ; rdfs:domain at:CommandProposition . "
    assert infer(turtle(narrow + "id:p at:commandedGroup id:coalition .")) == frozenset()


def test_no_perspective_s_triple_is_ever_inferred() -> None:
    plain = 'at:commands at:writtenBy "perspective" ; rdfs:subPropertyOf at:about . at:commander rdfs:subPropertyOf '
    assert infer(turtle(plain + "at:commands . id:p at:commander id:x .")) == frozenset()
    assert infer(turtle(plain + "at:subject . id:p at:commander id:x .")) == turtle("id:p at:subject id:x .")


def test_a_path_that_never_ends_is_a_clear_error() -> None:
    steps = " ".join(f":n{i} :next :n{i + 1} ." for i in range(40))
    given = turtle(":far owl:propertyChainAxiom ( :far :next ) . :n0 :far :n0 . " + steps)
    assert len(infer(given)) == 40
    with pytest.raises(BadInput, match=r"within 10 rounds, but after .* new triples more follow"):
        infer(given, rounds=10)


def test_what_was_derived_before_is_no_reason() -> None:
    said = [Quad(*t, NamedNode("https://example.org/g")) for t in turtle(":c rdfs:subClassOf :d . :x a :c .")]
    stale = [Quad(*t, GRAPH) for t in turtle(":x a :gone . :gone rdfs:subClassOf :e .")]
    found = inferred_quads([*said, *stale], GRAPH, {GRAPH})
    assert {q for q in found if q.subject != GRAPH} == {Quad(*t, GRAPH) for t in turtle(":x a :d .")}
    assert {q.predicate for q in found if q.subject == GRAPH} == {DCTERMS.title, DCTERMS.description}


def test_a_record(project: Project) -> None:
    schema = read_schema(project.settings.ontology)
    said = schema.triples | whole_record(project.settings).triples
    found = infer(said)
    assert found
    assert found.isdisjoint(said)
    shuffled = sorted(said, key=str)
    random.Random(7).shuffle(shuffled)
    assert infer(shuffled) == found
    assert infer(said | found) == frozenset()
    guards = NamedNode(project.settings.base_iri + "guards")
    types = {t.object.value.removeprefix(NS) for t in found if t.subject == guards and t.predicate == RDF.type}
    assert types == {"ArmedGroup", "Organization", "Agent", "Entity"}


def test_the_shipped_corpus() -> None:
    """Checked against what a property path finds, and against what must never be there."""
    schema = read_schema(resources.find("ontology"))
    said = schema.triples | whole_record(Settings()).triples
    found = infer(said)
    store = ox.Store()
    store.extend(Quad(*t) for t in said)
    path = f"""PREFIX at: <{NS}> CONSTRUCT {{ ?s at:claimedVia ?a }}
        WHERE {{ ?s at:attribution/at:relayedBy+/at:attributedAgent ?a }}"""
    via = {t for t in found if t.predicate.value == NS + "claimedVia"}
    assert via == set(store.query(path))  # type: ignore[arg-type]
    assert via
    plain = {iri for iri, prop in schema.properties.items() if prop.written_by == "perspective"}
    assert plain
    assert plain.isdisjoint({t.predicate for t in found})
    assert {AT.depth, AT.exact}.isdisjoint({t.predicate for t in found})
    assert not any(isinstance(term, ox.BlankNode) or "urn:" in str(term) for t in found for term in t)
