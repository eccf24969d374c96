"""What one small article becomes, fact by fact."""

from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg.build.workshop import Work, Workshop
from kg.vocab import AT, NS, RDF, RDFS
from tests.conftest import CLAIMS, Project

NOTHING = frozenset[Triple]()


def work(project: Project, claims: str = CLAIMS) -> Work:
    project.write(claims)
    workshop = Workshop.open(project.settings)
    return workshop.article(project.folder, workshop.register())


def triples(made: Work) -> frozenset[Triple]:
    assert made.mapped is not None
    return made.mapped.triples | made.mapped.shared


def subjects(made: Work, cls: str) -> list[NamedNode]:
    found = [t.subject for t in triples(made) if t.predicate == RDF.type and t.object == NamedNode(NS + cls)]
    return [node for node in found if isinstance(node, NamedNode)]


def facts(made: Work, node: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for triple in triples(made):
        if triple.subject == node:
            value = triple.object.value.removeprefix(NS).removeprefix("https://w3id.org/attest/id/")  # type: ignore[union-attr]
            found.setdefault(triple.predicate.value.removeprefix(NS), []).append(value)
    return {key: sorted(values) for key, values in found.items()}


def statement(made: Work, identifier: str) -> NamedNode:
    wanted = Literal(f"norwick/{identifier}")
    found = [t.subject for t in triples(made) if t.object == wanted]
    assert len(found) == 1
    assert isinstance(found[0], NamedNode)
    return found[0]


def objects(made: Work, node: object, predicate: NamedNode) -> Iterator[object]:
    return (t.object for t in triples(made) if t.subject == node and t.predicate == predicate)


def test_the_article_is_accepted(project: Project) -> None:
    made = work(project)
    assert made.report.problems == ()
    assert made.mapped is not None
    assert (made.mapped.statements, made.mapped.drafts) == (3, 0)


def test_bundled_roles_become_one_fact_each_and_meet_those_of_others(project: Project) -> None:
    made = work(project)
    fired = set(objects(made, statement(made, "fired"), AT.expresses))
    gas = set(objects(made, statement(made, "tear-gas"), AT.expresses))
    assert len(fired) == len(gas) == 2
    (common,) = fired & gas
    assert facts(made, common) == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": ["ParticipationProposition"],
        "event": ["shooting"],
        "participant": ["guards"],
        "inRole": ["perpetrator"],
    }
    (means,) = gas - fired
    assert facts(made, means)["means"] == ["tear-gas"]


def test_a_negated_statement_says_one_thing_as_a_whole(project: Project) -> None:
    bundled = CLAIMS.replace(
        "says: {Event: {event: shooting, participant: crowd, inRole: injured}}",
        "says: {Event: {event: shooting, participant: [crowd, guards], inRole: injured, means: tear-gas}}",
    )
    made = work(project, bundled)
    (said,) = objects(made, statement(made, "denial"), AT.expresses)
    found = facts(made, said)
    assert found["participant"] == ["crowd", "guards"]
    assert set(found["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"]) == {
        "ParticipationProposition",
        "MeansProposition",
    }


def test_what_one_denies_is_what_another_affirms(project: Project) -> None:
    made = work(project, CLAIMS.replace("participant: crowd, inRole: victim", "participant: crowd, inRole: injured"))
    affirmed = set(objects(made, statement(made, "fired"), AT.expresses))
    assert set(objects(made, statement(made, "denial"), AT.expresses)) < affirmed


def test_several_values_of_a_role_are_several_propositions(project: Project) -> None:
    made = work(project, CLAIMS.replace("means: tear-gas}}", "means: [tear-gas, live-ammunition]}}"))
    assert len(list(objects(made, statement(made, "tear-gas"), AT.expresses))) == 3


def test_the_chain_is_linked_from_the_innermost_voice_outwards(project: Project) -> None:
    made = work(project)
    said = statement(made, "tear-gas")
    (inner,) = objects(made, said, AT.attribution)
    (outer,) = objects(made, inner, AT.relayedBy)
    assert facts(made, inner)["attributedAgent"] == ["witnesses"]
    assert facts(made, inner)["depth"] == ["1"]
    assert facts(made, outer)["attributedAgent"] == ["gazette"]
    assert list(objects(made, outer, AT.relayedBy)) == []
    assert facts(made, said)["claimedBy"] == ["witnesses"]
    assert facts(made, said)["publishedBy"] == ["gazette"]
    (cue,) = objects(made, inner, AT.cue)
    assert facts(made, cue)["exact"] == ["Witnesses said that"]


def test_the_publisher_is_one_link_for_all_chains(project: Project) -> None:
    made = work(project)
    assert len(subjects(made, "Attribution")) == 4


def test_a_passage_is_the_documents_own_slice(project: Project) -> None:
    made = work(project)
    text = (project.folder / "article.txt").read_bytes().decode()
    passages = subjects(made, "Passage")
    assert passages
    for passage in passages:
        found = facts(made, passage)
        start, end = int(found["startOffset"][0]), int(found["endOffset"][0])
        assert text[start:end] == found["exact"][0]
        assert text[:start].endswith(found["prefix"][0])
        assert text[end:].startswith(found["suffix"][0])


