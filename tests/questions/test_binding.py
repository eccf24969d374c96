"""Reading question files, and binding values: whatever the value, the query gains exactly one term."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import BadInput, NotFound, Unreadable
from kg.questions import BadParameter, Param, bind, find_question, read_question, with_base
from kg.sparql.tokens import scan
from tests.questions.support import QUERIES

TEXT = """\
# title: Who is it?
# description: One row,
#   and no more.
# param: who (iri): the one
# param: words (string): what is said
# param: day (date): when
# param: many (integer): how many
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?who ?words ?day ?many
WHERE {
  VALUES ?who { <nobody> }
  VALUES ?words { "nothing" }
  VALUES ?day { "2020-06-08"^^xsd:date }
  VALUES ?many { 3 }
  VALUES ?other { <left-alone> }
}
"""
BASE = "https://w3id.org/attest/id/"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("question") / "who-is-it.rq"
    path.write_text(TEXT, "utf-8")
    return path


def answer(text: str) -> ox.QuerySolution:
    (row,) = ox.Store().query(text, base_iri=BASE)  # type: ignore[misc]
    return row  # type: ignore[no-any-return]


def test_a_question_is_read(path: Path) -> None:
    question = read_question(path)
    assert (question.name, question.title) == ("who-is-it", "Who is it?")
    assert question.description == "One row, and no more."
    assert question.params == (
        Param("who", "iri", "the one", "nobody"),
        Param("words", "string", "what is said", "nothing"),
        Param("day", "date", "when", "2020-06-08"),
        Param("many", "integer", "how many", "3"),
    )


def test_it_runs_as_it_stands_and_with_values(path: Path) -> None:
    question = read_question(path)
    assert bind(question, {}) == TEXT
    assert bind(question, {"who": "", "day": ""}) == TEXT
    assert answer(TEXT)["who"] == ox.NamedNode(BASE + "nobody")
    row = answer(bind(question, {"who": "badr-corps", "words": 'a "b" \\ c', "day": "2021-01-02", "many": "-7"}))
    assert row["who"] == ox.NamedNode(BASE + "badr-corps")
    assert row["words"] == ox.Literal('a "b" \\ c')
    assert row["day"] == ox.Literal("2021-01-02", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    assert row["many"] == ox.Literal(-7)
    assert answer(bind(question, {"who": "urn:x:y"}))["who"] == ox.NamedNode("urn:x:y")


def test_a_parameter_may_stand_in_several_places(tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_text(TEXT.replace("  VALUES ?other { <left-alone> }\n", "  { VALUES ?who { <nobody> } }\n"), "utf-8")
    assert bind(read_question(path), {"who": "x"}) == TEXT.replace("  VALUES ?other { <left-alone> }\n", "").replace(
        "  VALUES ?who { <nobody> }\n", "  VALUES ?who { <x> }\n"
    ).replace("}\n}\n", "}\n  { VALUES ?who { <nobody> } }\n}\n")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("whom", "x", "parameter whom: the question who-is-it has no such parameter; did you mean who?"),
        ("zzz", "x", "parameter zzz: the question who-is-it has no such parameter; it has who, words, day, many"),
        ("who", "Badr Corps", "parameter who: expected an id like badr-corps, or an absolute IRI, found 'Badr Corps'"),
        ("who", "http://x/> } #", "parameter who: expected an id"),
        ("who", "http://x/\\u003e", "parameter who: expected an id"),
        ("who", "-x", "parameter who: expected an id"),
        ("day", "2020-02-30", "parameter day: expected a day like 2020-06-08, found '2020-02-30'"),
        ("day", "20200608", "parameter day: expected a day"),
        ("day", "２０２０-06-08", "parameter day: expected a day"),
        ("day", "2020-06-08\n", "parameter day: expected a day"),
        ("many", "3.0", "parameter many: expected a whole number, found '3.0'"),
        ("many", "1_000", "parameter many: expected a whole number"),
        ("many", "٣", "parameter many: expected a whole number"),
        ("many", "9" * 19, "parameter many: expected a whole number"),
        ("words", "\ud800", "parameter words: expected text"),
    ],
)
def test_a_wrong_value_is_told_at_its_name(path: Path, name: str, value: str, sentence: str) -> None:
    with pytest.raises(BadParameter) as told:
        bind(read_question(path), {name: value})
    assert str(told.value).startswith(sentence)
    assert told.value.name == name
    assert told.value.status == 400


NASTY = st.text(st.sampled_from("\"'\\\n\r\t{}<>#?$.;,:@^|&()[]u0022 aVALUES\x00\x7f\u2028é\U0001f600"), max_size=40)


@settings(max_examples=400, deadline=None)
@given(value=st.one_of(st.text(), NASTY), name=st.sampled_from(["who", "words", "day", "many"]))
def test_whatever_the_value_the_query_gains_one_term(path: Path, name: str, value: str) -> None:
    """The scan of the bound query finds what it finds in the file, and the engine reads back the very value."""
    question = read_question(path)
    try:
        text = bind(question, {name: value})
    except BadParameter:
        return
    plain, bound = scan(TEXT), scan(text)
    assert (plain.nesting, plain.patterns, plain.opened) == (bound.nesting, bound.patterns, bound.opened)
    assert plain.keywords == bound.keywords
    before, after = answer(TEXT), answer(text)
    assert {n for n in ("who", "words", "day", "many") if before[n] != after[n]} <= {name}
    if value and name == "words":
        assert after[name] == ox.Literal(value)
    if value and name == "who":
        assert after[name] in (ox.NamedNode(BASE + value), _iri(value))


def _iri(value: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(value)
    except ValueError:
        return None


@settings(max_examples=200, deadline=None)
@given(value=NASTY.filter(bool))
def test_a_bound_text_is_one_line(path: Path, value: str) -> None:
    text = bind(read_question(path), {"words": value})
    assert len(re.findall(r"^  VALUES ", text, re.MULTILINE)) == 5
    assert len(text.split("\n")) == len(TEXT.split("\n"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("# title: Who is it?\n", "", "expected one line `# title: …`, found 0"),
        ("# title: Who is it?", "# title: Who is it?\n# title: Who?", "expected one line `# title: …`, found 2"),
        ("# description: One row,\n#   and no more.\n", "", "expected one line `# description: …`, found 0"),
        ("# param: who (iri): the one", "# param: who iri: the one", "rq:4: expected `# param: name (iri|string|"),
        ("# param: who (iri): the one", "# author: me", "rq:4: expected `# title: …`, `# description: …` or"),
        ("  VALUES ?who { <nobody> }\n", "", "rq:4: expected one default of who, as a line `VALUES ?who { term }`"),
        (
            "?who { <nobody> }",
            '?who { "nobody" }',
            'rq:4: expected the default of who to be of kind iri, found "nobody"',
        ),
        ("?many { 3 }", "?many { 3 4 }", "rq:7: expected the default of many to be of kind integer, found 3 4"),
    ],
)
def test_a_file_that_does_not_keep_to_the_form(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in TEXT
    path = tmp_path / "q.rq"
    path.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(Unreadable, match=re.escape(sentence)):
        read_question(path)


def test_a_question_is_found_by_its_name() -> None:
    assert find_question(QUERIES, "denials").name == "denials"
    with pytest.raises(NotFound, match="no question is called 'denial'; did you mean denials"):
        find_question(QUERIES, "denial")
    with pytest.raises(NotFound):
        find_question(QUERIES, "../queries/denials")


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        read_question(tmp_path / "none.rq")


def test_a_base_goes_before_the_query(path: Path) -> None:
    text = with_base(TEXT, "https://example.org/id/")
    (row,) = ox.Store().query(text)  # type: ignore[misc]
    assert row["who"] == ox.NamedNode("https://example.org/id/nobody")
    with pytest.raises(BadInput, match="expected an absolute IRI as base"):
        with_base(TEXT, "https://x/> ASK {}")
