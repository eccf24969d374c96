"""`kg check` as a person meets it: three planted mistakes, each explained so that they can act, with and without Java."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple

from kg import resources
from kg.build.pipeline import whole_record
from kg.reason import hermit
from kg.reason.check import Check
from kg.reason.finding import Finding
from kg.reason.hermit import Logical, consistency
from kg.reason.modules import read_modules
from kg.reason.narrow import explain_by_asking
from kg.settings import Settings
from kg.vocab import NS, RDF
from tests.conftest import CLAIMS, Project
from tests.live import environment
from tests.reason.support import PREFIXES, needs_java, turtle

DOCS = Path(__file__).resolve().parents[2] / "docs" / "checking.md"
WITH_AND_WITHOUT_JAVA = pytest.mark.parametrize(
    "java", [pytest.param(False, id="without Java"), pytest.param(True, id="with Java", marks=needs_java)]
)


def check(settings: Settings, *, java: bool, more: frozenset[Triple] = frozenset()) -> tuple[list[Finding], list[str]]:
    """What is found, and what is told meanwhile."""
    told: list[str] = []
    record = whole_record(settings)
    found = Check.of(settings, record.triples | more, record.places, told.append).run(java=java)
    return list(found), told


def in_docs(text: str) -> bool:
    """True when the docs show this output; the lines in modules may have moved since."""
    return re.sub(r"(\.ttl):\d+", r"\1", text) in re.sub(r"(\.ttl):\d+", r"\1", DOCS.read_text("utf-8"))


def line_of(path: Path, text: str) -> int:
    lines = path.read_text("utf-8").splitlines()
    (number,) = (i for i, line in enumerate(lines, 1) if text in line)
    return number


def change(path: Path, after: str, old: str, new: str) -> int:
    """Replace the first `old` that follows `after`; its line."""
    text = path.read_text("utf-8")
    start = text.index(old, text.index(after))
    path.write_text(text[:start] + new + text[start + len(old) :], "utf-8")
    return text[:start].count("\n") + 1


@WITH_AND_WITHOUT_JAVA
def test_a_person_in_an_armed_group_s_place(project: Project, java: bool) -> None:
    """Somebody narrows a range, and a curator's claim then makes a person an armed group."""
    modules = project.settings.ontology
    narrowed = change(
        modules / "propositions.ttl", "at:commandedGroup a", "rdfs:range at:Entity", "rdfs:range at:ArmedGroup"
    )
    command = "says: {Command: {commander: captain, commandedGroup: mayor, inCapacity: head}}"
    project.write(CLAIMS.replace("says: {Event: {event: shooting, participant: crowd, inRole: injured}}", command))
    (found,), _ = check(project.settings, java=java)
    assert in_docs(str(found))
    assert (found.about, found.rule, found.level) == ("entity mayor", "cax-adc", "error")
    assert found.sentence.startswith(
        "cannot be so: “The mayor of Norwick” is an “organization”; “The mayor of Norwick” is a “person”."
    )
    mayor = line_of(project.root / "articles" / "entities.yaml", "mayor:")
    claim = line_of(project.claims, command)
    said = next(d for d in found.details if d.startswith("articles/norwick/"))
    assert found.source is not None
    assert (found.source.file, found.source.line) == ("articles/entities.yaml", mayor)
    assert said.startswith(
        f"articles/norwick/claims.yaml:{claim}: “proposition of statement denial” has “commanded group” "
    )
    disjoint = line_of(modules / "agents.ttl", "owl:members ( at:Person")
    parent = line_of(modules / "agents.ttl", "at:ArmedGroup a owl:Class") + 1
    assert [detail for detail in found.details if detail != said] == [
        f"articles/entities.yaml:{mayor}: “The mayor of Norwick” is a “person” [id:mayor rdf:type at:Person]",
        f"ontology/agents.ttl:{parent}: every “armed group” is an “organization” [at:ArmedGroup rdfs:subClassOf at:Organization]",
        f"ontology/agents.ttl:{disjoint}: nothing is of two of “person”, “organization”, “collective” [[ rdf:type owl:AllDisjointClasses; owl:members ( at:Person at:Organization at:Collective ) ]]",
        f"ontology/propositions.ttl:{narrowed}: every value of “commanded group” is an “armed group” [at:commandedGroup rdfs:range at:ArmedGroup]",
    ]


