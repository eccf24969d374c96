"""What a timeline, a graph and a map draw, and the rows of the table beside each, from the rows of its query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kg.web.labels import page_of
from kg.web.terms import AT, Row, value

MOST = 2000  # rows of a query, which is asked for one more
DENIED = f"{AT}negated"
PLAIN = {f"{AT}{name}" for name in ("asserted", "presupposed", "evaluated", "certain")}  # said, and said to be so


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a page of ours, or to none."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """`json` is what a module draws, `headings` and `rows` what the table tells, `note` what is left out, if any."""

    json: dict[str, Any]
    headings: tuple[str, ...]
    rows: Sequence[tuple[Link, ...]] = ()
    note: str = ""


def timeline(rows: list[Row]) -> Drawing:
    """Statements with their times."""
    note = _note(rows)
    statements = [list(group) for _, group in groupby(rows[:MOST], lambda row: value(row, "statementLabel"))]
    items = [_item(group) for group in statements]
    told = [_told(group) for group in statements]
    return Drawing(
        {"items": items, "note": note}, ("earliest", "latest", "as written", "voice", "words", "statement"), told, note
    )


def _item(group: list[Row]) -> dict[str, Any]:
    row = group[0]
    return {
        "start": value(row, "earliest"),
        "end": value(row, "latest"),
        "label": f"{value(row, 'byLabel')}: {_words(group)}",
        "manner": _manner(row),
        "href": page_of(value(row, "statement")),
        "denied": value(row, "polarity") == DENIED,
        "sure": "begun" in row,
    }


def _told(group: list[Row]) -> tuple[Link, ...]:
    row = group[0]
    return (
        Link(value(row, "earliest")[:10] or "not told"),
        Link(value(row, "latest")[:10] or "not told"),
        Link(value(row, "time")),
        _link(row, "by"),
        Link(_before(row, f"“{_words(group)}”")),
        _link(row, "statement"),
    )


def graph(rows: list[Row]) -> Drawing:
    """Things, and what is said of two of them; a line for each relation and polarity, which leads to a statement."""
    note = _note(rows)
    rows = rows[:MOST]
    nodes = {value(row, end): _node(row, end) for row in rows for end in ("one", "other")}
    edges = [_edge(list(group)) for _, group in groupby(sorted(rows, key=_relation), _relation)]
    told = [
        (
            _link(row, "one"),
            Link(_before(row, value(row, "saidLabel"))),
            _link(row, "other"),
            Link(_how(row)),
            _link(row, "by"),
            _link(row, "statement"),
        )
        for row in rows
    ]
    found = {"nodes": list(nodes.values()), "edges": edges, "note": note}
    return Drawing(found, ("who", "is said to", "whom", "how it is said", "voice", "statement"), told, note)


def _relation(row: Row) -> tuple[str, ...]:
    return tuple(value(row, name) for name in ("one", "said", "other", "polarity"))


def _node(row: Row, end: str) -> dict[str, str]:
    iri = value(row, end)
    return {"id": iri, "label": value(row, f"{end}Label"), "href": page_of(iri)}


def _edge(group: list[Row]) -> dict[str, Any]:
    row = group[0]
    voices = sorted({value(one, "byLabel") for one in group})
    manners = sorted({_manner(one) for one in group})
    return {
        "from": value(row, "one"),
        "to": value(row, "other"),
        "label": value(row, "saidLabel"),
        "manner": "" if "" in manners else " or ".join(manners),
        "voices": voices,
        "statements": [
            {"label": value(one, "statementLabel"), "href": page_of(value(one, "statement"))} for one in group
        ],
        "href": page_of(value(row, "statement")),
        "denied": value(row, "polarity") == DENIED,
    }


def places(rows: list[Row]) -> Drawing:
    """Places with their recorded coordinates, if any, and what is said to have happened there."""
    note = _note(rows)
    rows = rows[:MOST]
    items = [
        _place(list(group)) for _, group in groupby(rows, lambda row: (value(row, "placeLabel"), value(row, "place")))
    ]
    told = [
        (
            _link(row, "place"),
            Link(_coordinates(row) or "not recorded"),
            _link(row, "event"),
            Link(_how(row)),
            _link(row, "by"),
            _link(row, "statement"),
        )
        for row in rows
    ]
    return Drawing(
        {"items": items, "note": note},
        ("place", "coordinates", "event", "how it is said", "voice", "statement"),
        told,
        note,
    )


def _place(group: list[Row]) -> dict[str, Any]:
    row = group[0]
    events = dict.fromkeys(
        f"{value(one, 'eventLabel')} ({_before(one, value(one, 'byLabel'))})" for one in group if "event" in one
    )
    return {
        "wkt": _coordinates(row),
        "label": value(row, "placeLabel"),
        "href": page_of(value(row, "place")),
        "note": "; ".join(events),
    }


def _coordinates(row: Row) -> str:
    if "lat" in row and "long" in row:
        return f"POINT({value(row, 'long')} {value(row, 'lat')})"
    return value(row, "wkt")


def _link(row: Row, name: str) -> Link:
    return Link(value(row, f"{name}Label"), page_of(value(row, name)))


def _manner(row: Row) -> str:
    """How it is said, where it is not plainly affirmed: `denied`, `predicted, possible`."""
    denied = "denied" if value(row, "polarity") == DENIED else ""
    others = (value(row, f"{name}Label") for name in ("act", "modality") if value(row, name) not in PLAIN)
    return ", ".join(filter(None, (denied, *others)))


def _before(row: Row, text: str) -> str:
    manner = _manner(row)
    return f"{manner}: {text}" if manner else text


def _how(row: Row) -> str:
    denied = "denied" if value(row, "polarity") == DENIED else ""
    return ", ".join(filter(None, (denied, value(row, "actLabel"), value(row, "modalityLabel"), value(row, "time"))))


def _words(group: Iterable[Row]) -> str:
    return " … ".join(dict.fromkeys(value(row, "words") for row in group))


def _note(rows: list[Row]) -> str:
    return f"Only the first {MOST} rows are told; narrow the choice to see others." if len(rows) > MOST else ""
