"""The plain triple of a proposition, whatever order its values come in."""

from itertools import permutations

import pytest
from pyoxigraph import NamedNode

from kg import resources
from kg.graph.projection import Plain, is_conditional, project
from kg.graph.schema import read_schema
from kg.vocab import AT, NS, RDF

SCHEMA = read_schema(resources.find("ontology"))
ID = "https://w3id.org/attest/id/"


def roles(**given: str) -> dict[NamedNode, list[object]]:
    kind = given.pop("kind")
    concepts = {"deputy", "commander-in-full", "perpetrator"}
    values = {NamedNode(NS + k): [NamedNode((NS if v in concepts else ID) + v)] for k, v in given.items()}
    return {RDF.type: [NamedNode(NS + kind)], **values}


@pytest.mark.parametrize(
    ("given", "triple", "exact"),
    [
        ({"kind": "CommandProposition", "commander": "a", "commandedGroup": "b"}, "a commands b", True),
        ({"kind": "CommandProposition", "commander": "a", "commandedGroup": "b", "inCapacity": "deputy"}, "a deputizesIn b", True),
        ({"kind": "CommandProposition", "commander": "a", "commandedGroup": "b", "inCapacity": "commander-in-full"}, "a commands b", False),
        ({"kind": "ParticipationProposition", "participant": "a", "event": "b", "inRole": "perpetrator"}, "a involvedIn b", False),
        ({"kind": "SourcingProposition", "evidence": "a", "obtainedBy": "b"}, "a firstObtainedBy b", True),
        ({"kind": "CharacterizationProposition", "characterized": "a"}, None, False),
        ({"kind": "CommandProposition", "commander": "a"}, None, False),
    ],
    ids=["command", "deputy", "full command", "participation", "sourcing", "judgement", "half"],
)  # fmt: skip
def test_what_a_proposition_stands_for(given: dict[str, str], triple: str | None, exact: bool) -> None:
    found = set()
    for order in permutations(roles(**given).items()):
        plain = project(dict(order), SCHEMA)
        told = " ".join(str(term.value).removeprefix(ID).removeprefix(NS) for term in plain.triple) if plain else None  # type: ignore[union-attr]
        found.add((told, isinstance(plain, Plain) and plain.exact))
    assert found == {(triple, exact)}


def test_a_bundle_or_several_subjects_stand_for_no_single_triple() -> None:
    two = roles(kind="CommandProposition", commander="a", commandedGroup="b")
    two[NamedNode(NS + "commander")].append(NamedNode(ID + "c"))
    assert project(two, SCHEMA) is None
    bundle = roles(kind="MeansProposition", event="a", means="b")
    bundle[RDF.type].append(NamedNode(NS + "EventPlaceProposition"))
    assert project(bundle, SCHEMA) is None


def test_a_condition_is_seen() -> None:
    limited = roles(kind="MembershipProposition", member="a", group="b")
    assert not is_conditional(limited)
    assert is_conditional({**limited, AT.condition: ["if"]})
