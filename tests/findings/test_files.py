"""The rule files: each is whole, and names only terms that the ontology declares; a broken one is told with its place."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import resources
from kg.errors import Unreadable
from kg.findings.rules import Rule, read_rule, read_rules
from kg.findings.run import described
from kg.iri import Iris
from kg.settings import Settings
from kg.vocab import AT, RDF

FOLDER = resources.find("findings")
RULES = read_rules(FOLDER)
ASKED = {
    "act-after-death", "affirmed-and-denied", "anonymous-only", "circular-chain", "circular-reporting",
    "circular-sourcing", "hearsay", "in-two-places", "incompatible-counts", "incompatible-dates", "independent-voices",
    "interested-voice", "presupposed-only", "single-voice", "two-holders-of-a-post", "unsupported-headline",
}  # fmt: skip


def test_the_rules_are_there() -> None:
    assert {rule.name for rule in RULES} == ASKED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_tells_what_it_means_and_does_not_mean(rule: Rule) -> None:
    for text in (rule.sentence, rule.means, rule.does_not_mean, rule.found, rule.not_found):
        assert text.endswith(".")
        assert len(text) > 20
    assert not rule.title.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_only_terms_that_the_ontology_declares(rule: Rule) -> None:
    declared = {
        quad.subject.value.rpartition("#")[2]
        for path in resources.find("ontology").glob("*.ttl")
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
    }
    used = set(re.findall(r"\bat:([\w-]+)", rule.query))
    assert used
    assert used - declared == set()
    assert not used & {"Finding", "FindingRule", "rule", "focus", "inRing", "restsOn", "restsOnJudgement"}, (
        "a rule reads no findings"
    )


def without_conditions(query: str) -> str:
    """The query less what must not be there: a note that only keeps something from being found bears no finding."""
    while match := re.search(r"(?:NOT EXISTS|MINUS) \{", query):
        depth, end = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(query[end], 0)
            end += 1
        query = query[: match.start()] + query[end:]
    return query


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_needs_a_curators_note_to_find_says_so(rule: Rule) -> None:
    body = without_conditions(rule.query.partition("PREFIX")[2])
    noted = re.search(r"\bat:(anonymousSource|singleSeat|possiblySame|hasAffiliation|ongoing|ambiguity)\b", body)
    assert bool(noted or rule.name == "circular-sourcing") == bool(rule.judgement or "?judgement" in rule.query)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_fits_a_screen_and_shifts_no_time_by_adding(rule: Rule) -> None:
    assert [line for line in rule.query.splitlines() if len(line) > 120] == []
    assert not re.search(r'\+ "-?P', rule.query), "the engine loses some sums of a time and a duration"


def test_no_rule_scores_anybody() -> None:
    for rule in RULES:
        assert not re.search(r"\b(score|reliab\w*|credib\w*|trustworth\w*|rating)\b", rule.query, re.IGNORECASE)


def test_a_rule_is_described_as_data() -> None:
    iris = Iris(Settings().base_iri)
    triples = described(RULES, iris)
    assert {t.subject for t in triples if t.predicate == RDF.type and t.object == AT.FindingRule} == {
        iris.rule(rule.name) for rule in RULES
    }


GOOD = (FOLDER / "hearsay.rq").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# means:", "# meaning:", r"hearsay.rq:3: expected one line each"),
        ("# key: ?about\n", "", r"hearsay.rq: expected a line `# key: …`"),
        ("# title: ", "# title: A\n# title: ", r"hearsay.rq:2: expected one line each"),
        ("VALUES ?about { UNDEF }", "", r"expected the query to hold `VALUES \?about"),
        ("{chain}", "{chian}", r"expected the query to give \?chian"),
        ("# key: ?about", "# key: ?statement", r"expected \?about in the key"),
        ("GROUP BY ?about", "GROUP ?about", r"expected SPARQL: .*error at"),
        ("at:Statement . BIND", "at:Statement BIND(", r"expected SPARQL: .*error at"),
    ],
)
def test_a_broken_rule_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    (tmp_path / "hearsay.rq").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(Unreadable, match=told):
        read_rules(tmp_path)


def test_a_rule_that_asks_nothing_or_has_no_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "ask.rq").write_text(
        re.sub(r"SELECT \?about \?voices.*", "ASK { VALUES ?about { UNDEF } }", GOOD, flags=re.DOTALL), "utf-8"
    )
    with pytest.raises(Unreadable, match="expected a SELECT query"):
        read_rule(tmp_path / "ask.rq")
    (tmp_path / "Bad name.rq").write_text(GOOD, "utf-8")
    with pytest.raises(Unreadable, match="expected a name of lower-case letters"):
        read_rule(tmp_path / "Bad name.rq")


def test_the_documentation_lists_every_rule_with_what_it_means() -> None:
    told = " ".join((FOLDER.parent / "docs" / "findings.md").read_text("utf-8").split())
    for rule in RULES:
        assert f"[{rule.title}](../findings/{rule.name}.rq)" in told
        assert rule.means in told
        assert rule.does_not_mean in told
