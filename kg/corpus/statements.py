"""Statements: their words, who made them, what they say, when, and who has reviewed them."""

from collections.abc import Iterable
from typing import cast, get_args

from kg.corpus.anchor import places
from kg.corpus.chains import Desk, Named, chain, check_id, identifier
from kg.corpus.dates import FORMS, is_before, is_date, is_day, is_interval
from kg.corpus.notes import Notes, each, entries, fields, found, known_entries, missing, values, words
from kg.corpus.targets import passages, target
from kg.corpus.tree import Mapping, Node, Scalar
from kg.model import Claim, Link, Passage, Review, Statement, Status, When

_ENVELOPE = ("quote", "near", "at", "chain", "says", "when", "status", "review")
_BOUNDS = ("on", "throughout", "from", "to")


def statements(node: Node | None, named: Named, desk: Desk) -> tuple[Statement, ...]:
    """The statements that could be read whole, in the order of the file; the others are reported."""
    read = (_statement(key, value, named, desk) for key, value in entries(node, "", "statements", desk.notes))
    return tuple(statement for statement in read if statement)


def _statement(key: Scalar, node: Node, named: Named, desk: Desk) -> Statement | None:
    where, notes, before = f"statement {key.text}", desk.notes, desk.notes.blocking
    check_id(key.text, key.line, where, "the statement's name", notes)
    typed = {name.text: value for name, value in entries(node, where, "a statement", notes)}
    if not isinstance(node, Mapping):
        return None
    quoted = _passages(key, node, where, desk)
    links = _chain(key, node, typed, where, named, desk)
    status = _status(typed.get("status"), where, notes)
    says = _says(key, node, typed, where, status, notes)
    when = _when(typed.get("when"), where, desk)
    reviews = tuple(review for item in each(typed.get("review")) for review in _review(item, where, notes))
    rest = {name: values(value, where, name, notes) for name, value in typed.items() if name not in _ENVELOPE}
    if notes.blocking > before or not says or not links:
        return None
    lines = {name.text: name.line for name, _ in node.entries}
    source = notes.source(key)
    return Statement(key.text, source, quoted, links, says, when, status, reviews, rest, lines)


def _passages(key: Scalar, node: Mapping, where: str, desk: Desk) -> tuple[Passage, ...]:
    if missing(node, "quote"):
        desk.notes.add(key.line, where, "quote", "a statement must quote the words that make it")
    sought = target(node, "quote", where, desk.notes)
    return passages(sought, desk.text, desk.notes) if sought else ()


def _chain(
    key: Scalar, node: Mapping, typed: dict[str, Node], where: str, named: Named, desk: Desk
) -> tuple[Link, ...]:
    if "chain" in typed:
        return chain(typed["chain"], where, named, desk) or ()
    if missing(node, "chain"):
        message = "a statement must name who made it: give its chain, outermost voice first"
        desk.notes.add(key.line, where, "chain", message)
    return ()


def _status(node: Node | None, where: str, notes: Notes) -> Status:
    status = words(node, where, "status", notes) or "published"
    if node is not None and status not in get_args(Status):
        message = f"status: expected draft, published or withdrawn, found {status!r}"
        notes.add(node.line, where, "status", message)
    return cast(Status, status)


def _says(
    key: Scalar, node: Mapping, typed: dict[str, Node], where: str, status: Status, notes: Notes
) -> tuple[Claim, ...]:
    claims = tuple(claim for item in each(typed.get("says")) for claim in _claims(item, where, notes))
    if missing(node, "says") and status != "draft":
        notes.add(key.line, where, "says", "a statement must say something: give says: {Kind: {role: value}}")
    return claims


def _claims(node: Node, where: str, notes: Notes) -> Iterable[Claim]:
    for kind, roles in entries(node, where, "says", notes):
        if not isinstance(roles, Mapping) or not roles.entries:
            message = f"{kind.text}: expected its roles, {{role: value}}, found {found(roles)}"
            notes.add(roles.line, where, "says", message)
            continue
        yield Claim(kind.text, fields(roles, where, kind.text, notes), notes.source(kind))


def _when(node: Node | None, where: str, desk: Desk) -> When | None:
    if node is None:
        return None
    notes = desk.notes
    typed = known_entries(node, where, "when", ("written", *_BOUNDS), notes)
    written = words(typed.get("written"), where, "written", notes)
    if written and not places(desk.text, written):
        message = f"the words of written: are not in article.txt: {written!r}"
        notes.add(typed["written"].line, where, "written", message)
    dates = {name: _date(typed.get(name), where, name, notes) for name in _BOUNDS}
    start, end = dates["from"], dates["to"]
    given = [name for name in ("on", "throughout") if dates[name]] + (["from and to"] if start or end else [])
    if len(given) > 1:
        notes.add(
            node.line, where, "date", f"expected one of on, throughout, or from and to; found {' and '.join(given)}"
        )
    if start and end and is_before(end, start):
        notes.add(typed["to"].line, where, "date", f"the end {end} is before the beginning {start}")
    return When(notes.source(node), written, dates["on"], dates["throughout"], start, end)


def _date(node: Node | None, where: str, what: str, notes: Notes) -> str | None:
    text = words(node, where, what, notes)
    if text is None or node is None or is_date(text) or (what == "on" and is_interval(text)):
        return text
    interval = " (or an earlier and a later one as 2020-06-06/2020-06-08)" if what == "on" else ""
    notes.add(node.line, where, "date", f"{what}: expected a date like {FORMS}{interval}, found {text!r}")
    return None


def _review(node: Node, where: str, notes: Notes) -> Iterable[Review]:
    typed = known_entries(node, where, "review", ("by", "on", "verdict", "note"), notes)
    by, on = identifier(typed.get("by"), where, "by", notes), words(typed.get("on"), where, "on", notes)
    if not isinstance(node, Mapping):
        return
    for name in ("by", "on"):
        if missing(node, name):
            notes.add(node.line, where, "review", f"a review must say {name}: who looked, and on which day")
    if on and not is_day(on):
        message = f"on: expected a day like 2020-06-07, found {on!r}"
        notes.add(typed["on"].line, where, "date", message)
    verdict, note = (words(typed.get(name), where, name, notes) for name in ("verdict", "note"))
    if by and on:
        yield Review(by, on, notes.source(node), verdict, note)
