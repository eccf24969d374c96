"""The gate for what clients write: the rules of the build, at a cost that follows the change."""

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg import resources
from kg.graph.schema import read_schema
from kg.store.commit import Delta
from kg.validate.gate import Gate, read_shapes
from kg.validate.refusal import NotValid, check_terms
from kg.validate.written import check_written
from kg.vocab import AT, RDF, RDFS

BASE = "https://w3id.org/attest/id/"
GRAPH, MINE = NamedNode(f"{BASE}graph.entities"), NamedNode("urn:mine")
SH = "http://www.w3.org/ns/shacl#"


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(read_schema(resources.find("ontology")), read_shapes(resources.find("shapes")))


def delta(added: str, kept: str = "", removed: str = "") -> Delta:
    """A change to a store, in Turtle; what is kept lies in the register's graph."""
    prefixes = f"@prefix at: <{AT.Statement.value.rpartition('#')[0]}#> . @prefix id: <{BASE}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "

    def quads(text: str, graph: NamedNode) -> frozenset[Quad]:
        found = parse(prefixes + text, RdfFormat.TURTLE)
        return frozenset(Quad(q.subject, q.predicate, q.object, graph) for q in found)

    store = Store()
    store.extend(quads(kept, GRAPH) | quads(added, MINE))
    return Delta(store, quads(added, MINE), quads(removed, MINE))


def refused(change: Delta, gate: Gate) -> NotValid:
    with pytest.raises(NotValid) as raised:
        check_written(change, gate, BASE, frozenset())
    return raised.value


def results(error: NotValid) -> dict[str, set[object]]:
    """The values of each property of the report's results, by local name."""
    found: dict[str, set[object]] = {}
    reports = {t.subject for t in error.triples if t.object == NamedNode(f"{SH}ValidationReport")}
    assert len(reports) == 1
    linked = {t.object for t in error.triples if t.predicate == NamedNode(f"{SH}result")}
    for triple in error.triples:
        if triple.subject in linked:
            found.setdefault(triple.predicate.value.removeprefix(SH), set()).add(triple.object)
    return found


def test_an_unknown_term_is_told_with_its_place(gate: Gate) -> None:
    found = results(refused(delta("<urn:a> a at:Statment ."), gate))
    assert found["focusNode"] == {NamedNode("urn:a")}
    assert found["resultPath"] == {RDF.type}
    assert found["value"] == {NamedNode(AT.Statement.value.replace("Statement", "Statment"))}
    assert found["resultSeverity"] == {NamedNode(f"{SH}Violation")}


def test_a_general_store_is_asked_for_terms_only(gate: Gate) -> None:
    with pytest.raises(NotValid):
        check_terms(delta("<urn:a> at:clamedBy <urn:b> ."), gate.schema)
    check_terms(delta("<urn:a> a at:Assessment ; <urn:p> <urn:q> ."), gate.schema)


def test_a_shape_is_checked_at_what_changed(gate: Gate) -> None:
    found = results(refused(delta("<urn:a> a at:Assessment ."), gate))
    assert found["focusNode"] == {NamedNode("urn:a")}
    assert found["sourceShape"]
    assert all(isinstance(shape, NamedNode) for shape in found["sourceShape"])


def test_a_shape_is_checked_at_what_refers_to_what_changed(gate: Gate) -> None:
    kept = "id:x a at:Person ; rdfs:label 'X'@en ."
    check_written(delta("<urn:n> <urn:about> id:x .", kept), gate, BASE, frozenset())
    broken = delta("", "<urn:a> a at:Assessment ; at:assesses <urn:s> .", "<urn:s> a at:Statement .")
    assert NamedNode("urn:a") in results(refused(broken, gate))["focusNode"]


def test_what_was_wrong_before_and_elsewhere_does_not_block(gate: Gate) -> None:
    check_written(delta("<urn:n> <urn:about> <urn:m> .", "<urn:a> a at:Assessment ."), gate, BASE, frozenset())


def test_references_to_nothing_and_things_told_twice_are_results_too(gate: Gate) -> None:
    found = results(refused(delta("<urn:n> <urn:about> id:nobody ."), gate))
    assert found["focusNode"] == {NamedNode("urn:n")}
    kept = "id:x a at:Person ; rdfs:label 'X'@en ."
    assert "two graphs" in str(refused(delta("id:x a <urn:Thing> .", kept), gate))


def test_other_peoples_vocabulary_passes_whatever_it_holds(gate: Gate) -> None:
    foreign = "<urn:a> a <urn:C> ; <urn:p> _:b , 'x'@en , <<( <urn:a> <urn:b> _:c )>> . _:b <urn:q> _:b ."
    check_written(delta(foreign), gate, BASE, frozenset())


def test_a_change_that_touches_too_much_is_refused(gate: Gate) -> None:
    many = " ".join(f"<urn:a> <urn:p> {number} ." for number in range(20_001))
    check_written(delta(many), gate, BASE, frozenset())
    many += " <urn:a> a at:Assessment ."
    assert "write it in parts" in str(refused(delta(many), gate))


def test_terms_of_rdf_that_shacl_has_no_word_for(gate: Gate) -> None:
    node = BlankNode("x")
    quads = frozenset({Quad(node, AT.exact, Triple(MINE, RDFS.label, Literal("x")), MINE)})
    store = Store()
    store.extend(quads)
    check_written(Delta(store, quads, frozenset()), gate, BASE, frozenset())
