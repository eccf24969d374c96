"""The judge says what bare pyshacl says, of what our shapes do not use too; tests/test_shapes.py compares the rest."""

from collections.abc import Iterable
from itertools import product

import pyshacl
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Literal, Node

from kg.validate.indexed import Index, Indexed, Parts
from kg.validate.judge import Judge
from tests.test_shapes import told

EX = "https://example.org/"
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Deep sh:targetClass ex:Town ; sh:property ex:mayor .
ex:mayor a sh:PropertyShape ; sh:path ex:mayor ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .
ex:Left sh:targetSubjectsOf ex:near ; sh:path ex:near ; sh:maxCount 1 .
ex:Right sh:targetObjectsOf ex:near ; sh:nodeKind sh:IRI .
ex:Club a rdfs:Class , sh:NodeShape ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .
ex:Off sh:targetClass ex:Town ; sh:deactivated true ; sh:path ex:name ; sh:minCount 9 .
ex:Asked sh:targetNode ex:norwick ; sh:sparql [ sh:message "no {$this}" ;
  sh:select "SELECT $this WHERE { $this a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* <https://example.org/Place> }" ] .
ex:Number sh:targetClass ex:Town ; sh:path ex:size ; sh:datatype xsd:integer ; sh:hasValue 7 ; sh:in ( 7 8 ) .
ex:Closed sh:targetNode ex:ann ; sh:closed true ; sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) .
ex:One sh:targetClass ex:Town ; sh:path ex:mayor ; sh:qualifiedValueShape [ sh:class ex:Person ] ; sh:qualifiedMinCount 1 .
"""
BACKGROUND = """
@prefix ex: <https://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Town rdfs:subClassOf ex:Place . ex:Port rdfs:subClassOf ex:Town . ex:ann a ex:Agent .
"""
DATA = """
@prefix ex: <https://example.org/> .
ex:norwick a ex:Port ; ex:mayor ex:ann ; ex:near ex:hill , ex:mill , "the sea" ; ex:size "07"^^<http://www.w3.org/2001/XMLSchema#integer> .
ex:hill a ex:Town ; ex:mayor ex:bob ; ex:size "large" . ex:bob a ex:Person ; ex:name "Bob" .
ex:ann a ex:Witness ; ex:age 7 . ex:chess a ex:Club . ex:mill ex:near ex:norwick .
"""


def read(text: str) -> Graph:
    return Graph(bind_namespaces="none").parse(data=text, format="turtle")


def both(own: Judge, shapes: Iterable[Parts], background: Graph, data: Graph, about: set[Node]) -> None:
    ours = own.report(set(data) - set(background), about)
    whole, shapes_graph = Graph(bind_namespaces="none"), Graph(bind_namespaces="none")
    for graph, triples in ((whole, (*data, *background)), (shapes_graph, shapes)):
        for triple in triples:
            graph.add(triple)
    conforms, theirs, _ = pyshacl.validate(whole, shacl_graph=shapes_graph, inplace=True)
    assert isinstance(theirs, Graph)
    assert told(ours) == told(theirs)
    assert ours.value(None, RDF.type, SH.ValidationReport)
    assert (None, SH.conforms, Literal(conforms)) in ours


def test_what_our_shapes_do_not_use_is_judged_as_by_bare_pyshacl() -> None:
    shapes, background, data = read(SHAPES), read(BACKGROUND), read(DATA)
    own = Judge(shapes, background)
    both(own, shapes, background, data, {*data.all_nodes(), *background.all_nodes()})
    both(own, shapes, background, read(BACKGROUND), {*background.all_nodes()})  # and nothing of it stays


def test_nothing_about_what_is_asked_is_left_out() -> None:
    """A shape that leads from one node on to another is asked of all, the others of those asked about alone."""
    own, data = Judge(read(SHAPES), read(BACKGROUND)), read(DATA)
    whole = told(own.report(data, set(data.all_nodes())))
    for node in data.all_nodes():
        wanted = {result for result in whole if result[0] == node}
        assert wanted == {result for result in told(own.report(data, {node})) if result[0] == node}
    assert {result[0] for result in told(own.report(data, {URIRef(EX + "chess")}))} == {
        URIRef(EX + "chess"),
        URIRef(EX + "ann"),
    }


def test_an_index_answers_as_rdflib_does() -> None:
    below, above = read(BACKGROUND), read(DATA)
    plain = Graph(bind_namespaces="none")
    for triple in (*below, *above):
        plain.add(triple)
    graph = Indexed(Index(set(above) - set(below), Index(below)))
    nodes = [None, *plain.all_nodes(), *plain.predicates(), URIRef(EX + "nobody")]
    for pattern in product(nodes, [None, *set(plain.predicates())], nodes):
        assert sorted(graph.triples(pattern)) == sorted(plain.triples(pattern)), pattern
        assert (pattern in graph) == (pattern in plain)
        assert set(graph.objects(*pattern[:2])) == set(plain.objects(*pattern[:2]))
        assert set(graph.subjects(*pattern[1:])) == set(plain.subjects(*pattern[1:]))
    assert len(graph) == len(plain)
    for triple in plain:
        graph.add(triple)  # which is there
    assert len(graph) == len(plain)
