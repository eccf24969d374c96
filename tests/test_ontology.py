"""The ontology: what its modules declare, how they are written, and that they are consistent."""

import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path

import owlready2
import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from kg import resources
from kg.vocab import AT as NAMED
from kg.vocab import NS, ONTOLOGY

AT = Namespace(NS)
FOLDER = resources.find("ontology")
MODULES = sorted(FOLDER.glob("*.ttl"))
ALIGNMENTS = sorted(FOLDER.glob("alignments/*.ttl"))
SHAPES = sorted(resources.find("shapes").glob("*.ttl"))
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, SKOS.ConceptScheme}


@cache
def turtle(path: Path) -> Graph:
    return Graph(bind_namespaces="none").parse(path)


@cache
def ontology() -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in MODULES:
        graph += turtle(path)
    return graph


def stem(path: Path) -> str:
    return path.stem


def local(term: Node) -> str:
    return str(term).removeprefix(NS)


def ours(graph: Graph) -> set[Node]:
    """Every term of our namespace that a graph uses anywhere."""
    return {term for triple in graph for term in triple if isinstance(term, URIRef) and term.startswith(NS)}


def declared() -> set[Node]:
    return set(ontology().subjects(RDFS.isDefinedBy))


def properties() -> list[URIRef]:
    found = {*ontology().subjects(RDF.type, OWL.ObjectProperty), *ontology().subjects(RDF.type, OWL.DatatypeProperty)}
    return sorted(term for term in found if term in declared())  # type: ignore[type-var,misc]


def ancestors(cls: Node) -> set[Node]:
    return set(ontology().transitive_objects(cls, RDFS.subClassOf))


def test_there_are_modules_alignments_and_shapes() -> None:
    assert len(MODULES) >= 12
    assert len(ALIGNMENTS) >= 7
    assert SHAPES
    assert len(properties()) > 80


@pytest.mark.parametrize("path", [*MODULES, *ALIGNMENTS], ids=stem)
def test_a_module_is_named_after_its_file_and_has_a_version(path: Path) -> None:
    iri = URIRef(ONTOLOGY if path.stem == "attest" else f"{ONTOLOGY}/{path.relative_to(FOLDER).with_suffix('')}")
    graph = turtle(path)
    assert set(graph.subjects(RDF.type, OWL.Ontology)) == {iri}
    (version,) = graph.objects(iri, OWL.versionInfo)
    assert set(graph.objects(iri, OWL.versionIRI)) == {URIRef(f"{iri}/{version}")}


@pytest.mark.parametrize("path", MODULES, ids=stem)
def test_a_term_is_defined_by_the_module_that_holds_it_and_by_no_other(path: Path) -> None:
    graph = turtle(path)
    (iri,) = graph.subjects(RDF.type, OWL.Ontology)
    assert set(graph.objects(None, RDFS.isDefinedBy)) <= {iri}
    described = {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s.startswith(NS)}
    assert described == {s for s in graph.subjects() if isinstance(s, URIRef) and s.startswith(NS)}
    assert described == set(graph.subjects(RDFS.isDefinedBy))


def test_the_root_imports_every_module() -> None:
    modules = {s for path in MODULES for s in turtle(path).subjects(RDF.type, OWL.Ontology)}
    root = URIRef(ONTOLOGY)
    assert set(ontology().objects(root, OWL.imports)) == modules - {root}


@pytest.mark.parametrize("name", sorted(name for name, value in vars(NAMED).items() if isinstance(value, ox.NamedNode)))
def test_a_term_that_python_names_is_declared(name: str) -> None:
    term = getattr(NAMED, name)
    assert term.value == NS + name
    assert URIRef(term.value) in declared()


@pytest.mark.parametrize("path", [*MODULES, *ALIGNMENTS, *SHAPES], ids=stem)
def test_only_declared_terms_are_used(path: Path) -> None:
    assert ours(turtle(path)) - declared() == set()


