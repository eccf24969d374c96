"""A journal tells a crash from a change made by hand."""

import json

import pytest

from kg.errors import StoreUnavailable
from kg.store.journal import Entry, Journal


def entry(number: int, what: str = "Read an article") -> Entry:
    return Entry(
        generation=number,
        parent=number - 1 or None,
        time="2026-11-23T12:00:00.000+00:00",
        what=what,
        added=1,
        removed=0,
        quads=number,
        change="c" * 64,
        data="d" * 64,
    )


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    for number in range(1, 5):
        journal.append(entry(number))
    return journal


def test_what_is_appended_is_read_back(journal):
    read = journal.entries()
    assert [e.generation for e in read] == [1, 2, 3, 4]
    assert journal.append(entry(5, "“Zitat”\nüber zwei Zeilen")) == journal.entries()[-1]
    assert len({e.digest for e in journal.entries()}) == 5


def test_a_missing_journal_is_empty(tmp_path):
    assert Journal(tmp_path / "journal.jsonl").entries() == ()
    assert Journal(tmp_path / "journal.jsonl").find(1) is None


def test_an_entry_is_found_also_where_the_chain_is_broken(journal):
    assert journal.find(2) == journal.entries()[1]
    assert journal.find(5) is None
    edited(journal, 1, what="else")
    with journal.path.open("ab") as file:
        file.write(b'{"generation":5')
    assert journal.find(4).quads == 4
    assert journal.find(5) is None


def edited(journal, number, **values):
    lines = journal.path.read_text("utf-8").splitlines(keepends=True)
    line = json.loads(lines[number - 1]) | values
    lines[number - 1] = json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n"
    journal.path.write_text("".join(lines), "utf-8")


def without(journal, number):
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(lines[: number - 1] + lines[number:]))


def swapped(journal):
    a, b, c, d = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(a + c + b + d)


def scribbled(journal, number, text):
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([*lines[: number - 1], text, *lines[number:]]))


def reforged(journal):
    edited(journal, 2, quads=99, digest="0" * 64)


TAMPERED = {
    "a value": (lambda j: edited(j, 2, quads=99), 2),
    "a value and its digest": (reforged, 2),
    "the last line's value": (lambda j: edited(j, 4, what="something else"), 4),
    "a line removed": (lambda j: without(j, 3), 3),
    "the first line removed": (lambda j: without(j, 1), 1),
    "lines swapped": (swapped, 2),
    "not JSON": (lambda j: scribbled(j, 3, b"scribble\n"), 3),
    "not UTF-8": (lambda j: scribbled(j, 3, b"\xff\xfe\n"), 3),
    "an empty line": (lambda j: scribbled(j, 2, b"\n"), 2),
    "a list": (lambda j: scribbled(j, 4, b"[1]\n"), 4),
    "a field too many": (lambda j: edited(j, 3, more=1), 3),
    "a field of the wrong kind": (lambda j: edited(j, 3, quads="3"), 3),
}


@pytest.mark.parametrize(("tamper", "line"), TAMPERED.values(), ids=TAMPERED)
def test_a_change_by_hand_is_named_with_its_line(journal, tamper, line):
    tamper(journal)
    before = journal.path.read_bytes()
    with pytest.raises(StoreUnavailable, match=f"journal.jsonl:{line}: "):
        journal.entries()
    with pytest.raises(StoreUnavailable):
        journal.append(entry(5))
    assert journal.path.read_bytes() == before
    assert [e.generation for e in journal.read().entries] == list(range(1, line))


def test_a_torn_last_line_is_left_out_and_replaced(journal):
    whole = journal.path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    cuts = [1, 2, len(last) // 2, len(last) - 2, len(last) - 1]
    for cut in cuts:
        journal.path.write_bytes(whole.removesuffix(last) + last[:cut])
        assert [e.generation for e in journal.entries()] == [1, 2, 3]
        assert journal.read().torn == last[:cut]
        journal.append(entry(5))
        assert [e.generation for e in journal.entries()] == [1, 2, 3, 5]
        assert journal.read().torn == b""
