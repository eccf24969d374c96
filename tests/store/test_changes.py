"""What differs between two generations, by their files alone."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from kg.store import changes, dump, nquads
from kg.store.changes import Line, changed_lines, summary
from kg.store.generations import Generation
from tests.store.support import change, iri, published, quad

QUADS = st.frozensets(
    st.builds(
        lambda s, o, g: quad(f"{s} p {o}", g),
        st.sampled_from("abcdef"),
        st.sampled_from(["x", "y", "'a < b", "'line\nend", "'é"]),
        st.sampled_from(["g", "g2", "h"]),
    ),
    max_size=40,
)


def generation(folder: Path, number: int, quads: frozenset[Quad]) -> Generation:
    (folder / str(number)).mkdir(parents=True)
    made = Generation(number, folder / str(number))
    nquads.write(made.data, None, nquads.lines(quads), ())
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(QUADS, QUADS, st.integers(1, 4))
def test_it_is_the_difference_of_the_two_sets(
    tmp_path_factory: pytest.TempPathFactory, old: frozenset[Quad], new: frozenset[Quad], patience: int
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "_PATIENCE", patience)
        patch.setattr(changes, "_PIECE", 200)
        lines = list(changed_lines(generation(folder, 1, old), generation(folder, 2, new)))
    assert {line.text for line in lines if line.sign == "+"} == {f"{q} ." for q in new - old}
    assert {line.text for line in lines if line.sign == "-"} == {f"{q} ." for q in old - new}
    assert len(lines) == len(new ^ old)


def test_against_nothing_everything_is_new(tmp_path: Path) -> None:
    made = published(tmp_path, change({"g": ["a p b", "a p 'c"]}))
    assert [line.sign for line in changed_lines(None, made)] == ["+", "+"]


@pytest.mark.parametrize(
    ("found", "graph"),
    [
        (Quad(iri("s"), iri("p"), iri("o"), iri("g")), iri("g").value),
        (Quad(iri("s"), iri("p"), iri("o"), DefaultGraph()), ""),
        (Quad(iri("s"), iri("p"), Literal("in <urn:x> .")), ""),
        (Quad(iri("s"), iri("p"), Literal('a <b"', datatype=NamedNode("urn:d"))), ""),
        (Quad(iri("s"), iri("p"), Literal("two words"), iri("g")), iri("g").value),
        (Quad(iri("s"), iri("p"), Literal("two words", language="en"), BlankNode("g")), "_:g"),
        (Quad(BlankNode("s"), iri("p"), BlankNode("o"), DefaultGraph()), ""),
        (Quad(iri("s"), iri("p"), Triple(iri("a"), iri("b"), Literal("c")), DefaultGraph()), ""),
        (Quad(iri("s"), iri("p"), Triple(iri("a"), iri("b"), Literal("c")), iri("g")), iri("g").value),
    ],
    ids=str,
)
def test_the_graph_of_a_line(found: Quad, graph: str) -> None:
    assert Line("+", f"{found} .").graph == graph


def test_the_summary_counts_by_graph_and_names_what_came_and_went(tmp_path: Path) -> None:
    kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

    def typed(name: str) -> Quad:
        return Quad(iri(name), kind, iri("Statement"), iri("g"))

    old = generation(tmp_path, 1, frozenset([typed("a"), quad("a p 'x", "g")]))
    new = generation(tmp_path, 2, frozenset([typed("b"), quad("a p 'x", "g"), quad("a p 'y", "h")]))
    told = summary(changed_lines(old, new), iri("Statement").value)
    assert (dict(told.added), dict(told.removed)) == ({iri("g").value: 1, iri("h").value: 1}, {iri("g").value: 1})
    assert (told.came, told.went, told.is_whole) == ([iri("b").value], [iri("a").value], True)
    assert summary(changed_lines(old, new), iri("Statement").value, most=1).is_whole is False


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(QUADS, QUADS, QUADS, st.booleans())
def test_so_it_is_where_a_large_file_is_shared_and_changes_lie_beside_it(
    tmp_path_factory: pytest.TempPathFactory,
    base: frozenset[Quad],
    old: frozenset[Quad],
    new: frozenset[Quad],
    both: bool,
) -> None:
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dump, "SMALL", -1)
        patch.setattr(dump, "SHARE", 0)
        first = generation(folder, 1, base)
        made = [first]
        for number, content in enumerate((old, new), 2):
            before, made_before = made[0], base
            (folder / str(number)).mkdir()
            more, less = nquads.lines(content - made_before), nquads.lines(made_before - content)
            dump.write(folder / str(number), before.path, before.dump.digest(), more, less)
            made.append(Generation(number, folder / str(number)))
    one = made[1] if both else generation(folder, 9, old)
    lines = list(changed_lines(one, made[2]))
    assert {line.text for line in lines if line.sign == "+"} == {f"{q} ." for q in new - old}
    assert {line.text for line in lines if line.sign == "-"} == {f"{q} ." for q in old - new}
    assert len(lines) == len(new ^ old)
