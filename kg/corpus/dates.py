"""Dates as curators type them: a year, a month, a day, or a minute of a day."""

import re
from datetime import datetime

_FORM = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?)?")
_REST = "0001-01-01T00:00"
FORMS = "2020, 2020-06, 2020-06-07 or 2020-06-07T21:30"


def is_date(text: str) -> bool:
    """Whether the text is a date that the calendar has, in one of the four `FORMS`."""
    if not _FORM.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text + _REST[len(text) :])
    except ValueError:
        return False
    return True


def is_interval(text: str) -> bool:
    """Whether the text is two dates joined by a slash (ISO 8601-1, 5.5), the second not before the first."""
    start, slash, end = text.partition("/")
    return bool(slash) and is_date(start) and is_date(end) and not is_before(end, start)


def is_day(text: str) -> bool:
    """Whether the text is a date of which at least the day is known."""
    return is_date(text) and len(text) >= len("2020-06-07")


def is_before(one: str, other: str) -> bool:
    """Whether the first date ends before the second begins, at the precision that both have."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]
