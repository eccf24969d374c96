"""Each mistake of a tired curator is told once, at the line to mend, in words that say what to do."""

from dataclasses import dataclass

import pytest

from kg.build.pipeline import validate
from tests.conftest import Project

FIRED = "  fired:\n    quote: The town guards fired on a crowd\n"
CHAIN = "    chain: [gazette, {voice: mayor, cue: the mayor told the Gazette}]\n"
WHEN = '    when: {written: on Sunday, on: "2020-06-07"}\n'
SAYS = "    says: {Event: {event: shooting, participant: crowd, inRole: injured}}\n"
ACTS = "    says: {Event: {event: shooting, participant: guards, inRole: perpetrator, means: tear-gas}}\n"
SHOOTING = "  shooting: {is: Event, label: Shooting in Norwick}\n"
GUARDS = "  guards: {is: SecurityForce, label: Town guards}\n"


@dataclass(frozen=True)
class Mistake:
    """What is typed instead of what, words of the line that the problem must name, and words of its sentence."""

    old: str
    new: str
    line: str
    says: str
    file: str = "norwick/claims.yaml"


MISTAKES = {
    "a quote that is not in the text": Mistake(
        "The town guards fired on a crowd", "Guards shot people", "Guards shot people", "quote are not in article.txt"
    ),
    "a quote with a slip": Mistake("guards used tear gas", "guards used tear gass", "tear gass", "the closest are on"),
    "no chain": Mistake(CHAIN, "", "  fired:", "must name who made it"),
    "no says": Mistake(SAYS, "", "  denial:", "must say something"),
    "an unknown key": Mistake(WHEN, WHEN + "    certainty: high\n", "certainty", "unknown term 'certainty'"),
    "an unknown role": Mistake("inRole: injured", "inRole: injurred", "injurred", "did you mean injured?"),
    "no role": Mistake(", inRole: injured}", "}", "participant: crowd}}", "must say in which role"),
    "a command of nothing": Mistake(
        SAYS,
        "    says:\n      - Command: {commander: captain}\n",
        "- Command",
        "what is commanded by the role commandedGroup",
    ),
    "an unknown entity": Mistake("participant: crowd, inRole: i", "participant: crowed, inRole: i", "crowed", "crowd?"),
    "a chain of another publisher": Mistake(
        CHAIN, "    chain: [mayor]\n", "[mayor]", "begins with the publisher: expected gazette, found mayor"
    ),
    "a date after publication": Mistake("2020-06-07", "2021-06-07", "2021-06-07", "after the article was published"),
    "a span that ends before it starts": Mistake("2020-06-07", "2020-06/2020-05", "2020-06/2020-05", "an earlier and"),
    "a voice that speaks after publication": Mistake(
        "the mayor told the Gazette}", "the mayor told the Gazette, spokeAt: 2020-06-09}", "spokeAt", "spokeAt is after"
    ),
    "two things denied at once": Mistake(
        SAYS, f"{SAYS.replace('}}', ', means: tear-gas}, Part: {part: guards, whole: gazette}}')}", "says: {Event", "one prop"
    ),
    "an opinion that is a certain event": Mistake(
        ACTS, "    speechAct: evaluated\n" + ACTS, "says: {Event", "A judgement is no report"
    ),
    "a holder typed in": Mistake(WHEN, WHEN + "    claimedBy: mayor\n", "claimedBy", "never by a curator"),
    "a place as a key of an event": Mistake(
        SHOOTING, SHOOTING.replace("}", ", atPlace: crowd}"), "atPlace", "in the says of a statement"
    ),
    "a time as a key of an event": Mistake(
        SHOOTING, SHOOTING.replace("}", ", firstPrecise: 2020-06-07}"), "firstPrecise", "never by a curator"
    ),
    "a plain fact": Mistake(
        GUARDS, GUARDS.replace("}", ", memberOf: gazette}"), "memberOf", "by the perspective", "entities.yaml"
    ),
    "a conflict without a note": Mistake(
        WHEN, WHEN + "    review: {by: gazette, on: 2020-06-09, verdict: conflict}\n", "verdict", "needs a note"
    ),
    "a review before publication": Mistake(
        WHEN, WHEN + "    review: {by: gazette, on: 2020-06-01}\n", "review", "before the article was published"
    ),
    "an id given twice": Mistake("  tear-gas:\n", "  fired:\n", "fired:", "fired is given twice, first on line 12"),
    "an id that another file has": Mistake(
        SHOOTING, SHOOTING + "  mayor: {is: Person, label: Mayor}\n", "label: Mayor}", "taken by entities.yaml"
    ),
    "a class that is misspelt": Mistake(
        GUARDS, GUARDS.replace("SecurityForce", "SecurtyForce"), "Securty", "did you mean", "entities.yaml"
    ),
    "no label": Mistake(
        GUARDS, "  guards: {is: SecurityForce}\n", "  guards:", "must have label", "entities.yaml"
    ),
    "no label of an article's own entity": Mistake(
        SHOOTING, "  shooting: {is: Event}\n", "  shooting:", "must have label"
    ),
    "a language that is none": Mistake(
        GUARDS,
        GUARDS.replace("}", ", hasName: {nameForm: {english: Guards}}}"),
        "english",
        "expected a language tag",
        "entities.yaml",
    ),
    "an unclosed brace": Mistake(
        "{is: Event, label: Shooting in Norwick}", "{is: Event, label: Shooting", "statements:", "this is not YAML"
    ),
    "a tab": Mistake(WHEN, "\t" + WHEN.lstrip(), "\twhen", "found a tab"),
    "a name of a script that is none": Mistake(
        GUARDS,
        GUARDS.replace("}", ", hasName: {nameForm: {en: Guards}, script: Latin}}"),
        "Latin",
        "four-letter code of ISO 15924",
        "entities.yaml",
    ),
    "an address that is none": Mistake("  language: en\n", "  language: en\n  url: ja vascript:x\n", "url", "url: expected"),
    "a script as an address": Mistake("  language: en\n", "  language: en\n  url: javascript:x\n", "url", "url: expected"),
    "a title that is not in the text": Mistake(
        "title: Guards fire on", "title: Guards fired on", "title", "the words of title are not in article.txt"
    ),
}  # fmt: skip


