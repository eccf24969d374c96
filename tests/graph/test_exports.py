"""The record in RDF 1.2: which plain triple each statement is about."""

import pytest
from pyoxigraph import NamedNode, Quad, Triple

from kg.build.workshop import Workshop
from kg.graph.exports import reifications
from kg.vocab import NS
from tests.conftest import CLAIMS, Project

ID = "https://w3id.org/attest/id/"
DENIAL = "says: {Event: {event: shooting, participant: crowd, inRole: injured}}"


def plain(project: Project, says: str) -> set[Triple]:
    """The plain triples of one statement that says this."""
    head, tail = CLAIMS[: CLAIMS.index("  fired:")], CLAIMS[CLAIMS.index("  denial:") :]
    project.write(head + tail.replace(DENIAL, says).replace("    polarity: negated\n", ""))
    workshop = Workshop.open(project.settings)
    mapped = workshop.article(project.folder, workshop.register()).mapped
    assert mapped is not None
    quads = [Quad(t.subject, t.predicate, t.object) for t in mapped.triples | mapped.shared]
    return {q.object for q in reifications(quads, workshop.schema) if isinstance(q.object, Triple)}


@pytest.mark.parametrize(
    ("capacity", "predicate"),
    [("commander-in-full", "commands"), ("deputy", "deputizesIn"), ("spokesperson", "speaksFor")],
)
def test_a_deputy_does_not_command(project: Project, capacity: str, predicate: str) -> None:
    says = f"says: {{Command: {{commander: captain, commandedGroup: guards, inCapacity: {capacity}}}}}"
    assert plain(project, says) == {
        Triple(NamedNode(ID + "captain"), NamedNode(NS + predicate), NamedNode(ID + "guards"))
    }


def test_an_opinion_stands_for_no_triple(project: Project) -> None:
    assert plain(project, "says: {Characterization: {characterized: guards, asWhat: brave}}") == set()
