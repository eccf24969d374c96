import pytest

from kg.errors import BadInput
from kg.graph.dates import ranges, span
from kg.model import Source, When
from kg.vocab import NS

HERE = Source("claims.yaml", 1)


def mapped(**when: str) -> dict[str, str]:
    return {p.value.removeprefix(NS): o.value for p, o in ranges(When(HERE, **when))}


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("1984", "1984-01-01T00:00:00", "1984-12-31T23:59:59"),
        ("2020-02", "2020-02-01T00:00:00", "2020-02-29T23:59:59"),
        ("2020-06-07", "2020-06-07T00:00:00", "2020-06-07T23:59:59"),
        ("2020-06-07T21:30", "2020-06-07T21:30:00", "2020-06-07T21:30:59"),
        ("2020-06-07T21:30:05", "2020-06-07T21:30:05", "2020-06-07T21:30:05"),
    ],
)
def test_a_date_spans_all_that_it_can_mean(typed: str, first: str, last: str) -> None:
    assert tuple(moment.isoformat() for moment in span(typed)) == (first, last)


@pytest.mark.parametrize(
    "typed", ["", "June 7", "2020-6-7", "2020-13", "2021-02-29", "2020-06-07T25:00", "20200607", "٢٠٢٠"]
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match=r"expected"):
        span(typed)


def test_a_day_is_precise_and_a_month_is_not() -> None:
    day = mapped(on="2020-06-07", written="Sunday, June 7")
    assert day == {
        "timeExpression": "Sunday, June 7",
        "firstImprecise": "2020-06-07T00:00:00",
        "lastImprecise": "2020-06-07T23:59:59",
        "firstPrecise": "2020-06-07T00:00:00",
        "lastPrecise": "2020-06-07T23:59:59",
    }
    assert mapped(on="2020-03").keys() == {"firstImprecise", "lastImprecise"}


def test_some_time_in_a_span_is_true_on_no_day_for_sure() -> None:
    assert mapped(on="2019-10/2020-06-08") == {
        "firstImprecise": "2019-10-01T00:00:00",
        "lastImprecise": "2020-06-08T23:59:59",
    }
    assert "firstPrecise" in mapped(on="2020-06-07T21:30/2020-06-07")


def test_throughout_a_month_is_precise() -> None:
    assert mapped(throughout="2020-03")["lastPrecise"] == "2020-03-31T23:59:59"


def test_since_a_year_is_true_on_all_days_only_after_it() -> None:
    assert mapped(start="1984") == {
        "firstImprecise": "1984-01-01T00:00:00",
        "firstPrecise": "1984-12-31T00:00:00",
        "startKnown": "true",
    }


def test_limits_that_leave_no_sure_day_give_no_precise_range() -> None:
    found = mapped(start="2020-03", end="2020-03")
    assert found.keys() == {"firstImprecise", "lastImprecise", "startKnown", "endKnown"}


def test_limits_give_the_widest_and_the_narrowest_range() -> None:
    found = mapped(start="2019-10", end="2020-02")
    assert (found["firstImprecise"], found["firstPrecise"]) == ("2019-10-01T00:00:00", "2019-10-31T00:00:00")
    assert (found["lastPrecise"], found["lastImprecise"]) == ("2020-02-01T23:59:59", "2020-02-29T23:59:59")