def test_an_unknown_publisher_is_told_where_it_stands_and_not_again_for_each_chain(project: Project) -> None:
    line = project.edit("publisher: gazette", "publisher: gazete")
    problems = validate(project.settings).problems
    assert {problem.source.line for problem in problems} == {line}
    assert [problem.message for problem in problems] == [
        "3 chains begin with another voice than the publisher gazete, and none with it",
        "no entity 'gazete' is defined; did you mean gazette?",
    ]


def test_what_many_statements_share_is_told_of_the_first_and_how_many_more(project: Project) -> None:
    claims = project.claims.read_text("utf-8").replace("[gazette, {voice", "[report, {voice")
    named = "chains: {report: [gazette, {voice: nobody, cue: the mayor told}]}\nstatements:\n"
    project.write(claims.replace("statements:\n", named))
    [problem] = validate(project.settings).problems
    assert problem.where == "statement denial and 2 more"
    assert "no entity 'nobody'" in problem.message


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_at_its_line(project: Project, name: str) -> None:
    mistake = MISTAKES[name]
    path = project.root / "articles" / mistake.file
    text = path.read_text("utf-8")
    assert text.count(mistake.old) == 1
    text = text.replace(mistake.old, mistake.new)
    path.write_text(text, "utf-8")
    [problem] = validate(project.settings).problems
    assert problem.severity == "violation"
    assert problem.source.file.endswith(f"articles/{mistake.file}")
    assert mistake.line in text.splitlines()[problem.source.line - 1]
    assert mistake.says in str(problem)
