"""An update request taken apart: its operations, where they stand, and what they write to."""

import pytest
from pyoxigraph import Store

from kg.errors import Forbidden, QuerySyntax, TooComplex
from kg.sparql.writes.operations import Operation, UpdateLimits, read

LIMITS = UpdateLimits(nesting=48, patterns=500)
REQUEST = """PREFIX e: <urn:e:> # a comment; with a semicolon
INSERT DATA { e:x e:y 'a;b', '''c
;''' . GRAPH e:g { e:x e:y 1 } } ;
BASE <http://b/>
WITH e:g DELETE { ?s ?p ?o } INSERT { GRAPH <rel> { ?s ?p ?o } } USING e:u USING NAMED e:n
WHERE { ?s ?p ?o ; ?q ?r . FILTER(?o > 1) } ;
DELETE WHERE { GRAPH e:g { ?s ?p ?o } } ; CLEAR SILENT GRAPH e:g ;
"""


def operations(text: str) -> tuple[Operation, ...]:
    return read(text, LIMITS)


def test_the_operations_by_name() -> None:
    assert [operation.name for operation in operations(REQUEST)] == ["INSERT DATA", "WITH", "DELETE WHERE", "CLEAR"]


def test_each_runs_alone_with_its_prologue() -> None:
    store = Store()
    for operation in operations(REQUEST):
        store.update(operation.source())
    whole = Store()
    whole.update(REQUEST.replace("BASE <http://b/>\n", "").replace("<rel>", "<http://b/rel>"))
    assert {str(q) for q in store} == {str(q) for q in whole}


@pytest.mark.parametrize("number", range(4))
def test_a_fault_is_told_where_it_stands_in_the_request(number: int) -> None:
    operation = operations(REQUEST)[number]
    last = operation.tokens[-1]
    broken = operation.source([(last, "§")])
    before = REQUEST[: last.start]
    with pytest.raises(SyntaxError) as raised:
        Store().update(broken)
    line, column = before.count("\n") + 1, last.start - before.rfind("\n")
    assert str(raised.value).startswith(f"error at {line}:{column + 1}: ")  # the sign is read before it is refused


def test_the_parts_of_a_modification() -> None:
    _, operation, *_ = operations(REQUEST)
    parts = operation.modify()
    assert parts is not None
    assert parts.with_graph is not None
    assert parts.with_graph.text == "e:g"
    assert parts.has_using
    assert operation.word(parts.where) == "WHERE"
    assert [operation.graphs(block)[1] for block in parts.templates] == [True, False]
    assert [token.text for token in operation.graphs(parts.templates[1])[0]] == ["<rel>"]


@pytest.mark.parametrize(
    ("template", "graphs", "outside"),
    [
        ("{ }", [], False),
        ("{ ?s ?p ?o }", [], True),
        ("{ GRAPH <g> { ?s ?p ?o } }", ["<g>"], False),
        ("{ GRAPH <g> { ?s ?p ?o } . GRAPH ?h { ?s ?p ?o } . }", ["<g>", "?h"], False),
        ("{ GRAPH <g> { ?s ?p ?o } ?s ?p ?o }", ["<g>"], True),
        ("{ ?s ?p 'GRAPH <no> { }' }", [], True),
        ("{ <GRAPH> <a> <b> . GRAPH e:g {} }", ["e:g"], True),
        ("{ graph<g>{?s ?p ?o} }", ["<g>"], False),
        (r"{ \u0047RAPH <g> { ?s ?p ?o } }", ["<g>"], False),
    ],
)
def test_the_graphs_of_a_template(template: str, graphs: list[str], outside: bool) -> None:
    (operation,) = operations(f"PREFIX e: <urn:e> INSERT {template} WHERE {{}}")
    parts = operation.modify()
    assert parts is not None
    found, bare = operation.graphs(parts.templates[0])
    assert ([token.text for token in found], bare) == (graphs, outside)


def test_the_engine_resolves_names() -> None:
    (operation,) = operations("BASE <http://b/> PREFIX e: <urn:e:> CLEAR GRAPH e:g")
    (row,) = list(Store().query(operation.resolving([operation.tokens[2]])))  # type: ignore[arg-type]
    assert row[0].value == "urn:e:g"  # type: ignore[index]


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://e/>",
        "CREATE GRAPH <g> ; LOAD SILENT <http://e/> INTO GRAPH <g>",
        "loadsilent<http://e/>",
        r"\u004cOAD <http://e/>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <http://e/> { ?s ?p ?o } }",
        "INSERT DATA { <a> <b> <c> } ; DELETE { ?s ?p ?o } WHERE { {SERVICE?x{ ?s ?p ?o }} }",
    ],
)
def test_nothing_outside_is_asked_for(text: str) -> None:
    with pytest.raises(Forbidden, match="is not offered"):
        operations(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT * {}", "line 1, column 1"),
        ("INSERT DATA { <a> <b> <c> } ;\n  BOGUS <g>", "line 2, column 3"),
        ("INSERTDATA { <a> <b> <c> }", "line 1, column 1"),
        ("INSERT DATA { _:a <b> <c> } ; INSERT DATA { _:a <b> <c> }", "line 1, column 45"),
    ],
)
def test_what_is_no_update_is_told(text: str, place: str) -> None:
    with pytest.raises(QuerySyntax, match=place):
        operations(text)


def test_limits_are_for_each_operation_and_not_for_lists_of_data() -> None:
    data = "INSERT DATA { " + " . ".join(f"<urn:{n}> <urn:p> {n}" for n in range(5_000)) + " }"
    assert len(operations(f"{data} ; {data}")) == 2
    pattern = " . ".join(f"?s{n} ?p ?o" for n in range(501))
    with pytest.raises(TooComplex, match="at most 500 patterns"):
        operations(f"INSERT {{}} WHERE {{ {pattern} }}")
    with pytest.raises(TooComplex, match="at most 48 brackets"):
        operations("INSERT DATA { <a> <b> " + "(" * 100 + ")" * 100 + " }")
    with pytest.raises(TooComplex, match="at most 1000 operations"):
        operations("CLEAR ALL;" * 1001)
