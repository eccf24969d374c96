"""Perspectives beside the record: nothing of them leaks into it, and what the record is asked agrees with them."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode

from kg import resources
from kg.build.derived import computed_graphs
from kg.build.pipeline import build
from kg.errors import StoreUnavailable
from kg.graph.perspectives.independence import independent_voices
from kg.graph.perspectives.said import Said, nodes
from kg.graph.recorded import Recorded
from kg.graph.schema import read_schema
from kg.iri import Iris
from kg.questions import find_question
from kg.settings import Settings
from kg.store import checksums
from kg.store.generations import Generation
from kg.store.recovery import problems, recover
from kg.vocab import AT, NS
from tests.conftest import Project
from tests.graph.test_extension import MODULE, SHAPE
from tests.live import environment
from tests.perspectives.support import BASE, by, commands, generation, shelf, told, world, written
from tests.questions.support import CASES, QUERIES, ask, cases

PLAIN = sorted(iri.value for iri, p in read_schema(resources.find("ontology")).properties.items() if p.is_plain)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """The shipped corpus, built."""
    return generation(Settings(data=tmp_path_factory.mktemp("shipped") / "kg-data"))


@pytest.mark.parametrize("predicate", PLAIN, ids=lambda iri: iri.removeprefix(NS))
def test_the_record_holds_no_plain_triple(shipped: Generation, predicate: str) -> None:
    """In the default graph, in the union of all, and in each named graph."""
    with shipped.opened() as store:
        for union in (False, True):
            for query in (f"ASK {{ ?s <{predicate}> ?o }}", f"ASK {{ GRAPH ?g {{ ?s <{predicate}> ?o }} }}"):
                assert not store.query(query, use_default_graph_as_union=union)
        graphs = list(store.named_graphs())
        assert len(graphs) > 4
        for graph in graphs:
            assert next(store.quads_for_pattern(None, NamedNode(predicate), None, graph), None) is None
        assert next(store.quads_for_pattern(None, NamedNode(predicate), None, ox.DefaultGraph()), None) is None


def test_the_vocabulary_of_perspectives_is_not_empty_and_the_worlds_use_it(shipped: Generation) -> None:
    assert len(PLAIN) > 20
    used = {term.predicate.value for about in shelf(shipped).perspectives for term in world(shipped, about.name)}
    assert len(used & set(PLAIN)) > 10


def test_a_world_is_what_the_question_about_a_source_finds(shipped: Generation) -> None:
    """The question runs over the record alone; the perspective accepts by the same words."""
    question = find_question(QUERIES, "world-according-to-a-source")
    with shipped.opened() as store:
        (header, *rows) = ask(store, question, {"source": "al-hurra"})
    names = [header.index(name) for name in ("subject", "predicate", "object", "statements")]
    found = {tuple(row[place] for place in names) for row in rows}
    held = {
        (one.subject.value, one.predicate.value, one.object.value, str(len(one.statements)))
        for one in world(shipped, "al-hurra")
        if one.how == "accepted"
    }
    assert held == found
    assert len(held) > 20


def test_so_it_is_on_the_miniature_corpus_of_that_question(tmp_path: Path) -> None:
    case = cases(CASES / "world-according-to-a-source.yaml")
    policies = {one.values["source"]: {"title": "One", "acceptsVoice": one.values["source"]} for one in case}
    corpus = {key: value for key, value in case[0].corpus.items() if key not in ("question", "ask", "statements")}
    made = generation(written(tmp_path, case[0].corpus["statements"], policies, **corpus))
    for name in policies:
        with made.opened() as store:
            header, *rows = ask(store, find_question(QUERIES, "world-according-to-a-source"), {"source": name})
        places = [header.index(column) for column in ("subject", "predicate", "object")]
        held = [one for one in world(made, name) if one.how == "accepted"]
        assert {(h.subject.value, h.predicate.value, h.object.value) for h in held} == {
            tuple(row[place] for place in places) for row in rows
        }
        assert rows


def test_voices_are_independent_where_the_question_finds_them_so(shipped: Generation, tmp_path: Path) -> None:
    case = cases(CASES / "corroboration.yaml")[0]
    corpus = {key: value for key, value in case.corpus.items() if key not in ("question", "ask", "statements")}
    policy = {"two": {"title": "Two", "independentVoices": 2}}
    mini = generation(written(tmp_path, case.corpus.get("statements", {}), policy, **corpus))
    for made in (shipped, mini):
        with made.opened() as store:
            header, *rows = ask(store, find_question(QUERIES, "corroboration"), {})
            column = header.index("independent"), header.index("proposition")
            independent = {row[column[1]] for row in rows if row[column[0]] == "true"}
            record = Recorded(store, computed_graphs(Iris(BASE)))
            several = {row[column[1]] for row in rows}
            found = {p for p in several if independent_voices(_certain(record, NamedNode(p)), 2) == 2}
        assert found == independent
        assert independent
    assert {about.statements for about in shelf(mini).perspectives} == {5}, "a1, a2; g1, g2, g3"


def _certain(record: Recorded, proposition: NamedNode) -> list[Said]:
    acts = [NamedNode(NS + name) for name in ("asserted", "presupposed", "evaluated")]
    said = [Said(record, s) for s in nodes(q.subject for q in record.quads(None, AT.expresses, proposition))]
    certain = [one for one in said if one.has(AT.modality, [NamedNode(NS + "certain")]) and one.has(AT.speechAct, acts)]
    return [one for one in certain if one.has(AT.polarity, [AT.affirmed])]


PROJECTS = """
sanctions:hasProgram a owl:ObjectProperty ; at:writtenBy "perspective" ; rdfs:subPropertyOf sanctions:isListed ;
  rdfs:label "is listed under"@en .
