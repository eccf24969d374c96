"""The catalogue after a change is the catalogue of a store that was always so."""

import random
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode, Quad, Store

from kg.build.catalogue import Catalogue
from kg.build.pipeline import Outcome, build
from kg.graph.statistics import Update, count
from kg.iri import Iris
from kg.store import edit
from tests.conftest import CLAIMS, TEXT, Project
from tests.graph.test_statistics import change_at_random, one_graph_each, random_quad


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


@pytest.mark.parametrize("seed", range(20))
def test_what_was_counted_is_recounted_by_what_changes(seed: int) -> None:
    chance, iris, store, told = random.Random(seed), Iris("https://example.org/"), Store(), Store()
    made = Catalogue(iris, graph := iris.graph("catalogue"))
    store.extend(one_graph_each({random_quad(chance) for _ in range(20)}, store))
    told.extend(made.counted(count(store, {graph})))
    for _ in range(8):
        added, removed = change_at_random(chance, store, 8, 6)
        moves = Update(store, frozenset(added), frozenset(removed), {graph}).moves()
        edit.write(told, edit.sharpened(told, made.recounted(told, moves)))
        assert set(told) == set(made.counted(count(store, {graph})))