@pytest.mark.parametrize("path", ALIGNMENTS, ids=stem)
def test_an_alignment_relates_our_terms_and_declares_none(path: Path) -> None:
    """But for codes of projects that publish no IRIs: they get one, in a namespace of their own."""
    graph = turtle(path)
    assert ours(graph)
    codes = {*graph.subjects(RDF.type, SKOS.Concept), *graph.subjects(RDF.type, SKOS.ConceptScheme)}
    assert not any(str(code).startswith(NS) for code in codes)
    others = {s for s in graph.subjects() if s not in declared()} - codes
    assert others == set(graph.subjects(RDF.type, OWL.Ontology))


def test_labels_are_words_not_local_names() -> None:
    for label in ontology().objects(None, RDFS.label):
        assert str(label) == str(label).strip()
        assert not any(a.islower() and b.isupper() for a, b in pairwise(label)), label


def test_no_date_without_time_which_the_reasoner_rejects() -> None:
    for path in [*MODULES, *ALIGNMENTS]:
        literals = [o for o in turtle(path).objects() if isinstance(o, Literal)]
        assert XSD.date not in {literal.datatype for literal in literals}
    assert XSD.date not in set(ontology().objects(None, RDFS.range))


def test_perspective_terms_and_only_they_are_in_the_module_of_perspectives() -> None:
    graph = turtle(FOLDER / "perspective.ttl")
    marked = set(ontology().subjects(AT.writtenBy, Literal("perspective")))
    assert marked == set(graph.subjects(RDF.type, OWL.ObjectProperty))
    assert marked


def curated() -> list[URIRef]:
    return [term for term in properties() if (term, AT.writtenBy, None) not in ontology()]


@pytest.mark.parametrize("term", [t for t in curated() if t != AT.note], ids=local)
def test_what_a_curator_writes_has_one_named_domain_and_range(term: URIRef) -> None:
    for predicate in (RDFS.domain, RDFS.range):
        (value,) = ontology().objects(term, predicate)
        assert isinstance(value, URIRef)


@pytest.mark.parametrize("term", curated(), ids=local)
def test_a_role_may_hold_any_entity_and_says_what_it_expects(term: URIRef) -> None:
    g = ontology()
    (domain,) = g.objects(term, RDFS.domain) if term != AT.note else (AT.Entity,)
    if (term, RDF.type, OWL.ObjectProperty) in g and AT.Proposition in ancestors(domain):
        (cls,) = g.objects(term, RDFS.range)
        assert cls in {AT.Entity, AT.Name} or SKOS.Concept in ancestors(cls)
    for kind in g.objects(term, AT.expects):
        assert AT.Entity in ancestors(kind)


def projecting() -> list[Node]:
    found = sorted(set(ontology().subjects(AT.projectsSubject)))  # type: ignore[type-var]
    assert found
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("cls", projecting(), ids=local)
def test_a_projection_joins_two_roles_of_its_class_by_a_plain_property(cls: Node) -> None:
    g = ontology()
    for predicate in (AT.projectsSubject, AT.projectsObject):
        (role,) = g.objects(cls, predicate)
        assert g.value(role, RDFS.domain) in ancestors(cls)
    plain = {*g.objects(cls, AT.projectsPredicate)}
    assert len(plain) == 1
    assert all((term, AT.writtenBy, Literal("perspective")) in g for term in plain)


def test_a_concept_that_projects_otherwise_does_so_by_a_plain_property() -> None:
    g = ontology()
    concepts = [(s, o) for s, o in g.subject_objects(AT.projectsPredicate) if s not in projecting()]
    assert (AT.deputy, AT.deputizesIn) in concepts
    assert all((o, AT.writtenBy, Literal("perspective")) in g for _, o in concepts)


def test_defaults_are_concepts_of_the_range_of_a_statement_s_property() -> None:
    g = ontology()
    defaults = {local(p): local(o) for p, o in g.subject_objects(AT.default)}
    assert defaults == {"wording": "own", "speechAct": "asserted", "polarity": "affirmed", "modality": "certain"}
    for term, concept in g.subject_objects(AT.default):
        assert g.value(term, RDFS.domain) == AT.Statement
        assert (concept, RDF.type, g.value(term, RDFS.range)) in g


