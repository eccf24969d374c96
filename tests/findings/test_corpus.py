"""What is found on the shipped article, and how two made-up articles change it and change it back."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad

from kg import resources
from kg.build.pipeline import Outcome, build
from kg.findings.read import Listed, Wanted, list_findings
from kg.iri import Iris
from kg.settings import Settings

SHIPPED = "2020-06-08-pmoi-najaf"
MADE_UP = Path(__file__).parent / "articles"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "findings.md"
IRIS = Iris(Settings().base_iri)


class Corpus:
    """A copy of the shipped corpus, to which made-up articles are added and from which they are withdrawn."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(resources.find("articles"), root / "articles")
        self.settings = Settings(articles=root / "articles", data=root / "kg-data")

    def build(self) -> Outcome:
        outcome = build(self.settings)
        assert outcome.report.conforms, outcome.report
        return outcome

    def add(self, slug: str) -> None:
        shutil.copytree(MADE_UP / slug, self.root / "articles" / slug)

    def withdraw(self, slug: str) -> None:
        shutil.rmtree(self.root / "articles" / slug)

    def graph(self, outcome: Outcome) -> set[Quad]:
        assert outcome.generation is not None
        with outcome.generation.opened() as store:
            return set(store.quads_for_pattern(None, None, None, IRIS.graph("findings")))

    def afresh(self, name: str) -> set[Quad]:
        """The findings of the same files, built where nothing was built before."""
        return self.graph(build(replace(self.settings, data=self.root / name)))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> "Shipped":
    corpus = Corpus(tmp_path_factory.mktemp("shipped"))
    outcome = corpus.build()
    assert outcome.generation is not None
    with outcome.generation.opened() as store:
        found = list_findings(store, IRIS)
        of_article = list_findings(store, IRIS, Wanted(article=SHIPPED))
        propositions = {
            str(row["p"]): int(row["n"].value)
            for row in store.query(
                "PREFIX at: <https://w3id.org/attest/ontology#> SELECT ?p (COUNT(DISTINCT ?v) AS ?n) { ?s at:expresses ?p ;"
                " at:claimedBy ?v ; at:polarity at:affirmed ; at:modality at:certain ; at:speechAct ?a"
                " FILTER(?a IN (at:asserted, at:presupposed, at:evaluated)) } GROUP BY ?p",
                use_default_graph_as_union=True,
            )  # type: ignore[union-attr]
        }
    assert set(found) == set(of_article)
    return Shipped(found, propositions)


class Shipped:
    def __init__(self, found: tuple[Listed, ...], voices: dict[str, int]) -> None:
        self.found, self.voices = found, voices

    def of(self, rule: str) -> list[Listed]:
        return [finding for finding in self.found if finding.rule == rule]


def names(finding: Listed) -> set[str]:
    return {name.removeprefix(f"{SHIPPED}/") for name in finding.statements}


def test_the_payroll_documents_are_found_circular(shipped: Shipped) -> None:
    (found,) = shipped.of("circular-sourcing")
    assert found.focus == "payroll-list"
    assert found.sentence.startswith("PMOI/MEK cites Al-Hurra, whose evidence is List of 32,000 Iraqis")
    assert "PMOI/MEK, Al-Hurra, PMOI/MEK." in found.sentence
    assert {"payroll", "payroll-documents-reveal", "payroll-origin"} <= names(found)
    assert found.judgements


def test_the_mek_speaking_of_attacks_on_itself_is_found_interested(shipped: Shipped) -> None:
    (found,) = [f for f in shipped.of("interested-voice") if f.focus == "operations-against-mek"]
    assert found.sentence.startswith("PMOI/MEK speaks of Operations against the MEK in Iraq")
    assert "muhandis-operations-against-mek" in names(found)


def test_iran_backed_is_found_in_the_headline_only(shipped: Shipped) -> None:
    found = [f for f in shipped.of("unsupported-headline") if "headline-iran-backed" in names(f)]
    assert len(found) == 1
    assert "“Iran-backed security forces”" in found[0].sentence


def test_has_been_working_is_found_against_his_death(shipped: Shipped) -> None:
    found = [f for f in shipped.of("act-after-death") if "muhandis-since-1984" in names(f)]
    assert [names(f) for f in found] == [{"muhandis-killed", "muhandis-since-1984"}]
    assert "that the words are in the present tense" in found[0].judgements


def test_single_voices_are_counted(shipped: Shipped) -> None:
    single = sum(number == 1 for number in shipped.voices.values())
    assert len(shipped.of("single-voice")) == single > 100


def test_independent_voices_are_those_that_a_reader_would_name(shipped: Shipped) -> None:
    told = {f.sentence.partition("(")[2].partition(")")[0] for f in shipped.of("independent-voices")}
    assert "Al Rafidein TV and Eyewitnesses" in told
    assert not any("PMOI" in pair for pair in told), "the publisher is on the way of all"
    assert not any("Eyewitnesses" in pair and "video" in pair for pair in told), "two that are not named may be one"


def test_who_is_called_former_is_not_said_to_hold_the_post(shipped: Shipped) -> None:
    told = [f.sentence for f in shipped.found if "Adel Abdul Mahdi" in f.sentence and "post held" in f.sentence]
    assert told
    assert not any("holds" in sentence for sentence in told)


def test_the_documentation_quotes_what_is_found(shipped: Shipped) -> None:
    lines = DOCS.read_text("utf-8").split("\n")
    quoted = [" ".join(run) for run in _runs(lines)]
    assert len(quoted) >= 9
    assert [text for text in quoted if text not in {f.sentence for f in shipped.found}] == []


def _runs(lines: list[str]) -> Iterator[list[str]]:
    """The lines of each block quotation."""
    run: list[str] = []
    for line in [*lines, ""]:
        if line.startswith("> "):
            run.append(line[2:])
        elif run:
            yield run
            run = []


def test_nothing_else_is_found_to_contradict(shipped: Shipped) -> None:
    for rule in ("two-holders-of-a-post", "in-two-places", "incompatible-counts", "incompatible-dates"):
        assert shipped.of(rule) == []


@pytest.mark.timeout(300)
def test_made_up_articles_change_the_findings_and_change_them_back(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    before = corpus.graph(corpus.build())

    corpus.add("made-up-second-voice")
    second = corpus.build()
    assert corpus.graph(second) == corpus.afresh("afresh-1")
    amiri = "‘commanded group: Badr Corps; commander: Hadi al-Amiri; in the capacity of: commander’"
    assert [f.rule for f in second.news.gone if amiri in f.sentence] == ["single-voice"]
    (new,) = [f for f in second.news.new if amiri in f.sentence]
    assert new.rule == "independent-voices"
    assert "Example Herald (made up) and PMOI/MEK" in new.sentence

    corpus.add("made-up-contradiction")
    third = corpus.build()
    assert corpus.graph(third) == corpus.afresh("afresh-2")
    told = {f.rule: f for f in third.news.new if f.focus != "single-voice"}
    assert "A clerk (made up)" in told["affirmed-and-denied"].sentence
    assert f"{SHIPPED}/muhandis-killed" in told["affirmed-and-denied"].statements
    assert set(told["incompatible-dates"].statements) == {
        f"{SHIPPED}/muhandis-killed",
        "made-up-contradiction/killed-in-february",
    }
    assert third.news.gone == ()

    corpus.withdraw("made-up-contradiction")
    fourth = corpus.build()
    assert corpus.graph(fourth) == corpus.graph(second)
    assert {f.iri for f in fourth.news.gone} == {f.iri for f in third.news.new}
    corpus.withdraw("made-up-second-voice")
    assert corpus.graph(corpus.build()) == before
