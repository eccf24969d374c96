"""`perspectives.yaml`: what a curator may write, and what is told at which line when it is wrong."""

from pathlib import Path

import pytest

from kg.build.inputs import is_stale
from kg.build.pipeline import build
from kg.corpus.perspectives import read_perspectives
from kg.graph.schema import read_schema
from kg.store.perspectives import read_shelf
from tests.conftest import Project

HEAD = "format: 1\nlanguage: en\nperspectives:\n"
GOOD = HEAD + "  mayor: {title: The mayor, acceptsVoice: mayor}\n"

WRONG: dict[str, tuple[str, int, str]] = {
    "unknown key": ("  one:\n    title: One\n    acceptVoice: mayor\n", 6, "perspective one: unknown term 'acceptVoice'; did you mean acceptsVoice?"),
    "unknown voice": ("  one:\n    title: One\n    acceptsVoice: [mayor, mayer]\n", 6, "perspective one: no entity 'mayer' is defined; did you mean mayor?: a perspective names entities of entities.yaml"),
    "an article's own voice": ("  one:\n    title: One\n    acceptsVoice: witnesses\n", 6, "a perspective names entities of entities.yaml"),
    "no voice": ("  one:\n    title: One\n    acceptsVoice: hall\n", 6, "perspective one: An accepted voice (acceptsVoice) must be somebody who can speak: a person, a group or an organization."),
    "an order": ("  one:\n    title: One\n    acceptsSpeechAct: ordered\n", 6, "perspective one: ordered does not say that something is so: expected one of asserted, evaluated, presupposed"),
    "an intention": ("  one:\n    title: One\n    acceptsModality:\n    - certain\n    - intended\n", 8, "perspective one: intended does not say that something is so: expected one of certain, possible, probable"),
    "unknown modality": ("  one:\n    title: One\n    acceptsModality: certainly\n", 6, "perspective one: unknown Modality 'certainly'; did you mean certain?"),
    "unknown article": ("  one:\n    title: One\n    acceptsArticle: norwich\n", 6, "perspective one: no article 'norwich' is in the corpus"),
    "one voice": ("  one:\n    title: One\n    independentVoices: 1\n", 6, "perspective one: The number of independent voices must be one number, 2 or more; one voice is always there."),
    "two numbers": ("  one:\n    title: One\n    independentVoices: [2, 3]\n", 6, "perspective one: The number of independent voices must be one number, 2 or more; one voice is always there."),
    "no number": ("  one:\n    title: One\n    independentVoices: two\n", 6, "perspective one: expected a value of type integer, found 'two'"),
    "no title": ("  one:\n    acceptsVoice: mayor\n", 4, "perspective one: a perspective must have a title: its policy in a few words"),
    "bad name": ("  One World:\n    title: One\n", 4, "perspective One World: the perspective's name: expected an id of lower-case letters, digits and inner hyphens, found 'One World'"),
    "long name": (f"  {'a' * 61}:\n    title: One\n", 4, "the perspective's name: expected at most 60 characters"),
    "a plain triple": ("  one:\n    title: One\n    commands: guards\n", 6, "perspective one: commands is written by the perspective, never by a curator"),
    "another class's key": ("  one:\n    title: One\n    speechAct: asserted\n", 6, "perspective one: speechAct belongs to Statement, not to Perspective"),
    "no YAML": ("  one: {title: One\n", 5, "this is not YAML"),
    "a list": ("  - one\n", 4, "perspectives: expected `key: value` pairs, found a list"),
}  # fmt: skip


@pytest.fixture
def corpus(project: Project) -> Project:
    entities = project.root / "articles" / "entities.yaml"
    entities.write_text(entities.read_text("utf-8") + "  hall: {is: Site, label: Town hall}\n", "utf-8")
    return project


