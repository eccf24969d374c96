"""Dates as typed, as the two ranges of Security Force Monitor: true on all days, true on at least one day."""

import calendar
import re
from collections.abc import Iterator
from datetime import datetime, time

from pyoxigraph import Literal, NamedNode

from kg.errors import BadInput
from kg.model import When
from kg.vocab import AT, XSD

_FORMS = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?)?)?", re.ASCII)
_LAST = time(23, 59, 59)


def span(text: str) -> tuple[datetime, datetime]:
    """The first and last second that a date as typed can mean; without time zone, as articles write them.

    Raises BadInput for anything but `2020`, `2020-06`, `2020-06-07` and `2020-06-07T21:30`, or no such day.
    """
    if not (match := _FORMS.fullmatch(text)):
        raise BadInput(f"expected a date like 2020, 2020-06, 2020-06-07 or 2020-06-07T21:30, found {text!r}")
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in match.groups())
    try:
        if hour is not None:
            first = datetime(year, month, day, hour, minute, second or 0)  # type: ignore[arg-type]
            return first, first if second is not None else first.replace(second=59)
        first = datetime(year or 0, month or 1, day or 1)
        end_month = month or 12
        last_day = day or calendar.monthrange(first.year, end_month)[1]
        return first, datetime.combine(datetime(first.year, end_month, last_day), _LAST)
    except ValueError as error:
        raise BadInput(f"expected a day of the calendar, found {text!r} ({error})") from None


def instant(moment: datetime) -> Literal:
    """An `xsd:dateTime` without time zone (HermiT knows no `xsd:date`)."""
    return Literal(moment.isoformat(), datatype=XSD.dateTime)


def ranges(when: When) -> Iterator[tuple[NamedNode, Literal]]:
    """The precise and imprecise ranges of a statement, and whether its ends are known.

    Raises BadInput for a date that cannot be read.
    """
    if when.written:
        yield AT.timeExpression, Literal(when.written)
    if when.on:
        dates = when.on.split("/")
        first, last = span(dates[0])[0], span(dates[-1])[1]
        yield from _range(AT.firstImprecise, AT.lastImprecise, first, last)
        if first.date() == last.date():
            yield from _range(AT.firstPrecise, AT.lastPrecise, first, last)
    elif when.throughout:
        yield from _range(AT.firstImprecise, AT.lastImprecise, *span(when.throughout))
        yield from _range(AT.firstPrecise, AT.lastPrecise, *span(when.throughout))
    else:
        yield from _bounded(when.start, when.end)


def _range(
    first_term: NamedNode, last_term: NamedNode, first: datetime, last: datetime
) -> Iterator[tuple[NamedNode, Literal]]:
    yield first_term, instant(first)
    yield last_term, instant(last)


def _bounded(start: str | None, end: str | None) -> Iterator[tuple[NamedNode, Literal]]:
    """The limits: the imprecise range is the widest that they allow, the precise one the narrowest."""
    latest_start = earliest_end = None
    if start:
        first, last = span(start)
        latest_start = first if first.date() == last.date() else datetime.combine(last, time())
        yield AT.firstImprecise, instant(first)
        yield AT.startKnown, Literal("true", datatype=XSD.boolean)
    if end:
        first, last = span(end)
        earliest_end = last if first.date() == last.date() else datetime.combine(first, _LAST)
        yield AT.lastImprecise, instant(last)
        yield AT.endKnown, Literal("true", datatype=XSD.boolean)
    if latest_start and earliest_end and latest_start > earliest_end:
        return
    if latest_start:
        yield AT.firstPrecise, instant(latest_start)
    if earliest_end:
        yield AT.lastPrecise, instant(earliest_end)
