"""An ontologist adds a class, a property, a role and a shape in Turtle alone, and uses them at once."""

from kg.build.pipeline import build
from kg.build.workshop import Workshop
from tests.conftest import CLAIMS, Project

MODULE = """\
@prefix sanctions: <https://example.org/sanctions#> .
@prefix at: <https://w3id.org/attest/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

sanctions:ListingProposition a owl:Class ; rdfs:subClassOf at:RelationProposition ; rdfs:label "listing"@en .
sanctions:listed a owl:ObjectProperty ; rdfs:domain sanctions:ListingProposition ; rdfs:range at:Entity .
sanctions:program a owl:DatatypeProperty ; rdfs:domain sanctions:ListingProposition ; rdfs:range xsd:string .
sanctions:SanctionsBody a owl:Class ; rdfs:subClassOf at:GovernmentBody ; rdfs:label "sanctions body"@en .
sanctions:designator a at:Role ; skos:prefLabel "designator"@en .
"""

SHAPE = """\
@prefix sanctions: <https://example.org/sanctions#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

sanctions:Listing a sh:NodeShape ; sh:targetClass sanctions:ListingProposition ; sh:property sanctions:Listing-program .
sanctions:Listing-program a sh:PropertyShape ; sh:path sanctions:program ; sh:minCount 1 ; sh:severity sh:Violation ;
  sh:message "A listing must name its programme."@en .
"""

USED = CLAIMS.replace(
    "  crowd: {",
    "  office: {is: sanctions:SanctionsBody, label: Office of lists}\n  crowd: {",
).replace(
    "means: tear-gas}}",
    "means: tear-gas}, sanctions:Listing: {sanctions:listed: guards, sanctions:program: Norwick}}",
)


def test_turtle_alone_is_enough(project: Project) -> None:
    (project.root / "ontology" / "sanctions.ttl").write_text(MODULE, "utf-8")
    (project.root / "shapes" / "sanctions.ttl").write_text(SHAPE, "utf-8")
    project.write(
        USED.replace("participant: crowd, inRole: victim", "participant: office, inRole: sanctions:designator")
    )
    outcome = build(project.settings)
    assert outcome.report.problems == ()
    assert outcome.generation is not None
    question = """
        PREFIX at: <https://w3id.org/attest/ontology#> PREFIX sanctions: <https://example.org/sanctions#>
        SELECT ?program { ?s at:expresses ?p . ?p a sanctions:ListingProposition ; sanctions:program ?program .
                          ?other at:inRole sanctions:designator ; at:participant/a sanctions:SanctionsBody }"""
    with outcome.generation.opened() as store:
        rows = [row["program"].value for row in store.query(question, use_default_graph_as_union=True)]  # type: ignore[union-attr]
    assert rows == ["Norwick"]


def test_its_shape_guards_it(project: Project) -> None:
    (project.root / "ontology" / "sanctions.ttl").write_text(MODULE, "utf-8")
    (project.root / "shapes" / "sanctions.ttl").write_text(SHAPE, "utf-8")
    project.write(USED.replace(", sanctions:program: Norwick", ""))
    workshop = Workshop.open(project.settings)
    problems = workshop.article(project.folder, workshop.register()).report.problems
    assert [(p.rule, p.where, p.message) for p in problems] == [
        ("Listing-program", "statement tear-gas", "A listing must name its programme.")
    ]


def test_without_the_module_its_terms_are_unknown(project: Project) -> None:
    project.write(USED)
    workshop = Workshop.open(project.settings)
    rules = {p.rule for p in workshop.article(project.folder, workshop.register()).report.problems}
    assert rules == {"unknown-term"}