def test_each_class_of_concepts_has_one_scheme_and_hierarchies_stay_within_it() -> None:
    g = ontology()
    classes = list(g.subjects(RDFS.subClassOf, SKOS.Concept))
    assert len(classes) >= 13
    schemes = [{s for c in g.subjects(RDF.type, cls) for s in g.objects(c, SKOS.inScheme)} for cls in classes]
    assert all(len(found) == 1 for found in schemes)
    assert len(set().union(*schemes)) == len(classes)
    for narrow, broad in g.subject_objects(SKOS.broader):
        assert g.value(narrow, SKOS.inScheme) == g.value(broad, SKOS.inScheme), narrow
        assert narrow not in g.transitive_objects(broad, SKOS.broader), narrow


# --- style -----------------------------------------------------------------------------------------------------------


def style_breaks(extra: str = "") -> set[str]:
    data = ontology() + Graph().parse(data=f"@prefix at: <{NS}> .\n{extra}", format="turtle")
    shapes = turtle(resources.find("shapes") / "ontology-style.ttl")
    _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert isinstance(report, Graph), text
    return {
        str(report.value(r, SH.sourceShape)).rpartition("#")[2] for r in report.subjects(RDF.type, SH.ValidationResult)
    }


def test_the_ontology_keeps_its_own_style() -> None:
    assert style_breaks() == set()


def test_a_bad_term_planted_in_it_breaks_the_style() -> None:
    prefixes = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    assert style_breaks(prefixes + "at:armed_Group a owl:Class .") == {"Class-name", "Term-isDefinedBy"}


# --- consistency -----------------------------------------------------------------------------------------------------

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, and there is no `java` here")


def ntriples(paths: list[Path], extra: str = "") -> bytes:
    """The modules as N-Triples; blank nodes of different files are kept apart."""

    texts = [*(path.read_bytes() for path in paths), f"@prefix at: <{NS}> .\n{extra}".encode()]
    parsed = (ox.parse(text, ox.RdfFormat.TURTLE, rename_blank_nodes=True) for text in texts)
    triples = (quad.triple for quads in parsed for quad in quads)
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def unsatisfiable(folder: Path, paths: list[Path], extra: str = "") -> set[str]:
    """The classes that can have no member; raises OwlReadyInconsistentOntologyError when nothing can be so at all."""
    file = folder / "all.nt"
    file.write_bytes(ntriples(paths, extra))
    world = owlready2.World()
    try:
        world.get_ontology(file.as_uri()).load(format="ntriples", only_local=True)
        assert len(list(world.classes())) > 50
        owlready2.sync_reasoner_hermit(world, debug=0)
        return {cls.iri for cls in world.inconsistent_classes()}
    finally:
        world.close()


@needs_java
def test_with_all_alignments_it_is_consistent_and_every_class_can_have_members(tmp_path: Path) -> None:
    assert unsatisfiable(tmp_path, MODULES + ALIGNMENTS) == set()  # and so it is with fewer of them


@needs_java
def test_a_class_that_can_have_no_member_is_found(tmp_path: Path) -> None:
    extra = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        at:WalkingCity a owl:Class ; rdfs:subClassOf at:Person , at:Place ."""
    assert NS + "WalkingCity" in unsatisfiable(tmp_path, MODULES, extra)


@needs_java
@pytest.mark.parametrize(
    "extra",
    [
        "at:x a at:Person , at:Event .",
        "at:x at:claimedBy at:y . at:y a at:Place .",
        "at:x at:bearsName at:y . at:y a at:Post .",
    ],
    ids=["person and event", "claimed by a place", "name that is a post"],
)
def test_a_contradiction_is_found(tmp_path: Path, extra: str) -> None:
    individuals = (
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . at:x a owl:NamedIndividual . at:y a owl:NamedIndividual . "
    )
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        unsatisfiable(tmp_path, MODULES, individuals + extra)


@needs_java
def test_a_claim_infers_no_type_of_what_it_names(tmp_path: Path) -> None:
    extra = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
        at:x a owl:NamedIndividual , at:CommandProposition ; at:commander at:y ; at:commandedGroup at:z .
        at:y a owl:NamedIndividual , at:GovernmentBody . at:z a owl:NamedIndividual , at:Place ."""
    assert unsatisfiable(tmp_path, MODULES, extra) == set()
