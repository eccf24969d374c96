"""Axioms and facts in words, and as terms."""

import pytest

from kg.reason.words import Words
from tests.reason.support import turtle

KNOWN = """
:c rdfs:label "cat"@en , "Katze"@de . :a rdfs:label "animal"@en . :p rdfs:label "chases"@en . :q rdfs:label "eats"@en .
"""
PREFIXES = {"": "https://example.org/", "deep": "https://example.org/deep/"}


def tell(text: str, about: str) -> tuple[str, str]:
    triples = turtle(KNOWN + text)
    (triple,) = (t for t in triples if t.predicate.value.rpartition("#")[2].rpartition("/")[2] == about)
    words = Words.of(sorted(triples, key=str), PREFIXES)
    return words.sentence(triple), words.terms(triple)


@pytest.mark.parametrize(
    ("text", "about", "sentence", "terms"),
    [
        (":c rdfs:subClassOf :a .", "subClassOf", "every “cat” is an “animal”", ":c rdfs:subClassOf :a"),
        (":p rdfs:subPropertyOf :q .", "subPropertyOf", "what “chases” relates, “eats” relates", ":p rdfs:subPropertyOf :q"),
        (":p rdfs:domain :c .", "domain", "whatever has “chases” is a “cat”", ":p rdfs:domain :c"),
        (":p rdfs:range :a .", "range", "every value of “chases” is an “animal”", ":p rdfs:range :a"),
        (":c owl:disjointWith :a .", "disjointWith", "nothing is both a “cat” and an “animal”", ":c owl:disjointWith :a"),
        (":p owl:inverseOf :q .", "inverseOf", "“chases” is “eats” read backwards", ":p owl:inverseOf :q"),
        (":tom a :c .", "type", ":tom is a “cat”", ":tom rdf:type :c"),
        (":p a owl:AsymmetricProperty .", "type", "“chases” never holds both ways", ":p rdf:type owl:AsymmetricProperty"),
        (":tom :p <https://example.org/deep/jerry> .", "p", ":tom has “chases” deep:jerry", ":tom :p deep:jerry"),
        (":tom :p 7 .", "p", ":tom has “chases” “7”", ':tom :p "7"^^xsd:integer'),
        (f":tom :p '{'x' * 99}' .", "p", f":tom has “chases” “{'x' * 60}…”", f':tom :p "{"x" * 99}"'),
        ("[] owl:members ( :c :a ) .", "members", "nothing is of two of “cat”, “animal”", "[ owl:members ( :c :a ) ]"),
        (
            ":c rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :tom ] .",
            "subClassOf",
            "every “cat” is a [owl:hasValue :tom; owl:onProperty “chases”]",
            ":c rdfs:subClassOf [ owl:hasValue :tom; owl:onProperty :p ]",
        ),
        ("<urn:attest:a:https://example.org/a> a :c .", "type", "an “animal” is a “cat”", "<urn:attest:a:https://example.org/a> rdf:type :c"),
    ],
)  # fmt: skip
def test_in_words_and_as_terms(text: str, about: str, sentence: str, terms: str) -> None:
    assert tell(text, about) == (sentence, terms)
