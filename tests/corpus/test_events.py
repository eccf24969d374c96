"""Where the quick parser of YAML is sure, it tells what the exact one tells, in the same places."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import resources
from kg.corpus.events import ALIAS, COLLECTION_START, NODE, SCALAR, Event, Unsure, events, quick_events

SHIPPED = sorted(resources.find("articles").rglob("*.yaml"))
TOKENS = [
    *" \n:,[]{}#|>'\"%@`-?~a1\r\u00a0é“😀\\",
    *("- ", "? ", ": ", "\r\n", "|\n", ">-\n", "|+\n", " #", "---\n", "...\n", "key: ", '"a":b', "[a: b]", "{a: , b}"),
    *("{a:1}", "|2\n", "\n\n", "\\x41", '"\\u00e9"', "''", '"a\n b"', "'a\n\n  b'", "http://x", "a:b", "-a", "?a"),
    *("  a: b\n", "  - c\n", "\t", "\ufeff", "\u2028", "\x85"),
]


def told(event: Event) -> tuple[object, ...]:
    """All that is read of an event."""
    start, end = event.start_mark, event.end_mark
    if isinstance(event, SCALAR):
        return event.value, event.style or "", start.index, start.column, end.index
    if isinstance(event, COLLECTION_START):
        return type(event).__name__, bool(event.flow_style), start.index
    return type(event).__name__, end.index if type(event).__name__.endswith(("MappingEnd", "SequenceEnd")) else ()


def sure(text: str) -> list[Event] | None:
    """What the quick parser reads, None where it is not sure, or where something will be refused."""
    try:
        found = list(quick_events(text))
    except Unsure:
        return None
    refused = any(isinstance(e, ALIAS) or (isinstance(e, NODE) and (e.anchor or getattr(e, "tag", ""))) for e in found)
    return None if refused else found


def same(text: str) -> bool:
    quick = sure(text)
    return quick is None or [*map(told, quick)] == [*map(told, events(text))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_is_read_quickly_and_the_same(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    assert sure(text)
    assert same(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=24).map("".join))
def test_any_text_is_read_the_same(text: str) -> None:
    assert same(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 600), st.integers(0, 4), st.sampled_from(TOKENS))
def test_a_slip_of_the_pen_is_read_the_same(start: int, at: int, lost: int, typed: str) -> None:
    text = SHIPPED[-1].read_text("utf-8")
    lines = text.splitlines(keepends=True)
    part = "".join(lines[start % len(lines) :][:14])
    assert same(part[:at] + typed + part[at + lost :])


@pytest.mark.parametrize("text", ["a:\n\tb: 1\n", "a: \ufeffb\n", "a: b\u2028c\n", "a:\n", "a: [b\n", "a: \x07"])
def test_what_it_is_not_sure_of_is_left_to_the_exact_one(text: str) -> None:
    assert sure(text) is None
