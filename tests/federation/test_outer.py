"""What an endpoint may be told of the solutions that its own will be joined with."""

import pytest

from kg.sparql.federation.calls import read_calls
from kg.sparql.federation.outer import LENGTH, MOST, given, outer_of, spliced

E = "https://example.org/sparql"
S = f"SERVICE <{E}> {{ ?s ?p ?o }}"


def outer(text: str) -> tuple[str, tuple[str, ...]] | None:
    """What stands before the last call, and the variables that they share."""
    call = read_calls(text, {E}).calls[-1]
    found = outer_of(text, call)
    return found and (text[found.start : found.end].strip(), found.variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"SELECT * {{ ?s a ?c {S} }}", ("?s a ?c", ("s",))),
        (
            f"SELECT * WHERE {{ ?s ?p ?c . OPTIONAL {{ ?c ?d ?e }} {S} }}",
            ("?s ?p ?c . OPTIONAL { ?c ?d ?e }", ("p", "s")),
        ),
        (f"SELECT (EXISTS {{ ?o ?o ?o }} AS ?x) {{ ?s a ?c {S} }}", ("?s a ?c", ("s",))),
        (f"CONSTRUCT {{ ?s ?p 1 }} WHERE {{ ?s a ?c OPTIONAL {{ {S} }} }}", ("?s a ?c", ("s",))),
        (f"SELECT * {{ ?s a ?c OPTIONAL {{ ?x a ?o . {S} }} }}", ("?s a ?c", ("s",))),
        (f"SELECT (NOW() AS ?n) ?rand {{ ?s a ?rand {S} }}", ("?s a ?rand", ("s",))),
        (f"SELECT * {{ {{ ?s a ?c FILTER(?c) }} {S} }}", ("{ ?s a ?c FILTER(?c) }", ("s",))),
    ],
)
def test_what_stands_before(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert outer(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ {S} ?s a ?c }}",  # nothing stands before it
        f"SELECT * {{ ?x a ?c {S} }}",  # nothing is shared
        f"SELECT * {{ ?s a ?c FILTER(!BOUND(?o)) {S} }}",  # a filter is of the whole group
        f"SELECT * {{ ?s a ?c {{ {S} }} UNION {{ ?s ?p ?o }} }}",
        f"SELECT * {{ ?s a ?c {{ ?s ?p ?o }} UNION {{ {S} }} }}",
        f"SELECT * {{ ?s a ?c MINUS {{ {S} }} }}",
        f"SELECT * {{ ?s a ?c FILTER NOT EXISTS {{ {S} }} }}",
        f"SELECT * {{ ?s a ?c GRAPH ?g {{ {S} }} }}",
        f"SELECT * {{ ?s a ?c OPTIONAL {{ OPTIONAL {{ {S} }} }} }}",
        f"SELECT * {{ ?s a ?c {{ SELECT (COUNT(*) AS ?n) {{ {S} }} }} }}",
        f"SELECT * {{ SELECT ?s {{ ?s a ?c {S} }} }}",
        f"SELECT * FROM <urn:g> {{ ?s a ?c {S} }}",
        f"CONSTRUCT {{ ?s a ?c }} {{ ?s a ?c {S} }}",
        f"SELECT * {{ {{ SELECT ?s {{ ?s a ?c }} ORDER BY rand() LIMIT 1 }} {S} }}",  # says something else each time
        f"SELECT * {{ ?s a ?c BIND(NOW() AS ?o) {S} }}",
    ],
)
def test_where_it_does_not_decide(text: str) -> None:
    assert outer(text) is None


def test_solutions_are_given_as_values() -> None:
    found = given(("s", "o"), '?s\t?o\n<urn:a>\t"x\\ty"@en\n<urn:b>\t1\n')
    assert found is not None
    assert (found.rows, found.pattern) == (2, 'VALUES (?s ?o) { (<urn:a> "x\\ty"@en) (<urn:b> 1) }')
    assert given(("s",), "?s\n") is not None


@pytest.mark.parametrize(
    "solutions",
    [
        "?s\n_:b1\n",
        "?s\n\n",
        "?s\t?o\n<urn:a>\t\n",
        "?s\n<<( <urn:a> <urn:b> <urn:c> )>>\n",
        "?s\n" + "<urn:a>\n" * (MOST + 1),
        f"?s\n<urn:{'a' * LENGTH}>\n",
    ],
)
def test_solutions_that_cannot_be_given(solutions: str) -> None:
    assert given(("s",), solutions) is None


def test_calls_before_are_given_by_their_tables() -> None:
    text = f"SELECT * {{ {S} ?o ?q ?r {S} }}"
    first, second = read_calls(text, {E}).calls
    found = outer_of(text, second)
    assert found is not None
    assert spliced(text, found.start, found.end, {first: "TABLE"}).strip() == "TABLE ?o ?q ?r"
    assert spliced(text, 0, len(text), {first: "ONE", second: "TWO"}) == "SELECT * { ONE ?o ?q ?r TWO }"
