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
