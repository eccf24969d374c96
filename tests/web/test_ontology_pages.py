"""The ontology at its own address: every term, module and version, for people and for OWL tools."""

import re
from collections import Counter

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, Graph, URIRef

from kg import resources
from tests.live import Server

ONTOLOGY = "https://w3id.org/attest/ontology"
MODULES = sorted(path.stem for path in resources.find("ontology").glob("*.ttl") if path.stem != "attest")
ALIGNMENTS = sorted(path.stem for path in resources.find("ontology").glob("alignments/*.ttl"))


def named(triples: set[ox.Triple]) -> set[tuple[str, str, str]]:
    """Triples without blank nodes, to compare by."""
    return {
        (str(t.subject), str(t.predicate), str(t.object))
        for t in triples
        if not isinstance(t.subject, ox.BlankNode) and not isinstance(t.object, ox.BlankNode)
    }


def parsed(server: Server, path: str, accept: str = "*/*") -> set[ox.Triple]:
    answer = server.request("GET", path, Accept=accept)
    assert answer.status == 200, answer.body
    media_type = answer.headers["content-type"].split(";")[0]
    return {q.triple for q in ox.parse(answer.body, ox.RdfFormat.from_media_type(media_type), base_iri="http://x/")}


def written(name: str) -> set[ox.Triple]:
    path = resources.find("ontology") / f"{name}.ttl"
    return {q.triple for q in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE)}


def test_the_page_holds_every_term_at_its_fragment(server: Server) -> None:
    page = server.request("GET", "/ontology", Accept="text/html").body.decode()
    anchors = set(re.findall(r'<article class="term" id="([^"]+)"', page))
    declared = {
        t.subject.value.removeprefix(ONTOLOGY + "#")  # type: ignore[union-attr]
        for name in MODULES
        for t in written(name)
        if t.predicate.value.endswith("#isDefinedBy")
    }
    assert len(declared) > 300
    assert anchors == declared


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"]
)
def test_the_whole_is_all_modules_in_one(server: Server, accept: str) -> None:
    whole = named(parsed(server, "/ontology", accept))
    terms = {t for name in MODULES for t in named(written(name)) if not t[0].startswith(f"<{ONTOLOGY}/")}
    assert terms <= whole
    assert not any(predicate == f"<{OWL.imports}>" for _, predicate, _ in whole), "it needs nothing else to load"


@pytest.mark.parametrize("name", MODULES)
def test_each_import_resolves_to_its_module_as_written(server: Server, name: str) -> None:
    served = parsed(server, f"/ontology/{name}.nt")
    assert named(written(name)) <= named(served)
    more = {subject for subject, _, _ in named(served) - named(written(name))}
    assert not any(subject.startswith(f"<{ONTOLOGY}") for subject in more), "no term of another module"
    mine, theirs = (
        Counter(str(t.predicate) for t in made if isinstance(t.subject, ox.BlankNode))
        for made in (served, written(name))
    )
    assert theirs <= mine, "axioms without a name come along"
    assert server.request("GET", f"/ontology/{name}", Accept="text/html").status == 200


def test_the_imports_of_the_root_are_these_modules() -> None:
    imports = {t.object.value for t in written("attest") if t.predicate.value == str(OWL.imports)}  # type: ignore[union-attr]
    assert imports == {f"{ONTOLOGY}/{name}" for name in MODULES}


@pytest.mark.parametrize("name", ["", "/claims"])
def test_a_version_resolves_and_another_does_not(server: Server, name: str) -> None:
    version = next(
        t.object.value for t in written(name.strip("/") or "attest") if t.predicate.value == str(OWL.versionIRI)
    )  # type: ignore[union-attr]
    path = version.removeprefix("https://w3id.org/attest")
    assert parsed(server, path, "text/turtle") == parsed(server, f"/ontology{name}", "text/turtle") or name
    assert server.request("GET", path, Accept="text/html").status == 200
    missing = server.request("GET", path.rsplit("/", 1)[0] + "/9.9.9", Accept="text/turtle")
    assert missing.status == 404
    if name:
        assert version in missing.json["detail"]


def test_owl_tools_read_it(server: Server) -> None:
    body = server.request("GET", "/ontology.owl").body
    graph = Graph().parse(data=body, format="xml")
    assert (URIRef(ONTOLOGY), RDF.type, OWL.Ontology) in graph
    assert len(list(graph.subjects(RDF.type, OWL.Ontology))) == 1
    disjoint = [t for name in MODULES for t in written(name) if t.object.value == str(OWL.AllDisjointClasses)]  # type: ignore[union-attr]
    assert len(list(graph.subjects(RDF.type, OWL.AllDisjointClasses))) == len(disjoint) >= 5


@pytest.mark.parametrize("name", ALIGNMENTS)
def test_each_alignment_is_served_as_written(server: Server, name: str) -> None:
    body = (resources.find("ontology") / "alignments" / f"{name}.ttl").read_bytes()
    assert server.request("GET", f"/ontology/alignments/{name}").body == body
    assert server.request("GET", f"/ontology/alignments/{name}.ttl", Accept="text/html").body == body
    assert server.request("GET", f"/ontology/alignments/{name}.rdf").status == 406


@pytest.mark.parametrize(
    "path", ["/ontology/nothing", "/ontology/alignments/nothing", "/ontology/..%2f..%2fpyproject", "/ontology/x/y/z"]
)
def test_what_is_not_there_is_not_found(server: Server, path: str) -> None:
    assert server.request("GET", path, Accept="text/html").status == 404
