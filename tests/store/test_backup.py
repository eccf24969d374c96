"""A backup is whole, or it is none; and what is restored is what was backed up."""

import contextlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import BadInput, StoreUnavailable, Unreadable
from kg.store import erasing
from kg.store.backup import Restored, back_up, restore
from kg.store.generations import Generations
from kg.store.history import History
from kg.store.journal import FILE, Journal
from kg.store.recovery import problems, recover
from tests.store.support import change, content, noon, publish, published, tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    published(data, change({"g": ["a p 'one"]}))
    published(data, change({"g": ["a p 'two"]}))
    (data / "inputs.json").write_text("{}")
    (data / "tokens.json").write_text("secret")
    return data


def bring(source: Path, root: Path, *, force: bool = False, erased: bool = False) -> Restored:
    return restore(source, root, force=force, erased=erased, clock=noon)


@pytest.mark.parametrize("name", ["copy", "copy.tar", "copy.tar.gz", "copy.tgz"])
def test_what_comes_back_is_what_was(root: Path, tmp_path: Path, name: str) -> None:
    target, fresh = tmp_path / "backups" / name, tmp_path / "fresh"
    entry = back_up(root, target)
    assert (entry.generation, target.is_dir()) == (2, name == "copy")
    assert [path.name for path in target.parent.iterdir()] == [name]
    assert bring(target, fresh) == Restored(2, 2, entry.time)
    expected = {k: v for k, v in tree(root).items() if not k.startswith(("generations/1", "tokens"))}
    assert tree(fresh) == expected
    assert problems(fresh) == ()
    made = publish(fresh, change({"g": ["a p 'three"]}))
    assert made is not None
    assert made.number == 3


def test_over_other_data_only_by_force_and_under_a_number_of_its_own(root: Path, tmp_path: Path) -> None:
    back_up(root, tmp_path / "copy")
    for text in ("three", "four"):
        published(root, change({"g": [f"a p '{text}"]}))
    before = tree(root)
    with pytest.raises(BadInput, match="holds generation 4 already: name an empty folder, or add --force"):
        bring(tmp_path / "copy", root)
    assert tree(root) == before
    assert bring(tmp_path / "copy", root, force=True).generation == 5
    (only,) = Generations(root).all()
    assert (only, content(only)) == (Generations(root).current(), {"a p 'two g"})
    entries = Journal(root / FILE).entries()
    assert [(e.generation, e.what) for e in entries[-2:]] == [(2, "a test"), (5, "restore: generation 2 of a backup")]
    assert problems(root) == ()
    assert (root / "tokens.json").read_text() == "secret"


@pytest.mark.parametrize("spoilt", ["data.nq", "record", "journal", "CURRENT", "archive", "nothing"])
def test_what_is_no_whole_backup_is_refused_and_nothing_is_changed(root: Path, tmp_path: Path, spoilt: str) -> None:
    copy = tmp_path / "copy"
    back_up(root, copy)
    if spoilt in ("archive", "nothing"):
        copy = tmp_path / "copy.tar"
        if spoilt == "archive":
            copy.write_bytes(b"no archive")
    elif spoilt == "journal":
        (copy / FILE).write_bytes((copy / FILE).read_bytes().replace(b"a test", b"a text", 1))
    elif spoilt == "CURRENT":
        (copy / "CURRENT").unlink()
    else:
        path = (
            copy / "generations/2/data.nq"
            if spoilt == "data.nq"
            else next((copy / "generations/2/record").glob("*.sst"))
        )
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    before = tree(root)
    with pytest.raises(Unreadable, match="backup"):
        bring(copy, root, force=True)
    assert tree(root) == before


def test_where_something_is_already_nothing_is_written(root: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        back_up(root, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"
    with pytest.raises(StoreUnavailable, match="nothing was published"):
        back_up(tmp_path / "nowhere", tmp_path / "copy")


def test_a_damaged_generation_is_not_backed_up(root: Path, tmp_path: Path) -> None:
    with (root / "generations/2/data.nq").open("a") as file:
        file.write("x")
    with pytest.raises(StoreUnavailable, match="was changed after it was written"):
        back_up(root, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_it_is_whole_while_others_publish(root: Path, tmp_path: Path) -> None:
    done = threading.Event()

    def busy() -> None:
        for number in range(10_000):
            if done.is_set():
                return
            published(root, change({"g": [f"a p '{number}"]}), keep=5)

    writer = threading.Thread(target=busy)
    writer.start()
    try:
        for number in range(3):
            with contextlib.suppress(StoreUnavailable):  # a commit overtook each try
                back_up(root, tmp_path / f"copy{number}")
    finally:
        done.set()
        writer.join()
    copies = list(tmp_path.glob("copy*"))
    assert [problems(copy) for copy in copies] == [()] * len(copies)
    assert copies


def test_what_was_erased_comes_back_only_when_that_is_asked(root: Path, tmp_path: Path) -> None:
    published(root, change({"g": ["a p 'deadbeef"]}))
    back_up(root, tmp_path / "copy")
    (root / erasing.ERASED).write_text(json.dumps([{"sha256": "deadbeef", "time": "2026-11-25"}]))
    with pytest.raises(BadInput, match="holds a text that was erased here: add --erased"):
        bring(tmp_path / "copy", root, force=True)
    assert bring(tmp_path / "copy", root, force=True, erased=True).generation == 4
    assert [one["sha256"] for one in erasing.erased(root)] == ["deadbeef"]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("after", range(12))
def test_killed_at_any_rename_what_is_served_is_the_old_or_the_new(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """The backup is of other data, which used the same numbers."""
    published(root, change({"g": ["a p 'three"]}))
    for text in ("alpha", "beta"):
        published(tmp_path / "other", change({"g": [f"a p '{text}"]}))
    back_up(tmp_path / "other", tmp_path / "copy")
    calls = iter(range(10_000))
    originals = {name: getattr(Path, name) for name in ("rename", "replace")}

    def limited(name: str) -> Callable[..., object]:
        def call(self: Path, *more: object) -> object:
            if root in self.parents and next(calls) >= after:
                raise Killed
            return originals[name](self, *more)

        return call

    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        for name in originals:
            patch.setattr(Path, name, limited(name))
        bring(tmp_path / "copy", root, force=True)
    seen = Generations(root).current()
    assert seen is not None
    either = ({"a p 'three g"}, {"a p 'beta g"})
    assert content(seen) in either
    recovered = recover(root).generation
    assert recovered is not None
    assert recovered.number in (3, 4)
    assert content(recovered) in either
    assert problems(root) == ()
    history = History(root)
    assert all(history.generation(m).dump.is_whole(m.entry.data) for m in history.kept())
