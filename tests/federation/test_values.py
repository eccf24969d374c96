"""Other endpoints' results as tables in a query of ours: the same terms come out of the engine."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, Store

from kg.sparql.engine import _blank
from kg.sparql.federation.fetch import Failed
from kg.sparql.federation.messages import BLANK
from kg.sparql.federation.values import table

MARK = f"{BLANK}b0."
XSD = "http://www.w3.org/2001/XMLSchema#"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TERMS = st.one_of(
    st.none(),
    st.builds(Literal, TEXTS),
    st.builds(lambda text, language: Literal(text, language=language), TEXTS, st.sampled_from(["en", "ar", "de-AT"])),
    st.builds(lambda text: Literal(text, datatype=NamedNode("urn:t")), TEXTS),
    st.builds(lambda number: Literal(str(number), datatype=NamedNode(XSD + "integer")), st.integers(-(2**60), 2**60)),
    st.builds(
        lambda text: NamedNode(f"https://example.org/{text}"),
        st.from_regex(r"(?:[\w.~'()*,;=:@$&!-]|%[0-9A-F]{2})*", fullmatch=True),
    ),
    st.sampled_from([BlankNode("x1"), BlankNode("x2")]),
)


def results(rows: list[tuple[object, ...]], syntax: QueryResultsFormat) -> bytes:
    """The rows, of the variables a, b and c, as an endpoint would write them."""
    out = io.BytesIO()
    picked = {NamedNode("urn:pick"): lambda i, j: rows[int(i.value)][int(j.value)]}
    numbers = " ".join(str(i) for i in range(len(rows)))
    text = f"SELECT (<urn:pick>(?i, 0) AS ?a) (<urn:pick>(?i, 1) AS ?b) (<urn:pick>(?i, 2) AS ?c) {{ VALUES ?i {{ {numbers} }} }}"
    Store().query(text, custom_functions=picked).serialize(out, syntax)  # type: ignore[union-attr,arg-type]
    return out.getvalue()


def joined(pattern: str) -> list[tuple[object, ...]]:
    """What the engine makes of a table."""
    solutions = Store().query(f"SELECT ?a ?b ?c {{ {pattern} }}", custom_functions={NamedNode(BLANK): _blank})
    return [tuple(solution[name] for name in "abc") for solution in solutions]  # type: ignore[union-attr,index]


def renamed(term: object) -> object:
    return BlankNode(f"b0.{term.value}") if isinstance(term, BlankNode) else term


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TERMS, TERMS, TERMS), max_size=4))
def test_the_same_terms_come_out(rows: list[tuple[object, ...]]) -> None:
    body = results(rows, QueryResultsFormat.JSON)
    assert joined(table(body, "JSON", "abc", MARK)) == [tuple(map(renamed, row)) for row in rows]


def test_xml_too() -> None:
    rows = [
        (BlankNode("x"), Literal('a "b"\n\\ é', language="en"), None),
        (NamedNode("urn:x"), BlankNode("x"), Literal("1")),
    ]
    body = results(rows, QueryResultsFormat.XML)
    assert joined(table(body, "XML", "abc", MARK)) == [tuple(map(renamed, row)) for row in rows]


def test_only_variables_that_were_asked_for() -> None:
    body = results([(Literal("1"), Literal("2"), Literal("3"))], QueryResultsFormat.JSON)
    assert table(body, "JSON", {"b"}, MARK) == '{ VALUES (?b) { ("2") } }'


def test_a_pattern_without_variables() -> None:
    body = b'{"head":{"vars":[]},"results":{"bindings":[{},{}]}}'
    assert len(joined(table(body, "JSON", "abc", MARK))) == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"head":{},"boolean":true}', "true or false"),
        (b"<html>", "no SPARQL results"),
        (
            b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri","value":"urn:x> } . ?s ?p <urn:y"}}]}}',
            "no SPARQL results",
        ),
        (b'{"head":{"vars":["a b"]},"results":{"bindings":[]}}', "no SPARQL results"),
        (
            b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"x","xml:lang":"en> }"}}]}}',
            "no SPARQL results",
        ),
        (
            b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"triple","value":{"subject":{"type":"uri","value":"urn:a"},"predicate":{"type":"uri","value":"urn:b"},"object":{"type":"uri","value":"urn:c"}}}}]}}',
            "triple terms",
        ),
    ],
)
def test_what_is_no_table(body: bytes, sentence: str) -> None:
    with pytest.raises(Failed, match=sentence):
        table(body, "JSON", {"a"}, MARK)