@WITH_AND_WITHOUT_JAVA
def test_a_class_with_a_wrong_parent(project: Project, java: bool) -> None:
    agents = project.settings.ontology / "agents.ttl"
    line = change(
        agents, "at:SecurityForce a", "rdfs:subClassOf at:ArmedGroup", "rdfs:subClassOf at:ArmedGroup , at:Place"
    )
    (found,), _ = check(project.settings, java=java)
    assert str(found).splitlines()[0] == (
        f"ontology/agents.ttl:{line}: at:SecurityForce: can have no member: a “security force” is an “agent”; "
        "a “security force” is a “place”. Nothing is of two classes of a list of disjoint classes. [cax-adc]"
    )
    wrong = (
        f"ontology/agents.ttl:{line}: every “security force” is a “place” [at:SecurityForce rdfs:subClassOf at:Place]"
    )
    assert in_docs(str(found))
    assert wrong in found.details
    guards = line_of(project.root / "articles" / "entities.yaml", "guards:")
    assert found.details[-2:] == (
        "Yet the record has 1:",
        f"articles/entities.yaml:{guards}: “Town guards” is a “security force” [id:guards rdf:type at:SecurityForce]",
    )


@WITH_AND_WITHOUT_JAVA
def test_a_statement_that_is_also_an_event(project: Project, java: bool) -> None:
    record = whole_record(project.settings)
    (statement,) = (
        node
        for node, place in record.places.items()
        if place.where == "statement denial" and "/statement-" in node.value
    )
    event = Triple(statement, RDF.type, NamedNode(NS + "Event"))
    (found,), _ = check(project.settings, java=java, more=frozenset([event]))
    assert in_docs(str(found))
    line = line_of(project.claims, "denial:")
    assert str(found).startswith(
        f"articles/norwick/claims.yaml:{line}: statement denial: cannot be so: "
        "“statement denial” is an “entity”; “statement denial” is a “statement”."
    )
    assert [detail.partition(": ")[2].partition(" [")[0] for detail in found.details] == [
        "“statement denial” is an “event”",
        "“statement denial” is a “statement”",
        "nothing is of two of “entity”, “statement”, “proposition”, “attribution”, “link of statements”, “passage”, “document”, “name”, “assessment”, “perspective”, skos:Concept, skos:ConceptScheme",
        "every “event” is an “entity”",
    ]


@WITH_AND_WITHOUT_JAVA
def test_the_shipped_corpus_is_consistent(java: bool) -> None:
    found, told = check(Settings(), java=java)
    assert found == []
    assert told[-1] == "Ontology and record are consistent."
    assert any("Asking HermiT about" in step for step in told) == java


