"""Small graphs for rules, and the mark for tests that run HermiT."""

import shutil

import pyoxigraph as ox
import pytest

from kg.vocab import NS

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, and there is no `java` here")
PREFIXES = f"""
@prefix : <https://example.org/> . @prefix at: <{NS}> . @prefix id: <https://w3id.org/attest/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vann: <http://purl.org/vocab/vann/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(text: str) -> frozenset[ox.Triple]:
    """The triples of a piece of Turtle, the usual prefixes given."""
    return frozenset(quad.triple for quad in ox.parse(PREFIXES + text, ox.RdfFormat.TURTLE))
