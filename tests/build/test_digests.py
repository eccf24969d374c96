"""Digests that are kept while the stamps of files are."""

import os
import time
from pathlib import Path

import pytest

from kg.build import digests
from kg.build.digests import Digests, digest_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "claims.yaml"
    path.write_text("one")
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every change were of long ago."""
    monkeypatch.setattr(digests, "SETTLED", -60.0)


def hide(path: Path, text: str) -> None:
    """Change a file and put back its time, as some copying does; the file system keeps a time of its own."""
    before = path.stat()
    while time.time_ns() - before.st_ctime_ns < 20_000_000:  # longer than the clock's step
        time.sleep(0.005)
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_digest_is_that_of_the_files(file: Path) -> None:
    assert Digests().of("a", [file, file.with_name("none")], "x") == digest_of([file], "x")


@pytest.mark.usefixtures("settled")
def test_a_file_with_its_old_stamp_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, read = Digests(), []
    monkeypatch.setattr(digests, "digest_of", lambda paths, *more: read.append(paths) or digest_of(paths, *more))
    first = kept.of("a", [file])
    assert kept.of("a", [file]) == first
    assert len(read) == 1
    assert kept.of("a", [file], "another word") != first


@pytest.mark.usefixtures("settled")
def test_a_change_that_keeps_size_and_time_is_seen(file: Path) -> None:
    kept = Digests()
    first = kept.of("a", [file])
    hide(file, "two")
    assert kept.of("a", [file]) == digest_of([file]) != first


def test_a_change_right_after_another_is_seen_whatever_the_stamp(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "_stamp", lambda path: (path.name, 0, 0, 0, time.time_ns(), 0))  # a clock of one step
    kept = Digests()
    first = kept.of("a", [file])
    file.write_text("two")
    assert kept.of("a", [file]) != first


@pytest.mark.usefixtures("settled")
def test_a_file_that_comes_or_goes_is_seen(file: Path) -> None:
    kept, other = Digests(), file.with_name("article.txt")
    first = kept.of("a", [file, other])
    other.write_text("")
    second = kept.of("a", [file, other])
    other.unlink()
    assert first == kept.of("a", [file, other]) != second
