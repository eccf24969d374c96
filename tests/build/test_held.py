"""The ids that articles of a generation took."""

from kg.build.held import Held
from kg.build.pipeline import build
from kg.iri import Iris
from tests.conftest import Project


def test_ids_are_told_with_the_article_that_defines_them(project: Project) -> None:
    made, iris = build(project.settings).generation, Iris(project.settings.base_iri)
    ids = Held.by(made, iris).ids({"norwick"})
    assert ids["witnesses"].startswith("article norwick.")
    assert {"witnesses", "crowd", "shooting"} <= set(ids)
    assert len(ids) == len(list(ids))
    for other in ("gazette", "tear-gas", "nowhere", "not an id>", ""):  # the register's, the ontology's, nobody's
        assert other not in ids
    assert "witnesses" not in Held.by(made, iris).ids({"elsewhere"})
    assert not Held.by(None, iris).ids({"norwick"})
