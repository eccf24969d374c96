"""What a build publishes, keeps and refuses, on a real store."""

import hashlib
import shutil
import subprocess
import sys

import pytest
from pyoxigraph import NamedNode, Quad

from kg.build.inputs import is_stale
from kg.build.pipeline import Outcome, build, validate
from kg.reason.inference import infer
from kg.report import NotConforming
from kg.vocab import AT, NS, RDF, RDFS
from tests.conftest import CLAIMS, ENTITIES, TEXT, Project
from tests.live import environment

BASE = "https://w3id.org/attest/id/"
OTHER = (
    CLAIMS.replace("  crowd: {", "  crowd-b: {")
    .replace("crowd,", "crowd-b,")
    .replace("  witnesses: {", "  witnesses-b: {")
)
OTHER = OTHER.replace("voice: witnesses,", "voice: witnesses-b,").replace("  shooting: {", "  shooting-b: {")
OTHER = OTHER.replace("event: shooting,", "event: shooting-b,")


def quads(outcome: Outcome) -> set[Quad]:
    assert outcome.generation is not None
    with outcome.generation.opened() as store:
        return set(store)


def graphs(outcome: Outcome) -> dict[str, set[Quad]]:
    found: dict[str, set[Quad]] = {}
    for quad in quads(outcome):
        found.setdefault(quad.graph_name.value.removeprefix(BASE), set()).add(quad)  # type: ignore[union-attr]
    return found


def document_graph(outcome: Outcome, slug: str = "norwick") -> set[Quad]:
    return next(qs for name, qs in graphs(outcome).items() if name.startswith(f"{slug}."))


def test_a_build_publishes_and_the_next_finds_nothing_to_do(project: Project) -> None:
    assert is_stale(project.settings)
    first = build(project.settings)
    assert (first.published, first.articles, first.statements, first.rejected) == (True, 1, 3, ())
    assert not is_stale(project.settings)
    second = build(project.settings)
    assert not second.published
    assert second.generation == first.generation


def test_graphs_are_those_of_the_design(project: Project) -> None:
    names = {name.split(".")[0] + "." + name.split(".")[1][:8] if name.startswith("graph") else name.split(".")[0]
             for name in graphs(build(project.settings))}  # fmt: skip
    assert names == {
        "graph.ontology", "graph.shapes", "graph.entities"[:14], "graph.proposit", "graph.inferenc", "graph.rules", "graph.findings",
        "graph.catalogu",
        "norwick"
    }  # fmt: skip


def test_what_follows_is_in_a_graph_of_its_own_and_made_anew(project: Project) -> None:
    inferences = NamedNode(f"{BASE}graph.inferences")
    sizes = []
    for claims in (CLAIMS, CLAIMS[: CLAIMS.index("  tear-gas:")], CLAIMS):
        project.write(claims)
        found = graphs(build(project.settings))
        inferred = {q.triple for q in found.pop("graph.inferences") if q.subject != inferences}
        del found["graph.catalogue"]
        told = {q.triple for said in found.values() for q in said}
        assert inferred == infer(told)
        assert {(t.predicate, t.object) for t in inferred} >= {(RDF.type, NamedNode(f"{NS}Agent"))}
        sizes.append(len(inferred))
    assert sizes[0] == sizes[2] > sizes[1], "a proposition that only an inference speaks of is gone"


def test_every_triple_lies_in_one_graph(project: Project) -> None:
    project.write(OTHER, slug="second", text=TEXT)
    outcome = build(project.settings)
    assert outcome.articles == 2
    seen: dict[tuple[object, ...], object] = {}
    for quad in quads(outcome):
        triple = (quad.subject, quad.predicate, quad.object)
        assert seen.setdefault(triple, quad.graph_name) == quad.graph_name


def test_building_twice_gives_the_same_bytes(project: Project) -> None:
    first = build(project.settings)
    again = build(project.moved(data=project.root / "again"))
    assert first.generation is not None
    assert again.generation is not None
    assert first.generation.data.read_bytes() == again.generation.data.read_bytes()


