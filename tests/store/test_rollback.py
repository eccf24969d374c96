"""Going back is going on: a new number, an old content, and a journal that tells."""

from pathlib import Path

import pytest

from kg.errors import BadInput, NotFound, StoreUnavailable
from kg.store import nquads
from kg.store.generations import Generations
from kg.store.history import History
from kg.store.journal import FILE, Entry, Journal
from kg.store.recovery import problems, recover
from kg.store.rollback import roll_back
from tests.store.support import change, content, noon, publish, published, quad


def back(root: Path, to: int | None = None, keep: int = 10) -> tuple[Entry, int]:
    return roll_back(root, to, keep=keep, clock=noon)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    published(tmp_path, change({"g": ["a p 'one"]}))
    published(tmp_path, change({"g": ["a p 'two"], "h": ["b p c"]}))
    published(tmp_path, change({"g": ["a p 'three"]}))
    return tmp_path


def test_what_was_is_current_again_under_a_new_number(root: Path) -> None:
    entry, to = back(root, 1)
    assert (entry.generation, entry.parent, entry.what, to) == (4, 3, "rollback: to generation 1", 1)
    assert (entry.added, entry.removed, entry.quads) == (1, 2, 1)
    added, removed = [quad("a p 'one", "g")], [quad("a p 'three", "g"), quad("b p c", "h")]
    assert entry.change == nquads.digest(nquads.lines(added), nquads.lines(removed))
    current = Generations(root).current()
    assert current is not None
    assert (current.number, content(current)) == (4, {"a p 'one g"})
    assert problems(root) == ()
    assert recover(root).generation == current
    assert Journal(root / FILE).entries()[-1] == entry


def test_without_a_number_it_is_undone_and_redone(root: Path) -> None:
    assert [back(root)[1] for _ in range(3)] == [2, 3, 4]
    assert [moment.number for moment in History(root).moments()] == [1, 2, 3, 4, 5, 6]


def test_what_is_published_next_starts_from_it(root: Path) -> None:
    back(root, 1)
    made = publish(root, change({"i": ["d p e"]}))
    assert made is not None
    assert (made.number, content(made)) == (5, {"a p 'one g", "d p e i"})


def test_what_cannot_be_gone_back_to(root: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="generation 9 was never published; there are 1 to 3"):
        back(root, 9)
    with pytest.raises(BadInput, match="holds what generation 3 held: there is nothing to do"):
        back(root, 3)
    with pytest.raises(NotFound, match="nothing was published yet"):
        back(tmp_path / "elsewhere", 1)
    with (root / "generations" / "1" / "data.nq").open("a") as file:
        file.write("x")
    with pytest.raises(StoreUnavailable, match="is not what the journal says"):
        back(root, 1)
    assert len(History(root).moments()) == 3


def test_the_first_has_none_before_it(tmp_path: Path) -> None:
    published(tmp_path, change({"g": ["a p 'one"]}))
    with pytest.raises(NotFound, match="generation 1 is the first"):
        back(tmp_path)


def test_it_is_pruned_like_any_commit(root: Path) -> None:
    back(root, 2, keep=2)
    assert [moment.number for moment in History(root).kept()] == [3, 4]
