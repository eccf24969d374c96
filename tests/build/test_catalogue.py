"""The catalogue after a change is the catalogue of a store that was always so."""

from dataclasses import replace

from pyoxigraph import NamedNode, Quad

from kg.build.pipeline import Outcome, build
from tests.conftest import CLAIMS, TEXT, Project


def catalogue(project: Project, outcome: Outcome) -> set[Quad]:
    assert outcome.generation
    graph = NamedNode(f"{project.settings.base_iri}graph.catalogue")
    with outcome.generation.opened() as store:
        return set(store.quads_for_pattern(None, None, None, graph))


def test_a_change_leaves_the_catalogue_of_a_fresh_build(project: Project) -> None:
    first = catalogue(project, build(project.settings))
    project.write(CLAIMS[: CLAIMS.index("  tear-gas:")])
    project.write(CLAIMS.replace("shooting", "firing").replace("crowd", "people"), slug="second", text=TEXT)
    changed = catalogue(project, build(project.settings))
    assert changed != first
    fresh = replace(project.settings, data=project.root / "elsewhere")
    assert changed == catalogue(project, build(fresh))
    project.write()
    (project.root / "articles" / "second" / "claims.yaml").unlink()
    (project.root / "articles" / "second" / "article.txt").unlink()
    (project.root / "articles" / "second").rmdir()
    assert catalogue(project, build(project.settings)) == first