def write(project: Project, text: str) -> None:
    (project.root / "articles" / "perspectives.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(("text", "line", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_at_its_line(corpus: Project, text: str, line: int, sentence: str) -> None:
    write(corpus, HEAD + text)
    outcome = build(corpus.settings)
    problems = [str(p) for p in outcome.report.violations]
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"articles/perspectives.yaml:{line}: ")
    assert sentence in problems[0]
    assert outcome.rejected == ("perspectives",)
    assert outcome.statements == 3, "the articles go on"


def test_what_is_shipped_can_be_read() -> None:
    from kg import resources

    reading = read_perspectives(resources.find("articles") / "perspectives.yaml")
    assert reading.problems == ()
    assert {p.name for p in reading.perspectives} == {"al-hurra", "pmoi", "two-independent-voices"}


def test_a_policy_alone_makes_a_generation_and_a_wrong_one_keeps_what_was(corpus: Project) -> None:
    before = build(corpus.settings).generation
    assert before is not None
    assert read_shelf(before.path).perspectives == ()
    write(corpus, GOOD)
    assert is_stale(corpus.settings)
    first = build(corpus.settings)
    assert first.published
    assert not is_stale(corpus.settings)
    write(corpus, GOOD.replace("acceptsVoice: mayor", "acceptsVoice: mayer"))
    kept = build(corpus.settings)
    assert not kept.published
    assert is_stale(corpus.settings), "what was rejected is looked at again"
    assert kept.generation is not None
    assert [about.title for about in read_shelf(kept.generation.path).perspectives] == ["The mayor"]
    (corpus.root / "articles" / "perspectives.yaml").unlink()
    gone = build(corpus.settings).generation
    assert gone is not None
    assert gone.data.read_bytes() == before.data.read_bytes()
    assert not (gone.path / "perspectives").exists()


def test_a_policy_that_names_an_article_is_looked_at_again_when_that_is_gone(corpus: Project) -> None:
    folder = corpus.folder.with_name("second")
    corpus.folder.rename(folder)
    write(corpus, HEAD + "  one:\n    title: One\n    acceptsArticle: second\n")
    assert build(corpus.settings).report.conforms
    folder.rename(corpus.folder)
    (problem,) = build(corpus.settings).report.violations
    assert str(problem).startswith(
        "articles/perspectives.yaml:6: perspective one: no article 'second' is in the corpus"
    )


def test_the_policy_is_in_words_and_in_the_record(corpus: Project) -> None:
    write(
        corpus,
        HEAD + "  both:\n    title: Both\n    description: In all doubt.\n    acceptsInChain: [mayor, captain]\n"
        "    acceptsModality: [certain, possible]\n    independentVoices: 2\n    acceptsVerdict: accepted\n"
        "    acceptsArticle: norwick\n    acceptsPolarity: [affirmed, negated]\n    acceptsSpeechAct: asserted\n",
    )
    made = build(corpus.settings).generation
    assert made is not None
    (about,) = read_shelf(made.path).perspectives
    assert about.policy == (
        "The captain of the guards or The mayor of Norwick says it or passes it on.",
        "It stands in the article norwick.",
        "It is affirmed or negated.",
        "Its modality is certain or possible.",
        "Its speech act is asserted.",
        "The latest verdict of a reviewer on it is accepted.",
        "At least 2 voices say it whose chains share nothing but the publisher.",
    )
    assert (about.title, about.description, about.language) == ("Both", "In all doubt.", "en")
    lines = made.data.read_text("utf-8").splitlines()
    graph = f"<{corpus.settings.base_iri}graph.perspectives> ."
    assert sum(line.endswith(graph) for line in lines) == 13


def test_what_may_be_accepted_is_for_the_ontology_to_say() -> None:
    from kg import resources
    from kg.graph.perspectives.describe import assertoric

    schema = read_schema(resources.find("ontology"))
    assert {schema.shorten(term) for term in assertoric(schema)} == {
        "asserted", "presupposed", "evaluated", "certain", "probable", "possible",
    }  # fmt: skip


def test_a_file_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    (problem,) = read_perspectives(tmp_path / "perspectives.yaml").problems
    assert "expected a file that can be read" in problem.message