sanctions:isListed a owl:ObjectProperty ; at:writtenBy "perspective" ; rdfs:label "is listed"@en .
sanctions:byOffice a owl:ObjectProperty ; rdfs:domain sanctions:ListingProposition ; rdfs:range at:Entity .
sanctions:ListingProposition at:projectsSubject sanctions:listed ; at:projectsPredicate sanctions:hasProgram ;
  at:projectsObject sanctions:byOffice .
"""


def test_an_ontologist_s_own_class_is_projected_by_turtle_alone(project: Project) -> None:
    (project.root / "ontology" / "sanctions.ttl").write_text(MODULE + PROJECTS, "utf-8")
    (project.root / "shapes" / "sanctions.ttl").write_text(SHAPE, "utf-8")
    (project.root / "articles" / "perspectives.yaml").write_text(
        "format: 1\nlanguage: en\nperspectives:\n  all: {title: All}\n", "utf-8"
    )
    project.edit(
        "means: tear-gas}}",
        "means: tear-gas}, sanctions:Listing: {sanctions:listed: guards, sanctions:program: N, sanctions:byOffice: mayor}}",
    )
    made = build(project.settings).generation
    assert made is not None
    held = {(one.how, one.subject.label, one.predicate.label, one.object.label) for one in world(made, "all")}
    assert ("accepted", "Town guards", "is listed under", "The mayor of Norwick") in held
    assert ("inferred", "Town guards", "is listed", "The mayor of Norwick") in held
    with made.opened() as store:
        for name in ("hasProgram", "isListed"):
            own = NamedNode("https://example.org/sanctions#" + name)
            assert next(store.quads_for_pattern(None, own, None), None) is None


def test_the_same_record_gives_the_same_bytes_whatever_the_hashes(tmp_path: Path) -> None:
    statements = {"a": commands("captain", "guards"), "b": by("mayor", **commands("mayor", "guards"))}
    statements["c"] = by("radio", polarity="negated", **commands("mayor", "guards"))
    policies = {
        "all": {"title": "All", "acceptsPolarity": ["affirmed", "negated"]},
        "mayor": {"title": "M", "acceptsVoice": "mayor"},
    }
    settings = written(tmp_path, statements, policies)
    made = []
    for seed in ("1", "2"):
        data = tmp_path / f"seed-{seed}"
        env = {**environment(articles=settings.articles, data=data), "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-m", "kg", "build"], env=env, cwd=tmp_path, check=True, capture_output=True)
        folder = data / "generations" / "1" / "perspectives"
        files = [path for path in sorted(folder.rglob("*")) if path.name in ("data.nq", "index.json")]
        made.append([path.read_bytes() for path in files])
    assert len(made[0]) == 3
    assert made[0] == made[1]


def test_each_triple_of_a_world_lies_in_one_graph(shipped: Generation) -> None:
    for about in shelf(shipped).perspectives:
        with shipped.perspective(about.name).opened() as store:
            assert len({quad.triple for quad in store}) == len(store) == about.quads
            labels = NamedNode(about.iri + ".labels")
            assert next(store.quads_for_pattern(None, None, None, labels), None) is not None


def test_what_is_damaged_in_a_world_is_seen_and_made_again(tmp_path: Path) -> None:
    settings = written(
        tmp_path, {"a": commands("captain", "guards")}, {"all": {"title": "All"}, "other": {"title": "Other"}}
    )
    made = generation(settings)
    assert problems(settings.data) == ()
    before = told(world(made, "all"))
    table = min(made.perspective("all").record.glob("*.sst"))
    table.write_bytes(table.read_bytes()[:-1] + b"!")
    assert [sentence for sentence in problems(settings.data) if "perspectives/all/record" in sentence]
    assert recover(settings.data).generation == made
    assert problems(settings.data) == ()
    assert told(world(made, "all")) == before
    made.perspective("all").data.write_text("", "utf-8")
    assert recover(settings.data).generation == made
    with pytest.raises(StoreUnavailable), made.perspective("all").opened():
        pass
    assert told(world(made, "other")) == before
    assert checksums.problems(made.path) == ()


def test_a_policy_in_the_store_never_leads_out_of_its_folder_nor_takes_an_order_for_a_fact(tmp_path: Path) -> None:
    """As a client that writes to the store might have it."""
    from kg.graph.perspectives.policy import policies

    schema = read_schema(resources.find("ontology"))
    store = ox.Store()
    for name in (
        "perspective.good",
        "perspective.elsewhere",
        "perspective." + quote("../x", safe="./"),
        "perspective.",
        "other",
    ):
        turtle = f'<{BASE}{name}> a at:Perspective ; dcterms:title "T"@en ; at:acceptsSpeechAct at:ordered , at:asserted ; at:acceptsModality at:intended .'
        prefixes = f"@prefix at: <{NS}> . @prefix dcterms: <http://purl.org/dc/terms/> ."
        graph = NamedNode(BASE + ("graph.perspectives" if name != "perspective.elsewhere" else "graph.other"))
        store.extend(ox.Quad(*q.triple, graph) for q in ox.parse(prefixes + turtle, ox.RdfFormat.TURTLE))
    (policy,) = policies(Recorded(store, ()), schema, Iris(BASE))
    assert policy.name == "good"
    assert policy.acts == {NamedNode(NS + "asserted")}
    assert policy.modalities == frozenset()


def test_the_index_is_json_that_others_can_read(shipped: Generation) -> None:
    content = json.loads((shipped.path / "perspectives" / "index.json").read_text("utf-8"))
    assert [about["name"] for about in content["perspectives"]] == ["al-hurra", "pmoi", "two-independent-voices"]