def test_where_there_is_no_java_that_is_said(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hermit.java() is None
    found, told = check(project.settings, java=True)
    assert found == []
    assert told[1].startswith("There is no Java on the PATH: HermiT did not run, ")
    with pytest.raises(FileNotFoundError, match="java"):
        consistency([])


def test_the_same_mistake_made_thrice_is_one_finding(project: Project) -> None:
    places = turtle("id:captain a at:Place . id:mayor a at:Place . id:gazette a at:Place .")
    found, _ = check(project.settings, java=False, more=places)
    assert sorted(finding.about for finding in found) == ["entity captain", "entity gazette"]
    (person,) = (finding for finding in found if finding.about == "entity captain")
    assert person.details[-2] == "So it is with 1 more:"
    assert "The mayor of Norwick" in person.details[-1]


@WITH_AND_WITHOUT_JAVA
def test_what_follows_from_a_broken_class_is_not_told_again(project: Project, java: bool) -> None:
    change(
        project.settings.ontology / "agents.ttl",
        "at:Organization a",
        "rdfs:subClassOf at:Agent",
        "rdfs:subClassOf at:Agent , at:Place",
    )
    (found,), told = check(project.settings, java=java)
    assert found.about == "at:Organization"
    (implied,) = (detail for detail in found.details if detail.startswith("Unusable for the same reason: "))
    assert {"at:ArmedGroup", "at:Militia", "at:MediaOutlet"} <= set(implied.partition(": ")[2].split(", "))
    record = [
        detail.partition(": ")[2].partition(" [")[0] for detail in found.details if detail.startswith("articles/")
    ]
    assert record == ["“Gazette” is a “media outlet”", "“Town guards” is a “security force”"]
    assert not any("narrowing" in step for step in told)  # the rules have explained what HermiT finds


def test_a_property_that_can_relate_nothing(project: Project) -> None:
    more = "at:mutters a owl:ObjectProperty , owl:SymmetricProperty , owl:AsymmetricProperty ; rdfs:range at:Agent ."
    (project.settings.ontology / "more.ttl").write_text(PREFIXES + more, "utf-8")
    found, _ = check(project.settings, java=False)
    (mutters,) = (finding for finding in found if finding.rule == "prp-asyp")
    assert mutters.about == "at:mutters"
    assert mutters.sentence.startswith("can relate nothing: ")


# --- what only HermiT sees -------------------------------------------------------------------------------------------

UNSEEN = """
:Agent a owl:Class . :Place a owl:Class ; owl:disjointWith :Agent . :Mayor a owl:Class . :Town a owl:Class .
:near a owl:ObjectProperty ; rdfs:range :Agent ; rdfs:domain :Agent . :far a owl:ObjectProperty .
:Mayor rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :near ; owl:someValuesFrom :Place ] .
:Town rdfs:subClassOf :Place .
"""


@needs_java
def test_hermit_s_finding_is_narrowed_to_what_is_needed() -> None:
    axioms = turtle(UNSEEN)
    mayor = NamedNode("https://example.org/Mayor")
    assert consistency(axioms).unsatisfiable == (mayor,)
    found = explain_by_asking(axioms, frozenset(), member_of=mayor)
    assert found.complete
    assert {str(t.predicate).rpartition("#")[2].rstrip(">") for t in found.axioms} == {
        "disjointWith", "range", "subClassOf", "type", "onProperty", "someValuesFrom",
    }  # fmt: skip
    assert len(found.axioms) == 6


@needs_java
def test_what_could_not_be_narrowed_in_time_is_said(project: Project) -> None:
    told: list[str] = []
    (project.settings.ontology / "more.ttl").write_text(PREFIXES + UNSEEN, "utf-8")
    record = whole_record(project.settings)
    checking = Check.of(project.settings, record.triples, record.places, told.append)
    (found,) = (f for f in checking.run(seconds=0) if f.rule == "hermit")
    assert (found.about, found.level) == (":Mayor", "error")
    assert found.sentence.startswith("can have no member, by all of what follows.")
    assert found.details[0].startswith("The time ran out before this could be narrowed down further")
    assert found.details[-1].startswith("… and ")
    assert any("no rule shows why: narrowing down for 0 s" in step for step in told)


@needs_java
def test_what_hermit_refuses_is_told_in_its_own_words(project: Project) -> None:
    more = """:p a owl:ObjectProperty , owl:TransitiveProperty , owl:IrreflexiveProperty ."""  # not OWL 2 DL
    (project.settings.ontology / "more.ttl").write_text(PREFIXES + more, "utf-8")
    found, _ = check(project.settings, java=True)
    (refused,) = (finding for finding in found if finding.rule == "hermit")
    assert refused.sentence.startswith("HermiT refuses the ontology: ")
    assert "https://example.org/p" in refused.sentence


def test_what_the_reasoner_is_given() -> None:
    meant = ":p a owl:DatatypeProperty . :x a :c ; :p 1 . "
    date = ':x :p "2020-06-08"^^xsd:date . :p rdfs:range xsd:date .'
    logical = Logical.of(
        turtle(meant + date + ":c rdfs:label 'c' ; :undeclared :x . <urn:o> owl:imports <urn:other> .")
    )
    assert logical.triples == turtle(meant)
    assert logical.unreadable == turtle(date)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(project: Project) -> Callable[..., subprocess.CompletedProcess[str]]:
    def kg_check(*arguments: str) -> subprocess.CompletedProcess[str]:
        s = project.settings
        env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data)
        command = [sys.executable, "-m", "kg", "check", "--no-java", *arguments]
        return subprocess.run(command, env=env, cwd=project.root, capture_output=True, text=True, check=False)

    return kg_check


def test_nothing_found_is_exit_0_and_an_empty_stdout(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    told = run()
    assert (told.returncode, told.stdout) == (0, "")
    lines = told.stderr.splitlines()
    assert lines[0].startswith("Applying the rules of OWL 2 RL to ")
    assert lines[-1] == "0 errors, 0 warnings, 0 infos"
    assert run("--articles", "none").returncode == 0


def test_findings_fail_from_the_level_that_is_asked(
    run: Callable[..., subprocess.CompletedProcess[str]], project: Project
) -> None:
    change(project.settings.ontology / "agents.ttl", "at:hasAffiliation a", "    rdfs:range at:Agent ;\n", "")
    told = run()
    assert told.returncode == 0, told.stdout
    assert "at:hasAffiliation: warning: has no range" in told.stdout
    assert told.stderr.splitlines()[-1] == "0 errors, 1 warning, 0 infos"
    assert run("--fail-on", "warning").returncode == 1
    project.claims.write_text("- not\n- a mapping\n", "utf-8")
    change(
        project.settings.ontology / "agents.ttl",
        "at:Post a",
        "rdfs:subClassOf at:Entity",
        "rdfs:subClassOf at:Entity , at:Name",
    )
    told = run()
    assert (told.returncode, "norwick cannot be read and is left out" in told.stderr) == (1, True)
    assert "at:Post: can have no member" in told.stdout


def test_an_ontology_that_is_not_turtle_is_exit_3(
    run: Callable[..., subprocess.CompletedProcess[str]], project: Project
) -> None:
    (project.settings.ontology / "agents.ttl").write_text("at:x\n", "utf-8")
    assert run().returncode == 3


def test_the_ontology_needs_no_network() -> None:
    """The imports of the root module are names, not addresses to fetch: HermiT is given none of them."""
    logical = Logical.of(read_modules(resources.find("ontology")).places)
    assert not any(triple.predicate.value.endswith("#imports") for triple in logical.triples)
    assert logical.unreadable == frozenset()
