"""A large `data.nq` is shared with the parent, and what has changed since stands beside it."""

import random

import pytest
from pyoxigraph import Quad

from kg.errors import StoreUnavailable
from kg.store import dump
from kg.store.dump import Dump
from kg.store.nquads import lines

from .test_nquads import quads


@pytest.mark.parametrize("small", [0, 10**9])
@pytest.mark.parametrize("seed", range(5))
def test_a_chain_of_changes_reads_as_what_is_held(tmp_path, monkeypatch, small, seed):
    monkeypatch.setattr(dump, "SMALL", small)
    dice, held, parent, digest, shared = random.Random(seed), set[Quad](), None, "", 0
    for step, size in enumerate([400, 3, 5, 0, 9, 200, 2]):
        removed = set(dice.sample(sorted(held, key=str), min(size, len(held))))
        added = quads(dice, size) - held
        held = held - removed | added
        folder = tmp_path / str(step)
        folder.mkdir()
        digest, number = dump.write(folder, parent, digest, lines(added), lines(removed))
        assert number in (None, len(held))
        made = Dump(folder)
        written = [f"{quad} .\n".encode() for quad in held]
        assert list(made.lines()) == sorted(written, key=lambda line: (line.rsplit(b" ", 2)[1], line))
        assert set(made.quads()) == held
        assert made.count() == len(held)
        assert made.is_whole(digest)
        shared += made.changes.exists() and parent is not None and made.data.samefile(Dump(parent).data)
        parent = folder
    assert shared == (5 if small == 0 else 0)  # all but the first, and the one that changes half


@pytest.mark.parametrize(("name", "much"), [(dump.DATA, True), (dump.CHANGES, True), (dump.CHANGES, False)])
def test_damage_of_either_file_is_noticed_and_never_copied(tmp_path, monkeypatch, name, much):
    monkeypatch.setattr(dump, "SMALL", 0)
    dice = random.Random(1)
    one, two, three = (tmp_path / str(n) for n in range(3))
    for folder in (one, two, three):
        folder.mkdir()
    held = quads(dice, 400)
    digest, _ = dump.write(two, one, dump.write(one, None, "", lines(held), set())[0], lines(quads(dice, 3)), set())
    assert Dump(two).is_whole(digest)
    with (two / name).open("ab") as file:
        file.write(b"# more\n")
    assert not Dump(two).is_whole(digest)
    with pytest.raises(StoreUnavailable, match="not what the journal says"):
        dump.write(three, two, digest, set(), lines(held if much else ()))
