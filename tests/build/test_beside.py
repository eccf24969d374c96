"""What clients write beside a build: neither undoes the other's work, nor keeps it from being done."""

import os
import shutil

import pytest
from pyoxigraph import NamedNode

from kg.build.inputs import is_stale
from kg.build.pipeline import build
from kg.sparql.writes.batch import Committer, open_committer
from kg.sparql.writes.messages import Document, Outcome, Write, WriterStart
from kg.vocab import AT, RDF
from tests.conftest import Project

MINE = "https://example.org/mine"


@pytest.fixture
def committer(project: Project) -> Committer:
    assert build(project.settings).published
    s = project.settings
    folders = (str(s.data), str(s.ontology), str(s.shapes), str(s.findings))
    return open_committer(WriterStart(*folders, s.base_iri, True, s.keep, 48, 500, 1 << 30, 60.0, os.getpid()))


def put(committer: Committer, text: str, graph: str = MINE) -> Outcome:
    (outcome,) = committer.commit(
        [Write("put", graph=graph, documents=(Document("TURTLE", graph, text.encode()),))], lambda _: None
    )
    return outcome


def statement(project: Project) -> NamedNode:
    generation = build(project.settings).generation
    assert generation is not None
    with generation.opened() as store:
        return next(q.subject for q in store.quads_for_pattern(None, RDF.type, AT.Statement))  # type: ignore[return-value]


def test_a_build_has_nothing_to_do_when_only_clients_wrote(project: Project, committer: Committer) -> None:
    assert put(committer, "<urn:a> <urn:b> 1 .").error is None
    assert put(committer, "<urn:a> <urn:b> 2 .").error is None
    assert not is_stale(project.settings)
    project.edit("label: The crowd", "label: A crowd")
    assert is_stale(project.settings)


def test_a_build_keeps_clients_graphs_also_those_that_look_like_articles(
    project: Project, committer: Committer
) -> None:
    look = f'<{MINE}> a <urn:Document> ; <http://purl.org/dc/terms/identifier> "withdrawn" .'
    assert put(committer, look).error is None
    project.edit("label: The crowd", "label: A crowd")
    outcome = build(project.settings)
    assert outcome.published
    assert outcome.generation is not None
    with outcome.generation.opened() as store:
        assert len(list(store.quads_for_pattern(None, None, None, NamedNode(MINE)))) == 2


def test_a_client_that_refers_to_a_statement_does_not_keep_it_from_being_corrected(
    project: Project, committer: Committer
) -> None:
    about = statement(project)
    assert put(committer, f"<urn:note> <urn:about> {about} .").error is None
    shutil.rmtree(project.folder)
    withdrawn = build(project.settings)
    assert withdrawn.published
    assert withdrawn.generation is not None
    with withdrawn.generation.opened() as store:
        assert not list(store.quads_for_pattern(about, None, None, None))
        assert len(list(store.quads_for_pattern(None, None, about, NamedNode(MINE)))) == 1


def test_a_client_cannot_take_what_another_refers_to(committer: Committer) -> None:
    thing = "https://w3id.org/attest/id/my-thing"
    assert put(committer, f"<{thing}> <urn:p> 1 .").error is None
    assert put(committer, f"<urn:note> <urn:about> <{thing}> .", f"{MINE}2").error is None
    (outcome,) = committer.commit([Write("delete", graph=MINE)], lambda _: None)
    assert outcome.error == "Rejected"
    assert "which nothing describes" in outcome.text


def test_an_inference_is_made_from_what_a_client_wrote_and_goes_with_it(committer: Committer) -> None:
    thing = "https://w3id.org/attest/id/my-group"
    first = put(committer, f"<{thing}> a <{AT.Entity.value.replace('Entity', 'Militia')}> ; "
                f"<http://www.w3.org/2000/01/rdf-schema#label> 'Mine'@en .")  # fmt: skip
    assert first.error is None, first.text
    inferred = NamedNode("https://w3id.org/attest/id/graph.inferences")

    def follows(number: int) -> bool:
        with committer.generations.get(number).opened() as store:
            return bool(list(store.quads_for_pattern(NamedNode(thing), None, None, inferred)))

    assert follows(first.generation)
    (gone,) = committer.commit([Write("delete", graph=MINE)], lambda _: None)
    assert gone.error is None
    assert not follows(gone.generation)


def test_who_says_what_was_only_inferred_takes_its_place(committer: Committer) -> None:
    inferred = NamedNode("https://w3id.org/attest/id/graph.inferences")
    current = committer.generations.current()
    assert current is not None
    with current.opened() as store:
        quads = store.quads_for_pattern(None, None, None, inferred)
        triple = next(str(quad.triple) for quad in quads if quad.subject != inferred and quad.predicate != RDF.type)
    said = put(committer, f"{triple} .")
    assert said.error is None, said.text
    with committer.generations.get(said.generation).opened() as store:
        assert f"{triple} {inferred}" not in set(map(str, store))
    (gone,) = committer.commit([Write("delete", graph=MINE)], lambda _: None)
    with committer.generations.get(gone.generation).opened() as store:
        assert f"{triple} {inferred}" in set(map(str, store))


def test_a_client_may_remark_on_all_that_the_record_holds(project: Project, committer: Committer) -> None:
    current = committer.generations.current()
    assert current is not None
    with current.opened() as store:
        subjects = sorted({str(q.subject) for q in store if str(q.subject).startswith(f"<{project.settings.base_iri}")})
    assert len(subjects) > 50
    remarked = put(committer, "\n".join(f"{subject} <urn:remark> 1 ." for subject in subjects))
    assert remarked.error is None, remarked.text


@pytest.mark.parametrize(("start", "error"), [("6", None), ("-6", "Rejected"), ('"6"', "Rejected")])
def test_a_number_of_the_kind_that_the_ontology_declares_is_taken(
    project: Project, committer: Committer, start: str, error: str | None
) -> None:
    current = committer.generations.current()
    assert current is not None
    with current.opened() as store:
        document = next(q.subject for q in store.quads_for_pattern(None, RDF.type, AT.Document))
    passage = f'a at:Passage ; at:inDocument {document} ; at:exact "words" ; at:startOffset {start} ; at:endOffset 11 .'
    written = put(committer, f"@prefix at: <{AT.Passage.value.removesuffix('Passage')}> . <urn:mine:passage> {passage}")
    assert written.error == error, written.text
