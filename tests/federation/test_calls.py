"""SERVICE patterns in the text of a query."""

import pytest
from pyoxigraph import Store

from kg.errors import BadInput, Forbidden, QuerySyntax
from kg.sparql.federation.calls import read_calls

E, F = "https://example.org/sparql", "https://example.net/sparql"
OFFERED = {E, F}


def test_what_is_asked() -> None:
    text = f"BASE <urn:b> # a comment\nPREFIX ex: <https://example.org/> SELECT * {{ ?s ?p ?o SERVICE <{E}> {{ ?s ex:q $v # {{\n }} }}"
    (call,) = read_calls(text, OFFERED).calls
    assert (call.iri, call.silent, sorted(call.variables)) == (E, False, ["s", "v"])
    assert text[call.start : call.end] == f"SERVICE <{E}> {{ ?s ex:q $v # {{\n }}"
    asked = read_calls(text, OFFERED).asked(call)
    assert asked == "BASE <urn:b> PREFIX ex: <https://example.org/>\nSELECT * WHERE { ?s ex:q $v # {\n \n}"
    assert [v.value for v in Store().query(asked).variables] == ["s", "v"]


@pytest.mark.parametrize(
    ("pattern", "silent"),
    [
        (f"service<{E}>{{}}", False),
        (f"SERVICE\n#x\nSilent\t<{E}>{{ ?s ?p '}}' }}", True),
        ("SERVICE ex:sparql { ?s ?p \"{\" }", False),
        ("SERVICE SILENT : { ?s ?p ?o }", True),
        ("SERVICE ex:sparql { FILTER(?s<?o&&?o>1) }", False),
    ],
)  # fmt: skip
def test_every_way_to_write_one(pattern: str, silent: bool) -> None:
    text = f"PREFIX ex: <https://example.org/> PREFIX : <{E}> SELECT * {{ {pattern} ?a ?b ?c }}"
    query = read_calls(text, OFFERED)
    (call,) = query.calls
    assert (call.iri, call.silent) == (E, silent)
    assert text[call.start : call.end] == pattern
    assert len(query.stand_in) == len(text)
    assert "SERVICE" not in query.stand_in.upper()
    assert {v.value for v in Store().query(query.stand_in).variables} >= {"a", "b", "c"}


def test_one_within_another_is_for_the_other_to_ask() -> None:
    text = (
        f"SELECT * {{ SERVICE <{E}> {{ OPTIONAL {{ SERVICE <{F}> {{ ?a ?b ?c }} }} }} SERVICE <{F}> {{ ?d ?e ?f }} }}"
    )
    query = read_calls(text, OFFERED)
    assert [call.iri for call in query.calls] == [E, F]
    assert f"SERVICE <{F}> {{ ?a ?b ?c }}" in query.asked(query.calls[0])
    assert "SERVICE" not in query.unasked(query.calls[0])
    assert len(query.stand_in) == len(text)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (
            "SERVICE ?where { ?s ?p ?o }",
            r"line 1, column 12: expected the IRI of an endpoint after SERVICE, found '\?where'",
        ),
        ("SERVICE <https://example.com/sparql> { ?s ?p ?o }", "<https://example.com/sparql> is not offered"),
        ("SERVICE SILENT <https://example.com/sparql> { ?s ?p ?o }", "is not offered"),
        ("SERVICE <https://example.org/sparql/> { ?s ?p ?o }", "or not written as it is there"),
        ("SERVICE <https://EXAMPLE.org/sparql> { ?s ?p ?o }", "is not offered"),
        ("SERVICE <sparql> { ?s ?p ?o }", "<sparql> is not offered"),
        ("SERVICE ex:sparql { ?s ?p ?o }", "<ex:sparql> is not offered"),
        (f"SERVICE <{E}> {{ SERVICE <http://127.0.0.1/> {{ ?s ?p ?o }} }}", "<http://127.0.0.1/> is not offered"),
        (f"SERVICE <{E}> {{ SERVICE ?x {{ ?s ?p ?o }} }}", "expected the IRI of an endpoint"),
        (f"SERVICESILENT <{E}> {{ ?s ?p ?o }}", "SERVICE is not offered"),
        ("LOAD <https://example.org/sparql>", "LOAD is not offered"),
    ],
)
def test_what_is_refused(pattern: str, sentence: str) -> None:
    with pytest.raises(Forbidden, match=sentence):
        read_calls(f"SELECT * {{ {pattern} }}", OFFERED)


@pytest.mark.parametrize("pattern", [f"SERVICE <{E}> ?s ?p ?o", f"SERVICE <{E}> {{ ?s ?p ?o", f"SERVICE <{E}>"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(QuerySyntax, match="line 1, column"):
        read_calls(f"SELECT * {{ {pattern}", OFFERED)


def test_characters_are_written_as_they_are() -> None:
    with pytest.raises(
        BadInput, match=r"line 1, column 58: expected the character itself beside SERVICE, found .u0022"
    ):
        read_calls(f"SELECT * {{ SERVICE <{E}> {{ ?s ?p '\\u0022' }} }}", OFFERED)