def test_defaults_come_from_the_ontology(project: Project) -> None:
    found = facts(made := work(project), statement(made, "fired"))
    assert [found[key] for key in ("speechAct", "polarity", "modality", "wording")] == [
        ["asserted"],
        ["affirmed"],
        ["certain"],
        ["indirect"],
    ]


def test_reordering_and_comments_change_nothing(project: Project) -> None:
    head, _, body = CLAIMS.partition("statements:\n")
    parts = ["  fired:" + body.split("  fired:")[1].split("  tear-gas:")[0]]
    parts += ["  tear-gas:" + body.split("  tear-gas:")[1].split("  denial:")[0]]
    parts += ["  denial:" + body.split("  denial:")[1]]
    shuffled = head + "statements:\n# a remark\n" + "".join(reversed(parts))
    assert triples(work(project, shuffled)) == triples(work(project))


def test_a_label_is_in_the_language_of_its_file(project: Project) -> None:
    made = work(project)
    assert Literal("The crowd", language="en") in set(
        objects(made, NamedNode("https://w3id.org/attest/id/crowd"), RDFS.label)
    )


def test_a_draft_is_checked_and_left_out(project: Project) -> None:
    made = work(project, CLAIMS.replace("    polarity: negated\n", "    polarity: negated\n    status: draft\n"))
    assert made.mapped is not None
    assert (made.mapped.statements, made.mapped.drafts) == (2, 1)
    assert not [t for t in triples(made) if t.object == Literal("norwick/denial")]
    wrong = CLAIMS.replace("    polarity: negated\n", "    polarity: neggated\n    status: draft\n")
    assert [p.rule for p in work(project, wrong).report.problems] == ["unknown-term"]


def test_what_is_refused_leaves_nothing_behind(project: Project) -> None:
    without = CLAIMS[: CLAIMS.index("  denial:")]
    made = work(project, CLAIMS.replace("inRole: injured", "inRole: injurd"))
    assert [str(p).split(": ", 1)[1] for p in made.report.problems] == [
        "statement denial: unknown Role 'injurd'; did you mean injured?"
    ]
    assert triples(made) == triples(work(project, without))


@pytest.mark.parametrize(
    ("old", "new", "rule", "sentence"),
    [
        ("means: tear-gas", "mean: tear-gas", "unknown-term", "unknown term 'mean'; did you mean means?"),
        ("means: tear-gas", "commander: guards", "domain", "commander belongs to CommandProposition, not to EventProposition"),
        ("polarity: negated", "claimedBy: captain", "written-by", "claimedBy is written by the machine, never by a curator"),
        ("says: {Event: {event: shooting, participant: guards, inRole: perpetrator, means", "says: {Evnt: {event: shooting, means",
         "unknown-term", "unknown kind of proposition 'Evnt'; did you mean Event?"),
        ("voice: witnesses", "voice: witneses", "unknown-entity", "no entity 'witneses' is defined; did you mean witnesses?"),
        ("{is: Collective, label: The crowd}", "{is: Colective, label: The crowd}", "unknown-term", "unknown kind of entity 'Colective'; did you mean Collective?"),
        ("{is: Collective, label: The crowd}", "{is: Person, label: The crowd, commands: guards}", "written-by",
         "commands is written by the perspective, never by a curator"),
        ("placeholder: true", "placeholder: 7", "datatype", "expected a value of type boolean, found 7"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_line(project: Project, old: str, new: str, rule: str, sentence: str) -> None:
    line = CLAIMS[: CLAIMS.index(old)].count("\n") + 1
    problems = work(project, CLAIMS.replace(old, new)).report.problems
    found = [(p.rule, p.source.line, p.message) for p in problems]
    assert (rule, line, sentence) in found


def test_the_same_statement_twice_is_told(project: Project) -> None:
    again = CLAIMS[CLAIMS.index("  denial:") :].replace("  denial:", "  denial-again:")
    problems = work(project, CLAIMS + again).report.problems
    assert [p.rule for p in problems] == ["duplicate-statement"]
    assert "as statement denial in line" in problems[0].message


def test_two_lists_are_not_every_pair(project: Project) -> None:
    made = work(
        project,
        CLAIMS.replace(
            "participant: crowd, inRole: victim", "participant: [crowd, guards], inRole: [victim, perpetrator]"
        ),
    )
    assert [p.rule for p in made.report.problems] == ["two-lists"]


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("says: {Proposition: {condition: x}}", "unknown-term"),
        ("says: {Event: {event: shooting, note: he was drunk}}", "domain"),
        ("says: {Command: {commander: {a: b}, commandedGroup: guards}}", "unknown-entity"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(project: Project, typed: str, rule: str) -> None:
    made = work(project, CLAIMS.replace("says: {Event: {event: shooting, participant: crowd, inRole: injured}}", typed))
    assert [p.rule for p in made.report.problems] == [rule]


def test_an_id_of_the_register_cannot_be_taken(project: Project) -> None:
    made = work(project, CLAIMS.replace("  crowd: {", "  mayor: {is: Person, label: Another}\n  crowd: {"))
    assert [p.rule for p in made.report.problems] == ["duplicate-id"]


def test_no_bare_fact_is_made(project: Project) -> None:
    workshop = Workshop.open(project.settings)
    plain = {p.iri for p in workshop.schema.properties.values() if p.written_by == "perspective"}
    assert plain
    assert not [t for t in triples(work(project)) if t.predicate in plain]
