"""Lint: what is amiss in how the ontology is written, each rule by a planted break."""

import re
from pathlib import Path

import pytest

from kg import resources
from kg.reason.finding import Finding
from kg.reason.lint import FOLDER, STYLE, Lint
from kg.reason.modules import Modules, read_modules
from kg.reason.words import Words
from tests.reason.support import PREFIXES

HEAD = PREFIXES.strip() + "\n"
LINES = HEAD.count("\n")


def term(name: str, kind: str, more: str = "", label: str = "") -> str:
    """A term written as the style asks."""
    defined = "skos:definition 'Planted.'@en ; rdfs:isDefinedBy <https://w3id.org/attest/ontology/planted>"
    return f"at:{name} a {kind} ; rdfs:label '{label or name}'@en ; {defined}{' ; ' if more else ''}{more} .\n"


def lint(folder: Path, shape: str = "", **planted: str) -> list[Finding]:
    """What is found beyond the shipped ontology, with modules and a file of shapes of one's own."""
    for kind, files in (("planted", planted), ("shapes", {"planted": shape})):
        (folder / kind).mkdir(parents=True)
        for name, text in files.items():
            (folder / kind / f"{name}.ttl").write_text(HEAD + text, "utf-8")
    ontology = read_modules(resources.find("ontology")) | read_modules(folder / "planted")
    shapes = read_modules(resources.find("shapes")) | read_modules(folder / "shapes")
    words = Words.of(ontology.places, (ontology | shapes).prefixes)
    return sorted(Lint(ontology, shapes, resources.find("shapes") / STYLE, words).findings())


CASES = {
    "undefined-term": (term("Falcon", "owl:Class", "rdfs:subClassOf at:Brid"), "error", "uses at:Brid, which no module defines."),
    "untyped-term": ("at:Falcon rdfs:subClassOf at:Agent .", "error", "is described, but nothing says what it is (a class, a property, a concept)."),
    "duplicate-label": (
        term("Zfalcon", "owl:Class", "rdfs:subClassOf at:Agent", label="person"),
        "warning",
        "has the same label as at:Person, so that people cannot tell the two apart.",
    ),
    "subclass-cycle": (
        term("Falcon", "owl:Class", "rdfs:subClassOf at:Kestrel") + term("Kestrel", "owl:Class", "rdfs:subClassOf at:Falcon"),
        "error",
        "is a subclass of itself by way of at:Kestrel, so that the two are one class.",
    ),
    "class-without-parent": (
        term("Falcon", "owl:Class"),
        "info",
        "has no superclass and is disjoint with nothing, so that a reasoner can tell nothing of its members.",
    ),
    "class-without-concepts": (
        term("Falcon", "owl:Class", "rdfs:subClassOf skos:Concept"),
        "warning",
        "is a class of concepts but no concept is of it, so that a curator has nothing to choose from.",
    ),
    "property-without-range": (
        term("hunts", "owl:ObjectProperty", "rdfs:domain at:Agent"),
        "warning",
        "has no range, so that its values can be neither typed in by a curator nor checked.",
    ),
    "property-of-two-kinds": (
        term("hunts", "owl:ObjectProperty , owl:DatatypeProperty", "rdfs:range at:Agent"),
        "error",
        "is both an object property and a datatype property; OWL 2 DL allows one.",
    ),
    "leads-into-perspective": (
        term("hunts", "owl:ObjectProperty", "rdfs:range at:Agent ; rdfs:subPropertyOf at:commands"),
        "error",
        "would yield at:commands, a plain fact, which belongs to a perspective and never to the record.",
    ),
    "projects-into-record": (
        term("Falcon", "owl:Class", "rdfs:subClassOf at:RelationProposition ; at:projectsPredicate at:subject"),
        "error",
        'projects at:subject, which does not say at:writtenBy "perspective", so that nothing keeps such a plain fact out of the record.',
    ),
    "deprecated-term": (
        term("Falcon", "owl:Class", "rdfs:subClassOf at:Bird") + term("Bird", "owl:Class", "rdfs:subClassOf at:Agent ; owl:deprecated true"),
        "warning",
        "uses at:Bird, which is deprecated.",
    ),
    "Term-label": (
        "at:Falcon a owl:Class ; rdfs:subClassOf at:Agent ; skos:definition 'Planted.'@en ; rdfs:isDefinedBy :planted .",
        "error",
        "A term must have exactly one label in each language, with its language tag.",
    ),
    "Term-definition": (
        "at:Falcon a owl:Class ; rdfs:subClassOf at:Agent ; rdfs:label 'falcon'@en ; rdfs:isDefinedBy :planted .",
        "error",
        "A term must have exactly one definition in each language: a sentence that starts with a capital and ends with a full stop.",
    ),
    "outside-profile": (
        term("Falcon", "owl:Class", "rdfs:subClassOf at:Agent ; owl:hasKey ( at:note )"),
        "warning",
        "owl:hasKey is read by no rule: nothing is inferred by it, and only HermiT checks it.",
    ),
}  # fmt: skip