def test_two_processes_with_other_hashes_give_the_same_bytes(project: Project) -> None:
    s, made = project.settings, []
    for seed in ("1", "2"):
        data = project.root / f"seed-{seed}"
        env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=data)
        build_it = [sys.executable, "-m", "kg", "build"]
        subprocess.run(build_it, env={**env, "PYTHONHASHSEED": seed}, cwd=project.root, check=True, capture_output=True)
        made.append((data / "generations" / "1" / "data.nq").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("register_is", ["kept", "lost", "cut"])
def test_a_changed_article_gives_what_a_build_of_everything_gives(project: Project, register_is: str) -> None:
    project.write(OTHER, slug="second", text=TEXT)
    build(project.settings)
    register = project.settings.data / "register.json"
    if register_is == "kept":  # the entities come from there, and nobody reads them again
        (project.root / "articles" / "entities.yaml").touch()
    elif register_is == "cut":
        register.write_bytes(register.read_bytes()[:-40])
    else:
        register.write_text("{}", "utf-8")
    project.edit("means: tear-gas", "means: live-ammunition")
    changed, whole = build(project.settings), build(project.moved(data=project.root / "again"))
    assert changed.generation is not None
    assert whole.generation is not None
    assert changed.generation.data.read_bytes() == whole.generation.data.read_bytes()
    assert (changed.articles, changed.statements, changed.quads) == (whole.articles, whole.statements, whole.quads)
    assert register.read_bytes() == (project.root / "again" / "register.json").read_bytes()


def test_an_entity_that_changes_is_read_again(project: Project) -> None:
    build(project.settings)
    entities = project.root / "articles" / "entities.yaml"
    text = entities.read_text("utf-8")
    entities.write_text(text.replace("label: ", "label: Old ", 1), "utf-8")
    assert build(project.settings).published
    labels = {q.object.value for q in graphs(build(project.settings))["graph.entities"] if q.predicate == RDFS.label}  # type: ignore[union-attr]
    assert sum(label.startswith("Old ") for label in labels) == 1


def test_replacing_one_article_touches_no_other(project: Project) -> None:
    project.write(OTHER, slug="second", text=TEXT)
    before = build(project.settings)
    project.edit("means: tear-gas", "means: live-ammunition")
    after = build(project.settings)
    assert after.published
    assert document_graph(after, "second") == document_graph(before, "second")
    assert document_graph(after) != document_graph(before)
    live = [
        q
        for q in quads(after)
        if q.object == NamedNode(NS + "live-ammunition") and q.predicate == NamedNode(NS + "means")
    ]
    assert len(live) == 1


def test_what_no_statement_says_any_more_is_gone(project: Project) -> None:
    build(project.settings)
    project.edit("means: tear-gas", "means: live-ammunition")
    after = quads(build(project.settings))
    assert not [q for q in after if q.predicate == NamedNode(NS + "means") and q.object == NamedNode(NS + "tear-gas")]


def test_a_name_that_is_only_mentioned_keeps_its_form_until_it_is_not(project: Project) -> None:
    project.write(CLAIMS.replace("statements:\n", "mentions:\n  crowd: [crowd]\nstatements:\n"))
    named = [q for q in quads(build(project.settings)) if q.predicate == AT.nameForm]
    assert [q.object.value for q in named] == ["crowd"]  # type: ignore[union-attr]
    project.write(CLAIMS)
    assert not [q for q in quads(build(project.settings)) if q.predicate == AT.nameForm]


def test_a_changed_text_replaces_its_revision(project: Project) -> None:
    build(project.settings)
    project.write(CLAIMS, text=TEXT + "\nA correction.\n")
    outcome = build(project.settings)
    digest = hashlib.sha256((TEXT + "\nA correction.\n").encode()).hexdigest()[:12]
    assert [name for name in graphs(outcome) if name.startswith("norwick.")] == [f"norwick.{digest}"]


def test_an_article_withdrawn_leaves_with_its_own_things(project: Project) -> None:
    project.write(OTHER, slug="second", text=TEXT)
    build(project.settings)
    shutil.rmtree(project.root / "articles" / "second")
    outcome = build(project.settings)
    assert outcome.articles == 1
    assert not [q for q in quads(outcome) if "-b" in str(q.subject) and "second" in str(q.graph_name)]
    assert quads(outcome) == quads(build(project.moved(data=project.root / "fresh")))


def test_a_violation_keeps_an_article_out_and_the_store_as_it_was(project: Project) -> None:
    before = build(project.settings)
    project.edit("inRole: injured", "inRole: injurd")
    project.write(OTHER, slug="second", text=TEXT)
    after = build(project.settings)
    assert after.rejected == ("norwick",)
    assert document_graph(after) == document_graph(before)
    assert document_graph(after, "second")
    assert is_stale(project.settings), "what was rejected is looked at again"


def test_what_a_kept_article_refers_to_cannot_be_taken_away(project: Project) -> None:
    build(project.settings)
    before = quads(build(project.settings))
    entities = project.root / "articles" / "entities.yaml"
    entities.write_text(ENTITIES.replace("  captain: {is: Person, label: The captain of the guards}\n", ""), "utf-8")
    with pytest.raises(NotConforming, match="captain, which nothing describes"):
        build(project.settings)
    entities.write_text(ENTITIES, "utf-8")
    assert quads(build(project.settings)) == before


def test_a_wrong_register_stops_the_build(project: Project) -> None:
    first = build(project.settings)
    (project.root / "articles" / "entities.yaml").write_text(ENTITIES.replace("is: Person", "is: Persn"), "utf-8")
    outcome = build(project.settings)
    assert outcome.rejected == ("entities",)
    assert outcome.generation == first.generation
    assert [p.rule for p in outcome.report.problems] == ["unknown-term", "unknown-term"]


def test_no_plain_fact_is_in_the_record(project: Project) -> None:
    outcome = build(project.settings)
    assert outcome.generation is not None
    with outcome.generation.opened() as store:
        plain = list(store.query(
            f"SELECT ?p {{ ?p <{NS}writtenBy> 'perspective' }}", use_default_graph_as_union=True))  # fmt: skip
        assert plain
        for row in plain:
            assert list(store.quads_for_pattern(None, row["p"], None, None)) == []  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        ("quote: the guards used tear gas", "quote: the guards used nerve gas", "quote: the guards", "the closest are on its line 5"),
        ("says: {Event: {event: shooting, participant: crowd", "says: {Evnt: {event: shooting, participant: crowd", "says: {Evnt", "unknown kind of proposition 'Evnt'"),
        ("    chain: [gazette, {voice: captain, cue: the captain said}]\n", "", "  denial:", "must name who made it"),
        ('on: "2020-06-07"', 'on: "2021-06-07"', "when:", "after"),
    ],
    ids=["wrong-quote", "unknown-term", "missing-chain", "date-after-publication"],
)  # fmt: skip
def test_a_curators_mistake_is_told_on_their_own_line(
    project: Project, old: str, new: str, key: str, sentence: str
) -> None:
    project.edit(old, new)
    text = project.claims.read_text("utf-8")
    line = text[: text.index(key)].count("\n") + 1
    violations = validate(project.settings).violations
    told = [v for v in violations if v.source.line == line and sentence in v.message]
    assert len(told) == len(violations) == 1, [str(v) for v in violations]
    assert str(told[0]).startswith(f"{told[0].source.file}:{line}: statement ")


def test_the_shipped_corpus_is_clean_and_counts_what_it_says(project: Project) -> None:
    from kg.settings import load

    outcome = build(load({"data": project.settings.data}, environ={}))
    assert outcome.report.violations == ()
    with outcome.generation.opened() as store:  # type: ignore[union-attr]
        said = list(store.quads_for_pattern(None, RDF.type, AT.Statement, None))
    assert len(said) == outcome.statements >= 50


def test_an_id_that_another_article_took_is_told_at_its_line(project: Project) -> None:
    taking = OTHER.replace("  crowd-b: {", "  crowd: {").replace("crowd-b,", "crowd,")
    line = taking[: taking.index("  crowd: {")].count("\n") + 1
    project.write(taking, slug="second", text=TEXT)
    expected = f"articles/second/claims.yaml:{line}: entity crowd: the id crowd is taken by "
    (told,) = validate(project.settings).violations
    assert str(told).startswith(expected + "articles/norwick/claims.yaml:")
    first = build(project.settings)
    assert first.rejected == ("second",)
    again = build(project.settings)  # now the first article is not read again
    assert [str(p)[: len(expected)] for p in again.report.violations] == [expected]
    assert "taken by article norwick." in str(again.report.violations[0])
