"""A rule is a file: one that is added, changed or taken away is so in the next generation, with no Python."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import Quad
from rdflib import Graph

from kg import resources
from kg.build.inputs import is_stale
from kg.build.pipeline import Outcome, build
from kg.findings.read import Listed, list_findings
from kg.iri import Iris
from kg.settings import Settings
from kg.validate.rdflib_graph import add_all, to_graph
from kg.vocab import RDF, RDFS
from tests.conftest import CLAIMS, Project

DOCS = Path(__file__).resolve().parents[2] / "docs" / "findings.md"
IRIS = Iris(Settings().base_iri)


def found(outcome: Outcome) -> tuple[Listed, ...]:
    assert outcome.generation is not None
    with outcome.generation.opened() as store:
        return list_findings(store, IRIS)


def example() -> str:
    """The rule that the documentation shows."""
    (block,) = [b for b in re.findall(r"```sparql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL) if "# title" in b]
    return str(block)


@pytest.fixture
def ruled(project: Project) -> tuple[Project, Settings]:
    """A project whose article names a name, and whose rules are its own copies."""
    shutil.copytree(resources.find("findings"), project.root / "findings")
    naming = """
  named:
    quote: the mayor
    near: told the Gazette
    chain: [gazette]
    says:
      - Naming: {named: mayor, bearsName: {nameForm: {en: Mayor}, nameKind: descriptive, script: Latn}}
"""
    project.write(CLAIMS.rstrip("\n") + naming)
    return project, replace(project.settings, findings=project.root / "findings")


def test_a_rule_is_added_changed_and_taken_away_as_a_file(ruled: tuple[Project, Settings]) -> None:
    project, settings = ruled
    first = build(settings)
    assert first.report.conforms, first.report
    path = project.root / "findings" / "named-twice.rq"
    path.write_text(example(), "utf-8")
    assert is_stale(settings)
    second = build(settings)
    assert [f.rule for f in second.news.new] == ["named-twice"]
    assert second.news.gone == ()
    assert second.news.new[0].sentence == "The mayor of Norwick is named in “the mayor” (norwick/named)."
    assert second.news.new[0].statements == ("norwick/named",)

    path.write_text(example().replace("is named in", "is called something in"), "utf-8")
    third = build(settings)
    assert third.published
    (sentence,) = [f.sentence for f in found(third) if f.rule == "named-twice"]
    assert sentence.startswith("The mayor of Norwick is called something in")
    path.unlink()
    fourth = build(settings)
    assert [f.rule for f in fourth.news.gone] == ["named-twice"]
    assert found(fourth) == found(first)


def test_the_findings_satisfy_the_shapes(ruled: tuple[Project, Settings]) -> None:
    _, settings = ruled
    outcome = build(settings)
    assert outcome.generation is not None
    with outcome.generation.opened() as store:
        kept = [q for q in store if q.graph_name not in (IRIS.graph("ontology"), IRIS.graph("shapes"))]
        hierarchy = [q for q in store.quads_for_pattern(None, None, None, IRIS.graph("ontology")) if _seen(q)]
    data = to_graph(quad.triple for quad in kept)
    add_all(data, (quad.triple for quad in hierarchy))
    shapes = Graph(bind_namespaces="none").parse(resources.find("shapes") / "finding.ttl")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, text
    assert found(outcome)


def _seen(quad: Quad) -> bool:
    return quad.predicate in (RDFS.subClassOf, RDF.type)


def test_an_article_that_does_not_conform_leaves_the_findings_as_they_were(ruled: tuple[Project, Settings]) -> None:
    project, settings = ruled
    before = found(build(settings))
    project.edit("means: tear-gas", "means: no-such-thing")
    outcome = build(settings)
    assert outcome.rejected == ("norwick",)
    assert found(outcome) == before


def test_a_build_that_changes_nothing_tells_of_nothing(ruled: tuple[Project, Settings]) -> None:
    _, settings = ruled
    assert build(settings).news.new
    again = build(settings, everything=True)
    assert not again.published
    assert (again.news.new, again.news.gone) == ((), ())


def test_a_changed_label_changes_the_sentence_and_not_the_address(ruled: tuple[Project, Settings]) -> None:
    project, settings = ruled
    before = {f.iri: f.sentence for f in found(build(settings)) if "The mayor of Norwick" in f.sentence}
    register = project.root / "articles" / "entities.yaml"
    register.write_text(register.read_text("utf-8").replace("The mayor of Norwick", "The old mayor"), "utf-8")
    outcome = build(settings)
    after = {f.iri: f.sentence for f in found(outcome)}
    assert before
    assert {iri for iri in before if "The old mayor" in after[iri]} == set(before)
    assert (outcome.news.new, outcome.news.gone) == ((), ())
