"""The line of every triple of the ontology."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import resources
from kg.errors import Unreadable
from kg.graph.schema import read_schema
from kg.model import Source
from kg.reason.modules import read_modules
from tests.reason.support import PREFIXES

FOLDER = resources.find("ontology")


def word(term: ox.NamedNode | ox.Literal) -> str:
    """What must stand in the line of a triple with this object."""
    text = term.value.splitlines()[0] if isinstance(term, ox.Literal) else term.value
    return text.rstrip("/#").replace("#", "/").rpartition("/")[2] if isinstance(term, ox.NamedNode) else text


def test_each_triple_stands_in_its_line() -> None:
    modules = read_modules(FOLDER)
    lines = {path.name: path.read_text("utf-8").splitlines() for path in FOLDER.glob("*.ttl")}
    checked = 0
    for triple, source in modules.places.items():
        if isinstance(triple.object, ox.NamedNode | ox.Literal) and not str(triple.object).endswith(
            ("#nil>", "#type>")
        ):
            line = lines[source.file.removeprefix("ontology/")][source.line - 1]
            assert word(triple.object) in line, (triple, source)
            checked += 1
    assert checked > 2000


def test_all_is_read_that_a_build_reads() -> None:
    def named(triples: object) -> set[ox.Triple]:
        return {t for t in triples if not any(isinstance(term, ox.BlankNode) for term in t)}  # type: ignore[attr-defined]

    schema, modules = read_schema(FOLDER), read_modules(FOLDER)
    assert named(modules.places) == named(schema.triples)
    assert len(modules.places) == len(schema.triples)
    assert modules.prefixes == schema.prefixes
    assert read_modules(FOLDER).places == modules.places


def test_a_file_that_is_not_turtle_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("@prefix at: <https://example.org/> .\nat:x at:y .\n", "utf-8")
    with pytest.raises(Unreadable, match=r"bad.ttl:2:\d+: expected Turtle") as told:
        read_modules(tmp_path)
    assert (told.value.exit_code, told.value.line) == (3, 2)


def test_the_first_place_of_a_term(tmp_path: Path) -> None:
    (tmp_path / "m.ttl").write_text(PREFIXES.lstrip() + "# a comment\n:c a owl:Class ;\n  rdfs:label 'c' .\n", "utf-8")
    declared = read_modules(tmp_path).declared
    assert declared == {ox.NamedNode("https://example.org/c"): Source(f"{tmp_path.name}/m.ttl", 6)}
