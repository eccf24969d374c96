"""Digests of published files that are noted, so that they are not read at each start."""

import json
import os
from pathlib import Path

import pytest

from kg.store import durable, known
from kg.store.generations import Generations
from kg.store.known import FILE, Known
from kg.store.recovery import recover

from .support import change, published


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data directory whose current generation was found whole, and is older than a moment."""
    for n in (1, 2):
        published(tmp_path, change({f"g{n}": [f"s p '{n}"]}))
    for path in (path for path in (tmp_path / "generations").rglob("*") if path.is_file()):
        os.utime(path, (1e9, 1e9))
    look(tmp_path)
    return tmp_path


def look(root: Path) -> tuple[int, list[Path], tuple[str, ...]]:
    """What is served, which of its files were read for that, and what is told."""
    noted, read, sha256 = Known(root), list[Path](), durable.sha256
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "sha256", lambda path: read.append(path) or sha256(path))
        found = recover(root, sha256=noted.sha256)
    noted.save()
    assert found.generation
    return found.generation.number, read, found.warnings


def data(root: Path) -> Path:
    return Generations(root).get(2).data


def test_what_was_found_whole_is_not_read_again(root: Path) -> None:
    assert look(root) == (2, [], ())


def test_a_file_that_was_written_to_is_read_and_its_damage_told(root: Path) -> None:
    whole = data(root).read_bytes()
    data(root).write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    number, _, told = look(root)
    assert number == 1
    assert "sha256 is not the journaled one" in told[0]


@pytest.mark.parametrize("how", ["longer", "other"])
def test_a_file_in_the_place_of_another_is_read(root: Path, how: str) -> None:
    """Whatever time it says that it has."""
    content = data(root).read_bytes()
    fresh = data(root).with_name("fresh")
    fresh.write_bytes(content + b"\n" if how == "longer" else content.replace(b"'", b'"'))
    os.utime(fresh, (1e9, 1e9))
    fresh.replace(data(root))
    assert data(root) in look(root)[1]


def test_after_a_day_all_is_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = json.loads((root / FILE).read_text())
    monkeypatch.setattr(known.time, "time", lambda: max(when for *_, when, _ in noted.values()) + known.LASTS + 1)
    assert data(root) in look(root)[1]
    assert look(root)[1] == []


def test_a_note_of_the_future_counts_for_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known.time, "time", lambda: 1.5e9)
    assert data(root) in look(root)[1]


def test_a_file_of_this_moment_is_read_until_the_moment_is_over(root: Path) -> None:
    os.utime(data(root))
    assert data(root) in look(root)[1]
    assert data(root) in look(root)[1]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"1:2": 3}', '{"1:2": ["a", "b", "c", "d"]}'])
def test_a_note_that_cannot_be_read_counts_for_nothing(root: Path, text: str) -> None:
    (root / FILE).write_text(text)
    assert data(root) in look(root)[1]
    assert look(root) == (2, [], ())
