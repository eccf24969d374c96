"""Times for people: two ranges of a statement as a phrase, and instants as days."""

import calendar
from datetime import datetime, timedelta

from kg.web.terms import AT, Graph

EDGE = timedelta(seconds=1)


def told_time(graph: Graph, statement: str) -> str:
    """When, by the statement's two ranges (all of it, or some moment in it); empty where it gives no time."""
    whole = _span(graph, statement, "firstPrecise", "lastPrecise")
    some = _span(graph, statement, "firstImprecise", "lastImprecise")
    if not whole:
        return some
    if some != whole:
        return f"all through {whole}, and at most {some}" if some else f"all through {whole}"
    first, last = (_moment(graph.text(statement, AT + name)) for name in ("firstPrecise", "lastPrecise"))
    return whole if first and last and first.date() == last.date() else f"all through {whole}"


def earliest(graph: Graph, statement: str) -> str:
    """The beginning of its time as text that sorts; times unknown come last."""
    for name in ("firstImprecise", "firstPrecise", "lastImprecise", "lastPrecise"):
        if text := graph.text(statement, AT + name):
            return text
    return "~"


def day(text: str) -> str:
    """An `xsd:dateTime` as `7 June 2020`, with its time unless that is midnight; other text as it is."""
    moment = _moment(text)
    if moment is None:
        return text
    clock = "" if (moment.hour, moment.minute) in ((0, 0), (23, 59)) else f", {moment:%H:%M}"
    return f"{moment.day} {calendar.month_name[moment.month]} {moment.year}{clock}"


def _span(graph: Graph, statement: str, first: str, last: str) -> str:
    start, end = (graph.text(statement, AT + name) for name in (first, last))
    if start and end:
        return _range(start, end)
    return f"from {day(start)}" if start else f"until {day(end)}" if end else ""


def _range(start: str, end: str) -> str:
    first, last = _moment(start), _moment(end)
    if first is None or last is None:
        return f"{start} to {end}"
    after = last + EDGE if last.second == 59 else last
    if first.date() == last.date():
        return day(start)
    if (first.day, after.day) == (1, 1) and first.hour == after.hour == 0:
        if (first.month, after.month, after.year - first.year) == (1, 1, 1):
            return str(first.year)
        if (after.year - first.year) * 12 + after.month - first.month == 1:
            return f"{calendar.month_name[first.month]} {first.year}"
    return f"{day(start)} to {day(end)}"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