def own_names(text: str, number: int) -> str:
    """The text with the names of one case, so that all cases can be linted at once."""
    return re.sub(r"\b(Falcon|Zfalcon|Kestrel|Bird|Brid|hunts)\b", rf"\g<1>{number}", text)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    planted = {rule: own_names(text, i) for i, (rule, (text, _, _)) in enumerate(CASES.items())}
    return lint(tmp_path_factory.mktemp("lint"), **planted)


@pytest.mark.parametrize("rule", CASES)
def test_what_is_planted_is_found(found: list[Finding], rule: str) -> None:
    text, level, sentence = (own_names(part, list(CASES).index(rule)) for part in CASES[rule])
    of_case = [finding for finding in found if finding.source and finding.source.file == f"planted/{rule}.ttl"]
    assert {finding.rule for finding in of_case} == {rule}
    shown = "" if level == "error" else f"{level}: "
    assert str(of_case[0]) == f"planted/{rule}.ttl:{LINES + 1}: {text.partition(' ')[0]}: {shown}{sentence}"


def test_nothing_else_is_found(found: list[Finding]) -> None:
    assert {finding.rule for finding in found} == set(CASES)


def test_every_query_has_a_case() -> None:
    queries = {path.stem for path in FOLDER.glob("*.rq")}
    assert queries
    assert queries <= set(CASES)


def test_the_shipped_ontology_has_nothing_amiss(tmp_path: Path) -> None:
    assert lint(tmp_path) == []


def test_a_restriction_is_told_of_the_class_that_it_restricts(tmp_path: Path) -> None:
    part = "[ a owl:Restriction ; owl:onProperty at:note ; owl:someValuesFrom xsd:string ]"
    (found,) = lint(tmp_path, planted=term("Falcon", "owl:Class", f"rdfs:subClassOf at:Agent , {part}"))
    assert (found.about, found.level, found.sentence) == (
        "at:Falcon", "info", "owl:someValuesFrom is checked, but nothing is inferred by it.",
    )  # fmt: skip


def test_a_shape_that_names_no_term_would_check_nothing(tmp_path: Path) -> None:
    (found,) = lint(
        tmp_path, "<https://w3id.org/attest/shapes#Falcon> <http://www.w3.org/ns/shacl#targetClass> at:Falkon ."
    )
    assert str(found).startswith(f"shapes/planted.ttl:{LINES + 1}: ")
    assert found.sentence == "uses at:Falkon, which no module defines."


def test_only_namespaces_that_a_module_declares_are_linted(tmp_path: Path) -> None:
    assert lint(tmp_path / "one", planted=":bare a owl:Class .") == []
    found = lint(
        tmp_path / "two", planted=":bare a owl:Class . :module vann:preferredNamespaceUri 'https://example.org/' ."
    )
    assert "Class-name" in {finding.rule for finding in found}


def test_modules_join() -> None:
    one = Modules({}, {"a": "1"})
    assert (one | Modules({}, {"a": "2", "b": "3"})).prefixes == {"a": "1", "b": "3"}
