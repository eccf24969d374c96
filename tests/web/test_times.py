"""Times for people."""

import pytest

from kg.web.terms import AT, Graph, Term
from kg.web.times import day, told_time

D = "2020-06-07T00:00:00"
E = "2020-06-07T23:59:59"


def graph(**times: str) -> Graph:
    made = Graph()
    for name, value in times.items():
        made.add("s", AT + name, Term(value, "literal"))
    return made


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ({}, ""),
        ({"firstImprecise": D, "lastImprecise": E, "firstPrecise": D, "lastPrecise": E}, "7 June 2020"),
        ({"firstImprecise": "2020-06-01T00:00:00", "lastImprecise": "2020-06-30T23:59:59"}, "June 2020"),
        ({"firstImprecise": "2020-01-01T00:00:00", "lastImprecise": "2020-12-31T23:59:59"}, "2020"),
        ({"firstImprecise": "2020-01-03T00:00:00", "lastImprecise": E}, "3 January 2020 to 7 June 2020"),
        ({"firstImprecise": "1984-01-01T00:00:00"}, "from 1 January 1984"),
        ({"lastImprecise": E}, "until 7 June 2020"),
        (
            {"firstImprecise": "2020-01-01T00:00:00", "lastImprecise": "2020-12-31T23:59:59", "firstPrecise": "2020-01-01T00:00:00", "lastPrecise": "2020-12-31T23:59:59"},
            "all through 2020",
        ),
        (
            {"firstImprecise": "2020-01-01T00:00:00", "lastImprecise": "2020-12-31T23:59:59", "firstPrecise": "2020-06-01T00:00:00", "lastPrecise": "2020-06-30T23:59:59"},
            "all through June 2020, and at most 2020",
        ),
    ],
)  # fmt: skip
def test_two_ranges_as_a_phrase(times: dict[str, str], told: str) -> None:
    assert told_time(graph(**times), "s") == told


@pytest.mark.parametrize(
    ("text", "told"), [(D, "7 June 2020"), ("2020-06-07T21:30:00", "7 June 2020, 21:30"), ("soon", "soon")]
)
def test_a_day(text: str, told: str) -> None:
    assert day(text) == told
