"""What was published when, and what of it can still be asked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import NotFound, StoreUnavailable
from kg.store.commit import commit
from kg.store.history import History
from tests.store.support import accept, change

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def four(root: Path) -> History:
    """Four generations, one a minute, of which the last two are kept."""
    for minute in range(4):
        commit(
            root, change({"g": [f"a p {minute}"]}), check=accept, keep=2, clock=[NOON + timedelta(minutes=minute)].pop
        )
    return History(root)


def test_all_are_told_and_the_pruned_ones_as_such(tmp_path: Path) -> None:
    moments = four(tmp_path).moments()
    assert [(moment.number, moment.is_kept) for moment in moments] == [(1, False), (2, False), (3, True), (4, True)]
    assert moments[2].time == NOON + timedelta(minutes=2)


def test_one_that_is_not_kept_names_those_that_are(tmp_path: Path) -> None:
    history = four(tmp_path)
    assert history.find_kept(3).number == 3
    with pytest.raises(NotFound, match=r"^generation 1 is not kept any more; there are 3 to 4$"):
        history.find_kept(1)
    with pytest.raises(NotFound, match=r"^generation 5 was never published; there are 3 to 4$"):
        history.find_kept(5)
    assert history.find(1).number == 1
    with pytest.raises(NotFound, match=r"^there is no generation 5; the newest is 4$"):
        history.find(5)


@pytest.mark.parametrize(("minutes", "number"), [(-60, 3), (0, 3), (2, 3), (2.9, 3), (3, 4), (600, 4)])
def test_at_an_instant_the_newest_published_by_then_or_else_the_first(
    tmp_path: Path, minutes: float, number: int
) -> None:
    assert four(tmp_path).at(NOON + timedelta(minutes=minutes)).number == number


def test_nothing_published_is_not_found(tmp_path: Path) -> None:
    history = History(tmp_path)
    assert history.moments() == ()
    with pytest.raises(NotFound, match="nothing was published yet"):
        history.at(NOON)
    with pytest.raises(NotFound, match=r"^generation 1 was never published; there is none$"):
        history.find_kept(1)


@pytest.mark.parametrize("lines", [0, 3])
def test_a_journal_that_lacks_what_is_current_is_told_of(tmp_path: Path, lines: int) -> None:
    history = four(tmp_path)
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:lines]))
    with pytest.raises(StoreUnavailable, match=r"journal\.jsonl does not list generation 4, which is current$"):
        history.moments()


def test_what_a_generation_was_made_from(tmp_path: Path) -> None:
    history = four(tmp_path)
    before = history.before(history.find(4))
    assert before is not None
    assert before.number == 3
    with pytest.raises(NotFound):
        history.before(history.find(3))
    assert history.before(history.find(1)) is None
